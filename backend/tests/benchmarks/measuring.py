"""Take measurements side by side and write them down as rows of one table."""

import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

ROUNDS = 5


class Sample(Struct, frozen=True):
    """Several measurements of one thing, in one unit."""

    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def scaled(self, factor: float) -> "Sample":
        return Sample([value * factor for value in self.values])

    def inverted(self, numerator: float) -> "Sample":
        """Turn seconds for `numerator` things into things per second."""
        return Sample([numerator / value for value in self.values])


class Row(Struct, frozen=True, kw_only=True):
    """One line of the table: ours beside its peer or floor. `budget_ratio` and `budget` say what must hold; None where nothing must.

    `is_rate` says that more is better; a ratio is always "how many times as good as the peer".
    """

    room: str
    what: str
    input: str
    unit: str
    ours: Sample
    peer_name: str = ""
    peer: Sample | None = None
    is_rate: bool = False
    budget: float | None = None
    budget_ratio: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        if self.peer is None or not self.peer.median or not self.ours.median:
            return None
        return self.ours.median / self.peer.median if self.is_rate else self.peer.median / self.ours.median

    @property
    def is_met(self) -> bool | None:
        if self.budget_ratio is not None:
            return self.ratio is not None and self.ratio >= self.budget_ratio
        if self.budget is None:
            return None
        return self.ours.median >= self.budget if self.is_rate else self.ours.median <= self.budget


def time_side_by_side(calls: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, Sample]:
    """Return the CPU seconds of each call, taken in turns after one warm-up each, so that all meet the same machine."""
    for call in calls.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            gc.collect()
            started = time.process_time()
            call()
            seconds[name].append(time.process_time() - started)
    return {name: Sample(values) for name, values in seconds.items()}


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def is_quick() -> bool:
    return "--quick" in sys.argv


def emit(rows: list[Row]) -> None:
    """Hand the rows to the runner, which started this module as a process of its own."""
    sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
