"""What an adapter declares: who the source is, what it covers, how to ask and how to read the answer.

An adapter is one file that builds one `PROVIDER`. Everything in it is data or a pure function: no I/O, no clock, no state.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from msgspec import Struct

from financehub.errors import SourceError
from financehub.market.bar import Bar, Interval
from financehub.market.instrument import AssetClass
from financehub.market.order_book import OrderBookDelta
from financehub.market.provenance import DelayClass
from financehub.market.quote import Quote
from financehub.market.trade import Trade

Query = TypeVar("Query")
Value = TypeVar("Value")


class Dataset(StrEnum):
    """Kinds of data that can be asked for."""

    INSTRUMENTS = "instruments"
    QUOTES = "quotes"
    BARS = "bars"
    ORDER_BOOK = "order_book"
    TRADES = "trades"
    FX_RATES = "fx_rates"
    FX_HISTORY = "fx_history"
    CRYPTO_MARKETS = "crypto_markets"
    FILINGS = "filings"


class Request(Struct, frozen=True, kw_only=True):
    """One HTTP GET: `host` picks one of the provider's hosts, `cost` is what it takes from the budget.

    `follow` is for a source that names all its pages at once: the paths that remain to be asked after this one.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    host: str = "rest"
    cost: int = 1
    follow: tuple[str, ...] = ()


class Scope(StrEnum):
    """What a limit counts by."""

    KEY = "key"
    ACCOUNT = "account"
    IP = "ip"


class Limit(Struct, frozen=True, kw_only=True):
    """At most `calls` units of cost in any `seconds`, counted per `scope`; where that was read and on which day.

    `used_header` and `remaining_header` are the response headers in which the source states what was used of it or what is left.
    """

    calls: int
    seconds: int
    scope: Scope
    source_url: str
    verified_on: date
    used_header: str = ""
    remaining_header: str = ""


class KeyPlace(StrEnum):
    QUERY = "query"
    HEADER = "header"


class KeyIn(Struct, frozen=True, kw_only=True):
    """Where the key goes: `name` of the parameter or header, `prefix` before the value ("Bearer ")."""

    place: KeyPlace
    name: str
    prefix: str = ""
    is_required: bool = True


class Fact(Struct, frozen=True, kw_only=True):
    """Something true of a source on a day: terms, a delay, a change of name."""

    text: str
    source_url: str
    verified_on: date


class Endpoint(Struct, Generic[Query, Value], frozen=True, kw_only=True):
    """One thing a source answers.

    `request(query)` says what to send; `parse(payload, query)` reads the body into values. It raises `BadPayload` for anything that
    is not what the source promises, `NotCovered` when the source says it does not have it, `RateLimited` or `KeyRejected` for a
    refusal that came as a success. `next_request(payload, query, request)` pages: None when there is no more; at most `max_pages` are
    read. `batch_size` is how many symbols one call may ask for; `currency` is set where the source states every figure in one.
    `bars_per_call` is how many bars one call spans at most, so that a long range is cut into calls that run side by side.
    Bars are parsed as final: whether one can still change is decided where the clock is, in BaseAPIFetcher.
    """

    name: str
    dataset: Dataset
    asset_classes: frozenset[AssetClass]
    delay_class: DelayClass
    unit: str
    request: Callable[[Query], Request]
    parse: Callable[[bytes, Query], Value]
    next_request: Callable[[bytes, Query, Request], Request | None] | None = None
    intervals: frozenset[Interval] = frozenset()
    batch_size: int = 1
    max_pages: int = 50
    bars_per_call: int | None = None
    currency: str | None = None


class StreamKind(StrEnum):
    TRADES = "trades"
    QUOTES = "quotes"
    BARS = "bars"
    ORDER_BOOK = "order_book"


class StreamTopic(Struct, frozen=True, kw_only=True):
    """One subscription at a source, by the source's own symbol; `interval` for bars only."""

    kind: StreamKind
    symbol: str
    interval: Interval | None = None


class StreamNotice(StrEnum):
    """What a frame says when it carries no market data."""

    ACKNOWLEDGED = "acknowledged"
    SHUTDOWN = "shutdown"
    REFUSED = "refused"


StreamEvent = Trade | Quote | Bar | OrderBookDelta | StreamNotice


class Stream(Struct, frozen=True, kw_only=True):
    """A live feed: frames to send and how to read the ones that come.

    `subscribe` and `unsubscribe` pack topics into as few frames as the source allows. `quiet_seconds` without any frame means that
    the connection is dead. `max_frames_per_second` paces what we send; `max_age_seconds` is when the source cuts the connection.
    """

    path: str
    kinds: frozenset[StreamKind]
    subscribe: Callable[[list[StreamTopic]], list[bytes]]
    unsubscribe: Callable[[list[StreamTopic]], list[bytes]]
    parse_message: Callable[[bytes], list[StreamEvent]]
    asset_classes: frozenset[AssetClass]
    host: str = "stream"
    topics_per_connection: int = 1024
    max_frames_per_second: float = 4.0
    quiet_seconds: float = 30.0
    max_age_seconds: float | None = None


class Provider(Struct, frozen=True, kw_only=True):
    """A source. `id` is the adapter's file name; `hosts` are base URLs by name, each overridable by a setting.

    `venue` names the market where the source is one ("BINANCE"), else empty. `headers` go with every request; a value in braces
    ("{contact}") is filled from a setting. `refusal` looks at a status, the headers and the start of the body for what only this
    source means by them, and returns the error to raise or None. `probe` is the cheapest call that a reachable source answers with
    JSON.
    """

    id: str
    name: str
    homepage: str
    hosts: Mapping[str, str]
    endpoints: tuple[Endpoint[Any, Any], ...]
    limits: tuple[Limit, ...] = ()
    facts: tuple[Fact, ...] = ()
    key: KeyIn | None = None
    stream: Stream | None = None
    venue: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    refusal: Callable[[int, Mapping[str, str], bytes], SourceError | None] | None = None
    probe: Request | None = None
    retired: str = ""

    def endpoints_for(self, dataset: Dataset, asset_class: AssetClass | None = None) -> tuple[Endpoint[Any, Any], ...]:
        """Return the endpoints that answer `dataset` (for `asset_class` when given), in the order declared."""
        return tuple(
            endpoint
            for endpoint in self.endpoints
            if endpoint.dataset is dataset and (asset_class is None or asset_class in endpoint.asset_classes)
        )
