import asyncio

import msgspec
import pytest
from streaming.live_market import NOW_NS, delta, provenance, quote, snapshot, trade

from financehub import clock
from financehub.bus import Topic
from financehub.errors import NoAnswer
from financehub.market.bar import Interval
from financehub.market.provenance import Answer
from financehub.providers.provider import StreamKind, StreamTopic
from financehub.providers.stream_status import StreamState
from financehub.streaming.realtime_stream_manager import current_stream_manager, find_stream_manager


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


def status(bus, symbol="BTCUSDT", venue="VENUE"):
    payload = bus._latest.get(f"stream_state.{venue}.{symbol}")
    streams = msgspec.json.decode(payload)["streams"] if payload else {}
    return {name: (stream["state"], stream["reason"]) for name, stream in streams.items()}


def data(bus, topic):
    payload = bus._latest.get(topic)
    return msgspec.json.decode(payload)["data"] if payload else {}


async def test_the_state_of_the_connection_is_told_with_its_reason(manager, bus, venue, until):
    await want(bus, "BTCUSDT", "price", "bars:1m")
    await until(
        lambda: status(bus) == {"price": ("connecting", "connecting to Venue"), "bars:1m": ("connecting", "connecting to Venue")}
    )
    venue.client.be(StreamState.LIVE)
    await until(lambda: status(bus) == {"price": ("live", ""), "bars:1m": ("live", "")})
    venue.client.be(StreamState.RECONNECTING, "the venue hung up")
    await until(lambda: status(bus).get("price") == ("reconnecting", "the venue hung up"))


async def test_a_gap_resyncs_this_book_only_and_serves_the_old_one_meanwhile(manager, bus, venue, orchestrator, until):
    orchestrator.books += [snapshot(10), snapshot(10)]
    await want(bus, "BTCUSDT", "orderbook")
    await want(bus, "ETHUSDT", "orderbook")
    await until(lambda: venue.clients and len(venue.client.topics) == 2)
    venue.client.be(StreamState.LIVE)
    venue.client.say(delta(11, 11), delta(11, 11, symbol="ETH-USDT"))
    btc, eth = "order_book.VENUE.BTCUSDT", "order_book.VENUE.ETHUSDT"
    await until(lambda: data(bus, btc).get("state") == data(bus, eth).get("state") == "live")
    venue.client.say(delta(14, 15, bids=[(99.0, 7.0)]))
    await until(lambda: data(bus, btc)["state"] == "syncing")
    assert data(bus, btc)["bids"] == [[99.0, 1.0]]
    assert data(bus, eth)["state"] == "live"
    assert status(bus)["orderbook"][0] == "syncing"
    orchestrator.books.append(snapshot(13))
    await until(lambda: data(bus, btc)["state"] == "live")
    assert (data(bus, btc)["bids"], data(bus, btc)["update_id"]) == ([[99.0, 7.0]], 15)
    assert status(bus)["orderbook"] == ("live", "")


async def test_a_cut_makes_the_book_stale_until_a_new_snapshot(manager, bus, venue, orchestrator, until):
    orchestrator.books.append(snapshot(10))
    await want(bus, "BTCUSDT", "orderbook")
    await until(lambda: venue.clients and venue.client.topics)
    venue.client.be(StreamState.LIVE)
    venue.client.say(delta(11, 11))
    await until(lambda: status(bus).get("orderbook") == ("live", ""))
    venue.client.be(StreamState.RECONNECTING, "cut")
    await until(lambda: status(bus)["orderbook"] == ("stale", "cut"))
    await until(lambda: data(bus, "order_book.VENUE.BTCUSDT")["state"] == "stale")
    venue.client.be(StreamState.LIVE)
    orchestrator.books.append(snapshot(70))
    venue.client.say(delta(71, 71))
    await until(lambda: status(bus)["orderbook"] == ("live", ""))


