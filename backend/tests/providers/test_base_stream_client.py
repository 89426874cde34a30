import asyncio

import pytest
from made_up_source import FakeTime, make_provider
from scripted_stream import BNB, BTC, ETH, LONG, Listener, Source, Talk, binance_with, make_topic, open_client, trade_frame

from financehub import clock
from financehub.errors import NotCovered
from financehub.providers.base_stream_client import BaseStreamClient
from financehub.providers.provider import StreamEvent
from financehub.providers.registry import load_providers
from financehub.providers.source_settings import SourceSettings
from financehub.providers.stream_status import StreamState, StreamStatus


async def test_delivers_what_is_subscribed_with_the_time_it_came() -> None:
    async def two_trades(talk: Talk) -> None:
        await talk.hear()
        await talk.socket.send(trade_frame(1))
        await talk.socket.send(trade_frame(2))
        await talk.stay()

    source, listener = Source(two_trades), Listener()
    with clock.use_clock(clock.ManualClock(7)):
        async with open_client(source, listener) as client:
            await client.subscribe([BTC, ETH, BTC])
            assert client.topics == {BTC, ETH}
            assert source.talks == []
            await client.start()
            await listener.until(lambda: len(listener.trades) == 2)
    assert listener.trades == ["1", "2"]
    assert listener.received == [7, 7]
    assert source.talks[0].requests == [("SUBSCRIBE", ("btcusdt@trade", "ethusdt@trade"))]
    assert listener.states == ["connecting", "live", "stopped"]
    assert listener.statuses[-1].reason == "asked to stop"
    assert listener.statuses[1].topics == (BTC, ETH)


async def test_no_connection_stands_while_nothing_is_wanted() -> None:
    source, listener = Source(), Listener()
    async with open_client(source, listener) as client:
        await client.start()
        await client.subscribe([BTC])
        await listener.until(lambda: "live" in listener.states)
        await client.unsubscribe([BTC, ETH])
        assert client.topics == frozenset()
        async with asyncio.timeout(LONG):
            await source.talks[0].ended.wait()
    assert listener.states == ["connecting", "live", "stopped"]
    assert listener.statuses[-1].reason == "nothing is subscribed"
    assert len(source.talks) == 1


async def test_changes_go_out_on_the_open_connection() -> None:
    source, listener = Source(), Listener()
    async with open_client(source, listener) as client:
        await client.start()
        await client.subscribe([BTC])
        await listener.until(lambda: "live" in listener.states)
        await client.subscribe([ETH])
        await client.unsubscribe([BTC])
        await listener.until(lambda: len(source.talks[0].requests) == 3)
    assert source.talks[0].requests == [
        ("SUBSCRIBE", ("btcusdt@trade",)),
        ("SUBSCRIBE", ("ethusdt@trade",)),
        ("UNSUBSCRIBE", ("btcusdt@trade",)),
    ]


async def test_reconnects_for_ever_with_a_growing_wait_and_subscribes_again() -> None:
    async def cut(talk: Talk) -> None:
        await talk.socket.close(1011, "oops")

    async def one_trade(talk: Talk) -> None:
        await talk.hear()
        await talk.socket.send(trade_frame(1))

    source, listener = Source(*[cut] * 8, one_trade, one_trade), Listener()
    async with open_client(source, listener) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: len(source.talks) == 11 and listener.states[-1] == "live")
        slept = client.fake_time.slept  # type: ignore[attr-defined]
        assert [wait for wait in slept if wait != 0.25][:8] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
        # A connection that was live starts the count anew.
        assert slept[-2:] == [0.25, 0.25]
    assert source.talks[10].requests == [("SUBSCRIBE", ("btcusdt@trade",))]
    assert "1011 (internal error) oops" in next(
        status.reason for status in listener.statuses if status.state is StreamState.RECONNECTING
    )


