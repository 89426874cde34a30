"""Sources whose answers a test writes, and shelves that are plain dictionaries."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from financehub import clock
from financehub.errors import FinanceHubError, NotFound
from financehub.market.bar import Bar, BarsQuery, Candles, Interval
from financehub.market.instrument import AssetClass, Instrument
from financehub.market.provenance import DelayClass
from financehub.market.quote import Quote
from financehub.orchestration.data_orchestrator import DataOrchestrator, Shelves
from financehub.orchestration.source_order import Source
from financehub.providers.base_api_fetcher import Fetched
from financehub.providers.provider import Dataset, Endpoint, KeyIn, Provider, Request

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
START_NS = clock.to_ns(START)
ALL_CLASSES = frozenset(AssetClass)


class ScriptedFetcher:
    """Answer by `answer(endpoint, query)`, raising what it returns if that is an error, and remember every call."""

    def __init__(self, answer: Callable[[Endpoint[Any, Any], Any], Any]) -> None:
        self.answer = answer
        self.calls: list[tuple[str, Any]] = []
        self.cancelled = 0

    async def fetch(self, endpoint: Endpoint[Any, Any], query: Any) -> Fetched[Any]:
        self.calls.append((endpoint.name, query))
        value = self.answer(endpoint, query)
        if hasattr(value, "__await__"):
            try:
                value = await value
            except BaseException:
                self.cancelled += 1
                raise
        if isinstance(value, FinanceHubError):
            raise value
        if isinstance(value, Fetched):
            return value
        return Fetched(value=value, fetched_at=clock.now(), milliseconds=7.0)


def make_endpoint(
    dataset: Dataset,
    *,
    asset_classes: frozenset[AssetClass] = ALL_CLASSES,
    delay_class: DelayClass = DelayClass.LIVE,
    intervals: frozenset[Interval] = frozenset(),
    batch_size: int = 1,
    bars_per_call: int | None = None,
    currency: str | None = None,
) -> Endpoint[Any, Any]:
    return Endpoint(
        name=str(dataset),
        dataset=dataset,
        asset_classes=asset_classes,
        delay_class=delay_class,
        unit="price",
        request=lambda _: Request(path="/"),
        parse=lambda payload, _: payload,
        intervals=intervals,
        batch_size=batch_size,
        bars_per_call=bars_per_call,
        currency=currency,
    )


def make_source(
    id_: str,
    answer: Callable[[Endpoint[Any, Any], Any], Any],
    *endpoints: Endpoint[Any, Any],
    venue: str = "",
    key: KeyIn | None = None,
    retired: str = "",
    has_key: bool = False,
) -> Source:
    provider = Provider(
        id=id_,
        name=id_.title(),
        homepage="https://example.org",
        hosts={"rest": "https://example.org"},
        endpoints=endpoints,
        venue=venue,
        key=key,
        retired=retired,
    )
    return Source(provider=provider, fetcher=ScriptedFetcher(answer), has_key=has_key)


def calls_of(source: Source) -> list[tuple[str, Any]]:
    fetcher = source.fetcher
    assert isinstance(fetcher, ScriptedFetcher)
    return fetcher.calls


class Counts(Struct, frozen=True):
    written: int
    changed: int
    unchanged: int
    rejected: list[Any] = []


class Series(Struct, frozen=True):
    bars: list[Bar]
    source: str | None = None
    fetched_at: datetime | None = None
    currency: str | None = None


class DictBars:
    """A bar store that is a dictionary: final bars win over open ones, nothing is rolled up."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Interval], dict[datetime, tuple[Bar, str, datetime, str | None]]] = {}
        self.stretches: dict[tuple[str, Interval], list[tuple[datetime, datetime]]] = {}
        self.saves = 0

    def save_bars(
        self,
        symbol: str,
        interval: Interval,
        bars: Sequence[Bar],
        *,
        source: str,
        fetched_at: datetime,
        covered: tuple[datetime, datetime] | None = None,
        currency: str | None = None,
    ) -> Counts:
        self.saves += 1
        rows = self.rows.setdefault((symbol, interval), {})
        written = changed = unchanged = 0
        for bar in bars:
            before = rows.get(bar.time)
            if before is None or not before[0].is_final:
                written += 1
            elif before[0] == bar:
                unchanged += 1
            else:
                changed += 1
            rows[bar.time] = (bar, source, fetched_at, currency)
        if covered is not None:
            self.stretches.setdefault((symbol, interval), []).append(covered)
        return Counts(written, changed, unchanged)

    def load_bars(self, query: BarsQuery) -> Series:
        rows = self.rows.get((query.symbol, query.interval), {})
        found = [rows[time] for time in sorted(rows) if query.start <= time < query.end]
        if not found:
            return Series([])
        _, source, fetched_at, currency = found[-1]
        return Series([row[0] for row in found], source, fetched_at, currency)

    def coverage(self, symbol: str, interval: Interval) -> list[tuple[datetime, datetime]]:
        return sorted(self.stretches.get((symbol, interval), []))


