"""What a client knows is what the server knows, however slowly it reads, and whatever it misses is announced."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from consumers.socket_market import bar_payload, payload, trades_payload
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from financehub.bus import MemoryBus, RedisBus
from financehub.consumers import fan_out as fan_out_module
from financehub.consumers import topic_state
from financehub.consumers.fan_out import KEEP_SECONDS, FanOut
from financehub.consumers.socket_feed import REPLIES_WAITING, SocketFeed
from financehub.consumers.topic_state import BARS_KEPT, HISTORY, make_topic_state
from financehub.errors import QuotaExceeded
from financehub.streaming.live_topics import LiveTopic, parse_topic

PRICE, BOOK = parse_topic("price", "X"), parse_topic("orderbook", "X")
TRADES, BARS = parse_topic("trades", "X"), parse_topic("bars:1m", "X")
SHORT_HISTORY = 8
TOPICS = [PRICE, BOOK, TRADES, BARS]


class Client:
    """A browser: applies frames by the rules of docs/websocket.md and complains about whatever breaks them."""

    def __init__(self, fan_out: FanOut) -> None:
        self.fan_out = fan_out
        self.feed = SocketFeed(self.take)
        self.seqs: dict[str, int] = {}
        self.state: dict[str, Any] = {}
        self.gapped: dict[str, int] = {}
        self.gaps = 0

    async def take(self, text: str) -> None:
        frame = json.loads(text)
        topic, kind, seq = frame["topic"], frame["type"], frame.get("seq")
        if kind == "gap":
            self.gaps += 1
            assert frame["from_seq"] == self.seqs[topic] + 1 <= frame["to_seq"]
            self.gapped[topic] = frame["to_seq"]
        elif kind == "snapshot":
            assert seq == self.gapped.pop(topic, seq)
            self.state[topic] = {"trades": [], "bars": {}}
            self.keep(topic, frame["data"], seq)
        else:
            assert kind == "update"
            assert topic not in self.gapped
            assert frame.get("from_seq", seq) == self.seqs[topic] + 1 <= seq
            self.keep(topic, frame["data"], seq)

    def keep(self, topic: str, data: dict[str, Any], seq: int) -> None:
        self.seqs[topic] = seq
        if "trades" in data:
            self.state[topic]["trades"] = [*self.state[topic]["trades"], *(t["trade_id"] for t in data["trades"])][-100:]
        elif "interval" in data:
            self.state[topic]["bars"][data["time"]] = data["close"]
        else:
            self.state[topic] = data

    async def come(self, *, resume: bool) -> None:
        for topic in TOPICS:
            point = (self.fan_out.epoch, self.seqs[topic.name]) if resume and topic.name in self.seqs else None
            await self.fan_out.watch(self.feed, topic, "V", point)

    async def leave(self) -> None:
        self.fan_out.leave(self.feed)
        self.feed = SocketFeed(self.take)


class Venue:
    """Publishes as the stream manager does, and knows the truth."""

    def __init__(self, bus: Any) -> None:
        self.bus = bus
        self.count = 0
        self.tape: list[str] = []
        self.bars: dict[int, float] = {}
        self.truth: dict[LiveTopic, Any] = {}

    async def publish(self, topic: LiveTopic) -> None:
        self.count += 1
        if topic is TRADES:
            new = [self.count * 10, self.count * 10 + 1]
            self.tape = [*self.tape, *map(str, new)][-100:]
            await self.bus.publish("tape.V.X", trades_payload(*map(int, self.tape)), retain=True)
            await self.bus.publish("trades.V.X", trades_payload(*new))
        elif topic is BARS:
            time = self.count // 3 * 60
            self.bars[time] = float(self.count)
            await self.bus.publish("bars.V.X.1m", bar_payload(time, float(self.count)), retain=True)
        else:
            self.truth[topic] = {"value": self.count}
            await self.bus.publish(topic.bus_topic("V"), payload({"value": self.count}), retain=True)

    def check(self, client: Client) -> None:
        for topic in (PRICE, BOOK):
            assert client.state.get(topic.name) == self.truth.get(topic)
        known = client.state.get("trades:X", {"trades": []})["trades"]
        assert known == self.tape[-len(known) :] if known else not self.tape
        if self.bars:
            last = max(self.bars)
            known = client.state["bars:1m:X"]["bars"]
            assert known[last] == self.bars[last]
            assert all(self.bars[time] == close for time, close in known.items())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


STEPS = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(TOPICS), st.integers(1, 12)),
    st.tuples(st.just("publish"), st.sampled_from(TOPICS), st.integers(1, 12)),
    st.tuples(st.just("flood"), st.sampled_from([TRADES, BARS]), st.just(SHORT_HISTORY + 5)),
    st.tuples(st.sampled_from(["read", "leave", "come", "resume", "lose", "forget"]), st.none(), st.none()),
)


async def play(steps) -> None:  # noqa: C901 - one branch for each thing that can happen
    bus = MemoryBus()
    fan_out, venue = FanOut(bus), Venue(bus)
    await fan_out.start()
    client, is_there = Client(fan_out), False
    for kind, topic, count in steps:
        if kind in ("publish", "flood"):
            for _ in range(count):
                await venue.publish(topic)
        elif kind == "read":
            await client.feed.write_waiting()
        elif kind == "leave":
            await client.leave()
            is_there = False
        elif kind in ("come", "resume") and not is_there:
            is_there = True
            await client.come(resume=kind == "resume")
        elif kind == "lose":
            next(iter(bus._subscriptions)).note_loss()
        elif kind == "forget":
            fan_out.drop_unwatched(float("inf"))
        await settle()
        assert len(client.feed._with_news) <= len(TOPICS)
    if not is_there:
        await client.come(resume=True)
    for topic in TOPICS:
        await venue.publish(topic)
    await settle()
    await client.feed.write_waiting()
    venue.check(client)
    await fan_out.stop()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=25))
def test_a_client_ends_up_with_the_truth_and_every_gap_is_announced(steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topic_state, "HISTORY", SHORT_HISTORY)
        asyncio.run(play(steps))


@pytest.fixture(params=["memory", "redis"])
async def any_bus(request):
    bus = MemoryBus()
    if request.param == "redis":
        bus = RedisBus(request.getfixturevalue("redis_url"), prefix="fan-out:")
    yield bus
    await bus.close()


async def test_both_buses_carry_the_same_frames(any_bus):
    fan_out, frames = FanOut(any_bus), asyncio.Queue()
    await fan_out.start()
    feed = SocketFeed(frames.put)
    writer = asyncio.create_task(feed.run())
    await fan_out.watch(feed, PRICE, "V")
    for value in range(3):
        await any_bus.publish("quotes.V.X", payload({"value": value}), retain=True)
        async with asyncio.timeout(5):
            frame = json.loads(await frames.get())
        assert (frame["seq"], frame["data"]) == (value + 1, {"value": value})
    writer.cancel()
    await fan_out.stop()


async def test_interest_is_published_at_once_renewed_and_ends_with_the_last_watcher(monkeypatch):
    bus = MemoryBus()
    fan_out = FanOut(bus)
    first, second = SocketFeed(None), SocketFeed(None)
    ticks = asyncio.Queue()

    async def tick(seconds):
        await ticks.get()

    async with bus.subscribe("interest.*") as messages:
        heard = lambda: [msgspec.json.decode(payload) for _, payload in messages._unread]  # noqa: E731
        await fan_out.watch(first, PRICE, "V")
        await fan_out.watch(second, PRICE, "V")
        await fan_out.watch(second, BARS, "V")
        assert heard() == [
            {"symbol": "X", "streams": ["price"], "ttl": 30.0},
            {"symbol": "X", "streams": ["bars:1m", "price"], "ttl": 30.0},
        ]
        monkeypatch.setattr(fan_out_module.asyncio, "sleep", tick)
        renewing = asyncio.create_task(fan_out._renew())
        ticks.put_nowait(None)
        while len(heard()) < 3:
            await asyncio.wait({renewing}, timeout=0)
        assert heard()[2] == {"symbol": "X", "streams": ["bars:1m", "price"], "ttl": 30.0}
        fan_out.leave(first)
        fan_out.leave(second)
        ticks.put_nowait(None)
        await asyncio.wait({renewing}, timeout=0.01)
        assert len(heard()) == 3
        renewing.cancel()


async def test_a_topic_that_was_dropped_leaves_out_a_number():
    bus = MemoryBus()
    fan_out, venue = FanOut(bus), Venue(bus)
    await fan_out.start()
    client = Client(fan_out)
    await client.come(resume=False)
    await venue.publish(TRADES)
    await settle()
    await client.feed.write_waiting()
    assert client.seqs == {"trades:X": 1}
    await client.leave()
    fan_out.drop_unwatched(fan_out_module.clock.monotonic() + KEEP_SECONDS)
    await venue.publish(TRADES)
    await client.come(resume=True)
    await client.feed.write_waiting()
    assert client.gaps == 1
    assert client.seqs["trades:X"] == 3
    venue.check(client)
    await fan_out.stop()


def test_trades_that_cannot_be_listed_are_counted():
    state = make_topic_state(TRADES, "V", "e")
    state.apply(trades_payload(0))
    for number in range(1, 121):
        state.apply(trades_payload(number))
    (frame,) = state.frames_since(1)
    told = json.loads(frame)
    assert (told["from_seq"], told["seq"], told["data"]["merged"], len(told["data"]["trades"])) == (2, 121, 20, 100)
    assert told["data"]["trades"][-1]["trade_id"] == "120"


def test_a_reader_further_back_than_the_history_has_a_gap():
    trades, bars = make_topic_state(TRADES, "V", "e"), make_topic_state(BARS, "V", "e")
    for number in range(HISTORY + 1):
        trades.apply(trades_payload(number))
    assert trades.frames_since(0) is None
    assert len(trades.frames_since(1)) == 1
    for number in range(BARS_KEPT + 1):
        bars.apply(bar_payload(number * 60, 1.0))
    assert bars.frames_since(0) is None
    assert len(bars.frames_since(1)) == BARS_KEPT


@pytest.mark.parametrize("topic", TOPICS)
def test_a_reader_from_the_future_has_a_gap(topic):
    assert make_topic_state(topic, "V", "e").frames_since(5) is None


async def test_a_client_that_never_reads_its_answers_is_refused_more():
    feed = SocketFeed(None)
    for _ in range(REPLIES_WAITING):
        feed.reply("x")
    with pytest.raises(QuotaExceeded):
        feed.reply("x")


async def test_what_cannot_be_read_on_the_bus_is_ignored():
    bus = MemoryBus()
    fan_out = FanOut(bus)
    await fan_out.start()
    client = Client(fan_out)
    await bus.publish("tape.V.X", b"nonsense", retain=True)
    await client.come(resume=False)
    for topic in ("trades.V.X", "bars.V.X.1m", "stream_state.V.X", "session_ended..x"):
        await bus.publish(topic, b"nonsense")
    await bus.publish("trades.V.X", trades_payload(1))
    await settle()
    await client.feed.write_waiting()
    assert client.state["trades:X"]["trades"] == ["1"]
    await fan_out.stop()


async def test_a_message_is_encoded_once_for_all_sockets():
    bus = MemoryBus()
    fan_out = FanOut(bus)
    await fan_out.start()
    taken: list[str] = []

    async def take(frame: str) -> None:
        taken.append(frame)

    feeds = [SocketFeed(take) for _ in range(3)]
    for feed in feeds:
        await fan_out.watch(feed, PRICE, "V")
    for value in (1, 2):
        await bus.publish("quotes.V.X", payload({"value": value}))
        await settle()
        for feed in feeds:
            await feed.write_waiting()
    updates = [frame for frame in taken if '"update"' in frame]
    assert len(updates) == 3
    assert updates[0] is updates[1] is updates[2]
    await fan_out.stop()


def test_before_it_is_installed_there_is_no_fan_out():
    with pytest.raises(RuntimeError):
        fan_out_module.current_fan_out()


FLOOD_OF_BARS = ("publish", BARS, 60)


@pytest.mark.parametrize(
    "steps",
    [
        [("come", None, None), ("lose", None, None), ("publish", TRADES, 3), ("read", None, None), ("publish", PRICE, 1)],
        [
            ("come", None, None),
            FLOOD_OF_BARS,
            ("read", None, None),
            ("publish", BARS, 7),
            ("lose", None, None),
            ("publish", BARS, 5),
        ],
        [("come", None, None), FLOOD_OF_BARS, ("read", None, None), ("lose", None, None), FLOOD_OF_BARS, ("read", None, None)],
    ],
    ids=["loss before the first state", "loss amid kept bars", "loss before many bars"],
)
def test_a_loss_is_announced_whatever_is_kept(steps):
    asyncio.run(play(steps))
