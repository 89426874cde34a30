import asyncio
import itertools
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import websockets
from served_market import FRIDAY_NS, MARKET, Served, served

from financehub.clock import to_ns
from financehub.simulator import binance_streams
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.seeded_venue import SeededVenue

V3 = "/binance/api/v3"
STREAMS = [
    f"btcusdt@{kind}" for kind in ("trade", "aggTrade", "ticker", "miniTicker", "bookTicker", "kline_1m", "depth", "depth@100ms")
]
SECOND = 1_000_000_000


def frames(seed: int, seconds: int, *, turns: int = 1) -> list[tuple[str, bytes]]:
    venue = SeededVenue(SeededMarket(seed))
    edges = [FRIDAY_NS + SECOND * seconds * at // turns for at in range(turns + 1)]
    return [(each.stream, each.data) for first, last in itertools.pairwise(edges) for each in venue.frames(STREAMS, first, last)]


def test_the_same_seed_says_the_same() -> None:
    said = frames(7, 3)
    assert said == frames(7, 3)
    assert said != frames(8, 3)
    assert {stream for stream, _ in said} == set(STREAMS)


def test_how_often_one_looks_changes_nothing() -> None:
    whole, parts = frames(7, 2), frames(7, 2, turns=40)
    assert sorted(whole) == sorted(parts)


async def test_frames_arrive_in_the_combined_form(simulator: Served) -> None:
    async with simulator.socket("btcusdt@depth@100ms") as socket:
        (message,) = await simulator.hear(socket, 0.1, wanted=1)
        assert message["stream"] == "btcusdt@depth@100ms"
        assert message["data"]["e"] == "depthUpdate"
        assert set(message["data"]) == {"e", "E", "s", "U", "u", "b", "a"}


async def test_a_single_stream_comes_bare(simulator: Served) -> None:
    async with websockets.connect(simulator.urls["binance"]["stream"] + "/ws/btcusdt@depth@100ms", ping_interval=None) as socket:
        (message,) = await simulator.hear(socket, 0.1, wanted=1)
        assert message["e"] == "depthUpdate"


async def test_a_book_kept_from_the_stream_is_the_book_of_a_later_snapshot(simulator: Served) -> None:
    async with simulator.socket("btcusdt@depth@100ms") as socket:
        start = await simulator.json(f"{V3}/depth?symbol=BTCUSDT&limit=5000")
        heard = await simulator.hear(socket, 4.0, wanted=40)
        finish = await simulator.json(f"{V3}/depth?symbol=BTCUSDT&limit=5000")
    book = {side: dict(start[side]) for side in ("bids", "asks")}
    last = start["lastUpdateId"]
    for message in (each["data"] for each in heard):
        assert message["U"] == last + 1
        last = message["u"]
        for side, levels in (("bids", message["b"]), ("asks", message["a"])):
            for price, quantity in levels:
                book[side][price] = quantity
                if float(quantity) == 0:
                    del book[side][price]
    assert last == finish["lastUpdateId"]
    assert book == {side: dict(finish[side]) for side in ("bids", "asks")}


async def test_clients_subscribe_list_and_unsubscribe(simulator: Served) -> None:
    async def ask(socket: Any, **message: Any) -> Any:
        await socket.send(msgspec.json.encode(message))
        return msgspec.json.decode(await socket.recv())

    async with simulator.socket() as socket:
        subscribed = await ask(socket, method="SUBSCRIBE", params=["btcusdt@ticker", "ethusdt@ticker"], id=1)
        assert subscribed == {"result": None, "id": 1}
        assert await ask(socket, method="LIST_SUBSCRIPTIONS", id="x") == {
            "result": ["btcusdt@ticker", "ethusdt@ticker"],
            "id": "x",
        }
        assert await ask(socket, method="UNSUBSCRIBE", params=["btcusdt@ticker"], id=2) == {"result": None, "id": 2}
        (message,) = await simulator.hear(socket, 1.0, wanted=1)
        assert message["stream"] == "ethusdt@ticker"
        assert (await ask(socket, method="DANCE", id=3))["error"]["code"] == 2
        assert (await ask(socket, id=3))["error"]["code"] == 2
        many = [f"s{number}@trade" for number in range(1025)]
        assert "too many" in (await ask(socket, method="SUBSCRIBE", params=many, id=4))["error"]["msg"]
        await socket.send("not json")
        assert msgspec.json.decode(await socket.recv())["error"]["code"] == 3


async def test_klines_close_at_the_end_of_their_minute(simulator: Served) -> None:
    async with simulator.socket("btcusdt@kline_1m") as socket:
        heard = await simulator.hear(socket, 58.0, wanted=58)
    closed = [each["data"]["k"] for each in heard if each["data"]["k"]["x"]]
    rows = await simulator.json(f"{V3}/klines?symbol=BTCUSDT&interval=1m&limit=2")
    assert len(closed) == 1
    assert [closed[0][name] for name in "tohlcvTqn"] == rows[0][:9]
    assert closed[0]["L"] - closed[0]["f"] + 1 == closed[0]["n"]
    assert not heard[0]["data"]["k"]["x"]


def events(stream: str, seconds: int) -> list[Any]:
    said = SeededVenue(MARKET).frames([stream], FRIDAY_NS, FRIDAY_NS + seconds * SECOND)
    return [msgspec.json.decode(each.data) for each in said]


def test_the_stream_of_trades_is_the_tape() -> None:
    told = events("btcusdt@trade", 30)
    merged = events("btcusdt@aggTrade", 30)
    kept = list(MARKET.trades_between("BTCUSDT", FRIDAY_NS, FRIDAY_NS + 30 * SECOND))
    assert [each["t"] for each in told] == [each.trade_id for each in kept]
    assert [(each["a"], each["p"], each["q"]) for each in merged] == [(each["t"], each["p"], each["q"]) for each in told]
    assert [round(float(each["p"]) * 100) for each in told] == [each.price for each in kept]


def test_the_best_prices_are_told_when_they_change() -> None:
    told = [(each["b"], each["B"], each["a"], each["A"]) for each in events("btcusdt@bookTicker", 3)]
    assert told
    assert all(first != second for first, second in itertools.pairwise(told))
    assert all(float(bid) < float(ask) for bid, _, ask, _ in told)


def test_tickers_say_what_rest_says() -> None:
    venue = SeededVenue(MARKET)
    full, mini = events("btcusdt@ticker", 1)[0], events("btcusdt@miniTicker", 1)[0]
    fields = venue.day_ticker("BTCUSDT", full["E"] * 1_000_000)
    assert (full["c"], full["P"], full["n"]) == (fields["lastPrice"], fields["priceChangePercent"], fields["count"])
    assert {name: mini[name] for name in "cohlvq"} == {name: full[name] for name in "cohlvq"}


@pytest.mark.parametrize("stream", ["nope@trade", "btcusdt@nothing", "btcusdt@kline_7m", "btcusdt", ""])
def test_a_stream_that_nobody_has_is_silent(stream: str) -> None:
    assert events(stream, 5) == []


def test_a_fast_clock_is_told_in_larger_steps_that_end_the_same() -> None:
    told = events("btcusdt@depth@100ms", 600)
    assert len(told) < 40
    assert all(second["U"] == first["u"] + 1 for first, second in itertools.pairwise(told))
    assert len(events("btcusdt@ticker", 600)) <= 6
    closed = [each["k"]["t"] for each in events("btcusdt@kline_1m", 600) if each["k"]["x"]]
    assert len(closed) == 10


async def test_there_are_no_streams_elsewhere(simulator: Served) -> None:
    async with websockets.connect(simulator.root.replace("http", "ws") + "/yahoo/stream", ping_interval=None) as socket:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


async def test_the_server_pings_as_the_venue_does(simulator: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binance_streams, "_PING_SECONDS", 0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(simulator.root.rpartition(":")[2]))
    head = b"GET /binance/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    writer.write(head + b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    assert await reader.readexactly(4) == b"\x89\x00" * 2  # two empty pings
    writer.close()


async def test_outside_its_years_the_market_is_silent() -> None:
    async with served(at_ns=to_ns(datetime(2034, 1, 1, tzinfo=UTC))) as simulator:
        assert (await simulator.get(f"{V3}/ticker/24hr")).status_code == 503
        async with simulator.socket("btcusdt@trade", "btcusdt@ticker") as socket:
            await simulator.clock.advance(5)
            await (await socket.ping())


async def test_a_client_may_leave_at_any_time() -> None:
    async with served() as simulator:
        async with simulator.socket("btcusdt@depth@100ms") as socket:
            await simulator.hear(socket, 0.2, wanted=1)
        await simulator.clock.advance(1)
        assert await simulator.json(f"{V3}/ping") == {}
