from hypothesis import given
from hypothesis import strategies as st

from financehub.streaming.interest_leases import MAX_LEASE_SECONDS, Interest, InterestLeases


def test_a_lease_runs_out_and_only_its_own():
    leases = InterestLeases()
    assert leases.renew(Interest("A", ["price", "trades"], 30), now=0)
    assert leases.renew(Interest("B", ["price"], 30), now=10)
    assert not leases.renew(Interest("A", ["price"], 30), now=20)
    assert leases.expire(29.9) == []
    assert leases.expire(30) == ["A"]
    assert leases.streams("A") == {"price"}
    assert leases.expire(40) == ["B"]
    assert leases.symbols == ["A"]


def test_a_shorter_lease_does_not_cut_a_longer_one():
    leases = InterestLeases()
    leases.renew(Interest("A", ["price"], 60), now=0)
    leases.renew(Interest("A", ["price"], 1), now=0)
    assert leases.expire(59) == []


def test_a_lease_has_a_greatest_length_and_an_empty_one_is_nothing():
    leases = InterestLeases()
    leases.renew(Interest("A", ["price"], 1e9), now=0)
    assert leases.expire(MAX_LEASE_SECONDS) == ["A"]
    assert not leases.renew(Interest("B", [], 30), now=0)
    assert leases.symbols == []


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["p", "t"]), st.integers(-5, 50), st.integers(0, 20))))
def test_what_is_wanted_is_what_some_renewal_still_covers(steps):
    leases, now, until = InterestLeases(), 0, {}
    for symbol, stream, ttl, passed in steps:
        now += passed
        leases.expire(now)
        leases.renew(Interest(symbol, [stream], ttl), now)
        until[symbol, stream] = max(until.get((symbol, stream), 0), now + max(ttl, 0))
        leases.expire(now)
        for watched in "AB":
            assert leases.streams(watched) == {each for (of, each), end in until.items() if of == watched and end > now}
