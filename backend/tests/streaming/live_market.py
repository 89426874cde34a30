"""A source, an orchestrator and instruments that a test plays by hand."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field

from financehub import clock
from financehub.errors import FinanceHubError, NotCovered, NotFound
from financehub.market.instrument import AssetClass, Instrument
from financehub.market.order_book import Level, OrderBookDelta, OrderBookQuery, OrderBookSnapshot
from financehub.market.provenance import Answer, DelayClass, Provenance
from financehub.market.quote import Quote
from financehub.market.trade import Side, Trade, TradesQuery
from financehub.orchestration.naming import Known
from financehub.orchestration.quote_reader import QuotesAnswer
from financehub.providers.provider import Provider, Stream, StreamEvent, StreamKind, StreamTopic
from financehub.providers.source_settings import SourceSettings
from financehub.providers.stream_status import StreamState, StreamStatus

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NOW_NS = clock.to_ns(NOW)

VENUE = Provider(
    id="venue",
    name="Venue",
    homepage="https://venue.example",
    hosts={"stream": "wss://venue.example"},
    endpoints=(),
    venue="VENUE",
    stream=Stream(
        path="/stream",
        kinds=frozenset(StreamKind),
        subscribe=lambda topics: [],
        unsubscribe=lambda topics: [],
        parse_message=lambda frame: [],
        asset_classes=frozenset({AssetClass.CRYPTO}),
    ),
)


def instrument(
    symbol: str, asset_class: AssetClass = AssetClass.CRYPTO, venue: str = "VENUE", currency: str = "USDT"
) -> Instrument:
    return Instrument(symbol=symbol, name=symbol, asset_class=asset_class, currency=currency, venue=venue)


BTC = Known(instrument("BTCUSDT"), {"venue": "BTC-USDT"})
ETH = Known(instrument("ETHUSDT"), {"venue": "ETH-USDT"})
BRK = Known(instrument("BRK.B", AssetClass.EQUITY, "XNYS", "USD"), {"other": "BRK-B"})


def quote(symbol: str = "BTC-USDT", price: float = 100.0, second: int = 0, **more: float) -> Quote:
    return Quote(symbol=symbol, price=price, time=NOW + timedelta(seconds=second), **more)


def trade(number: int, symbol: str = "BTC-USDT", price: float = 100.0, second: int | None = None) -> Trade:
    moment = NOW + timedelta(seconds=number if second is None else second)
    return Trade(symbol=symbol, trade_id=str(number), price=price, quantity=1.0, side=Side.BUY, time=moment)


def delta(
    first: int, last: int, bids: Sequence[Level] = (), asks: Sequence[Level] = (), symbol: str = "BTC-USDT"
) -> OrderBookDelta:
    return OrderBookDelta(symbol=symbol, first_update_id=first, last_update_id=last, bids=list(bids), asks=list(asks), time=NOW)


def snapshot(
    update_id: int, bids: Sequence[Level] = ((99.0, 1.0),), asks: Sequence[Level] = ((101.0, 2.0),), depth_limit: int = 1000
) -> OrderBookSnapshot:
    return OrderBookSnapshot(symbol="BTCUSDT", update_id=update_id, bids=list(bids), asks=list(asks), depth_limit=depth_limit)


def provenance(source: str = "other", currency: str = "USD") -> Provenance:
    return Provenance(
        source=source, as_of=NOW, fetched_at=NOW, delay_class=DelayClass.DELAYED_15M, unit="price", currency=currency
    )


class PlayedNaming:
    """A catalogue of three instruments; "bitcoin" is an alias."""

    def __init__(self) -> None:
        self.known = {"BTCUSDT": BTC, "ETHUSDT": ETH, "BRK.B": BRK, "bitcoin": BTC}

    async def get(self, symbol: str) -> Known:
        if symbol not in self.known:
            raise NotFound(f"there is no instrument {symbol}", symbol=symbol)
        return self.known[symbol]

    async def find_all(self, symbols: Sequence[str]) -> dict[str, Known | FinanceHubError]:
        return {symbol: self.known.get(symbol, NotFound(f"there is no instrument {symbol}", symbol=symbol)) for symbol in symbols}


class PlayedOrchestrator:
    """Answers quotes and books that the test has put in; notes what was asked."""

    def __init__(self) -> None:
        self.naming = PlayedNaming()
        self.quotes_asked: list[tuple[str, ...]] = []
        self.oldest_allowed: list[float | None] = []
        self.books_asked: list[tuple[OrderBookQuery, float | None]] = []
        self.answers: dict[str, Answer[Quote]] = {}
        self.failures: dict[str, FinanceHubError] = {}
        self.books: list[OrderBookSnapshot | FinanceHubError] = []
        self.book_source = "venue"
        self.latest_trades: list[Trade] = []

    async def quotes(self, symbols: Sequence[str], *, max_age: float | None = None) -> QuotesAnswer:
        self.quotes_asked.append(tuple(symbols))
        self.oldest_allowed.append(max_age)
        return QuotesAnswer(
            {symbol: answer for symbol, answer in self.answers.items() if symbol in symbols},
            {symbol: error for symbol, error in self.failures.items() if symbol in symbols},
        )

    async def order_book(self, query: OrderBookQuery, *, max_age: float | None = None) -> Answer[OrderBookSnapshot]:
        self.books_asked.append((query, max_age))
        book = self.books.pop(0) if self.books else NotCovered("no book is left to give")
        if isinstance(book, FinanceHubError):
            raise book
        return Answer(book, provenance(self.book_source))

    async def trades(self, query: TradesQuery, *, max_age: float | None = None) -> Answer[list[Trade]]:
        return Answer(self.latest_trades, provenance("venue"))


class PlayedClient(Struct, eq=False):
    """Stands for a BaseStreamClient: the test says what arrives."""

    provider: Provider
    settings: SourceSettings
    on_event: Callable[[StreamEvent, int], None]
    on_state: Callable[[StreamStatus], None]
    topics: set[StreamTopic] = field(default_factory=set)
    is_started: bool = False

    async def start(self) -> None:
        self.is_started = True

    async def stop(self) -> None:
        self.is_started = False

    async def subscribe(self, topics: Iterable[StreamTopic]) -> None:
        self.topics.update(topics)

    async def unsubscribe(self, topics: Iterable[StreamTopic]) -> None:
        self.topics.difference_update(topics)

    def be(self, state: StreamState, reason: str = "") -> None:
        self.on_state(StreamStatus(provider=self.provider.id, shard=0, state=state, topics=tuple(self.topics), reason=reason))

    def say(self, *events: StreamEvent, received_ns: int = NOW_NS) -> None:
        for event in events:
            self.on_event(event, received_ns)


class PlayedVenue:
    """Makes clients and remembers them."""

    def __init__(self) -> None:
        self.clients: list[PlayedClient] = []

    def make(
        self,
        provider: Provider,
        settings: SourceSettings,
        on_event: Callable[[StreamEvent, int], None],
        on_state: Callable[[StreamStatus], None],
    ) -> PlayedClient:
        self.clients.append(PlayedClient(provider, settings, on_event, on_state))
        return self.clients[-1]

    @property
    def client(self) -> PlayedClient:
        (client,) = self.clients
        return client
