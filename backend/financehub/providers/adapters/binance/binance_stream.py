"""What Binance streams, in its combined form: `{"stream": "btcusdt@trade", "data": {…}}`."""

from collections.abc import Callable
from typing import Any

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder, encode

from financehub.errors import BadPayload
from financehub.market.bar import Bar, Interval
from financehub.market.instrument import AssetClass
from financehub.market.order_book import OrderBookDelta
from financehub.market.quote import Quote
from financehub.market.trade import Side, Trade
from financehub.providers.adapters.binance import binance_payloads as wire
from financehub.providers.payload_reading import (
    decode_payload,
    read_amount,
    read_milliseconds,
    read_number,
    read_price,
    require_order,
)
from financehub.providers.provider import Stream, StreamEvent, StreamKind, StreamNotice, StreamTopic

_SOURCE = wire.SOURCE
_TOPICS_A_FRAME = 200
_SUFFIXES = {StreamKind.TRADES: "trade", StreamKind.QUOTES: "ticker", StreamKind.ORDER_BOOK: "depth@100ms"}
_ABSENT = Raw()


class Envelope(Struct):
    """Every frame: data of a stream, the answer to a request of ours (`id`), or a word of the server (`e`)."""

    stream: str = ""
    data: Raw = _ABSENT
    e: str = ""
    id: Any = None
    error: Any = None
    code: int | None = None


class ServerEvent(Struct):
    e: str = ""


_ENVELOPE = Decoder(Envelope)
_SERVER_EVENT = Decoder(ServerEvent)


def _stream_name(topic: StreamTopic) -> str:
    suffix = f"kline_{(topic.interval or Interval.M1).value}" if topic.kind is StreamKind.BARS else _SUFFIXES[topic.kind]
    return f"{topic.symbol.lower()}@{suffix}"


def _frames(method: str, topics: list[StreamTopic]) -> list[bytes]:
    names = [_stream_name(topic) for topic in topics]
    packs = [names[start : start + _TOPICS_A_FRAME] for start in range(0, len(names), _TOPICS_A_FRAME)]
    return [encode({"method": method, "params": pack, "id": number}) for number, pack in enumerate(packs, 1)]


def _subscribe(topics: list[StreamTopic]) -> list[bytes]:
    return _frames("SUBSCRIBE", topics)


def _unsubscribe(topics: list[StreamTopic]) -> list[bytes]:
    return _frames("UNSUBSCRIBE", topics)


def _parse_message(frame: bytes) -> list[StreamEvent]:
    """Read one frame; a stream that was not asked for is ignored. Raises BadPayload."""
    try:
        data = wire.STREAM_FRAME.decode(frame).data
    except (MsgspecError, UnicodeError, RecursionError):
        return _parse_unusual(frame)
    return [_EVENTS[type(data)](data)]


def _parse_unusual(frame: bytes) -> list[StreamEvent]:
    """Read in two steps what is no datum of ours, or a broken one: it says what is wrong. Raises BadPayload."""
    envelope = decode_payload(_SOURCE, frame, _ENVELOPE)
    if envelope.data is _ABSENT:
        return _parse_notice(envelope)
    data = bytes(envelope.data)
    if decoder := _DECODERS.get(envelope.stream.partition("@")[2].partition("_")[0]):
        row = decode_payload(_SOURCE, data, decoder)
        return [_EVENTS[type(row)](row)]
    is_shutdown = decode_payload(_SOURCE, data, _SERVER_EVENT).e == "serverShutdown"
    return [StreamNotice.SHUTDOWN] if is_shutdown else []


def _parse_notice(envelope: Envelope) -> list[StreamEvent]:
    if envelope.e == "serverShutdown":
        return [StreamNotice.SHUTDOWN]
    if envelope.error is not None or envelope.code is not None:
        return [StreamNotice.REFUSED]
    return [StreamNotice.ACKNOWLEDGED] if envelope.id is not None else []


def _read_trade(row: wire.StreamTrade) -> Trade:
    return Trade(
        symbol=row.s,
        trade_id=str(row.t),
        price=row.p,
        quantity=row.q,
        side=Side.SELL if row.m else Side.BUY,
        time=read_milliseconds(_SOURCE, row.T),
    )


def _read_ticker(row: wire.StreamTicker) -> Quote:
    require_order(_SOURCE, row.low, row.h)
    return Quote(
        symbol=row.s,
        price=read_price(_SOURCE, "c", row.c),
        time=read_milliseconds(_SOURCE, row.E),
        bid=None if row.b == 0 else read_price(_SOURCE, "b", row.b),
        ask=None if row.a == 0 else read_price(_SOURCE, "a", row.a),
        open=read_price(_SOURCE, "o", row.o),
        high=read_price(_SOURCE, "h", row.h),
        low=read_price(_SOURCE, "l", row.low),
        # As over REST: `p` is counted from the price 24 hours ago.
        previous_close=row.o,
        change=read_number(_SOURCE, "p", row.p),
        change_percent=read_number(_SOURCE, "P", row.P),
        volume=read_amount(_SOURCE, "v", row.v),
        quote_volume=read_amount(_SOURCE, "q", row.q),
    )


def _read_kline(event: wire.StreamKlineEvent) -> Bar:
    row = event.k
    wire.require_bar(row.o, row.h, row.low, row.c, row.v)
    if row.i not in frozenset(Interval):
        raise BadPayload(f"Binance sent a bar of {row.i[:20]!r}, which nobody asked for", source=_SOURCE)
    return Bar(
        symbol=row.s,
        interval=Interval(row.i),
        time=read_milliseconds(_SOURCE, row.t),
        open=row.o,
        high=row.h,
        low=row.low,
        close=row.c,
        volume=row.v,
        is_final=row.x,
    )


def _read_depth(row: wire.StreamDepth) -> OrderBookDelta:
    if row.u < row.U:
        raise BadPayload(f"Binance sent a change from {row.U} to {row.u}", source=_SOURCE)
    return OrderBookDelta(
        symbol=row.s, first_update_id=row.U, last_update_id=row.u, bids=row.b, asks=row.a, time=read_milliseconds(_SOURCE, row.E)
    )


_EVENTS: dict[type[Struct], Callable[[Any], StreamEvent]] = {
    wire.StreamTrade: _read_trade,
    wire.StreamTicker: _read_ticker,
    wire.StreamKlineEvent: _read_kline,
    wire.StreamDepth: _read_depth,
}
_DECODERS: dict[str, Decoder[Any]] = {
    "trade": wire.STREAM_TRADE,
    "ticker": wire.STREAM_TICKER,
    "kline": wire.STREAM_KLINE,
    "depth@100ms": wire.STREAM_DEPTH,
    "depth": wire.STREAM_DEPTH,
}

STREAM = Stream(
    path="/stream",
    kinds=frozenset(StreamKind),
    subscribe=_subscribe,
    unsubscribe=_unsubscribe,
    parse_message=_parse_message,
    asset_classes=frozenset({AssetClass.CRYPTO}),
    topics_per_connection=1_024,
    max_frames_per_second=4.0,
    quiet_seconds=30.0,
    max_age_seconds=86_400.0,
)