class Document(Struct, frozen=True):
    payload: bytes


class DictDocuments:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], bytes] = {}

    def save_document(self, kind: str, key: str, payload: bytes, *, source: str, as_of: datetime, fetched_at: datetime) -> None:
        self.rows[kind, key] = payload

    def load_document(self, kind: str, key: str) -> Document | None:
        payload = self.rows.get((kind, key))
        return None if payload is None else Document(payload)


class DictCatalogue:
    """Instruments by symbol, each with its names at the sources."""

    def __init__(self) -> None:
        self.instruments: dict[str, Instrument] = {}
        self.names: dict[str, dict[str, str]] = {}
        self.lookups = 0

    def add(self, symbol: str, asset_class: AssetClass, currency: str, venue: str = "", **names: str) -> None:
        self.instruments[symbol] = Instrument(symbol=symbol, name=symbol, asset_class=asset_class, currency=currency, venue=venue)
        self.names[symbol] = names

    def get_instrument(self, name: str) -> Instrument:
        self.lookups += 1
        if name not in self.instruments:
            raise NotFound(f"no instrument is called {name}", symbol=name)
        return self.instruments[name]

    def provider_names(self, symbol: str) -> dict[str, str]:
        return self.names[symbol]


def make_catalogue() -> DictCatalogue:
    catalogue = DictCatalogue()
    catalogue.add("BTCUSDT", AssetClass.CRYPTO, "USDT", "MAIN", first="BTCUSDT", second="BTC-USD", third="bitcoin")
    catalogue.add("ETHUSDT", AssetClass.CRYPTO, "USDT", "MAIN", first="ETHUSDT", second="ETH-USD", third="ethereum")
    catalogue.add("AAPL", AssetClass.EQUITY, "USD", "XNAS", second="AAPL", third="0000320193")
    return catalogue


def make_orchestrator(
    *sources: Source,
    catalogue: DictCatalogue | None = None,
    bars: Any = None,
    documents: Any = None,
    override: DelayClass | None = None,
) -> DataOrchestrator:
    shelves = Shelves(bars or DictBars(), documents or DictDocuments(), catalogue or make_catalogue())
    return DataOrchestrator({source.id: source for source in sources}, shelves, delay_class_override=override)


def make_bar(time: datetime, close: float, interval: Interval = Interval.M1, symbol: str = "BTCUSDT") -> Bar:
    return Bar(symbol=symbol, interval=interval, time=time, open=close, high=close + 1, low=close - 1, close=close, volume=10.0)


def bars_between(query: BarsQuery, close: float = 100.0, until: datetime = START + timedelta(days=3650)) -> Candles:
    """Return one bar per bucket of `query` that has begun before `until`, under the symbol asked for."""
    length = query.interval.duration
    count = max(0, -((query.start - min(query.end, until)) // length))
    bars = [make_bar(query.start + index * length, close, query.interval, query.symbol) for index in range(count)]
    return Candles(bars=bars, currency="USDT")


def make_quote(symbol: str, price: float, *, time: datetime | None = None, **fields: Any) -> Quote:
    return Quote(symbol=symbol, price=price, time=time or clock.now(), currency="USDT", **fields)