async def test_a_book_of_another_source_is_not_taken(manager, bus, venue, orchestrator, until):
    orchestrator.books.append(snapshot(10))
    orchestrator.book_source = "other"
    await want(bus, "BTCUSDT", "orderbook")
    await until(lambda: venue.clients and venue.client.topics)
    venue.client.be(StreamState.LIVE)
    venue.client.say(delta(11, 11))
    await until(lambda: "venue gave no order book of BTCUSDT" in status(bus).get("orderbook", ("", ""))[1])
    assert status(bus)["orderbook"][0] == "syncing"


async def test_what_nobody_streams_is_polled_in_one_batch_and_the_rest_is_unavailable(manager, bus, orchestrator, until):
    orchestrator.answers["BRK.B"] = Answer(quote("BRK.B", 500.0), provenance())
    await want(bus, "BRK.B", "price", "orderbook")
    await until(lambda: data(bus, "quotes.XNYS.BRK.B"))
    assert data(bus, "quotes.XNYS.BRK.B")["price"] == 500.0
    stated = msgspec.json.decode(bus._latest["quotes.XNYS.BRK.B"])["provenance"]
    assert (stated["source"], stated["delay_class"], stated["currency"]) == ("other", "delayed_15m", "USD")
    assert orchestrator.quotes_asked == [("BRK.B",)]
    await until(lambda: status(bus, "BRK.B", "XNYS").get("orderbook"))
    assert status(bus, "BRK.B", "XNYS") == {
        "price": ("polled", ""),
        "orderbook": ("unavailable", "no source streams orderbook of BRK.B"),
    }


async def test_a_poll_that_fails_is_told_and_the_next_one_tried(manager, bus, orchestrator, until):
    orchestrator.failures["BRK.B"] = NoAnswer("nobody answered")
    await want(bus, "BRK.B", "price")
    await until(lambda: status(bus, "BRK.B", "XNYS") == {"price": ("stale", "nobody answered")})


async def test_the_price_of_a_source_that_is_down_is_asked_for_elsewhere(manager, bus, venue, orchestrator, until):
    await want(bus, "BTCUSDT", "price")
    await until(lambda: venue.clients and venue.client.topics)
    venue.client.be(StreamState.RECONNECTING, "down")
    (feed,) = manager._connections.feeds
    orchestrator.answers["BTCUSDT"] = Answer(quote("BTCUSDT", 77.0), provenance(currency="USDT"))
    feed._down_since -= 19
    manager._poll_in_place_of(feed)
    assert orchestrator.quotes_asked == []
    feed._down_since -= 2
    manager._poll_in_place_of(feed)
    await until(lambda: data(bus, "quotes.VENUE.BTCUSDT"))
    assert data(bus, "quotes.VENUE.BTCUSDT")["price"] == 77.0
    venue.client.be(StreamState.LIVE)
    manager._poll_in_place_of(feed)
    assert manager._poller._channels == {}


async def test_a_silent_source_is_marked_stale_and_speaks_again(manager, bus, venue, until):
    await want(bus, "BTCUSDT", "price")
    await until(lambda: venue.clients and venue.client.topics)
    venue.client.be(StreamState.LIVE)
    (feed,) = manager._connections.feeds
    feed._heard_at -= 15
    feed.check()
    await until(lambda: status(bus).get("price") == ("stale", "Venue has sent nothing for 15 seconds"))
    venue.client.say(quote())
    await until(lambda: status(bus).get("price") == ("live", ""))


async def test_a_book_put_right_by_a_snapshot_is_not_live_while_its_source_is_silent(manager, bus, venue, orchestrator, until):
    orchestrator.books.append(snapshot(10))
    await want(bus, "BTCUSDT", "orderbook")
    await until(lambda: venue.clients and venue.client.topics)
    venue.client.be(StreamState.LIVE)
    venue.client.say(delta(11, 11))
    await until(lambda: status(bus).get("orderbook") == ("live", ""))
    (feed,) = manager._connections.feeds
    ((topic, keeper),) = feed._targets.items()
    feed._heard_at -= 15
    feed.check()
    keeper.mark_fresh()
    told = feed.status(topic)
    assert (told.state, told.reason) == ("stale", "Venue has sent nothing for 15 seconds")
    venue.client.say(delta(12, 12))
    await until(lambda: status(bus).get("orderbook") == ("live", ""))
    assert feed.status(topic).state == "live"


