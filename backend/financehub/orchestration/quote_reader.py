"""Answer for the latest quotes of many instruments: batched where a source can, one answer or one failure per symbol."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct

from financehub import clock
from financehub.errors import FinanceHubError, Implausible, NotCovered, SourceError
from financehub.market.provenance import Answer
from financehub.market.quote import Quote, QuotesQuery
from financehub.orchestration.believed_prices import BelievedPrices
from financehub.orchestration.cache_manager import INCOMPLETE_SECONDS, LIFETIME_SECONDS, CacheManager, with_trace
from financehub.orchestration.call_planner import CallPlanner
from financehub.orchestration.fallback import Attempts, Stamp
from financehub.orchestration.naming import Known, Naming
from financehub.orchestration.plausibility import check_quote
from financehub.orchestration.source_order import (
    Candidate,
    FetchedValue,
    Need,
    Ranking,
    Source,
    SourceRests,
    rank_sources,
    stated_currency,
)
from financehub.providers.provider import Dataset

Outcome: TypeAlias = Answer[Quote] | FinanceHubError
CALLS_AT_ONCE = 8
CONFIRMED_WITHIN = 0.05


class QuotesAnswer(Struct, frozen=True):
    """What was found for each symbol asked for, and for each of the others why nothing was."""

    answers: dict[str, Answer[Quote]]
    failures: dict[str, FinanceHubError]


class _Search:
    """The way to one symbol's quote: whom to ask next, and what became of those before."""

    def __init__(self, known: Known, ranking: Ranking, rests: SourceRests) -> None:
        self.known = known
        self.attempts = Attempts(ranking, rests)
        self.outcome: Outcome | None = None
        self.doubted: float | None = None
        self._left = list(ranking.candidates)

    @property
    def symbol(self) -> str:
        return self.known.instrument.symbol

    def next_candidate(self) -> Candidate | None:
        return self._left.pop(0) if self._left else None


