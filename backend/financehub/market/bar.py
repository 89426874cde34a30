"""Open, high, low, close and volume of one stretch of time."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct


class Interval(StrEnum):
    """Lengths of a bar, in the field's own spelling."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    D1 = "1d"
    W1 = "1w"

    @property
    def seconds(self) -> int:
        return _SECONDS[self]

    @property
    def duration(self) -> timedelta:
        return timedelta(seconds=self.seconds)


_SECONDS = {
    Interval.M1: 60,
    Interval.M5: 300,
    Interval.M15: 900,
    Interval.H1: 3_600,
    Interval.D1: 86_400,
    Interval.W1: 604_800,
}

_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


def bucket_start(moment: datetime, interval: Interval) -> datetime:
    """Return the start of the UTC bucket that holds `moment`; weeks start on Monday."""
    passed = (moment - _MONDAY) // interval.duration
    return _MONDAY + passed * interval.duration


class Bar(Struct, frozen=True, kw_only=True):
    """One bar; `time` is its start, aware, UTC. Prices in the instrument's currency, volume in units of the instrument.

    `is_final` is False while the bar can still change. Intraday bars start on UTC buckets; a daily bar of an exchange with a
    session starts at 00:00 UTC of its session date.
    """

    symbol: str
    interval: Interval
    time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float
    is_final: bool = True

    @property
    def is_consistent(self) -> bool:
        """Return whether low ≤ open, close ≤ high and volume ≥ 0 (NaN makes it False)."""
        # one comparison per price: min() and max() pass over a NaN, depending on where it stands
        return self.low <= self.open <= self.high and self.low <= self.close <= self.high and self.volume >= 0


class BarsQuery(Struct, frozen=True, kw_only=True):
    """Ask for the bars with start ≤ time < end, oldest first."""

    symbol: str
    interval: Interval
    start: datetime
    end: datetime


class Candles(Struct, frozen=True, kw_only=True):
    """What a source answers to a BarsQuery: the bars and the currency it states them in (None when it does not say).

    `told_until` is the time of the latest trade that the source knows of, where it says so: a bar that is still open may be told only
    up to the close of a market that has long shut.
    """

    bars: list[Bar]
    currency: str | None = None
    told_until: datetime | None = None
