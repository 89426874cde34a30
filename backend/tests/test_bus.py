import asyncio
from collections.abc import AsyncIterator

import pytest

from financehub.bus import Bus, MemoryBus, RedisBus, Topic, current_bus, install_bus, open_bus


@pytest.fixture(params=["memory", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """Each bus in turn; the contract is one."""
    made: Bus = MemoryBus()
    if request.param == "redis":
        made = RedisBus(request.getfixturevalue("redis_url"), prefix=f"test:{request.node.name}:")
    yield made
    await made.close()


async def take(messages, count: int) -> list[tuple[str, bytes, int]]:
    async with asyncio.timeout(5):
        return [(m.topic, m.payload, m.lost) for m in [await anext(messages) for _ in range(count)]]


async def test_what_is_published_inside_the_block_arrives_in_order(bus):
    async with bus.subscribe("quotes.*") as messages:
        await bus.publish("quotes.BINANCE.BTCUSDT", b"1")
        await bus.publish("quotes.XNAS.AAPL", b"2")
        await bus.publish("quotes.BINANCE.BTCUSDT", b"3")
        assert await take(messages, 3) == [
            ("quotes.BINANCE.BTCUSDT", b"1", 0),
            ("quotes.XNAS.AAPL", b"2", 0),
            ("quotes.BINANCE.BTCUSDT", b"3", 0),
        ]


async def test_every_subscriber_gets_its_own_copy_and_only_its_topics(bus):
    async with bus.subscribe("trades.A.X") as exact, bus.subscribe("trades.*", "bars.*") as wide:
        await bus.publish("trades.A.XY", b"not exact")
        await bus.publish("trades.A.X", b"exact")
        await bus.publish("bars.A.X.1m", b"bar")
        await bus.publish("quotes.A.X", b"nobody")
        await bus.publish("trades.A.X", b"last")
        assert await take(exact, 2) == [("trades.A.X", b"exact", 0), ("trades.A.X", b"last", 0)]
        assert [payload for _, payload, _ in await take(wide, 4)] == [b"not exact", b"exact", b"bar", b"last"]


@pytest.mark.parametrize("symbol", ["^GSPC", "BRK.B", "EURUSD=X", "A*B", "A?B", "A[BC]", "A\\B", "ÄÖ"])
async def test_a_topic_means_itself_whatever_characters_it_has(bus, symbol):
    topic = Topic.quotes("V", symbol)
    async with bus.subscribe(topic) as messages:
        await bus.publish(Topic.quotes("V", "AxB"), b"other")
        await bus.publish(Topic.quotes("V", "AB"), b"other")
        await bus.publish(topic, b"mine")
        assert await take(messages, 1) == [(topic, b"mine", 0)]


async def test_a_prefix_takes_its_special_characters_as_they_are(bus):
    async with bus.subscribe("quotes.V?.*") as messages:
        await bus.publish("quotes.VX.A", b"other")
        await bus.publish("quotes.V?.A", b"mine")
        assert await take(messages, 1) == [("quotes.V?.A", b"mine", 0)]


async def test_only_a_retained_publish_becomes_the_latest_value(bus):
    assert await bus.latest("quotes.A.X") is None
    await bus.publish("quotes.A.X", b"kept", retain=True)
    await bus.publish("quotes.A.X", b"passing")
    assert await bus.latest("quotes.A.X") == b"kept"
    await bus.publish("quotes.A.X", b"newer", retain=True)
    assert await bus.latest("quotes.A.X") == b"newer"
    assert await bus.latest("quotes.A.Y") is None


async def test_the_latest_value_is_there_before_the_message_arrives(bus):
    async with bus.subscribe("quotes.*") as messages:
        publishing = asyncio.create_task(bus.publish("quotes.A.X", b"new", retain=True))
        assert await take(messages, 1) == [("quotes.A.X", b"new", 0)]
        assert await bus.latest("quotes.A.X") == b"new"
        await publishing


async def test_a_slow_reader_keeps_the_newest_and_learns_how_many_it_lost(bus):
    async with bus.subscribe("t.*", "end", capacity=3) as messages, bus.subscribe("t.*") as pace:
        for number in range(8):
            await bus.publish("t.x", str(number).encode())
        await take(pace, 8)
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            while messages._lost < 5:  # noqa: ASYNC110 - the reader tells nobody
                await asyncio.sleep(0)
        assert await take(messages, 3) == [("t.x", b"5", 5), ("t.x", b"6", 0), ("t.x", b"7", 0)]


async def test_after_the_block_nothing_arrives_and_reading_ends(bus):
    async with bus.subscribe("t.*") as messages:
        await bus.publish("t.x", b"1")
        assert await take(messages, 1) == [("t.x", b"1", 0)]
    await bus.publish("t.x", b"2")
    assert [message async for message in messages] == []


async def test_closing_the_bus_ends_every_reader(bus):
    async def read() -> list[bytes]:
        async with bus.subscribe("t.*") as messages:
            is_open.set()
            return [message.payload async for message in messages]

    is_open = asyncio.Event()
    reader = asyncio.create_task(read())
    await is_open.wait()
    await bus.close()
    async with asyncio.timeout(5):
        assert await reader == []


async def test_a_cancelled_reader_leaves_the_bus_working(bus):
    async def read() -> None:
        async with bus.subscribe("t.*") as messages:
            is_open.set()
            async for _ in messages:
                pass

    is_open = asyncio.Event()
    reader = asyncio.create_task(read())
    await is_open.wait()
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    async with bus.subscribe("t.*") as messages:
        await bus.publish("t.x", b"1")
        assert await take(messages, 1) == [("t.x", b"1", 0)]


async def test_two_redis_buses_are_one(redis_url):
    ours, theirs = RedisBus(redis_url, prefix="pair:"), RedisBus(redis_url, prefix="pair:")
    async with theirs.subscribe("t.*") as messages:
        await ours.publish("t.x", b"1", retain=True)
        assert await take(messages, 1) == [("t.x", b"1", 0)]
        assert await theirs.latest("t.x") == b"1"
    await ours.close()
    await theirs.close()


async def test_a_redis_subscription_survives_a_cut_and_says_that_messages_may_be_missing(redis_url):
    bus = RedisBus(redis_url, prefix="cut:")
    async with bus.subscribe("t.*") as messages:
        await bus.publish("t.x", b"before")
        assert await take(messages, 1) == [("t.x", b"before", 0)]
        await bus._client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        async with asyncio.timeout(10):
            while not await bus._client.execute_command("PUBSUB", "NUMPAT"):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)
        await bus.publish("t.x", b"after")
        ((topic, payload, lost),) = await take(messages, 1)
        assert (topic, payload) == ("t.x", b"after")
        assert lost > 0
    await bus.close()


def test_every_topic_is_spelled_in_one_way():
    assert Topic.quotes("BINANCE", "BTCUSDT") == "quotes.BINANCE.BTCUSDT"
    assert Topic.trades("BINANCE", "BTCUSDT") == "trades.BINANCE.BTCUSDT"
    assert Topic.tape("BINANCE", "BTCUSDT") == "tape.BINANCE.BTCUSDT"
    assert Topic.bars("BINANCE", "BTCUSDT", "1m") == "bars.BINANCE.BTCUSDT.1m"
    assert Topic.order_book("BINANCE", "BTCUSDT") == "order_book.BINANCE.BTCUSDT"
    assert Topic.interest("BRK.B") == "interest..BRK.B"
    assert Topic.stream_state("BINANCE") == "stream_state.BINANCE."
    assert Topic.stream_state("BINANCE", "BTCUSDT") == "stream_state.BINANCE.BTCUSDT"
    assert Topic.session_ended(7) == "session_ended..7"


async def test_the_url_decides_which_bus_it_is():
    assert isinstance(open_bus(None), MemoryBus)
    assert isinstance(open_bus(""), MemoryBus)
    redis_bus = open_bus("redis://127.0.0.1:1/0")
    assert isinstance(redis_bus, RedisBus)
    await redis_bus.close()


def test_a_process_has_one_bus():
    before, bus = current_bus(), MemoryBus()
    install_bus(bus)
    assert current_bus() is bus
    install_bus(before)
