from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from financehub.errors import BadPayload
from financehub.market.bar import Bar, Interval
from financehub.market.order_book import OrderBookDelta
from financehub.market.quote import Quote
from financehub.market.trade import Side, Trade
from financehub.providers.adapters.binance.binance_stream import STREAM
from financehub.providers.provider import StreamEvent, StreamKind, StreamNotice, StreamTopic

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MS = 1767614400000

TRADE = {
    "e": "trade",
    "E": MS,
    "s": "BTCUSDT",
    "t": 12345,
    "p": "90000.01000000",
    "q": "0.00100000",
    "T": MS,
    "m": True,
    "M": True,
}
TICKER = {
    "e": "24hrTicker", "E": MS, "s": "BTCUSDT", "p": "-1.50000000", "P": "-0.015", "w": "9.0", "x": "99.1", "c": "98.50000000",
    "Q": "1", "b": "98.40000000", "B": "1", "a": "98.60000000", "A": "2", "o": "100.00000000", "h": "101.00000000",
    "l": "97.00000000", "v": "1000.00000000", "q": "99000.12345678", "O": 0, "C": MS, "F": 0, "L": 1, "n": 2,
}  # fmt: skip
KLINE = {
    "e": "kline", "E": MS, "s": "BTCUSDT",
    "k": {"t": MS, "T": MS + 59_999, "s": "BTCUSDT", "i": "1m", "f": 1, "L": 2, "o": "1.00000000", "c": "2.00000000",
          "h": "3.00000000", "l": "0.50000000", "v": "10.00000000", "n": 2, "x": False, "q": "1", "V": "1", "Q": "1", "B": "0"},
}  # fmt: skip
DEPTH = {
    "e": "depthUpdate",
    "E": MS,
    "s": "BTCUSDT",
    "U": 157,
    "u": 160,
    "b": [["0.00240000", "10.00000000"]],
    "a": [["0.00260000", "0.00000000"]],
}

FRAMES: list[tuple[str, dict[str, Any], StreamEvent]] = [
    (
        "btcusdt@trade",
        TRADE,
        Trade(symbol="BTCUSDT", trade_id="12345", price=90000.01, quantity=0.001, side=Side.SELL, time=NOON),
    ),
    (
        "btcusdt@ticker",
        TICKER,
        Quote(
            symbol="BTCUSDT", price=98.5, time=NOON, bid=98.4, ask=98.6, open=100.0, high=101.0, low=97.0, previous_close=100.0,
            change=-1.5, change_percent=-0.015, volume=1000.0, quote_volume=99000.12345678,
        ),
    ),
    (
        "btcusdt@kline_1m",
        KLINE,
        Bar(symbol="BTCUSDT", interval=Interval.M1, time=NOON, open=1, high=3, low=0.5, close=2, volume=10, is_final=False),
    ),
    (
        "btcusdt@depth@100ms",
        DEPTH,
        OrderBookDelta(
            symbol="BTCUSDT", first_update_id=157, last_update_id=160, bids=[(0.0024, 10.0)], asks=[(0.0026, 0.0)], time=NOON
        ),
    ),
]  # fmt: skip
each_frame = pytest.mark.parametrize(("stream", "data", "event"), FRAMES, ids=[frame[0] for frame in FRAMES])


def _frame(stream: str, data: Any) -> bytes:
    return msgspec.json.encode({"stream": stream, "data": data})


@each_frame
def test_reads_each_kind_of_frame(stream: str, data: dict[str, Any], event: StreamEvent) -> None:
    assert STREAM.parse_message(_frame(stream, data)) == [event]


@pytest.mark.parametrize(("stream", "data", "event"), FRAMES)
def test_a_frame_that_does_not_say_what_it_is_is_read_by_its_stream(
    stream: str, data: dict[str, Any], event: StreamEvent
) -> None:
    silent = {name: value for name, value in data.items() if name != "e"}
    assert STREAM.parse_message(msgspec.json.encode({"stream": stream, "data": silent})) == [event]


def test_a_buyer_who_waited_did_not_strike() -> None:
    [trade] = STREAM.parse_message(_frame("btcusdt@trade", {**TRADE, "m": False}))
    assert isinstance(trade, Trade)
    assert trade.side is Side.BUY


def test_an_empty_side_is_not_a_price() -> None:
    [quote] = STREAM.parse_message(_frame("btcusdt@ticker", {**TICKER, "b": "0.00000000", "a": "0.00000000"}))
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.ask) == (None, None)


