"""Fetch stretches of bars: several calls side by side, each stretch from the first source that has it, saved as it arrives."""

import asyncio
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from msgspec import Struct

from financehub.errors import Implausible, NotCovered, RateLimited, SourceError
from financehub.market.bar import Bar, BarsQuery, Candles, Interval, bucket_start
from financehub.market.provenance import DelayClass
from financehub.orchestration.bar_ranges import Range, join, slice_pages, subtract
from financehub.orchestration.fallback import Attempts
from financehub.orchestration.naming import Known
from financehub.orchestration.plausibility import screen_bars
from financehub.orchestration.source_order import (
    Candidate,
    FetchedValue,
    Need,
    Source,
    SourceRests,
    rank_sources,
    stated_currency,
)
from financehub.orchestration.storage_threads import StorageThreads
from financehub.providers.provider import Dataset

PAGES_AT_ONCE = 4
BARS_PER_CALL = 10_000
_SETTLES_AT_THE_VENUE = timedelta(seconds=5)
_SETTLES_ELSEWHERE = timedelta(minutes=20)
_SETTLES_AT_END_OF_DAY = timedelta(days=1)
_NEIGHBOUR_WITHIN = timedelta(days=7)


class RefusedBar(Protocol):
    """A bar that storage would not take, and why."""

    @property
    def bar(self) -> Bar: ...

    @property
    def reason(self) -> str: ...


class WriteCounts(Protocol):
    """What storage says of a write."""

    @property
    def written(self) -> int: ...

    @property
    def changed(self) -> int: ...

    @property
    def unchanged(self) -> int: ...

    @property
    def rejected(self) -> Sequence[RefusedBar]: ...


class StoredSeries(Protocol):
    """Bars as storage hands them back, with where and when the newest came from."""

    @property
    def bars(self) -> list[Bar]: ...

    @property
    def source(self) -> str | None: ...

    @property
    def fetched_at(self) -> datetime | None: ...

    @property
    def currency(self) -> str | None: ...


class BarShelf(Protocol):
    """The bar store as it is used here; every call blocks."""

    def save_bars(
        self,
        symbol: str,
        interval: Interval,
        bars: Sequence[Bar],
        *,
        source: str,
        fetched_at: datetime,
        covered: Range | None = None,
        currency: str | None = None,
    ) -> WriteCounts: ...

    def load_bars(self, query: BarsQuery) -> StoredSeries: ...

    def coverage(self, symbol: str, interval: Interval) -> list[Range]: ...


class BarsNeed(Struct, frozen=True, kw_only=True):
    """What is missing: of which instrument, where, and the believed closes around it (sorted by time).

    `currency` is that of the bars which the missing ones are to stand beside, None where there are none: one series has one currency.
    """

    known: Known
    interval: Interval
    missing: list[Range]
    beside: list[tuple[datetime, float]]
    currency: str | None = None

    @property
    def symbol(self) -> str:
        return self.known.instrument.symbol


class FetchTotals(Struct):
    """What came of the fetched bars in storage; `rejected` holds the time of each refused bar and the reason."""

    written: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[tuple[datetime, str]] = []

    def add(self, counts: WriteCounts) -> None:
        self.written += counts.written
        self.changed += counts.changed
        self.unchanged += counts.unchanged
        self.rejected.extend((refused.bar.time, refused.reason) for refused in counts.rejected)

    def merge(self, other: "FetchTotals") -> None:
        self.written += other.written
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.rejected.extend(other.rejected)


class _Page(Struct, kw_only=True):
    """One call for one stretch: bars that can be true, those that cannot, or the error."""

    range: Range
    bars: list[Bar] = []
    rejected: list[tuple[Bar, str]] = []
    error: SourceError | None = None
    fetched: FetchedValue | None = None
    currency: str | None = None
    told_until: datetime | None = None


class Gathered(Struct, kw_only=True):
    """What the sources gave: bars by time, who gave the newest and when, what nobody had, and the way there."""

    attempts: Attempts
    unresolved: list[Range]
    bars: dict[datetime, Bar] = {}
    candidate: Candidate | None = None
    fetched_at: datetime | None = None
    currency: str | None = None
    told_until: datetime | None = None
    totals: FetchTotals = msgspec.field(default_factory=FetchTotals)

    def take(self, candidate: Candidate, page: _Page) -> None:
        """Take over a page's bars; a later source is asked only for what an earlier one did not give."""
        if page.fetched is None:
            return
        newest = max(self.bars, default=None)
        if self.candidate is None or (page.bars and (newest is None or page.bars[-1].time >= newest)):
            self.candidate, self.fetched_at = candidate, page.fetched.fetched_at
            self.currency = page.currency or self.currency
            self.told_until = page.told_until
        self.bars.update((bar.time, bar) for bar in page.bars)


