"""What is published for sockets: the bytes of `{"data":…,"provenance":…}`, encoded once by whoever publishes."""

from datetime import datetime

import msgspec
from msgspec import Struct

from financehub import clock
from financehub.market.bar import Interval
from financehub.market.order_book import BookState, Level
from financehub.market.provenance import CacheTier, DelayClass, Freshness, Provenance, TraceStep
from financehub.market.quote import Quote
from financehub.market.trade import Side, Trade


class FrameProvenance(Struct, frozen=True, kw_only=True):
    """A provenance as frames carry it; `freshness` is that of the moment of publishing."""

    source: str
    as_of: datetime
    fetched_at: datetime
    delay_class: DelayClass
    unit: str
    currency: str | None
    freshness: Freshness
    cached: CacheTier | None = None
    trace: tuple[TraceStep, ...] = ()


class TapeEntry(Struct, frozen=True):
    """One trade as frames carry it."""

    trade_id: str
    price: float
    quantity: float
    side: Side | None
    time: datetime


class TradesData(Struct, frozen=True):
    """Trades, oldest first; `merged` counts those that the frame stands for without listing them."""

    trades: list[TapeEntry]
    merged: int = 0


class BarData(Struct, frozen=True):
    """A bar as frames carry it; `time` is its start in Unix seconds."""

    interval: Interval
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    is_final: bool


class BookData(Struct, frozen=True):
    """The best levels of a book, whole, and what follows from them.

    `mid` is None on an empty side; `imbalance` is (bids − asks) / (bids + asks) of the quantity in the best ten levels, −1 to 1.
    `depth_limit` is how many levels a side the last snapshot knew.
    """

    state: BookState
    update_id: int
    time: datetime | None
    bids: list[Level]
    asks: list[Level]
    spread: float | None
    mid: float | None
    imbalance: float | None
    depth_limit: int


Data = Quote | TradesData | BarData | BookData


class LiveFrame(Struct, frozen=True):
    """What one publish carries."""

    data: Data
    provenance: FrameProvenance


_encoder = msgspec.json.Encoder()


def encode_payload(data: Data, provenance: Provenance) -> bytes:
    """Return the bytes that sockets get behind the topic and the number."""
    stated = FrameProvenance(
        source=provenance.source,
        as_of=provenance.as_of,
        fetched_at=provenance.fetched_at,
        delay_class=provenance.delay_class,
        unit=provenance.unit,
        currency=provenance.currency,
        freshness=provenance.freshness(clock.now()),
        cached=provenance.cached,
        trace=provenance.trace,
    )
    return _encoder.encode(LiveFrame(data, stated))


def tape_entry(trade: Trade) -> TapeEntry:
    return TapeEntry(trade.trade_id, trade.price, trade.quantity, trade.side, trade.time)


def compute_imbalance(bids: list[Level], asks: list[Level], count: int = 10) -> float | None:
    """Return (bids − asks) / (bids + asks) of the quantity in the best `count` levels; None for an empty book."""
    bid = sum(quantity for _, quantity in bids[:count])
    ask = sum(quantity for _, quantity in asks[:count])
    return (bid - ask) / (bid + ask) if bid + ask > 0 else None


class TopicStatus(Struct, frozen=True):
    """How one stream of one instrument is doing; `reason` says why where it is not live."""

    state: str
    reason: str = ""


class SymbolStatus(Struct, frozen=True):
    """How every watched stream of one instrument is doing, by stream name ("bars:1m")."""

    symbol: str
    streams: dict[str, TopicStatus]