@pytest.mark.parametrize(
    ("frame", "events"),
    [
        (b'{"result":null,"id":1}', [StreamNotice.ACKNOWLEDGED]),
        (b'{"id":2,"result":null}', [StreamNotice.ACKNOWLEDGED]),
        (b'{"error":{"code":2,"msg":"Invalid request"},"id":1}', [StreamNotice.REFUSED]),
        (b'{"code":3,"msg":"Invalid JSON"}', [StreamNotice.REFUSED]),
        (b'{"e":"serverShutdown","E":1770123456789}', [StreamNotice.SHUTDOWN]),
        (b'{"stream":"!","data":{"e":"serverShutdown","E":1}}', [StreamNotice.SHUTDOWN]),
        (b'{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}}', []),
        (b"{}", []),
    ],
)
def test_reads_what_is_no_data(frame: bytes, events: list[StreamEvent]) -> None:
    assert STREAM.parse_message(frame) == events


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        ("btcusdt@trade", {**TRADE, "p": "nan"}),
        ("btcusdt@trade", {**TRADE, "p": "0"}),
        ("btcusdt@trade", {**TRADE, "q": "-1"}),
        ("btcusdt@trade", {**TRADE, "T": 10**18}),
        ("btcusdt@ticker", {**TICKER, "l": "102"}),
        ("btcusdt@ticker", {**TICKER, "c": "inf"}),
        ("btcusdt@kline_1m", {**KLINE, "k": {**KLINE["k"], "h": "0.1"}}),  # type: ignore[dict-item]
        ("btcusdt@kline_1m", {**KLINE, "k": {**KLINE["k"], "i": "3m"}}),  # type: ignore[dict-item]
        ("btcusdt@depth@100ms", {**DEPTH, "u": 156}),
        ("btcusdt@depth@100ms", {**DEPTH, "b": [["-1", "1"]]}),
        ("btcusdt@depth@100ms", {**DEPTH, "a": [["1", "nan"]]}),
        ("btcusdt@depth@100ms", {**DEPTH, "a": [["1", "1", "1"]]}),
    ],
)
def test_refuses_what_cannot_be(stream: str, data: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        STREAM.parse_message(_frame(stream, data))


@each_frame
def test_a_missing_field_is_refused_or_not_needed(stream: str, data: dict[str, Any], event: StreamEvent) -> None:
    needed = 0
    for name in data:
        frame = _frame(stream, {key: value for key, value in data.items() if key != name})
        try:
            assert STREAM.parse_message(frame) == [event]
        except BadPayload:
            needed += 1
    assert needed >= 1


@each_frame
def test_a_cut_frame_is_refused(stream: str, data: dict[str, Any], event: StreamEvent) -> None:
    frame = _frame(stream, data)
    for length in range(len(frame)):
        with pytest.raises(BadPayload):
            STREAM.parse_message(frame[:length])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_noise_is_refused_or_ignored(frame: bytes) -> None:
    try:
        events = STREAM.parse_message(frame)
    except BadPayload:
        return
    assert all(isinstance(event, StreamNotice) for event in events)


@given(st.decimals(min_value="0.00000001", max_value="999999999", places=8))
def test_prices_are_the_nearest_float_of_their_digits(price: Any) -> None:
    [trade] = STREAM.parse_message(_frame("btcusdt@trade", {**TRADE, "p": f"{price:f}"}))
    assert isinstance(trade, Trade)
    assert trade.price == float(f"{price:f}")


def test_topics_are_packed_into_few_frames_in_the_words_of_the_source() -> None:
    topics = [
        StreamTopic(kind=StreamKind.TRADES, symbol="BTCUSDT"),
        StreamTopic(kind=StreamKind.QUOTES, symbol="BTCUSDT"),
        StreamTopic(kind=StreamKind.ORDER_BOOK, symbol="ETHBTC"),
        StreamTopic(kind=StreamKind.BARS, symbol="ETHBTC", interval=Interval.H1),
        StreamTopic(kind=StreamKind.BARS, symbol="BNBBTC"),
    ]
    names = ["btcusdt@trade", "btcusdt@ticker", "ethbtc@depth@100ms", "ethbtc@kline_1h", "bnbbtc@kline_1m"]
    assert [msgspec.json.decode(frame) for frame in STREAM.subscribe(topics)] == [
        {"method": "SUBSCRIBE", "params": names, "id": 1}
    ]
    [frame] = STREAM.unsubscribe(topics[:1])
    assert msgspec.json.decode(frame) == {"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 1}
    many = STREAM.subscribe([StreamTopic(kind=StreamKind.TRADES, symbol=f"A{number}") for number in range(401)])
    assert [(len(message["params"]), message["id"]) for message in map(msgspec.json.decode, many)] == [(200, 1), (200, 2), (1, 3)]
    assert STREAM.subscribe([]) == []
