"""Keep to the declared limits: who asks waits for a turn, or hears when the next one comes."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Protocol, runtime_checkable

from financehub import clock
from financehub.errors import BudgetExhausted
from financehub.providers.provider import Limit, Provider, Request


class TakeTurn(Protocol):
    """Return when the request may be sent; raise BudgetExhausted when that is too far away."""

    async def __call__(self, provider: Provider, request: Request) -> None: ...


@runtime_checkable
class LearnsFromHeaders(Protocol):
    """A budget that corrects itself by what the source says was used."""

    def learn(self, provider: Provider, headers: Mapping[str, str]) -> None:
        """Take in the response headers; names in lower case."""
        ...


class _Window:
    """The cost spent in the last `seconds`: exact, at most `calls`, one entry per turn."""

    def __init__(self, limit: Limit, factor: float) -> None:
        self.limit = limit
        self.capacity = max(1, int(limit.calls * factor))
        self._turns: deque[tuple[float, int]] = deque()
        self._spent = 0

    def spent(self, now: float) -> int:
        """Return the cost of the turns taken in (now − seconds, now]."""
        while self._turns and self._turns[0][0] + self.limit.seconds <= now:
            self._spent -= self._turns.popleft()[1]
        return self._spent

    def add(self, now: float, cost: int) -> None:
        self._turns.append((now, cost))
        self._spent += cost

    def opens_at(self, now: float, cost: int) -> float:
        """Return the first moment at which `cost` fits, infinity where it never does."""
        if cost > self.capacity:
            return float("inf")
        excess = self.spent(now) + cost - self.capacity
        for taken_at, taken in self._turns:
            if excess <= 0:
                break
            excess -= taken
            now = taken_at + self.limit.seconds
        return now


class LimitTurns:
    """Turns within the limits of every provider, for one process and one event loop.

    Each limit is a sliding window over monotonic time, so it holds for any stretch of its length, not only from minute to minute.
    Who asks waits in line up to `patience_seconds`. `factors` scale a provider's limits (a paid plan).
    """

    def __init__(
        self,
        *,
        patience_seconds: float = 2.0,
        factors: Mapping[str, float] | None = None,
        monotonic: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._patience = patience_seconds
        self._factors = factors or {}
        self._monotonic = monotonic
        self._sleep = sleep
        self._windows: dict[str, list[_Window]] = {}
        self._lines: dict[str, asyncio.Lock] = {}

    async def __call__(self, provider: Provider, request: Request) -> None:
        """Take a turn of `request.cost`. Raises BudgetExhausted, saying when it opens, rather than wait beyond the patience."""
        if not provider.limits:
            return
        latest = self._monotonic() + self._patience
        async with self._lines.setdefault(provider.id, asyncio.Lock()):
            windows = self._windows_of(provider)
            while (opens_at := self._opens_at(windows, request.cost)) > (now := self._monotonic()):
                if opens_at > latest:
                    raise _exhausted(provider, opens_at - now)
                await self._sleep(opens_at - now)
            for window in windows:
                window.add(now, request.cost)

    def learn(self, provider: Provider, headers: Mapping[str, str]) -> None:
        """Count what the source says was used and we did not count: others share our address. Never counts less than we did."""
        now = self._monotonic()
        for window in self._windows_of(provider):
            used = _stated_use(window, headers)
            if used is not None and (unknown := min(used, window.capacity) - window.spent(now)) > 0:
                window.add(now, unknown)

    def spent(self, provider: Provider) -> list[int]:
        """Return what is spent of each of the provider's limits, in the order declared."""
        now = self._monotonic()
        return [window.spent(now) for window in self._windows_of(provider)]

    def _windows_of(self, provider: Provider) -> list[_Window]:
        if provider.id not in self._windows:
            factor = self._factors.get(provider.id, 1.0)
            self._windows[provider.id] = [_Window(limit, factor) for limit in provider.limits]
        return self._windows[provider.id]

    def _opens_at(self, windows: list[_Window], cost: int) -> float:
        now = self._monotonic()
        return max((window.opens_at(now, cost) for window in windows), default=now)


def _stated_use(window: _Window, headers: Mapping[str, str]) -> int | None:
    """Return the use that the headers state for a window, scaled limits included."""
    used = headers.get(window.limit.used_header.lower(), "") if window.limit.used_header else ""
    if used.isdecimal():
        return int(used)
    remaining = headers.get(window.limit.remaining_header.lower(), "") if window.limit.remaining_header else ""
    return window.capacity - int(remaining) if remaining.isdecimal() else None


def _exhausted(provider: Provider, seconds: float) -> BudgetExhausted:
    if seconds == float("inf"):
        return BudgetExhausted(f"one such call costs more than {provider.name} ever allows", source=provider.id)
    resets_at = (clock.wall_now() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return BudgetExhausted(f"our budget for {provider.name} is spent until {resets_at}", resets_at=resets_at, source=provider.id)
