"""Answer for everything that is one document: rates, books, trades, markets, filings and listings."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from financehub import clock
from financehub.errors import FinanceHubError
from financehub.market.provenance import Answer
from financehub.orchestration.cache_manager import INCOMPLETE_SECONDS, LIFETIME_SECONDS, CacheManager, with_trace
from financehub.orchestration.call_planner import CallPlanner
from financehub.orchestration.fallback import Attempts, Stamp, ask_in_order
from financehub.orchestration.source_order import Candidate, Need, Source, SourceRests, rank_sources

Value = TypeVar("Value")
LONGEST_KEY = 200


class DocumentRequest(Struct, Generic[Value], frozen=True, kw_only=True):
    """How to ask for one document and how to read it.

    `key` names it among its kind. `query(candidate)` is what the source is asked, `finish(value)` puts our names in,
    `why_wrong(value)` is the plausibility gate, `as_of(value)` the event time (None: when it was fetched). `stored_type` is the
    type of the answer in the document store, None for what is worthless when it is old. `only` restricts the question to one source.
    """

    need: Need
    key: str
    what: str
    query: Callable[[Candidate], Any]
    why_wrong: Callable[[Value], str]
    finish: Callable[[Value], Value] = lambda value: value
    as_of: Callable[[Value], datetime | None] = lambda _: None
    currency: str | None = None
    stored_type: Any = None
    only: str = ""


class DocumentReader:
    """Read documents from memory, then from storage while they are fresh, then from the sources, then from storage however old."""

    def __init__(
        self, sources: Mapping[str, Source], *, cache: CacheManager, planner: CallPlanner, rests: SourceRests, stamp: Stamp
    ) -> None:
        self._sources = sources
        self._cache = cache
        self._planner = planner
        self._rests = rests
        self._stamp = stamp

    async def read(self, request: DocumentRequest[Value], *, max_age: float | None = None) -> Answer[Value]:
        """Return the document and its provenance. Raises the most telling SourceError where nothing is stored either."""
        key = (request.need.dataset, request.only, request.key)
        remembered = self._cache.recall(key, max_age=max_age)
        if remembered is not None:
            return remembered
        return await self._planner.ask(key, lambda: self._read(key, request, max_age))

    async def _read(self, key: tuple[str, str, str], request: DocumentRequest[Value], max_age: float | None) -> Answer[Value]:
        lifetime = LIFETIME_SECONDS[request.need.dataset]
        stored = await self._load(request)
        if stored is not None:
            age = (clock.now() - stored.provenance.fetched_at).total_seconds()
            if 0 <= age < (lifetime if max_age is None else min(lifetime, max_age)):
                self._cache.keep(key, stored, lifetime - age)
                return stored
        attempts = self._attempts(request)
        try:
            answer = await self._ask(request, attempts)
        except FinanceHubError as error:
            if stored is None:
                self._cache.keep_refusal(key, error)
                raise
            old = with_trace(stored, attempts.trace())
            self._cache.keep(key, old, INCOMPLETE_SECONDS)
            return old
        self._cache.keep(key, answer, lifetime)
        if request.stored_type is not None:
            await self._cache.save_document(request.need.dataset, _stored_key(request), answer)
        return answer

    async def _load(self, request: DocumentRequest[Value]) -> Answer[Value] | None:
        if request.stored_type is None:
            return None
        return await self._cache.load_document(request.need.dataset, _stored_key(request), request.stored_type)

    def _attempts(self, request: DocumentRequest[Value]) -> Attempts:
        sources = {id_: source for id_, source in self._sources.items() if request.only in ("", id_)}
        return Attempts(rank_sources(sources, request.need, self._rests), self._rests)

    async def _ask(self, request: DocumentRequest[Value], attempts: Attempts) -> Answer[Value]:
        asked = await ask_in_order(
            attempts,
            what=request.what,
            ask=lambda candidate: candidate.source.fetcher.fetch(candidate.endpoint, request.query(candidate)),
            why_wrong=request.why_wrong,
        )
        value, fetched_at = asked.fetched.value, asked.fetched.fetched_at
        provenance = self._stamp.provenance(
            asked.candidate,
            as_of=request.as_of(value) or fetched_at,
            fetched_at=fetched_at,
            currency=request.currency,
            trace=attempts.trace(),
        )
        return Answer(request.finish(value), provenance)


def _stored_key(request: DocumentRequest[Any]) -> str:
    """Return the key in storage; a long one keeps its start and ends in its digest, because storage bounds keys."""
    key = f"{request.only}/{request.key}" if request.only else request.key
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 65]}#{hashlib.sha256(key.encode()).hexdigest()}"
