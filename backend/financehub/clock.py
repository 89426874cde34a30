"""The only module that asks what time it is.

Two times exist. **Market time** (`now`, `now_ns`, `sleep`) is the machine's time when data is live, the recording's time in a
replay, and whatever a test says. **Wall time** (`wall_now`, `monotonic`) is always the machine's: sessions, tokens and
time-outs run on it, so that a replay at 20× does not sign people out.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

NANOSECONDS = 1_000_000_000


class Clock(Protocol):
    """Tell market time and wait for it."""

    def now_ns(self) -> int:
        """Return nanoseconds since the Unix epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of market time."""
        ...


class SystemClock:
    """Market time is the machine's time."""

    def now_ns(self) -> int:
        return time.time_ns()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """Market time starts at `start_ns` and runs `speed` times as fast as the machine's."""

    def __init__(self, start_ns: int, speed: float = 1.0) -> None:
        self._start_ns = start_ns
        self._anchor_ns = time.monotonic_ns()
        self.speed = speed

    def now_ns(self) -> int:
        return self._start_ns + round((time.monotonic_ns() - self._anchor_ns) * self.speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class ManualClock:
    """Market time stands still until `advance`; sleepers wake in the order of their deadlines."""

    def __init__(self, start_ns: int) -> None:
        self._now_ns = start_ns
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = 0

    def now_ns(self) -> int:
        return self._now_ns

    async def sleep(self, seconds: float) -> None:
        deadline = self._now_ns + round(max(0.0, seconds) * NANOSECONDS)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order += 1
        self._sleepers.append((deadline, self._order, waiter))
        await waiter

    async def advance(self, seconds: float) -> None:
        """Move time forward, waking every sleeper that falls due and letting each run before the next."""
        target = self._now_ns + round(seconds * NANOSECONDS)
        await _settle()
        while due := min((s for s in self._sleepers if s[0] <= target), default=None):
            self._sleepers.remove(due)
            self._now_ns = max(self._now_ns, due[0])
            if not due[2].done():
                due[2].set_result(None)
            await _settle()
        self._now_ns = target
        await _settle()


async def _settle() -> None:
    """Let whatever is ready run: a few turns of the loop cover a chain of callbacks."""
    for _ in range(10):
        await asyncio.sleep(0)


_clock: Clock = SystemClock()


def current_clock() -> Clock:
    return _clock


def install_clock(clock: Clock) -> None:
    """Make `clock` the market time of this process; called once, at start."""
    global _clock  # one process has one market time, whatever thread asks
    _clock = clock


@contextmanager
def use_clock(clock: Clock) -> Iterator[Clock]:
    """Install `clock` for the length of a block."""
    before = _clock
    install_clock(clock)
    try:
        yield clock
    finally:
        install_clock(before)


def now_ns() -> int:
    return _clock.now_ns()


def now() -> datetime:
    """Return market time, aware, in UTC."""
    return from_ns(_clock.now_ns())


async def sleep(seconds: float) -> None:
    await _clock.sleep(seconds)


def from_ns(nanoseconds: int) -> datetime:
    """Return the aware UTC time of `nanoseconds` since the epoch, cut to microseconds without float error."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def from_ms(milliseconds: int) -> datetime:
    return from_ns(milliseconds * 1_000_000)


def to_ns(moment: datetime) -> int:
    """Return nanoseconds since the epoch of an aware time, exact to the microsecond."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * NANOSECONDS + delta.microseconds * 1000


def wall_now() -> datetime:
    """Return the machine's time, aware, in UTC: for sessions and tokens, never for market data."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds on a clock that never steps back: for time-outs and measuring."""
    return time.monotonic()
