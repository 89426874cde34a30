"""FanOut: one bus subscription for all sockets of this process, every topic numbered, each frame encoded once."""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec
from msgspec import Struct

from financehub import clock
from financehub.bus import Bus, Message, Topic
from financehub.consumers.socket_feed import NOTHING, SocketFeed
from financehub.consumers.topic_state import TopicState, make_topic_state
from financehub.errors import FinanceHubError
from financehub.streaming.interest_leases import LINGER_SECONDS, Interest
from financehub.streaming.live_payloads import SymbolStatus
from financehub.streaming.live_topics import LiveTopic

logger = logging.getLogger(__name__)

RENEW_SECONDS = 10.0
KEEP_SECONDS = 18.0
"""How long a topic that nobody watches is kept for a reader who comes back: less than what is left of any lease upstream."""

_DATA = ("quotes.*", "trades.*", "bars.*", "order_book.*")
_STATUS = "stream_state."
_SESSION_ENDED = "session_ended.."


class SessionEnded(Struct, frozen=True):
    """Which session of a user ended; None means all of them."""

    session_id: str | None


_ended_decoder = msgspec.json.Decoder(SessionEnded)
_status_decoder = msgspec.json.Decoder(SymbolStatus)
_encoder = msgspec.json.Encoder()


class FanOut:
    """Hear the bus once and tell every socket what it watches; publish interest for as long as anybody does."""

    def __init__(self, bus: Bus, on_session_ended: Callable[[int, str | None], Awaitable[None]] | None = None) -> None:
        self.epoch = secrets.token_hex(8)
        self._bus = bus
        self._on_session_ended = on_session_ended
        self._states: dict[str, TopicState] = {}
        self._watchers: dict[TopicState, set[SocketFeed]] = {}
        self._symbols: defaultdict[tuple[str, str], set[TopicState]] = defaultdict(set)
        self._unwatched_since: dict[TopicState, float] = {}
        self._last_seq: dict[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to listen; returns when whatever is published from now on is heard."""
        is_listening = asyncio.Event()
        for loop in (self._listen(is_listening), self._renew()):
            self._spawn(loop)
        await is_listening.wait()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def watch(self, socket: SocketFeed, topic: LiveTopic, venue: str, resume_from: tuple[str, int] | None = None) -> None:
        """Send `topic` to `socket`: a snapshot and what follows, or only what followed `resume_from` (epoch, seq) where that is known.

        `venue` is the instrument's; watching twice changes nothing, unless `resume_from` says that the reader is elsewhere than we think.
        """
        self.drop_unwatched(clock.monotonic())
        state = self._states.get(topic.bus_topic(venue)) or self._make_state(topic, venue)
        self._unwatched_since.pop(state, None)
        if socket in self._watchers[state]:
            if resume_from is not None:
                socket.add(state, self._position(state, resume_from))
            return
        is_first = not self._watchers[state]
        self._watchers[state].add(socket)
        if is_first:
            await self._publish_interest(venue, topic.symbol)
            await self._load(state)
            self._tell(state)
        if socket in self._watchers.get(state, ()):  # it may have left while the state was read
            socket.add(state, self._position(state, resume_from))

    def _make_state(self, topic: LiveTopic, venue: str) -> TopicState:
        """Return the state of a topic that is new here; one that was dropped numbers on, leaving out a number for what it missed."""
        bus_topic = topic.bus_topic(venue)
        seq = self._last_seq[bus_topic] + 1 if bus_topic in self._last_seq else 0
        state = make_topic_state(topic, venue, self.epoch, seq)
        self._states[bus_topic] = state
        self._watchers[state] = set()
        self._symbols[venue, topic.symbol].add(state)
        return state

    def unwatch(self, socket: SocketFeed, topic: LiveTopic, venue: str) -> None:
        state = self._states.get(topic.bus_topic(venue))
        if state is not None:
            self._leave(socket, state)

    def leave(self, socket: SocketFeed) -> None:
        """Forget a socket that is gone."""
        for state, watchers in self._watchers.items():
            if socket in watchers:
                self._leave(socket, state)

    def _leave(self, socket: SocketFeed, state: TopicState) -> None:
        watchers = self._watchers[state]
        watchers.discard(socket)
        socket.remove(state)
        if not watchers:
            self._unwatched_since[state] = clock.monotonic()

    def _position(self, state: TopicState, resume_from: tuple[str, int] | None) -> int:
        """Return where a reader stands that was at `resume_from`; one from another epoch or the future knows nothing of ours."""
        if resume_from is None or resume_from[0] != state.epoch or resume_from[1] > state.seq:
            return NOTHING
        return resume_from[1]

    async def _load(self, state: TopicState) -> None:
        """Read the retained state of a topic and how its stream is doing."""
        payload = await self._bus.latest(state.topic.retained_topic(state.venue))
        if payload is not None and state.needs_load:
            try:
                state.load(payload)
            except msgspec.MsgspecError:
                logger.warning("ignored the retained state of %s: it cannot be read", state.name)
        status = await self._bus.latest(Topic.stream_state(state.venue, state.topic.symbol))
        if status is not None:
            self._take_status(status, state.venue)

    async def _listen(self, is_listening: asyncio.Event) -> None:
        async with self._bus.subscribe(*_DATA, f"{_STATUS}*", f"{_SESSION_ENDED}*") as messages:
            is_listening.set()
            handled = 0
            async for message in messages:
                await self._handle(message)
                handled += 1
                if handled % 64 == 0:
                    await asyncio.sleep(0)  # a burst must not keep the writers waiting

    async def _handle(self, message: Message) -> None:
        if message.lost:
            await self._recover(message.lost)
        state = self._states.get(message.topic)
        try:
            if state is not None:
                self._publish(state, message.payload)
            elif message.topic.startswith(_STATUS):
                self._take_status(message.payload, message.topic[len(_STATUS) :].partition(".")[0])
            elif message.topic.startswith(_SESSION_ENDED) and self._on_session_ended is not None:
                ended = _ended_decoder.decode(message.payload)
                await self._on_session_ended(int(message.topic[len(_SESSION_ENDED) :]), ended.session_id)
        except (msgspec.MsgspecError, ValueError):
            logger.warning("ignored a malformed message on %s", message.topic)

    def _publish(self, state: TopicState, payload: bytes) -> None:
        if state.apply(payload):
            self._tell(state)

    def _tell(self, state: TopicState) -> None:
        for socket in self._watchers[state]:
            socket.note_news(state)

    def _take_status(self, payload: bytes, venue: str) -> None:
        status = _status_decoder.decode(payload)
        for state in self._symbols.get((venue, status.symbol), ()):
            news = status.streams.get(state.topic.stream_name)
            if news is None:
                state.status = None
            elif news != state.status:
                state.status = news
                for socket in self._watchers[state]:
                    socket.note_status(state)

    async def _recover(self, lost: int) -> None:
        """Tell every reader of a gap: messages of the bus were missed, and nobody knows which topics were hit."""
        logger.warning("missed %d messages of the bus; every topic starts again from its retained state", lost)
        for state in list(self._states.values()):
            state.break_off()
            try:
                await self._load(state)
            except FinanceHubError as error:
                logger.warning("could not read the retained state of %s: %s", state.name, error.message)
            self._tell(state)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            self.drop_unwatched(clock.monotonic())
            try:
                for venue, symbol in list(self._symbols):
                    await self._publish_interest(venue, symbol)
            except FinanceHubError as error:
                logger.warning("could not renew interest: %s", error.message)

    def drop_unwatched(self, now: float) -> None:
        """Forget topics that nobody has watched for a while; their numbers go on if they come back."""
        for state in [state for state, since in self._unwatched_since.items() if now - since >= KEEP_SECONDS]:
            bus_topic = state.topic.bus_topic(state.venue)
            self._last_seq[bus_topic] = state.seq
            del self._unwatched_since[state], self._states[bus_topic], self._watchers[state]
            of_symbol = self._symbols[state.venue, state.topic.symbol]
            of_symbol.discard(state)
            if not of_symbol:
                del self._symbols[state.venue, state.topic.symbol]

    async def _publish_interest(self, venue: str, symbol: str) -> None:
        streams = sorted(state.topic.stream_name for state in self._symbols[venue, symbol] if self._watchers[state])
        if streams:
            payload = _encoder.encode(Interest(symbol, streams, LINGER_SECONDS))
            await self._bus.publish(Topic.interest(symbol), payload)

    def _spawn(self, loop: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(loop)
        task.add_done_callback(_log_end)
        self._tasks.append(task)


def _log_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("the fan-out lost a task", exc_info=error)


_fan_out: FanOut | None = None


def install_fan_out(fan_out: FanOut | None) -> None:
    """Make `fan_out` the one of this process; called once, at start (None at shutdown)."""
    global _fan_out  # one process hears the bus once
    _fan_out = fan_out


def current_fan_out() -> FanOut:
    """Return the fan-out of this process; raises RuntimeError before one is installed, which is a fault of the wiring."""
    if _fan_out is None:
        raise RuntimeError("no fan-out is installed in this process")
    return _fan_out
