"""Count what the sources do: answers, errors by kind, bytes and how long they took; every number was measured."""

from collections import deque
from datetime import datetime

from msgspec import Struct

from financehub.providers.fetch_monitor import FetchRecord

RESERVOIR = 512


class EndpointCounts(Struct, frozen=True, kw_only=True):
    """How one endpoint did since the start.

    `outcomes` counts attempts by "ok" or the error's code; `p50_milliseconds` and `p95_milliseconds` are over the last 512 attempts
    that got an answer, None before the first. `last_error` is the reason of the last attempt that failed.
    """

    source: str
    endpoint: str
    outcomes: dict[str, int]
    bytes: int
    cost: int
    p50_milliseconds: float | None
    p95_milliseconds: float | None
    last_at: datetime
    last_error: str | None = None
    last_error_at: datetime | None = None

    @property
    def attempts(self) -> int:
        return sum(self.outcomes.values())


class MonitorSnapshot(Struct, frozen=True):
    """All endpoints that were asked, by source and endpoint."""

    endpoints: tuple[EndpointCounts, ...]


class _Tally:
    """Running counts of one endpoint."""

    def __init__(self) -> None:
        self.outcomes: dict[str, int] = {}
        self.bytes = 0
        self.cost = 0
        self.latencies: deque[float] = deque(maxlen=RESERVOIR)
        self.last: FetchRecord | None = None
        self.last_error: FetchRecord | None = None

    def add(self, record: FetchRecord) -> None:
        self.outcomes[record.outcome] = self.outcomes.get(record.outcome, 0) + 1
        self.bytes += record.size
        self.cost += record.cost
        self.last = record
        if record.outcome == "ok":
            self.latencies.append(record.milliseconds)
        else:
            self.last_error = record


class Monitor:
    """Hear of every attempt to fetch; lives in one event loop and never blocks or raises."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def record_fetch(self, record: FetchRecord) -> None:
        self._tallies.setdefault((record.provider, record.endpoint), _Tally()).add(record)

    def snapshot(self) -> MonitorSnapshot:
        """Return the counts as they are now."""
        return MonitorSnapshot(tuple(_counts(key, self._tallies[key]) for key in sorted(self._tallies)))


def _counts(key: tuple[str, str], tally: _Tally) -> EndpointCounts:
    assert tally.last is not None
    ordered = sorted(tally.latencies)
    return EndpointCounts(
        source=key[0],
        endpoint=key[1],
        outcomes=dict(tally.outcomes),
        bytes=tally.bytes,
        cost=tally.cost,
        p50_milliseconds=_quantile(ordered, 0.50),
        p95_milliseconds=_quantile(ordered, 0.95),
        last_at=tally.last.at,
        last_error=tally.last_error.reason if tally.last_error else None,
        last_error_at=tally.last_error.at if tally.last_error else None,
    )


def _quantile(ordered: list[float], share: float) -> float | None:
    """Return the smallest measured value that `share` of all values do not exceed; one that was really measured, never a mean."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