class QuoteReader:
    """Read quotes from memory, then from the sources in order."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        *,
        cache: CacheManager,
        planner: CallPlanner,
        naming: Naming,
        rests: SourceRests,
        believed: BelievedPrices,
        stamp: Stamp,
    ) -> None:
        self._sources = sources
        self._cache = cache
        self._planner = planner
        self._naming = naming
        self._rests = rests
        self._believed = believed
        self._stamp = stamp
        self._turns = asyncio.Semaphore(CALLS_AT_ONCE)

    async def quotes(self, symbols: Sequence[str], *, max_age: float | None = None) -> QuotesAnswer:
        """Return an answer or a failure for each of `symbols`; `max_age` seconds tightens how old a remembered one may be."""
        answers: dict[str, Answer[Quote]] = {}
        failures: dict[str, FinanceHubError] = {}
        known = await self._naming.find_all(symbols)
        missing: dict[tuple[str, str], list[str]] = {}
        for name, found in known.items():
            if isinstance(found, FinanceHubError):
                failures[name] = found
                continue
            key = _key(found)
            try:
                remembered = self._cache.recall(key, max_age=max_age)
            except FinanceHubError as refusal:
                failures[name] = refusal
                continue
            if remembered is None:
                missing.setdefault(key, []).append(name)
            else:
                answers[name] = remembered
        by_key = {_key(found): found for found in known.values() if isinstance(found, Known)}
        outcomes = await self._planner.ask_many(list(missing), lambda keys: self._search([by_key[key] for key in keys]))
        for key, outcome in outcomes.items():
            for name in missing[key]:
                if isinstance(outcome, FinanceHubError):
                    failures[name] = outcome
                else:
                    answers[name] = outcome
        return QuotesAnswer(answers, failures)

    async def _search(self, wanted: Sequence[Known]) -> dict[tuple[str, str], Outcome]:
        """Ask round by round: each round asks, for every symbol still open, its next source, in as few calls as can be."""
        searches = [_Search(known, self._rank(known), self._rests) for known in wanted]
        open_ = searches
        while open_:
            calls: dict[tuple[str, str], list[tuple[_Search, Candidate]]] = {}
            for search in open_:
                candidate = search.next_candidate()
                if candidate is None:
                    search.outcome = search.attempts.most_telling(f"a quote of {search.symbol}")
                else:
                    calls.setdefault((candidate.source.id, candidate.endpoint.name), []).append((search, candidate))
            await asyncio.gather(*(self._ask_batches(batch) for batch in calls.values()))
            open_ = [search for search in open_ if search.outcome is None]
        return {_key(search.known): await self._remember(search) for search in searches}

    def _rank(self, known: Known) -> Ranking:
        instrument = known.instrument
        need = Need(dataset=Dataset.QUOTES, asset_class=instrument.asset_class, names=known.names, venue=instrument.venue)
        return rank_sources(self._sources, need, self._rests)

    async def _remember(self, search: _Search) -> Outcome:
        """Keep what was found; where no source answered, fall back on the last quote stored, with its true age."""
        key, outcome = _key(search.known), search.outcome
        assert outcome is not None
        if not isinstance(outcome, FinanceHubError):
            self._cache.keep(key, outcome, LIFETIME_SECONDS[Dataset.QUOTES])
            self._cache.save_document_later(Dataset.QUOTES, search.symbol, outcome)
            return outcome
        stored = await self._cache.load_document(Dataset.QUOTES, search.symbol, Answer[Quote])
        if stored is None:
            self._cache.keep_refusal(key, outcome)
            return outcome
        old = with_trace(stored, search.attempts.trace())
        self._cache.keep(key, old, INCOMPLETE_SECONDS)
        return old

    async def _ask_batches(self, asked: list[tuple[_Search, Candidate]]) -> None:
        size = max(1, asked[0][1].endpoint.batch_size)
        await asyncio.gather(*(self._ask(asked[start : start + size]) for start in range(0, len(asked), size)))

    async def _ask(self, asked: list[tuple[_Search, Candidate]]) -> None:
        """Ask for one batch; where a source refuses a whole batch for one symbol that it does not have, halve it."""
        candidate = asked[0][1]
        query = QuotesQuery(tuple(candidate.symbol for _, candidate in asked))
        try:
            async with self._turns:
                fetched = await candidate.source.fetcher.fetch(candidate.endpoint, query)
        except NotCovered as error:
            if len(asked) == 1:
                asked[0][0].attempts.failed(candidate, error)
                return
            middle = len(asked) // 2
            await asyncio.gather(self._ask(asked[:middle]), self._ask(asked[middle:]))
        except SourceError as error:
            for search, candidate in asked:
                search.attempts.failed(candidate, error)
        else:
            stated = {quote.symbol.upper(): quote for quote in fetched.value}
            for search, candidate in asked:
                self._judge(search, candidate, stated.get(candidate.symbol.upper()), fetched)

    def _judge(self, search: _Search, candidate: Candidate, quote: Quote | None, fetched: FetchedValue) -> None:
        name = candidate.source.provider.name
        if quote is None:
            error = NotCovered(f"{name} left {candidate.symbol} out of its answer", provider=candidate.source.id)
            search.attempts.failed(candidate, error, fetched.milliseconds)
            return
        now = clock.now()
        reason = check_quote(quote, self._believed.find(search.symbol, now))
        if reason and not _is_confirmed(quote, search.doubted):
            self._believed.record_doubt(search.symbol, quote.price, now)
            search.doubted = quote.price
            search.attempts.failed(
                candidate, Implausible(f"{name}: {reason}", provider=candidate.source.id), fetched.milliseconds
            )
            return
        self._believed.record_good(search.symbol, quote.price, now)
        search.attempts.answered(candidate, fetched.milliseconds)
        currency = stated_currency(candidate, search.known.instrument, quote.currency)
        provenance = self._stamp.provenance(
            candidate, as_of=quote.time, fetched_at=fetched.fetched_at, currency=currency, trace=search.attempts.trace()
        )
        search.outcome = Answer(msgspec.structs.replace(quote, symbol=search.symbol, currency=currency), provenance)


def _key(known: Known) -> tuple[str, str]:
    return ("quote", known.instrument.symbol)


def _is_confirmed(quote: Quote, doubted: float | None) -> bool:
    """Return whether a second source states, within 5 %, the price that the first was doubted for: then the market moved."""
    is_possible = not check_quote(msgspec.structs.replace(quote, previous_close=None))
    return is_possible and doubted is not None and doubted > 0 and abs(quote.price / doubted - 1) <= CONFIRMED_WITHIN
