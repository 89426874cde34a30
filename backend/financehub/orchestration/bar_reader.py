"""Answer for bars: what is final comes from storage, only what is missing from the sources."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, timedelta

from financehub import clock
from financehub.errors import Invalid
from financehub.market.bar import Bar, BarsQuery, Candles
from financehub.market.instrument import Instrument
from financehub.market.provenance import Answer, CacheTier, DelayClass, Provenance, TraceOutcome, TraceStep
from financehub.orchestration.bar_fetching import BarFetcher, BarShelf, BarsNeed, Gathered, StoredSeries
from financehub.orchestration.bar_ranges import Range, align_query, subtract
from financehub.orchestration.believed_prices import BelievedPrices
from financehub.orchestration.cache_manager import (
    DAILY_BARS_SECONDS,
    FINAL_BARS_SECONDS,
    INCOMPLETE_SECONDS,
    LIFETIME_SECONDS,
    CacheManager,
)
from financehub.orchestration.call_planner import CallPlanner
from financehub.orchestration.fallback import Stamp
from financehub.orchestration.naming import Known, Naming
from financehub.orchestration.source_order import Source
from financehub.orchestration.storage_threads import StorageThreads
from financehub.providers.provider import Dataset

_DAY_SECONDS = 86_400
_STORAGE = "storage"


class BarReader:
    """Read bars from memory, then from storage, then from the sources."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        *,
        fetcher: BarFetcher,
        shelf: BarShelf,
        threads: StorageThreads,
        cache: CacheManager,
        planner: CallPlanner,
        naming: Naming,
        believed: BelievedPrices,
        stamp: Stamp,
    ) -> None:
        self._sources = sources
        self._fetcher = fetcher
        self._shelf = shelf
        self._threads = threads
        self._cache = cache
        self._planner = planner
        self._naming = naming
        self._believed = believed
        self._stamp = stamp

    async def bars(self, query: BarsQuery, *, max_age: float | None = None) -> Answer[Candles]:
        """Return the bars of `query`, oldest first. Raises Invalid for a range that is empty or in the future."""
        now = clock.now()
        if query.start >= query.end:
            raise Invalid(f"start {query.start.isoformat()} must be before end {query.end.isoformat()}")
        if query.start > now:
            raise Invalid(f"start {query.start.isoformat()} is in the future")
        known = await self._naming.get(query.symbol)
        aligned = align_query(query, now)
        key = ("bars", known.instrument.symbol, aligned.interval, aligned.start, aligned.end)
        remembered = self._cache.recall(key, max_age=max_age)
        if remembered is not None:
            return remembered
        return await self._planner.ask(key, lambda: self._read(key, known, aligned))

    async def _read(self, key: Hashable, known: Known, query: BarsQuery) -> Answer[Candles]:
        own = BarsQuery(symbol=known.instrument.symbol, interval=query.interval, start=query.start, end=query.end)
        loaded = await self._threads.read(self._load, own)
        stored, covered = loaded if loaded is not None else (None, [])
        missing = subtract((own.start, own.end), covered)
        if stored is not None and not missing:
            answer = self._from_storage(own, stored, known, ())
            self._cache.keep(key, answer, FINAL_BARS_SECONDS)
            return answer
        bars = stored.bars if stored is not None else []
        need = BarsNeed(
            known=known,
            interval=own.interval,
            missing=missing,
            beside=self._believed_closes(known.instrument, bars),
            currency=stored.currency if stored is not None and bars else None,
        )
        gathered = await self._fetcher.gather(need)
        if gathered.candidate is None or gathered.fetched_at is None:
            return self._without_sources(key, own, known, stored, gathered)
        return self._from_sources(key, own, bars, gathered)

    def _load(self, query: BarsQuery) -> tuple[StoredSeries, list[Range]]:
        return self._shelf.load_bars(query), self._shelf.coverage(query.symbol, query.interval)

    def _believed_closes(self, instrument: Instrument, bars: Sequence[Bar]) -> list[tuple[datetime, float]]:
        now = clock.now()
        closes = [(bar.time, bar.close) for bar in bars]
        price = self._believed.find(instrument.symbol, now)
        return [*closes, (now + timedelta(days=1), price)] if price is not None else closes

    def _without_sources(
        self, key: Hashable, query: BarsQuery, known: Known, stored: StoredSeries | None, gathered: Gathered
    ) -> Answer[Candles]:
        """Answer with what is stored, its true age and the failures; kept only for moments, so that a recovery shows soon."""
        if stored is not None and stored.bars:
            answer = self._from_storage(query, stored, known, gathered.attempts.trace())
            self._cache.keep(key, answer, INCOMPLETE_SECONDS)
            return answer
        error = gathered.attempts.most_telling(f"bars of {known.instrument.symbol}")
        self._cache.keep_refusal(key, error)
        raise error

    def _from_storage(self, query: BarsQuery, stored: StoredSeries, known: Known, trace: Sequence[TraceStep]) -> Answer[Candles]:
        source = stored.source or _STORAGE
        fetched_at = stored.fetched_at or clock.now()
        currency = stored.currency or known.instrument.currency
        provenance = Provenance(
            source=source,
            as_of=_event_time(stored.bars, fetched_at, asked_until=query.end),
            fetched_at=fetched_at,
            delay_class=self._stamp.delay_class or self._delay_class_of(source),
            unit="price",
            currency=currency,
            cached=CacheTier.L3,
            trace=(*trace, _storage_step(len(stored.bars))),
        )
        return Answer(Candles(bars=stored.bars, currency=currency), provenance)

    def _delay_class_of(self, source_id: str) -> DelayClass:
        source = self._sources.get(source_id)
        endpoints = source.provider.endpoints_for(Dataset.BARS) if source is not None else ()
        return endpoints[0].delay_class if endpoints else DelayClass.HISTORICAL

    def _from_sources(self, key: Hashable, query: BarsQuery, stored: Sequence[Bar], gathered: Gathered) -> Answer[Candles]:
        assert gathered.candidate is not None and gathered.fetched_at is not None
        merged = {bar.time: bar for bar in stored} | gathered.bars
        bars = [merged[time] for time in sorted(merged)]
        if not bars and gathered.attempts.has_failed:
            raise gathered.attempts.most_telling(f"bars of {query.symbol}")
        if stored:
            gathered.attempts.note(_storage_step(len(stored)))
        provenance = self._stamp.provenance(
            gathered.candidate,
            as_of=_event_time(bars, gathered.fetched_at, asked_until=query.end, told_until=gathered.told_until),
            fetched_at=gathered.fetched_at,
            currency=gathered.currency,
            trace=gathered.attempts.trace(),
        )
        answer = Answer(Candles(bars=bars, currency=provenance.currency), provenance)
        self._cache.keep(key, answer, INCOMPLETE_SECONDS if gathered.unresolved else _lifetime(query))
        return answer


def _event_time(
    bars: Sequence[Bar], fetched_at: datetime, *, asked_until: datetime, told_until: datetime | None = None
) -> datetime:
    """Return up to when the bars tell of the market: the end of the last one.

    One that is still open tells up to the source's latest trade, or up to when it was fetched where the source does not say.
    """
    if not bars:
        return min(asked_until, fetched_at)
    last = bars[-1]
    end = min(last.time + last.interval.duration, fetched_at)
    return end if last.is_final or told_until is None else max(last.time, min(end, told_until))


def _storage_step(count: int) -> TraceStep:
    return TraceStep(_STORAGE, TraceOutcome.ANSWERED, f"{count} bars were stored")


def _lifetime(query: BarsQuery) -> float:
    """Return how long bars stay fresh in memory: an hour for days and weeks, a minute within the day."""
    return DAILY_BARS_SECONDS if query.interval.seconds >= _DAY_SECONDS else LIFETIME_SECONDS[Dataset.BARS]