async def test_an_impossible_event_is_refused_and_harms_no_other(manager, bus, venue, until):
    await want(bus, "BTCUSDT", "price")
    await want(bus, "ETHUSDT", "price")
    await until(lambda: venue.clients and len(venue.client.topics) == 2)
    venue.client.be(StreamState.LIVE)
    venue.client.say(quote(price=100.0), quote(price=10_000.0, second=1), quote("ETH-USDT", 5.0))
    await until(lambda: data(bus, "quotes.VENUE.ETHUSDT"))
    assert data(bus, "quotes.VENUE.BTCUSDT")["price"] == 100.0
    await until(lambda: status(bus).get("price", ("",))[0] == "stale")
    assert "about 100 times off" in status(bus)["price"][1]
    venue.client.say(quote(price=101.0, second=2))
    await until(lambda: status(bus).get("price") == ("live", ""))


async def test_interest_that_is_not_renewed_ends(manager, bus, venue, orchestrator, until):
    orchestrator.books.append(snapshot(10))
    await want(bus, "BTCUSDT", "price", "orderbook", ttl=30.0)
    await until(lambda: venue.clients and len(venue.client.topics) == 2)
    venue.client.be(StreamState.LIVE)
    venue.client.say(delta(11, 11))
    await until(lambda: data(bus, "order_book.VENUE.BTCUSDT").get("state") == "live")
    for symbol in manager._leases.expire(clock.monotonic() + 29):
        manager._changed.put_nowait(symbol)
    await asyncio.sleep(0)
    assert "BTCUSDT" in manager.watched
    for symbol in manager._leases.expire(clock.monotonic() + 31):
        manager._changed.put_nowait(symbol)
    await until(lambda: not manager.watched and not venue.client.topics)
    assert status(bus) == {}
    await until(lambda: data(bus, "order_book.VENUE.BTCUSDT")["state"] == "stale")


async def test_what_cannot_be_watched_harms_nobody(manager, bus, venue, until):
    await bus.publish(Topic.interest("BTCUSDT"), b"nonsense")
    await want(bus, "NOPE", "price")
    await want(bus, "BTCUSDT", "gossip", "price")
    await until(lambda: venue.clients and len(venue.client.topics) == 1)
    assert list(manager.watched) == ["BTCUSDT"]


async def test_the_tape_begins_with_the_latest_trades(manager, bus, venue, orchestrator, until):
    orchestrator.latest_trades = [trade(1), trade(2)]
    await want(bus, "BTCUSDT", "trades")
    await until(lambda: data(bus, "tape.VENUE.BTCUSDT"))
    assert [each["trade_id"] for each in data(bus, "tape.VENUE.BTCUSDT")["trades"]] == ["1", "2"]


async def test_watching_always_needs_no_interest(manager, venue, until):
    manager.watch_always(["BTCUSDT"], ["price"])
    await until(lambda: venue.clients and len(venue.client.topics) == 1)
    assert manager._leases.expire(1e12) == []


async def test_stop_ends_everything_at_once(manager, bus, venue, until):
    await want(bus, "BTCUSDT", "price", "orderbook")
    await until(lambda: venue.clients and venue.client.topics)
    await manager.stop()
    assert venue.client.is_started is False
    assert bus._subscriptions == set()
    assert len(asyncio.all_tasks()) == 1


def test_a_process_has_one_manager_or_none():
    assert find_stream_manager() is None
    with pytest.raises(RuntimeError):
        current_stream_manager()
