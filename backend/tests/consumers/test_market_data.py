import asyncio
import json
from datetime import timedelta

import msgspec
import pytest
from consumers.socket_market import PROVENANCE, bar_payload, payload, trades_payload

from financehub import clock
from financehub.bus import Topic
from financehub.consumers import market_data, quotas
from financehub.market.bar import Interval


async def publish_price(bus, price, symbol="BTCUSDT"):
    await bus.publish(f"quotes.VENUE.{symbol}", payload({"price": price}), retain=True)


async def test_the_first_frame_is_the_welcome(browser, fan_out):
    page = browser.page(token=browser.accounts.token())
    await page.connect()
    welcome = await page.hear()
    assert {**welcome, "market_time": "", "expires_at": ""} == {
        "v": 1,
        "type": "welcome",
        "mode": "live",
        "market_time": "",
        "replay_speed": None,
        "epoch": fan_out.epoch,
        "expires_at": "",
    }
    await page.disconnect()


async def test_subscribe_gives_ack_snapshot_and_numbered_updates(browser, bus, fan_out):
    await publish_price(bus, 1.0)
    page = await browser.open()
    await page.say(action="subscribe", symbols=["BTCUSDT"], streams=["price"], id="7")
    assert await page.hear() == {"v": 1, "type": "ack", "id": "7", "action": "subscribe", "topics": ["price:BTCUSDT"]}
    snapshot = await page.hear()
    frame = {"v": 1, "topic": "price:BTCUSDT", "epoch": fan_out.epoch}
    kept = {**PROVENANCE, "freshness": snapshot["provenance"]["freshness"]}
    assert snapshot == {**frame, "type": "snapshot", "seq": 1, "data": {"price": 1.0}, "provenance": kept}
    await publish_price(bus, 2.0)
    assert await page.hear() == {**frame, "type": "update", "seq": 2, "data": {"price": 2.0}, "provenance": PROVENANCE}
    await page.disconnect()


async def test_a_kept_value_does_not_claim_to_be_fresh(browser, bus):
    await publish_price(bus, 1.0)
    page = await browser.open()
    await page.say(action="subscribe", symbols=["BTCUSDT"], streams=["price"])
    await page.hear()
    assert (await page.hear())["provenance"]["freshness"] in ("stale", "expired")
    await page.disconnect()


async def test_an_alias_is_answered_with_our_symbol_and_ticker_is_price(browser):
    page = await browser.open()
    await page.say(action="subscribe", symbols=["bitcoin", "BTCUSDT"], streams=["ticker", "price", "bars", "bars:5m"], id=1)
    assert (await page.hear())["topics"] == ["price:BTCUSDT", "bars:1m:BTCUSDT", "bars:5m:BTCUSDT"]
    await page.say(action="list", id=2)
    assert (await page.hear())["topics"] == ["bars:1m:BTCUSDT", "bars:5m:BTCUSDT", "price:BTCUSDT"]
    await page.disconnect()


async def test_what_is_unknown_is_named_and_the_rest_is_done(browser):
    page = await browser.open()
    await page.say(action="subscribe", symbols=["BTCUSDT", "NOPE"], streams=["price", "gossip", "bars:7m"], id="a")
    errors = [await page.hear() for _ in range(3)]
    assert [(e["type"], e["id"], e["code"]) for e in errors] == [
        ("error", "a", "not_found"),
        ("error", "a", "invalid"),
        ("error", "a", "invalid"),
    ]
    assert errors[0]["facts"] == {"symbol": "NOPE"}
    assert errors[1]["facts"] == {
        "stream": "gossip",
        "streams": ["price", "ticker", "trades", "orderbook", *(f"bars:{i}" for i in Interval)],
    }
    assert (await page.hear())["topics"] == ["price:BTCUSDT"]
    await page.disconnect()


async def test_unsubscribe_ends_the_updates(browser, bus):
    page = await browser.open()
    await page.say(action="subscribe", symbols=["BTCUSDT", "ETHUSDT"], streams=["price"])
    await page.hear()
    await page.say(action="unsubscribe", symbols=["BTCUSDT"], streams=["price"], id=3)
    assert (await page.hear())["topics"] == ["price:BTCUSDT"]
    await publish_price(bus, 1.0)
    await publish_price(bus, 2.0, "ETHUSDT")
    assert (await page.hear())["topic"] == "price:ETHUSDT"
    await page.disconnect()