class BarFetcher:
    """Ask the sources for bars and save what they give."""

    def __init__(self, sources: Mapping[str, Source], *, shelf: BarShelf, threads: StorageThreads, rests: SourceRests) -> None:
        self._sources = sources
        self._shelf = shelf
        self._threads = threads
        self._rests = rests
        self._turns = asyncio.Semaphore(PAGES_AT_ONCE * 2)

    async def gather(self, need: BarsNeed) -> Gathered:
        """Return what the sources have of what is missing; never raises for a source: failures are in the attempts."""
        instrument = need.known.instrument
        ranking = rank_sources(
            self._sources,
            Need(
                dataset=Dataset.BARS,
                asset_class=instrument.asset_class,
                interval=need.interval,
                names=need.known.names,
                venue=instrument.venue,
            ),
            self._rests,
        )
        gathered = Gathered(attempts=Attempts(ranking, self._rests), unresolved=need.missing)
        for candidate in ranking.candidates:
            if not gathered.unresolved:
                break
            await self._ask(candidate, need, gathered)
        return gathered

    async def _ask(self, candidate: Candidate, need: BarsNeed, gathered: Gathered) -> None:
        """Ask one source for everything unresolved, newest first, and leave unresolved what it did not give."""
        length = need.interval.duration * (candidate.endpoint.bars_per_call or BARS_PER_CALL)
        ranges = slice_pages(gathered.unresolved, length)
        stop: list[SourceError] = []  # once the source refuses, calls that have not left stay here
        turns = asyncio.Semaphore(PAGES_AT_ONCE)

        async def ask_page(range_: Range) -> _Page:
            async with turns, self._turns:
                page = _Page(range=range_, error=stop[0]) if stop else await self._fetch_page(candidate, need, range_)
                page = _in_one_currency(page, candidate, need.currency or gathered.currency)
            if isinstance(page.error, RateLimited):
                stop.append(page.error)
            return page

        pages = await asyncio.gather(*(ask_page(range_) for range_ in ranges))
        has_bars = bool(need.beside) or any(page.bars for page in pages)
        wanted = gathered.unresolved
        gathered.unresolved = []
        for asked, page in zip(ranges, pages, strict=True):
            gathered.take(candidate, page)
            gathered.unresolved.extend(_left_by(page, asked, wanted, need.interval))
            await self._save(candidate, need, page, gathered.totals, is_covered=has_bars)
        gathered.unresolved = join(gathered.unresolved)
        _note_pages(candidate, pages, gathered.attempts)

    async def _fetch_page(self, candidate: Candidate, need: BarsNeed, range_: Range) -> _Page:
        query = BarsQuery(symbol=candidate.symbol, interval=need.interval, start=range_[0], end=range_[1])
        try:
            fetched = await candidate.source.fetcher.fetch(candidate.endpoint, query)
        except SourceError as error:
            return _Page(range=range_, error=error)
        candles: Candles = fetched.value
        bars = _own_bars(candles.bars, need, range_, settled_until(candidate, fetched.fetched_at))
        if not fetched.is_complete and bars:
            range_ = (range_[0], bars[-1].time + need.interval.duration)
        before, after = _closes_beside(need.beside, range_)
        screened = screen_bars(bars, before=before, after=after)
        currency = stated_currency(candidate, need.known.instrument, candles.currency)
        return _Page(
            range=range_,
            bars=screened.good,
            rejected=screened.rejected,
            fetched=fetched,
            currency=currency,
            told_until=candles.told_until,
        )

    async def _save(self, candidate: Candidate, need: BarsNeed, page: _Page, totals: FetchTotals, *, is_covered: bool) -> None:
        """Save a page, stretch by stretch between the bars that were refused, so that those stay missing."""
        if page.fetched is None or not _is_same_currency(page.currency, need.known.instrument.currency):
            return  # a stand-in for the market itself is shown, and asked for again of the market once that answers
        totals.rejected.extend((bar.time, reason) for bar, reason in page.rejected)
        settled = bucket_start(settled_until(candidate, page.fetched.fetched_at), need.interval)
        for start, end in subtract(page.range, [_bucket(bar.time, need.interval) for bar, _ in page.rejected]):
            counts = await self._threads.write(
                self._shelf.save_bars,
                need.symbol,
                need.interval,
                [bar for bar in page.bars if start <= bar.time < end],
                source=candidate.source.id,
                fetched_at=page.fetched.fetched_at,
                covered=(start, min(end, settled)) if is_covered and start < settled else None,
                currency=page.currency,
            )
            if counts is not None:
                totals.add(counts)


