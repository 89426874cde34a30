import asyncio
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_source import FakeTime, make_limit, make_provider

from financehub.errors import BudgetExhausted
from financehub.providers.limit_turns import LearnsFromHeaders, LimitTurns
from financehub.providers.provider import Limit, Provider, Request


def _turns(time: FakeTime, *, patience: float = 2.0, factor: float = 1.0) -> LimitTurns:
    return LimitTurns(patience_seconds=patience, factors={"acme": factor}, monotonic=time.monotonic, sleep=time.sleep)


def _cost(cost: int) -> Request:
    return Request(path="/", cost=cost)


async def test_gives_turns_until_the_window_is_full_and_then_makes_wait(fake_time: FakeTime) -> None:
    provider = make_provider(limits=(make_limit(2, 1),))
    turns = _turns(fake_time)
    await turns(provider, _cost(1))
    fake_time.now += 0.25
    await turns(provider, _cost(1))
    assert fake_time.slept == []
    await turns(provider, _cost(1))
    assert fake_time.slept == [0.75]
    assert turns.spent(provider) == [2]


async def test_says_when_the_budget_opens_rather_than_wait_beyond_patience(fake_time: FakeTime) -> None:
    provider = make_provider(limits=(make_limit(10, 60),))
    turns = _turns(fake_time)
    await turns(provider, _cost(10))
    with pytest.raises(BudgetExhausted, match="our budget for Acme is spent until 20") as raised:
        await turns(provider, _cost(1))
    assert raised.value.resets_at is not None
    assert raised.value.resets_at.endswith("Z")
    assert fake_time.slept == []
    assert turns.spent(provider) == [10]


async def test_a_call_dearer_than_the_limit_never_gets_a_turn(fake_time: FakeTime) -> None:
    turns = _turns(fake_time)
    with pytest.raises(BudgetExhausted, match="more than Acme ever allows") as raised:
        await turns(make_provider(limits=(make_limit(10, 60),)), _cost(11))
    assert raised.value.resets_at is None


async def test_every_window_counts(fake_time: FakeTime) -> None:
    provider = make_provider(limits=(make_limit(5, 1), make_limit(6, 60)))
    turns = _turns(fake_time)
    await turns(provider, _cost(5))
    await turns(provider, _cost(1))
    assert fake_time.slept == [1.0]
    with pytest.raises(BudgetExhausted):
        await turns(provider, _cost(1))
    assert turns.spent(provider) == [1, 6]


async def test_a_source_without_limits_is_never_waited_for(fake_time: FakeTime) -> None:
    turns = _turns(fake_time)
    for _ in range(1_000):
        await turns(make_provider(), _cost(1_000))
    assert fake_time.slept == []


async def test_a_factor_scales_the_limits(fake_time: FakeTime) -> None:
    provider = make_provider(limits=(make_limit(10, 60),))
    turns = _turns(fake_time, factor=0.5)
    await turns(provider, _cost(5))
    with pytest.raises(BudgetExhausted):
        await turns(provider, _cost(1))


@pytest.mark.parametrize(
    ("limit", "headers", "spent"),
    [
        (make_limit(100, 60, used_header="X-Used-1M"), {"x-used-1m": "40"}, 40),
        (make_limit(100, 60, used_header="X-Used-1M"), {"x-used-1m": "3"}, 5),
        (make_limit(100, 60, used_header="X-Used-1M"), {"x-used-1m": "999"}, 100),
        (make_limit(100, 60, used_header="X-Used-1M"), {"x-used-1m": "lots"}, 5),
        (make_limit(100, 60, remaining_header="X-Left"), {"x-left": "10"}, 90),
        (make_limit(100, 60, remaining_header="X-Left"), {"x-left": "500"}, 5),
        (make_limit(100, 60), {"x-left": "10"}, 5),
    ],
)
async def test_learns_what_others_spent_and_never_forgets_its_own(
    fake_time: FakeTime, limit: Limit, headers: dict[str, str], spent: int
) -> None:
    provider = make_provider(limits=(limit,))
    turns = _turns(fake_time)
    assert isinstance(turns, LearnsFromHeaders)
    await turns(provider, _cost(5))
    turns.learn(provider, headers)
    assert turns.spent(provider) == [spent]
    fake_time.now += 60
    assert turns.spent(provider) == [0]


async def test_those_who_wait_keep_their_order() -> None:
    provider = make_provider(limits=(make_limit(1, 1),))
    time = FakeTime()

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)
        await time.sleep(seconds)

    turns = LimitTurns(patience_seconds=10, monotonic=time.monotonic, sleep=sleep)
    served: list[tuple[int, float]] = []

    async def ask(number: int) -> None:
        await turns(provider, _cost(1))
        served.append((number, time.now))

    await asyncio.gather(*(ask(number) for number in range(4)))
    assert served == [(0, 1000.0), (1, 1001.0), (2, 1002.0), (3, 1003.0)]


@settings(max_examples=150, deadline=None)
@given(
    asks=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4)), max_size=40),
    limits=st.lists(st.tuples(st.integers(1, 8), st.integers(1, 5)), min_size=1, max_size=3),
)
async def test_no_stretch_of_any_length_ever_holds_more_than_its_limit(
    asks: list[tuple[float, int]], limits: list[tuple[int, int]]
) -> None:
    time = FakeTime()
    provider: Provider = make_provider(limits=tuple(make_limit(calls, seconds) for calls, seconds in limits))
    turns = _turns(time, patience=3.0)
    taken: list[tuple[float, int]] = []
    for pause, cost in asks:
        time.now += pause
        try:
            await turns(provider, _cost(cost))
        except BudgetExhausted:
            continue
        taken.append((time.now, cost))
    for calls, seconds in limits:
        for start, _ in taken:
            inside = itertools.takewhile(lambda turn: turn[0] < start + seconds, (t for t in taken if t[0] >= start))  # noqa: B023
            assert sum(cost for _, cost in inside) <= calls