async def test_the_path_of_one_stream_subscribes_at_once(browser, bus):
    page = await browser.open("/ws/market/BTCUSDT/trades")
    await bus.publish("trades.VENUE.BTCUSDT", trades_payload(1, 2))
    frame = await page.hear()
    assert (frame["type"], frame["topic"]) == ("snapshot", "trades:BTCUSDT")
    assert [trade["trade_id"] for trade in frame["data"]["trades"]] == ["1", "2"]
    await page.disconnect()


@pytest.mark.parametrize(("path", "status"), [("/ws/market/NOPE/price", 404), ("/ws/market/BTCUSDT/gossip", 422)])
async def test_the_path_of_an_unknown_stream_is_refused(browser, path, status, connections):
    assert (await browser.page(path, token=browser.accounts.token()).refusal())[0] == status
    assert connections.count() == 0


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        ("not json", None),
        ("[]", None),
        ("{}", None),
        ('{"action":"fly","id":"x"}', "x"),
        ('{"action":"subscribe","id":9}', 9),
        ('{"action":"subscribe","symbols":"BTCUSDT","streams":["price"],"id":"x"}', "x"),
        ('{"action":"subscribe","symbols":[],"streams":["price"],"id":"x"}', "x"),
        ('{"action":"subscribe","symbols":[1],"streams":["price"],"id":"x"}', "x"),
        ('{"action":"ping","id":"x","extra":1}', "x"),
        ('{"action":"ping","id":{"deep":1}}', None),
        ('{"action":"resume","topics":[{"topic":"price:BTCUSDT","epoch":"e","seq":-1}],"id":"x"}', "x"),
        ("[" * 50_000, None),
    ],
)
async def test_a_malformed_message_is_answered_and_the_socket_lives(browser, text, message_id):
    page = await browser.open()
    await page.say_raw(text)
    error = await page.hear()
    assert (error["type"], error["code"], error["id"]) == ("error", "invalid", message_id)
    await page.say(action="ping", id="p")
    pong = await page.hear()
    assert (pong["type"], pong["id"]) == ("pong", "p")
    await page.disconnect()


@pytest.mark.parametrize("text", ["x" * 65_537, "é" * 40_000])
async def test_a_message_that_is_too_long_closes_the_socket(browser, text, connections):
    page = await browser.open()
    await page.say_raw(text)
    assert await page.closed_with() == (1009, "a message has at most 65536 bytes")
    assert connections.count() == 0


async def test_a_binary_frame_closes_the_socket(browser):
    page = await browser.open()
    await page.send_input({"type": "websocket.receive", "bytes": b"\x00"})
    assert await page.closed_with() == (1003, "frames are JSON text")


async def test_a_fault_of_ours_is_told_and_the_socket_lives(browser, monkeypatch):
    page = await browser.open()
    monkeypatch.setattr(market_data, "current_orchestrator", lambda: 1 / 0)
    await page.say(action="subscribe", symbols=["BTCUSDT"], streams=["price"], id="x")
    assert await page.hear() == {
        "v": 1,
        "type": "error",
        "id": "x",
        "code": "error",
        "message": "something went wrong on our side",
        "facts": {},
    }
    await page.disconnect()


async def test_too_many_topics_are_refused_whole(browser):
    page = await browser.open()
    await page.say(action="subscribe", symbols=[f"S{n}" for n in range(150)], streams=["price"])
    assert len((await page.hear())["topics"]) == 150
    await page.say(action="subscribe", symbols=[f"S{n}" for n in range(100, 201)], streams=["price"], id="x")
    error = await page.hear()
    assert (error["code"], error["facts"]) == ("quota_exceeded", {"retry_after": 0.0, "limit": 200, "watched": 150})
    await page.say(action="list")
    assert len((await page.hear())["topics"]) == 150
    await page.disconnect()


