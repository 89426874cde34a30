"""How often one user and one address may ask this process over REST; generous, to stop accidents and floods."""

from collections import deque

from financehub import clock
from financehub.errors import QuotaExceeded

WINDOW_SECONDS = 60.0
USER_CALLS = 600
ADDRESS_CALLS = 1200
SYMBOLS_PER_TURN = 10
_MAX_KEYS = 10_000


class SlidingWindow:
    """Admit at most `calls` in any `seconds`, counted by key, exactly."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._taken: dict[str, deque[float]] = {}

    def take(self, key: str, now: float, turns: int = 1) -> float:
        """Take turns at `now` (seconds on a steady clock), all or none; return 0, or how long to wait where there are too few."""
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= now - self._seconds:
            taken.popleft()
        missing = len(taken) + turns - self._calls
        if missing > 0:
            return taken[missing - 1] + self._seconds - now
        taken.extend([now] * turns)
        if len(self._taken) > _MAX_KEYS:
            self._forget_idle(now)
        return 0.0

    def _forget_idle(self, now: float) -> None:
        """Drop who has asked nothing within the window; where everybody has, the longest silent half."""
        latest = {key: taken[-1] for key, taken in self._taken.items() if taken and taken[-1] > now - self._seconds}
        kept = sorted(latest, key=latest.__getitem__, reverse=True)[: _MAX_KEYS // 2 if len(latest) > _MAX_KEYS else None]
        self._taken = {key: self._taken[key] for key in kept}


_users = SlidingWindow(USER_CALLS, WINDOW_SECONDS)
_addresses = SlidingWindow(ADDRESS_CALLS, WINDOW_SECONDS)


def take_user_turn(user_id: int) -> None:
    """Count one call of the user; raises QuotaExceeded."""
    _take_user_turns(user_id, 1)


def take_turns_for_symbols(user_id: int, count: int) -> None:
    """Count a call that asks for many symbols once more for every ten: nobody shall spend the sources' budgets alone."""
    if count >= SYMBOLS_PER_TURN:
        _take_user_turns(user_id, count // SYMBOLS_PER_TURN)


def _take_user_turns(user_id: int, turns: int) -> None:
    _refuse_if(_users.take(str(user_id), clock.monotonic(), turns), f"at most {USER_CALLS} calls a minute for one user")


def take_address_turn(address: str) -> None:
    """Count one call from the address; raises QuotaExceeded."""
    _refuse_if(_addresses.take(address, clock.monotonic()), f"at most {ADDRESS_CALLS} calls a minute from one address")


def forget_turns() -> None:
    """Start counting afresh; for tests."""
    global _users, _addresses  # one process counts in one place
    _users = SlidingWindow(USER_CALLS, WINDOW_SECONDS)
    _addresses = SlidingWindow(ADDRESS_CALLS, WINDOW_SECONDS)


def _refuse_if(wait: float, rule: str) -> None:
    if wait > 0:
        raise QuotaExceeded(f"{rule}; wait {wait:.0f} s", retry_after=round(wait, 3))
