"""Fetch history into the store: resumable, because what is covered is not asked for again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from financehub import clock
from financehub.errors import BudgetExhausted, FinanceHubError, Invalid, RateLimited
from financehub.market.bar import BarsQuery, Interval
from financehub.orchestration.bar_fetching import BarsNeed, FetchTotals, Gathered
from financehub.orchestration.bar_ranges import Range, align_query, slice_pages, subtract
from financehub.orchestration.data_orchestrator import DataOrchestrator
from financehub.orchestration.naming import Known

BARS_PER_SLICE = 5_000
LONGEST_WAIT_SECONDS = 120.0
ATTEMPTS = 3
_BESIDE_BARS = 20


class BackfillFailure(Struct, frozen=True):
    """A stretch that nobody gave, and the most telling reason."""

    start: datetime
    end: datetime
    code: str
    message: str


class SymbolBackfill(Struct, kw_only=True):
    """What came of one symbol: slices done of all that were missing, rows in the store, refused bars and failed stretches."""

    symbol: str
    slices: int = 0
    slices_done: int = 0
    totals: FetchTotals = msgspec.field(default_factory=FetchTotals)
    failures: list[BackfillFailure] = []


class BackfillReport(Struct, kw_only=True):
    """What came of each symbol; `is_complete` is False where it was stopped or something failed."""

    symbols: list[SymbolBackfill]
    is_complete: bool


async def backfill(
    orchestrator: DataOrchestrator,
    symbols: Sequence[str],
    interval: Interval,
    start: datetime,
    end: datetime,
    *,
    on_progress: Callable[[SymbolBackfill], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> BackfillReport:
    """Fetch what is missing between `start` and `end`, newest first, one symbol after the other.

    `on_progress` hears after every slice, and once at the start of each symbol; `should_stop` is asked between slices, and what was done
    stays done. A source that asks for up to two minutes of patience is waited for. Raises Invalid for an empty range.
    """
    if start >= end:
        raise Invalid(f"start {start.isoformat()} must be before end {end.isoformat()}")
    done: list[SymbolBackfill] = []
    is_stopped = False
    for symbol in symbols:
        if is_stopped := should_stop():
            break
        work = SymbolBackfill(symbol=symbol)
        done.append(work)
        try:
            known = await orchestrator.naming.get(symbol)
        except FinanceHubError as error:
            work.failures.append(BackfillFailure(start, end, error.code, error.message))
            on_progress(work)
            continue
        query = align_query(BarsQuery(symbol=known.instrument.symbol, interval=interval, start=start, end=end), clock.now())
        filler = _Filler(orchestrator, known, query, sleep)
        is_stopped = not await filler.fill(work, on_progress, should_stop)
        if is_stopped:
            break
    return BackfillReport(symbols=done, is_complete=not is_stopped and not any(work.failures for work in done))


class _Filler:
    """Fill one symbol's gaps slice by slice."""

    def __init__(
        self, orchestrator: DataOrchestrator, known: Known, query: BarsQuery, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._orchestrator = orchestrator
        self._known = known
        self._query = query
        self._sleep = sleep

    async def fill(
        self, work: SymbolBackfill, on_progress: Callable[[SymbolBackfill], None], should_stop: Callable[[], bool]
    ) -> bool:
        """Return whether all slices were tried, False where it was stopped between two."""
        query, run = self._query, self._orchestrator.threads.run
        covered = await run(self._orchestrator.bar_shelf.coverage, query.symbol, query.interval)
        slices = slice_pages(subtract((query.start, query.end), covered), query.interval.duration * BARS_PER_SLICE)
        work.slices = len(slices)
        on_progress(work)
        for slice_ in slices:
            if should_stop():
                return False
            gathered = await self._gather(slice_, subtract(slice_, covered), work.totals)
            work.failures.extend(_failures(gathered, query.symbol))
            work.slices_done += 1
            on_progress(work)
        return True

    async def _gather(self, slice_: Range, missing: list[Range], totals: FetchTotals) -> Gathered:
        """Ask for what is missing of a slice, waiting where a source says for how long."""
        for attempt in range(1, ATTEMPTS + 1):
            need = BarsNeed(
                known=self._known,
                interval=self._query.interval,
                missing=missing,
                beside=await self._beside(slice_),
                currency=self._known.instrument.currency or None,
            )
            gathered = await self._orchestrator.bar_fetcher.gather(need)
            totals.merge(gathered.totals)
            missing = gathered.unresolved
            wait = _patience(gathered) if missing else None
            if wait is None or attempt == ATTEMPTS:
                break
            await self._sleep(wait)
        return gathered

    async def _beside(self, slice_: Range) -> list[tuple[datetime, float]]:
        """Return the stored closes around a slice, against which its first and last bars are held."""
        query, margin = self._query, self._query.interval.duration * _BESIDE_BARS
        around = BarsQuery(symbol=query.symbol, interval=query.interval, start=slice_[0] - margin, end=slice_[1] + margin)
        stored = await self._orchestrator.threads.run(self._orchestrator.bar_shelf.load_bars, around)
        return [(bar.time, bar.close) for bar in stored.bars if bar.is_final]


def _patience(gathered: Gathered) -> float | None:
    """Return how long the source that refused wants to be waited for, None where waiting does not help or would be too long."""
    error = gathered.attempts.most_telling("bars")
    wait: float | None = None
    if isinstance(error, RateLimited):
        wait = error.retry_after
    if isinstance(error, BudgetExhausted) and error.resets_at is not None:
        wait = (datetime.fromisoformat(error.resets_at) - clock.wall_now()) / timedelta(seconds=1)
    return max(0.0, wait) if wait is not None and wait <= LONGEST_WAIT_SECONDS else None


def _failures(gathered: Gathered, symbol: str) -> list[BackfillFailure]:
    if not gathered.unresolved:
        return []
    error = gathered.attempts.most_telling(f"bars of {symbol}")
    return [BackfillFailure(start, end, error.code, error.message) for start, end in gathered.unresolved]