async def test_too_many_messages_are_told_when_to_come_back_and_then_cut_off(browser, monkeypatch):
    monkeypatch.setattr(market_data, "MessageQuota", lambda: quotas.MessageQuota(limit=5, monotonic=lambda: 100.0))
    page = await browser.open()
    for _ in range(15):
        await page.say(action="ping")
    answers = [await page.hear() for _ in range(15)]
    assert [answer["type"] for answer in answers] == ["pong"] * 5 + ["error"] * 10
    assert answers[5]["code"] == "quota_exceeded"
    assert answers[5]["facts"] == {"retry_after": 60.0, "limit": 5}
    await page.say(action="ping")
    assert (await page.closed_with())[0] == 1008


async def test_a_user_has_ten_sockets_and_the_eleventh_is_refused(browser, connections):
    pages = [await browser.open() for _ in range(10)]
    status, body, headers = await browser.page(token=browser.accounts.token()).refusal()
    assert (status, body["code"], headers["retry-after"]) == (429, "quota_exceeded", "5")
    other = await browser.open(user_id=2, session_id="s2")
    assert (connections.count(1), connections.count(2), connections.count()) == (10, 1, 11)
    await pages[0].disconnect()
    pages[0] = await browser.open()
    for page in [*pages, other]:
        await page.disconnect()
    assert connections.count() == 0


async def test_a_socket_closes_when_its_token_expires(browser, connections):
    page = await browser.open(seconds=0.2)
    assert await page.closed_with() == (4401, "the access token has expired")
    assert connections.count() == 0


async def test_a_newer_token_of_the_same_session_keeps_the_socket(browser):
    page = await browser.open(seconds=0.3)
    await page.say(action="refresh", token=browser.accounts.token(seconds=600), id="r")
    ack = await page.hear()
    assert (ack["type"], ack["action"], ack["topics"]) == ("ack", "refresh", [])
    assert msgspec.convert(ack["expires_at"], type=clock.datetime) > clock.wall_now() + timedelta(seconds=500)
    assert await page.receive_nothing(timeout=0.4)
    await page.disconnect()


@pytest.mark.parametrize("claims", [{"user_id": 2}, {"session_id": "other"}, {"seconds": -1}])
async def test_a_token_of_somebody_else_closes_the_socket(browser, claims):
    page = await browser.open()
    await page.say(action="refresh", token=browser.accounts.token(**claims))
    assert (await page.closed_with())[0] == 4401


async def test_a_session_that_ends_closes_its_sockets_and_no_others(browser, bus, connections):
    ended, same_user, other = [
        await browser.open(**claims) for claims in ({}, {"session_id": "s1b"}, {"user_id": 11, "session_id": "s3"})
    ]
    await bus.publish(Topic.session_ended(1), b'{"session_id":"s1"}')
    assert await ended.closed_with() == (4401, "the session has ended")
    assert connections.count(1) == 1
    await bus.publish(Topic.session_ended(1), b'{"session_id":null}')
    assert (await same_user.closed_with())[0] == 4401
    await bus.publish(Topic.session_ended(1), b"nonsense")
    await other.say(action="ping")
    assert (await other.hear())["type"] == "pong"
    await other.disconnect()


async def test_when_the_process_stops_every_socket_is_told(browser, connections):
    pages = [await browser.open(), await browser.open(user_id=2)]
    await connections.end_all(1001, "the server stops")
    assert [await page.closed_with() for page in pages] == [(1001, "the server stops")] * 2


