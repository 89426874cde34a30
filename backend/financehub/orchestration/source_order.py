"""Which sources can answer, in which order, and why each of the others cannot."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from financehub import clock
from financehub.errors import BudgetExhausted, FinanceHubError, KeyMissing, NotCovered, RateLimited, Retired, SourceError
from financehub.market.bar import Interval
from financehub.market.instrument import AssetClass, Instrument
from financehub.market.provenance import DelayClass, TraceOutcome, TraceStep
from financehub.providers.provider import Dataset, Endpoint, Provider

_DELAY_ORDER = tuple(DelayClass)
_FIRST_REST_SECONDS = 5.0
_LONGEST_REST_SECONDS = 300.0


class FetchedValue(Protocol):
    """What a fetcher hands back: the parsed value, when it was received, how long that took and whether it is all there is."""

    @property
    def value(self) -> Any: ...

    @property
    def fetched_at(self) -> datetime: ...

    @property
    def milliseconds(self) -> float: ...

    @property
    def is_complete(self) -> bool: ...


class Fetcher(Protocol):
    """Ask one source over the network; raises only leaves of SourceError."""

    async def fetch(self, endpoint: Endpoint[Any, Any], query: Any) -> FetchedValue: ...


class Source(Struct, frozen=True, kw_only=True):
    """A provider that is switched on, and the way to ask it."""

    provider: Provider
    fetcher: Fetcher
    has_key: bool = False

    @property
    def id(self) -> str:
        return self.provider.id


class Need(Struct, frozen=True, kw_only=True):
    """What is asked for. `names` are the sources' own names of the instrument; None where nothing is named."""

    dataset: Dataset
    asset_class: AssetClass | None = None
    interval: Interval | None = None
    names: Mapping[str, str] | None = None
    venue: str = ""


class Candidate(Struct, frozen=True):
    """A source that can be asked, by which endpoint and under which name."""

    source: Source
    endpoint: Endpoint[Any, Any]
    symbol: str


def stated_currency(candidate: Candidate, instrument: Instrument, stated: str | None) -> str | None:
    """Return the currency of a price: as the source states it, or the instrument's where the source is the very venue that trades it."""
    provider = candidate.source.provider
    is_own_venue = bool(provider.venue) and provider.venue == instrument.venue
    return stated or candidate.endpoint.currency or (instrument.currency if is_own_venue else None)


class Ranking(Struct, frozen=True):
    """Whom to ask, best first, and for each of the others the error that asking it would be."""

    candidates: list[Candidate]
    skipped: list[tuple[str, SourceError]]

    def skipped_steps(self) -> list[TraceStep]:
        return [TraceStep(source, TraceOutcome.SKIPPED, error.message, error.code) for source, error in self.skipped]


class _Rest(Struct):
    until: float
    failures: int
    code: str


class SourceRests:
    """Remember who failed lately: a resting source is asked after the others, never left out.

    A rest starts at 5 s and doubles with each failure in a row up to 5 min; a source that says how long it wants to be left
    alone is taken at its word. `NotCovered` is an answer, not a failure.
    """

    def __init__(self, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._monotonic = monotonic
        self._rests: dict[str, _Rest] = {}

    def record_failure(self, source: str, error: FinanceHubError) -> None:
        if isinstance(error, NotCovered):
            return
        before = self._rests.get(source)
        failures = before.failures + 1 if before else 1
        self._rests[source] = _Rest(self._monotonic() + _rest_seconds(error, failures), failures, error.code)

    def record_answer(self, source: str) -> None:
        self._rests.pop(source, None)

    def is_resting(self, source: str) -> bool:
        rest = self._rests.get(source)
        return rest is not None and rest.until > self._monotonic()

    def reason(self, source: str) -> str:
        """Return why `source` rests and for how long still, in words."""
        rest = self._rests[source]
        return f"resting {max(0.0, rest.until - self._monotonic()):.0f} s more after {rest.code}"


def _rest_seconds(error: FinanceHubError, failures: int) -> float:
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return error.retry_after
    if isinstance(error, BudgetExhausted) and error.resets_at is not None:
        return max(0.0, (datetime.fromisoformat(error.resets_at) - clock.wall_now()).total_seconds())
    return min(_LONGEST_REST_SECONDS, _FIRST_REST_SECONDS * 2.0 ** min(failures - 1, 10))


def rank_sources(sources: Mapping[str, Source], need: Need, rests: SourceRests) -> Ranking:
    """Return who can answer `need`: rested before resting, live before delayed, the instrument's own venue first.

    Among equals the endpoint that covers more intervals goes first (it keeps real bars), then the one that answers more
    symbols at once, then the alphabet, so that the order never depends on how the sources were found.
    """
    candidates: list[Candidate] = []
    skipped: list[tuple[str, SourceError]] = []
    for source in sources.values():
        found = _match(source, need)
        if isinstance(found, Candidate):
            candidates.append(found)
        elif found is not None:
            skipped.append((source.id, found))
    candidates.sort(key=lambda candidate: _preference(candidate, need, rests))
    return Ranking(candidates, skipped)


def _preference(candidate: Candidate, need: Need, rests: SourceRests) -> tuple[bool, int, bool, int, int, str]:
    provider, endpoint = candidate.source.provider, candidate.endpoint
    is_own_venue = bool(provider.venue) and provider.venue == need.venue
    return (
        rests.is_resting(provider.id),
        _DELAY_ORDER.index(endpoint.delay_class),
        not is_own_venue,
        -len(endpoint.intervals),
        -endpoint.batch_size,
        provider.id,
    )


def _match(source: Source, need: Need) -> Candidate | SourceError | None:
    """Return the candidate, the reason why `source` cannot answer, or None where it has nothing of the kind at all."""
    provider = source.provider
    of_kind = provider.endpoints_for(need.dataset)
    if not of_kind:
        return None
    if provider.retired:
        return Retired(f"{provider.name} is retired: {provider.retired}", provider=provider.id)
    if provider.key is not None and provider.key.is_required and not source.has_key:
        setting = f"FINANCEHUB_{provider.id.upper()}_KEY"
        return KeyMissing(f"{provider.name} needs a key: set {setting}", provider=provider.id, setting=setting)
    fitting = provider.endpoints_for(need.dataset, need.asset_class)
    if not fitting:
        return NotCovered(f"{provider.name} has no {need.dataset} of {need.asset_class}", provider=provider.id)
    for endpoint in fitting:
        if need.interval is None or not endpoint.intervals or need.interval in endpoint.intervals:
            return _name(source, endpoint, need)
    return NotCovered(f"{provider.name} has no {need.interval} bars", provider=provider.id)


def _name(source: Source, endpoint: Endpoint[Any, Any], need: Need) -> Candidate | SourceError:
    if need.names is None:
        return Candidate(source, endpoint, "")
    symbol = need.names.get(source.id)
    if symbol is None:
        return NotCovered(f"{source.provider.name} has no name for this instrument", provider=source.id)
    return Candidate(source, endpoint, symbol)
