"""What is remembered of living sessions, and when it is forgotten."""

import pytest

from financehub import clock
from financehub.accounts.session_liveness import LiveSessions


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moments = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: moments[-1])
    return moments


def test_a_session_is_known_for_two_seconds(now: list[float]) -> None:
    sessions = LiveSessions()
    assert not sessions.is_known("a")
    sessions.remember("a", sessions.endings)
    now.append(101.999)
    assert sessions.is_known("a")
    now.append(102.0)
    assert not sessions.is_known("a")


def test_an_ended_session_is_forgotten_and_others_are_not(now: list[float]) -> None:
    sessions = LiveSessions()
    for name in "ab":
        sessions.remember(name, sessions.endings)
    sessions.forget("a")
    assert [sessions.is_known(name) for name in "ab"] == [False, True]
    sessions.forget(None)
    assert not sessions.is_known("b")


def test_an_answer_that_an_ending_overtook_is_not_remembered(now: list[float]) -> None:
    sessions = LiveSessions()
    before = sessions.endings
    sessions.forget("a")
    sessions.remember("a", before)
    assert not sessions.is_known("a")


def test_memory_is_bounded(now: list[float]) -> None:
    sessions = LiveSessions()
    for number in range(10_001):
        sessions.remember(str(number), 0)
    assert not sessions.is_known("0")
    assert sessions.is_known("10000")
