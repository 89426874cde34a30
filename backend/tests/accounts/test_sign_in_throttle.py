"""Tries are counted exactly, per name and per address."""

from datetime import timedelta

import pytest
from accounts.people import stop_time

from financehub.accounts.models import SignInThrottle
from financehub.accounts.sign_in_throttle import TRIES_PER_ADDRESS, TRIES_PER_NAME, give_back, take_attempt
from financehub.errors import QuotaExceeded

pytestmark = pytest.mark.django_db


def test_name_has_ten_tries_in_any_fifteen_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    for _ in range(TRIES_PER_NAME):
        take_attempt("ada", "203.0.113.7")
        pass_time(timedelta(seconds=1))
    with pytest.raises(QuotaExceeded) as refusal:
        take_attempt("ada", "198.51.100.9")
    assert refusal.value.retry_after == 15 * 60 - TRIES_PER_NAME
    take_attempt("bob", "198.51.100.9")
    pass_time(timedelta(seconds=15 * 60 - TRIES_PER_NAME))
    take_attempt("ada", "198.51.100.9")
    with pytest.raises(QuotaExceeded):
        take_attempt("ada", "198.51.100.9")


def test_address_has_thirty_tries_whatever_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_time(monkeypatch)
    for number in range(TRIES_PER_ADDRESS):
        take_attempt(f"name {number}", "203.0.113.7")
    with pytest.raises(QuotaExceeded):
        take_attempt("somebody", "203.0.113.7")
    take_attempt("somebody", "203.0.113.8")


def test_refused_try_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_time(monkeypatch)
    for _ in range(TRIES_PER_NAME):
        take_attempt("ada", "")
    for _ in range(TRIES_PER_ADDRESS):
        with pytest.raises(QuotaExceeded):
            take_attempt("ada", "203.0.113.7")
    take_attempt("bob", "203.0.113.7")


def test_success_forgives_the_name_but_not_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    for _ in range(TRIES_PER_NAME - 1):
        take_attempt("ada", "203.0.113.7")
        pass_time(timedelta(seconds=1))
    give_back(take_attempt("ada", "203.0.113.7"))
    counts = {row.key.partition(":")[0]: len(row.attempts) for row in SignInThrottle.objects.all()}
    assert counts == {"name": 0, "address": TRIES_PER_NAME - 1}


def test_names_are_not_written_down() -> None:
    take_attempt("my password typed in the wrong field", "")
    assert "password" not in str(list(SignInThrottle.objects.values()))


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("not an address", "not an address"),
    ],
)
def test_one_person_is_one_address(address: str, same: str) -> None:
    assert take_attempt(None, address).keys == take_attempt(None, same).keys


def test_neighbours_are_not_one_person() -> None:
    assert take_attempt(None, "2001:db8:1:2::1").keys != take_attempt(None, "2001:db8:1:3::1").keys
    assert take_attempt(None, "203.0.113.7").keys != take_attempt(None, "203.0.113.8").keys


def test_nothing_to_count_by_counts_nothing() -> None:
    assert take_attempt(None, "").keys == ()
