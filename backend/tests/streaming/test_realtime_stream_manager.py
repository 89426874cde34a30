import msgspec
import pytest
from streaming.live_market import NOW_NS, delta, quote, snapshot, trade

from financehub.bus import Topic
from financehub.market.bar import Interval
from financehub.providers.provider import StreamKind, StreamTopic
from financehub.providers.stream_status import StreamState


async def want(bus, symbol, *streams, ttl=30.0):
    payload = msgspec.json.encode({"symbol": symbol, "streams": list(streams), "ttl": ttl})
    await bus.publish(Topic.interest(symbol), payload)


async def test_interest_subscribes_at_the_source_under_its_own_symbol(manager, bus, venue, until):
    await want(bus, "BTCUSDT", "price", "trades", "orderbook", "bars:5m")
    await until(lambda: venue.clients and len(venue.client.topics) == 4)
    assert venue.client.topics == {
        StreamTopic(kind=StreamKind.QUOTES, symbol="BTC-USDT"),
        StreamTopic(kind=StreamKind.TRADES, symbol="BTC-USDT"),
        StreamTopic(kind=StreamKind.ORDER_BOOK, symbol="BTC-USDT"),
        StreamTopic(kind=StreamKind.BARS, symbol="BTC-USDT", interval=Interval.M5),
    }


async def test_a_quote_reaches_the_bus_whole(manager, bus, venue, until):
    async with bus.subscribe("quotes.*") as messages:
        await want(bus, "BTCUSDT", "price")
        await until(lambda: venue.clients and venue.client.topics)
        venue.client.be(StreamState.LIVE)
        venue.client.say(quote(price=100.5, bid=100.25))
        message = await anext(messages)
    assert message.topic == "quotes.VENUE.BTCUSDT"
    frame = msgspec.json.decode(message.payload)
    assert frame["data"]["symbol"] == "BTCUSDT"
    assert (frame["data"]["price"], frame["data"]["bid"], frame["data"]["currency"]) == (100.5, 100.25, "USDT")
    assert frame["provenance"] == {
        "source": "venue",
        "as_of": "2026-03-02T15:00:00Z",
        "fetched_at": "2026-03-02T15:00:00Z",
        "delay_class": "live",
        "unit": "price",
        "currency": "USDT",
        "freshness": "realtime",
        "cached": None,
        "trace": [],
    }
    assert await bus.latest("quotes.VENUE.BTCUSDT") == message.payload


async def test_a_book_is_bridged_and_published_live(manager, bus, venue, orchestrator, until):
    orchestrator.books.append(snapshot(10))
    await want(bus, "BTCUSDT", "orderbook")
    await until(lambda: venue.clients and venue.client.topics)
    venue.client.be(StreamState.LIVE)
    venue.client.say(delta(11, 12, bids=[(99.5, 3.0)]))

    def book():
        payload = bus._latest.get("order_book.VENUE.BTCUSDT")
        return msgspec.json.decode(payload)["data"] if payload else {}

    await until(lambda: book().get("state") == "live")
    assert book() == {
        "state": "live",
        "update_id": 12,
        "time": "2026-03-02T15:00:00Z",
        "bids": [[99.5, 3.0], [99.0, 1.0]],
        "asks": [[101.0, 2.0]],
        "spread": 1.5,
        "mid": 100.25,
        "imbalance": pytest.approx(1 / 3),
        "depth_limit": 1000,
    }
    assert [(query.symbol, max_age) for query, max_age in orchestrator.books_asked] == [("BTCUSDT", 0)]


async def test_trades_are_published_once_and_the_tape_is_kept(manager, bus, venue, until):
    async with bus.subscribe("trades.*") as messages:
        await want(bus, "BTCUSDT", "trades")
        await until(lambda: venue.clients and venue.client.topics)
        venue.client.be(StreamState.LIVE)
        venue.client.say(trade(1), trade(1), trade(2), received_ns=NOW_NS)
        message = await anext(messages)
    trades = msgspec.json.decode(message.payload)["data"]
    assert [t["trade_id"] for t in trades["trades"]] == ["1", "2"]
    assert trades["merged"] == 0
    tape = msgspec.json.decode(await bus.latest("tape.VENUE.BTCUSDT"))["data"]["trades"]
    assert [t["trade_id"] for t in tape] == ["1", "2"]