async def test_a_source_that_is_not_there_is_tried_again() -> None:
    listener = Listener()
    client = BaseStreamClient(
        load_providers()["binance"],
        SourceSettings(hosts={"stream": "ws://127.0.0.1:1"}),
        listener.on_event,
        listener.on_state,
        sleep=FakeTime().sleep,
    )
    await client.subscribe([BTC])
    await client.start()
    await client.start()
    await listener.until(lambda: listener.states.count("connecting") == 3)
    await client.stop()
    assert listener.states[:4] == ["connecting", "reconnecting", "connecting", "reconnecting"]


async def test_silence_is_noticed_said_and_ended() -> None:
    async def silent(talk: Talk) -> None:
        await talk.hear()
        await talk.socket.wait_closed()

    source, listener = Source(silent), Listener()
    async with open_client(source, listener, stream={"quiet_seconds": 0.05}) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: len(source.talks) >= 2)
    assert listener.states[:5] == ["connecting", "live", "silent", "reconnecting", "connecting"]
    assert listener.statuses[2].reason == "nothing heard for 0.05 s"


async def test_a_shutdown_notice_brings_a_new_connection_before_the_old_ends() -> None:
    async def going_down(talk: Talk) -> None:
        await talk.hear()
        await talk.socket.send(trade_frame(1))
        await talk.socket.send('{"e":"serverShutdown","E":1767614400000}')
        await talk.socket.wait_closed()

    async def next_one(talk: Talk) -> None:
        assert source.open_talks == 2
        await talk.hear()
        await talk.socket.send(trade_frame(2))
        await talk.stay()

    source, listener = Source(going_down, next_one), Listener()
    async with open_client(source, listener) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: source.talks[0].ended.is_set() and len(listener.trades) == 2 if source.talks else False)
        assert source.open_talks == 1
        assert client.fake_time.slept == [0.0]  # type: ignore[attr-defined]
        await client.subscribe([ETH])
        await listener.until(lambda: len(source.talks[1].requests) == 2)
    assert listener.states == ["connecting", "live", "live", "stopped"]
    assert listener.trades == ["1", "2"]


async def test_hands_over_before_the_connection_comes_of_age() -> None:
    source, listener = Source(), Listener()
    async with open_client(source, listener, stream={"max_age_seconds": 0.1}) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: len(source.talks) >= 3)
    assert "reconnecting" not in listener.states


async def test_a_successor_that_cannot_be_opened_leaves_the_old_one_at_work() -> None:
    async def going_down(talk: Talk) -> None:
        await talk.hear()
        await talk.socket.send('{"stream":"","data":{"e":"serverShutdown","E":1}}')
        await source.third.wait()
        await talk.socket.send(trade_frame(1))
        await talk.socket.wait_closed()

    async def refuse(talk: Talk) -> None:
        await talk.socket.close(1013)

    source, listener = Source(going_down, refuse, refuse), Listener()
    async with open_client(source, listener) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: len(source.talks) == 4 and bool(source.talks[3].requests) and source.talks[0].ended.is_set())
        assert client.fake_time.slept == [0.25, 0.5, 0.0]  # type: ignore[attr-defined]
    assert listener.trades == ["1"]
    assert "reconnecting" not in listener.states


async def test_topics_beyond_a_connection_open_another() -> None:
    source, listener = Source(), Listener()
    async with open_client(source, listener, stream={"topics_per_connection": 2}) as client:
        await client.start()
        await client.subscribe([BTC, ETH, BNB])
        await listener.until(lambda: listener.states.count("live") == 2)
        assert sorted(talk.requests[0][1] for talk in source.talks) == [("bnbusdt@trade",), ("btcusdt@trade", "ethusdt@trade")]
        assert {status.shard for status in listener.statuses} == {0, 1}
        await client.unsubscribe([ETH])
        await client.subscribe([ETH])
        assert len({status.shard for status in listener.statuses}) == 2
        await client.unsubscribe([BNB])
        assert listener.statuses[-1].state is StreamState.STOPPED
        assert listener.statuses[-1].shard == 1
    assert listener.statuses[-1].shard == 0