async def test_a_reader_who_comes_back_gets_only_what_it_missed(browser, bus, fan_out):
    page, stays = await browser.open(), await browser.open(user_id=2)
    for each in (page, stays):
        await each.say(action="subscribe", symbols=["BTCUSDT"], streams=["price", "trades", "bars:1m"])
        await each.hear()
    await publish_price(bus, 1.0)
    await bus.publish("trades.VENUE.BTCUSDT", trades_payload(1))
    await bus.publish("bars.VENUE.BTCUSDT.1m", bar_payload(60, 1.0))
    seen = {frame["topic"]: frame["seq"] for frame in [await page.hear() for _ in range(3)]}
    await page.disconnect()
    for price in (2.0, 3.0):
        await publish_price(bus, price)
    await bus.publish("trades.VENUE.BTCUSDT", trades_payload(2))
    await bus.publish("trades.VENUE.BTCUSDT", trades_payload(2, 3))
    await bus.publish("bars.VENUE.BTCUSDT.1m", bar_payload(60, 2.0, is_final=True))
    await bus.publish("bars.VENUE.BTCUSDT.1m", bar_payload(120, 3.0))
    await asyncio.sleep(0)
    page = await browser.open()
    topics = [{"topic": topic, "epoch": fan_out.epoch, "seq": seq} for topic, seq in seen.items()]
    await page.say(action="resume", topics=topics, id="r")
    assert sorted((await page.hear())["topics"]) == sorted(seen)
    frames = [await page.hear() for _ in range(4)]
    assert {frame["type"] for frame in frames} == {"update"}
    by_topic = {topic: [frame for frame in frames if frame["topic"] == topic] for topic in seen}
    (price,), (trades,) = by_topic["price:BTCUSDT"], by_topic["trades:BTCUSDT"]
    assert (price["from_seq"], price["seq"], price["data"]) == (2, 3, {"price": 3.0})
    assert (trades["from_seq"], trades["seq"]) == (2, 3)
    assert [trade["trade_id"] for trade in trades["data"]["trades"]] == ["2", "3"]
    final, running = by_topic["bars:1m:BTCUSDT"]
    assert (final["data"]["close"], final["data"]["is_final"], final["seq"]) == (2.0, True, 2)
    assert (running["data"]["close"], running["seq"]) == (3.0, 3)
    for each in (page, stays):
        await each.disconnect()


async def test_resuming_from_another_epoch_begins_with_a_snapshot(browser, bus):
    await publish_price(bus, 1.0)
    page = await browser.open()
    await page.say(action="resume", topics=[{"topic": "price:BTCUSDT", "epoch": "other", "seq": 40}])
    assert (await page.hear())["action"] == "resume"
    assert (await page.hear())["type"] == "snapshot"
    await page.disconnect()


async def test_resuming_what_is_watched_already_goes_on_from_there(browser, bus, fan_out):
    page = await browser.open()
    await page.say(action="subscribe", symbols=["BTCUSDT"], streams=["trades"])
    await page.hear()
    for number in (1, 2, 3):
        await bus.publish("trades.VENUE.BTCUSDT", trades_payload(number))
        while (await page.hear())["seq"] < number:
            pass

    async def resume(epoch: str, seq: int) -> list[dict]:
        await page.say(action="resume", topics=[{"topic": "trades:BTCUSDT", "epoch": epoch, "seq": seq}], id="r")
        assert (await page.hear())["topics"] == ["trades:BTCUSDT"]
        frames = [await page.hear() for _ in range(0 if (epoch, seq) == (fan_out.epoch, 3) else 1)]
        await page.say(action="ping", id="end")
        assert (await page.hear())["type"] == "pong"
        return frames

    (replay,) = await resume(fan_out.epoch, 1)
    assert (replay["type"], replay["from_seq"], replay["seq"]) == ("update", 2, 3)
    assert [trade["trade_id"] for trade in replay["data"]["trades"]] == ["2", "3"]
    assert await resume(fan_out.epoch, 3) == []
    for epoch, seq in (("other", 2), (fan_out.epoch, 99)):
        (whole,) = await resume(epoch, seq)
        assert (whole["type"], whole["seq"], len(whole["data"]["trades"])) == ("snapshot", 3, 3)
    await bus.publish("trades.VENUE.BTCUSDT", trades_payload(4))
    after = await page.hear()
    assert (after["type"], after["seq"]) == ("update", 4)
    await page.disconnect()


async def test_the_state_of_a_stream_reaches_those_who_watch_it(browser, bus):
    status = {"symbol": "BTCUSDT", "streams": {"price": {"state": "reconnecting", "reason": "the venue hung up"}}}
    await bus.publish("stream_state.VENUE.BTCUSDT", json.dumps(status).encode(), retain=True)
    page = await browser.open()
    await page.say(action="subscribe", symbols=["BTCUSDT"], streams=["price", "trades"])
    await page.hear()
    expected = {"v": 1, "type": "status", "topic": "price:BTCUSDT", "state": "reconnecting", "reason": "the venue hung up"}
    assert await page.hear() == expected
    status["streams"]["price"] = {"state": "live", "reason": ""}
    await bus.publish("stream_state.VENUE.BTCUSDT", json.dumps(status).encode(), retain=True)
    assert await page.hear() == {**expected, "state": "live", "reason": ""}
    await page.disconnect()