def _is_same_currency(one: str | None, other: str | None) -> bool:
    """Return whether two statements of a currency can be of the same; pence ("GBp") count as pounds, as sources mix those."""
    return not one or not other or one.upper() == other.upper()


def _in_one_currency(page: _Page, candidate: Candidate, currency: str | None) -> _Page:
    """Return the page, or a refusal of it where its bars are not in the currency of those they would stand beside."""
    if page.fetched is None or not page.bars or _is_same_currency(page.currency, currency):
        return page
    reason = f"{candidate.source.provider.name} has them in {page.currency}, and the others are in {currency}"
    return _Page(range=page.range, error=NotCovered(reason, provider=candidate.source.id))


def settled_until(candidate: Candidate, fetched_at: datetime) -> datetime:
    """Return up to when what a source says is final: the venue itself settles at once, others lag and revise."""
    if candidate.endpoint.delay_class is DelayClass.END_OF_DAY:
        return fetched_at - _SETTLES_AT_END_OF_DAY
    return fetched_at - (_SETTLES_AT_THE_VENUE if candidate.source.provider.venue else _SETTLES_ELSEWHERE)


def _bucket(start: datetime, interval: Interval) -> Range:
    floor = bucket_start(start, interval)
    return floor, floor + interval.duration


def _own_bars(bars: Sequence[Bar], need: BarsNeed, range_: Range, settled: datetime) -> list[Bar]:
    """Return the bars of a range under our symbol, oldest first, the last one where a source repeats a time."""
    length = need.interval.duration
    by_time = {
        bar.time: msgspec.structs.replace(bar, symbol=need.symbol, is_final=bar.is_final and bar.time + length <= settled)
        for bar in bars
        if range_[0] <= bar.time < range_[1]
    }
    return [by_time[time] for time in sorted(by_time)]


def _closes_beside(beside: Sequence[tuple[datetime, float]], range_: Range) -> tuple[float | None, float | None]:
    """Return the believed closes just before and just after a range, None where the nearest is more than a week away."""
    left = bisect_left(beside, range_[0], key=lambda item: item[0]) - 1
    right = bisect_left(beside, range_[1], key=lambda item: item[0])
    before = beside[left][1] if left >= 0 and range_[0] - beside[left][0] <= _NEIGHBOUR_WITHIN else None
    after = beside[right][1] if right < len(beside) and beside[right][0] - range_[1] <= _NEIGHBOUR_WITHIN else None
    return before, after


def _left_by(page: _Page, asked: Range, wanted: Sequence[Range], interval: Interval) -> list[Range]:
    """Return what a call for `asked` leaves open: what nobody answered for, and the buckets whose bars were refused."""
    unanswered = asked if page.error is not None else (page.range[1], asked[1])
    refused = [_bucket(bar.time, interval) for bar, _ in page.rejected]
    return [*subtract(unanswered, subtract(unanswered, wanted)), *refused]


def _note_pages(candidate: Candidate, pages: Sequence[_Page], attempts: Attempts) -> None:
    """Write one step for what a source gave, one for what was refused and one for its first error."""
    answered = [page for page in pages if page.fetched is not None]
    count = sum(len(page.bars) for page in answered)
    if answered and (count or not any(page.rejected for page in answered)):
        slowest = max(page.fetched.milliseconds for page in answered if page.fetched is not None)
        attempts.answered(candidate, slowest, f"{count} bars in {len(answered)} calls")
    refused = [refusal for page in answered for refusal in page.rejected]
    if refused:
        bar, reason = refused[0]
        message = f"{candidate.source.provider.name}: {len(refused)} bars refused, the first at {bar.time.isoformat()}: {reason}"
        attempts.failed(candidate, Implausible(message, provider=candidate.source.id))
    error = next((page.error for page in pages if page.error is not None), None)
    if error is not None:
        attempts.failed(candidate, error)
