"""What a socket can watch, and the bus topic each is published on."""

from enum import StrEnum

from msgspec import Struct

from financehub.bus import Topic
from financehub.errors import Invalid
from financehub.market.bar import Interval


class LiveStream(StrEnum):
    """Kinds of live data of one instrument."""

    PRICE = "price"
    TRADES = "trades"
    ORDERBOOK = "orderbook"
    BARS = "bars"


_ALIASES = {"ticker": LiveStream.PRICE}
_KINDS = {"quotes": LiveStream.PRICE, "trades": LiveStream.TRADES, "order_book": LiveStream.ORDERBOOK}


class LiveTopic(Struct, frozen=True):
    """One stream of one instrument of ours; `interval` is set for bars and for nothing else."""

    stream: LiveStream
    symbol: str
    interval: Interval | None = None

    @property
    def stream_name(self) -> str:
        """Return the stream as a client writes it: "price", "bars:1m"."""
        return f"{self.stream}:{self.interval}" if self.interval else str(self.stream)

    @property
    def name(self) -> str:
        """Return the topic as frames carry it: "price:BTCUSDT", "bars:1m:BTCUSDT"."""
        return f"{self.stream_name}:{self.symbol}"

    def bus_topic(self, venue: str) -> str:
        if self.interval is not None:
            return Topic.bars(venue, self.symbol, self.interval)
        if self.stream is LiveStream.PRICE:
            return Topic.quotes(venue, self.symbol)
        if self.stream is LiveStream.TRADES:
            return Topic.trades(venue, self.symbol)
        return Topic.order_book(venue, self.symbol)

    def retained_topic(self, venue: str) -> str:
        """Return the bus topic whose latest value is the whole state of this one."""
        return Topic.tape(venue, self.symbol) if self.stream is LiveStream.TRADES else self.bus_topic(venue)


def parse_topic(stream: str, symbol: str) -> LiveTopic:
    """Return the topic of `stream` ("price", "ticker", "trades", "orderbook", "bars", "bars:5m") of `symbol`.

    Bare "bars" means one minute. Raises Invalid, listing the streams, for anything else.
    """
    name, _, length = stream.partition(":")
    kind = _ALIASES.get(name) or (LiveStream(name) if name in set(LiveStream) else None)
    if kind is LiveStream.BARS and (length or Interval.M1) in set(Interval):
        return LiveTopic(kind, symbol, Interval(length or Interval.M1))
    if kind is None or kind is LiveStream.BARS or length:
        raise Invalid(f"there is no stream {stream!r}", stream=stream, streams=known_streams())
    return LiveTopic(kind, symbol)


def known_streams() -> list[str]:
    """Return every stream a client may name."""
    return ["price", "ticker", "trades", "orderbook", *(f"bars:{interval}" for interval in Interval)]


def topic_of(bus_topic: str) -> LiveTopic | None:
    """Return what was published on `bus_topic`, None where that is not live data."""
    kind, _, rest = bus_topic.partition(".")
    symbol = rest.partition(".")[2]
    if kind == "bars":
        symbol, _, interval = symbol.rpartition(".")
        return LiveTopic(LiveStream.BARS, symbol, Interval(interval)) if interval in set(Interval) else None
    return LiveTopic(_KINDS[kind], symbol) if kind in _KINDS else None
