"""The one way over WebSocket to a source: for ever connected, always subscribed to what is wanted, never silently dead."""

import asyncio
import inspect
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from websockets.exceptions import WebSocketException

from financehub import clock
from financehub.errors import NotCovered
from financehub.providers.provider import Provider, Stream, StreamTopic
from financehub.providers.source_settings import SourceSettings
from financehub.providers.stream_connection import OnEvent, SilenceError, StreamConnection, StreamPolicy
from financehub.providers.stream_status import StreamState, StreamStatus

_log = logging.getLogger(__name__)

OnState = Callable[[StreamStatus], Awaitable[None] | None]


class BaseStreamClient:
    """Keep one provider's live feed: subscribe, hear, reconnect, for ever.

    `on_event(event, received_ns)` gets every trade, quote, bar and book change; it may be a coroutine function, and is awaited before
    the next frame is read. During a hand-over events can come twice: their ids or times tell. `on_state` hears of every change.
    `sleep`, `monotonic` and `jitter` (numbers in [0, 1)) are there to be replaced in tests.
    """

    def __init__(
        self,
        provider: Provider,
        settings: SourceSettings,
        on_event: OnEvent,
        on_state: OnState,
        *,
        policy: StreamPolicy | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = clock.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        if provider.stream is None:
            raise NotCovered(f"{provider.name} has no live stream", source=provider.id)
        self.provider = provider
        self.policy = policy or StreamPolicy()
        self.sleep = sleep
        self._stream: Stream = provider.stream
        self._url = settings.base_url(provider, provider.stream.host) + provider.stream.path
        self._on_event = on_event
        self._on_state = on_state
        self._monotonic = monotonic
        self._jitter = jitter
        self._shards: list[_Shard] = []
        self._numbers = 0
        self._is_running = False

    @property
    def topics(self) -> frozenset[StreamTopic]:
        """Return what is wanted, whether or not a connection stands."""
        return frozenset(topic for shard in self._shards for topic in shard.topics)

    async def start(self) -> None:
        """Begin to serve what is and will be subscribed; a connection is opened only while something is."""
        self._is_running = True
        for shard in self._shards:
            shard.start()

    async def stop(self) -> None:
        """Close every connection; what was subscribed is remembered for the next `start`."""
        self._is_running = False
        for shard in self._shards:
            await shard.stop("asked to stop")

    async def subscribe(self, topics: Iterable[StreamTopic]) -> None:
        """Want `topics` too; returns at once, the frames go out at the pace the source allows."""
        wanted = self.topics
        for topic in dict.fromkeys(topics):
            if topic not in wanted:
                self._shard_with_room().topics[topic] = None
        for shard in self._shards:
            shard.notice_change()
            if self._is_running:
                shard.start()

    async def unsubscribe(self, topics: Iterable[StreamTopic]) -> None:
        """Want `topics` no more; a connection left without any is closed."""
        unwanted = set(topics)
        for shard in list(self._shards):
            for topic in unwanted & shard.topics.keys():
                del shard.topics[topic]
            shard.notice_change()
            if not shard.topics:
                self._shards.remove(shard)
                await shard.stop("nothing is subscribed")

    def _shard_with_room(self) -> "_Shard":
        room = self._stream.topics_per_connection
        shard = next((shard for shard in self._shards if len(shard.topics) < room), None)
        if shard is None:
            shard = _Shard(self, self._numbers)
            self._numbers += 1
            self._shards.append(shard)
        return shard

    def make_connection(self, shard: "_Shard") -> StreamConnection:
        """Return a connection, not yet open, that serves the topics of `shard`."""
        return StreamConnection(
            self._stream,
            self._url,
            shard.topics,
            on_event=self._on_event,
            on_ready=shard.note_live,
            on_unreadable=shard.note_unreadable,
            on_refused=partial(shard.note, "the source refused a subscription"),
            policy=self.policy,
            sleep=self.sleep,
            monotonic=self._monotonic,
        )

    async def wait_before_reconnect(self, failures: int) -> None:
        """Wait after so many failures in a row: exponential, capped, full jitter."""
        longest = min(self.policy.backoff_cap_seconds, self.policy.backoff_seconds * 2.0 ** min(failures - 1, 30))
        await self.sleep(longest * self._jitter())

    async def report(self, status: StreamStatus) -> None:
        outcome = self._on_state(status)
        if inspect.isawaitable(outcome):
            await outcome


class _Line:
    """A connection and the task that runs it."""

    def __init__(self, connection: StreamConnection) -> None:
        self.connection = connection
        self.task = asyncio.create_task(connection.run())

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class _Shard:
    """The topics that share a connection, and the loop that keeps one open."""

    def __init__(self, client: BaseStreamClient, number: int) -> None:
        self.topics: dict[StreamTopic, None] = {}
        self._client = client
        self._number = number
        self._task: asyncio.Task[None] | None = None
        self._lines: list[_Line] = []
        self._state = StreamState.STOPPED
        self._was_live = False
        self._unreadable = 0

    def start(self) -> None:
        self._task = self._task or asyncio.create_task(self._run())

    async def stop(self, reason: str) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            await self._change(StreamState.STOPPED, reason)

    def notice_change(self) -> None:
        """Let the open connections send what changed in `topics`."""
        for line in self._lines:
            line.connection.changed.set()

    async def note_live(self) -> None:
        self._was_live = True
        await self._change(StreamState.LIVE)

    async def note_unreadable(self, reason: str) -> None:
        """Count a frame that cannot be read; tell at 1, 2, 4, 8… so that a broken feed does not drown its own report."""
        self._unreadable += 1
        if self._unreadable.bit_count() == 1:
            await self.note(reason)

    async def note(self, reason: str) -> None:
        """Report something that changes no state."""
        await self._change(self._state, reason)

    async def _change(self, state: StreamState, reason: str = "") -> None:
        self._state = state
        await self._client.report(
            StreamStatus(
                provider=self._client.provider.id,
                shard=self._number,
                state=state,
                topics=tuple(self.topics),
                reason=reason,
                unreadable=self._unreadable,
            )
        )

    async def _run(self) -> None:
        """Serve, and after every end serve again, after a random wait that grows with the failures in a row."""
        failures = 0
        while True:
            self._was_live = False
            await self._change(StreamState.CONNECTING)
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - whatever ends a connection, the feed goes on
                await self._report_end(error)
            failures = 1 if self._was_live else failures + 1
            await self._client.wait_before_reconnect(failures)

    async def _report_end(self, error: Exception) -> None:
        if isinstance(error, SilenceError):
            await self._change(StreamState.SILENT, str(error))
        elif not isinstance(error, (OSError, WebSocketException)):
            _log.error("the feed of %s failed on our side", self._client.provider.name, exc_info=error)
        await self._change(StreamState.RECONNECTING, str(error) or type(error).__name__)

    async def _serve(self) -> None:
        """Keep one connection at work, handing over to a successor whenever one is due; raise when it ends without."""
        current = self._open()
        try:
            while True:
                await _first_of(current.task, current.connection.is_due)
                if current.task.done():
                    current.task.result()
                current = await self._hand_over(current)
        finally:
            lines, self._lines = self._lines, []
            for line in lines:
                await line.close()

    async def _hand_over(self, current: _Line) -> _Line:
        """Return the successor once it is ready, the old line closed a little later: events may come twice, but none is missed."""
        failures = 0
        while True:
            successor = self._open()
            await _first_of(successor.task, successor.connection.ready)
            if not successor.task.done():
                await self._client.sleep(self._client.policy.overlap_seconds)
                await self._discard(current)
                return successor
            await self._discard(successor)
            if current.task.done():
                current.task.result()
            failures += 1
            await self._client.wait_before_reconnect(failures)

    def _open(self) -> _Line:
        line = _Line(self._client.make_connection(self))
        self._lines.append(line)
        return line

    async def _discard(self, line: _Line) -> None:
        self._lines.remove(line)
        await line.close()


async def _first_of(task: asyncio.Task[None], event: asyncio.Event) -> None:
    """Return when the task has ended or the event is set."""
    waiter = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
