"""The sliding window admits exactly as many as it says, in any stretch of its length."""

import pytest
from api.door import Door, refusal_of
from api.scripted_orchestrator import ScriptedOrchestrator
from hypothesis import given
from hypothesis import strategies as st

from financehub.api import rate_limits
from financehub.api.rate_limits import SlidingWindow, take_address_turn, take_user_turn
from financehub.errors import QuotaExceeded


@given(steps=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 8)), max_size=80), calls=st.integers(1, 4))
def test_window_against_counting_by_hand(steps: list[tuple[str, int]], calls: int) -> None:
    window, admitted, now = SlidingWindow(calls, 10.0), [], 0
    for key, pause in steps:
        now += pause
        recent = [at for who, at in admitted if who == key and at > now - 10]
        wait = window.take(key, now)
        assert (wait == 0) == (len(recent) < calls)
        if wait == 0:
            admitted.append((key, now))
        else:
            assert wait == recent[-calls] + 10 - now


def test_several_turns_are_taken_together_or_not_at_all() -> None:
    window = SlidingWindow(5, 10.0)
    assert window.take("a", 0.0, 2) == 0
    assert window.take("a", 3.0, 2) == 0
    assert window.take("a", 4.0, 2) == 6.0
    assert window.take("a", 4.0, 4) == 9.0
    assert window.take("a", 4.0, 1) == 0
    assert window.take("a", 10.0, 2) == 0


def test_memory_of_callers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_MAX_KEYS", 10)
    window = SlidingWindow(1, 60.0)
    for number in range(11):
        assert window.take(str(number), float(number)) == 0
    assert len(window._taken) == 5
    assert window.take("10", 11.0) > 0
    for number in range(11, 16):
        window.take(str(number), 80.0)
    window.take("last", 80.0)
    assert set(window._taken) == {"11", "12", "13", "14", "15", "last"}


@pytest.mark.parametrize("path", ["quotes", "sparklines"])
def test_many_symbols_count_more(
    door: Door, orchestrator: ScriptedOrchestrator, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(rate_limits, "_users", SlidingWindow(6, 60.0))
    forty = ",".join(f"S{number}" for number in range(40))
    assert door.get(f"/api/{path}?symbols={forty}").status_code == 200
    assert refusal_of(door.get(f"/api/{path}?symbols={forty}")) == (429, "quota_exceeded")
    assert orchestrator.asked == []


def test_user_and_address_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_users", SlidingWindow(1, 60.0))
    monkeypatch.setattr(rate_limits, "_addresses", SlidingWindow(1, 60.0))
    take_user_turn(7)
    take_address_turn("7")
    take_user_turn(8)
    with pytest.raises(QuotaExceeded) as refusal:
        take_user_turn(7)
    assert 59 < refusal.value.retry_after <= 60
    with pytest.raises(QuotaExceeded):
        take_address_turn("7")
