"""Where a number came from, how old it is and who else was asked."""

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

Value = TypeVar("Value")


class DelayClass(StrEnum):
    """How far behind the market a source is by its own terms, or that the market is not real."""

    LIVE = "live"
    DELAYED_15M = "delayed_15m"
    END_OF_DAY = "end_of_day"
    HISTORICAL = "historical"
    SIMULATED = "simulated"
    REPLAYED = "replayed"


class Freshness(StrEnum):
    """Age classes, each with the greatest age in seconds that it admits."""

    REALTIME = "realtime"
    NEAR_REALTIME = "near_realtime"
    RECENT = "recent"
    CACHED = "cached"
    STALE = "stale"
    EXPIRED = "expired"


_FRESHNESS_LIMITS = (
    (Freshness.REALTIME, 0.0),
    (Freshness.NEAR_REALTIME, 30.0),
    (Freshness.RECENT, 300.0),
    (Freshness.CACHED, 3_600.0),
    (Freshness.STALE, 86_400.0),
)


def freshness_of(age_seconds: float) -> Freshness:
    """Return the first class whose limit the age does not pass; a source's clock ahead of ours counts as age 0."""
    return next((name for name, limit in _FRESHNESS_LIMITS if age_seconds <= limit), Freshness.EXPIRED)


class CacheTier(StrEnum):
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


class TraceOutcome(StrEnum):
    """What happened to one source on the way to an answer."""

    ANSWERED = "answered"
    FAILED = "failed"
    SKIPPED = "skipped"
    REJECTED = "rejected"


class TraceStep(Struct, frozen=True):
    """One source that was considered: what came of it, why, and how long it took in milliseconds (None if not asked)."""

    source: str
    outcome: TraceOutcome
    reason: str = ""
    code: str = ""
    milliseconds: float | None = None


class Provenance(Struct, frozen=True, kw_only=True):
    """Answer "where from, how old, how sure" for one value or one series.

    `as_of` is the event time at the source (the last one of a series), `fetched_at` when we received it. `unit` names what the
    number counts ("price", "rate", "shares"); `currency` is the quote currency as the source states it. `confidence` (0 to 1)
    and `dispersion_bp` exist only where several sources answered.
    """

    source: str
    as_of: datetime
    fetched_at: datetime
    delay_class: DelayClass
    unit: str
    currency: str | None = None
    cached: CacheTier | None = None
    trace: tuple[TraceStep, ...] = ()
    confidence: float | None = None
    dispersion_bp: float | None = None

    def age_seconds(self, now: datetime) -> float:
        return max(0.0, (now - self.as_of).total_seconds())

    def freshness(self, now: datetime) -> Freshness:
        return freshness_of(self.age_seconds(now))


class Answer(Struct, Generic[Value], frozen=True):
    """A value and where it came from; no number leaves a door without this pair."""

    value: Value
    provenance: Provenance