async def test_outgoing_frames_keep_their_pace() -> None:
    source, listener = Source(), Listener()
    topics = [make_topic(f"A{number}USDT") for number in range(1_000)]
    async with open_client(source, listener) as client:
        await client.subscribe(topics)
        await client.start()
        await listener.until(lambda: "live" in listener.states)
        assert client.fake_time.slept == [0.25] * 4  # type: ignore[attr-defined]
    assert [len(names) for _, names in source.talks[0].requests] == [200] * 5


async def test_an_unreadable_frame_is_counted_and_the_feed_goes_on() -> None:
    async def babble(talk: Talk) -> None:
        await talk.hear()
        for _ in range(5):
            await talk.socket.send("{nonsense")
        await talk.socket.send(trade_frame(1))
        await talk.stay()

    source, listener = Source(babble), Listener()
    async with open_client(source, listener) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: bool(listener.trades))
    assert [(status.state.value, status.unreadable) for status in listener.statuses] == [
        ("connecting", 0),
        ("live", 0),
        ("live", 1),
        ("live", 2),
        ("live", 4),
        ("stopped", 5),
    ]
    assert "cannot be read" in listener.statuses[2].reason


async def test_a_refused_subscription_is_said() -> None:
    async def refuse(talk: Talk) -> None:
        await talk.socket.recv()
        await talk.socket.send('{"error":{"code":2,"msg":"Invalid request"},"id":1}')
        await talk.stay()

    source, listener = Source(refuse), Listener()
    async with open_client(source, listener) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: len(listener.statuses) == 2)
    assert (listener.statuses[1].state, listener.statuses[1].reason) == (
        StreamState.CONNECTING,
        "the source refused a subscription",
    )


async def test_a_listener_that_fails_is_logged_and_the_feed_begins_again(caplog: pytest.LogCaptureFixture) -> None:
    async def one_trade(talk: Talk) -> None:
        await talk.hear()
        await talk.socket.send(trade_frame(1))
        await talk.stay()

    source, listener = Source(one_trade, one_trade), Listener()
    calls = 0

    async def on_event(event: StreamEvent, received_ns: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError("ours")
        listener.on_event(event, received_ns)

    async with open_client(source, listener, on_event=on_event) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: bool(listener.trades))
    assert listener.states[:5] == ["connecting", "live", "reconnecting", "connecting", "live"]
    assert "the feed of Binance failed on our side" in caplog.text


async def test_what_is_subscribed_outlives_a_stop() -> None:
    source, listener = Source(), Listener()
    async with open_client(source, listener) as client:
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: "live" in listener.states)
        await client.stop()
        await client.subscribe([ETH])
        assert len(source.talks) == 1
        await client.start()
        await listener.until(lambda: listener.states.count("live") == 2)
    assert source.talks[1].requests == [("SUBSCRIBE", ("btcusdt@trade", "ethusdt@trade"))]


async def test_a_source_does_not_choose_where_we_connect() -> None:
    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {source.url}/stream\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()
        await writer.wait_closed()

    source, listener = Source(), Listener()
    async with open_client(source, listener) as _:
        server = await asyncio.start_server(redirect, "127.0.0.1", 0)
        settings = SourceSettings(hosts={"stream": f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"})
        client = BaseStreamClient(binance_with(), settings, listener.on_event, listener.on_state, sleep=FakeTime().sleep)
        await client.subscribe([BTC])
        await client.start()
        await listener.until(lambda: "reconnecting" in listener.states)
        await client.stop()
        server.close()
    assert source.talks == []
    assert "302" in listener.statuses[1].reason


def test_a_source_without_a_stream_says_so() -> None:
    listener: list[StreamStatus] = []
    with pytest.raises(NotCovered, match="Acme has no live stream"):
        BaseStreamClient(make_provider(), SourceSettings(), lambda event, at: None, listener.append)
