"""One WebSocket to a source, from its opening to its end."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect

from financehub import clock
from financehub.errors import SourceError
from financehub.providers.provider import Stream, StreamEvent, StreamNotice, StreamTopic

OnEvent = Callable[[StreamEvent, int], Awaitable[None] | None]
"""Takes an event and the market time, in nanoseconds, at which its frame came."""


class StreamPolicy(Struct, frozen=True, kw_only=True):
    """How to hold on to a feed; a new connection is made `hand_over_seconds` before the source would cut the old one."""

    open_seconds: float = 10.0
    close_seconds: float = 1.0
    backoff_seconds: float = 0.5
    backoff_cap_seconds: float = 30.0
    hand_over_seconds: float = 300.0
    overlap_seconds: float = 1.0
    max_frame_bytes: int = 16 * 1024 * 1024


class SilenceError(ConnectionError):
    """Nothing was heard for as long as the source never is silent."""


class _NoRedirect(connect):
    """Refuse to be sent elsewhere: the address is a setting, not the source's choice."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class StreamConnection:
    """Open, keep what is subscribed equal to `wanted`, and deliver events until it ends.

    `ready` is set once the source acknowledged everything wanted at the start, or sent the first event. `is_due` is set when a
    successor is needed: the source announced its shutdown or the connection comes of age.
    """

    def __init__(
        self,
        stream: Stream,
        url: str,
        wanted: Mapping[StreamTopic, None],
        *,
        on_event: OnEvent,
        on_ready: Callable[[], Awaitable[None]],
        on_unreadable: Callable[[str], Awaitable[None]],
        on_refused: Callable[[], Awaitable[None]],
        policy: StreamPolicy,
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._stream = stream
        self._url = url
        self._wanted = wanted
        self._on_event = on_event
        self._on_ready = on_ready
        self._on_unreadable = on_unreadable
        self._on_refused = on_refused
        self._policy = policy
        self._sleep = sleep
        self._monotonic = monotonic
        self._next_send_at = monotonic()
        self._unanswered = 0
        self._has_sent_all = False
        self.changed = asyncio.Event()
        self.ready = asyncio.Event()
        self.is_due = asyncio.Event()

    async def run(self) -> None:
        """Serve until the connection ends; always raises, at least SilenceError or what `websockets` raises for a closed one."""
        policy = self._policy
        async with _NoRedirect(
            self._url,
            # Sources count pings among our messages, and the watchdog below asks for data, not for a pong.
            ping_interval=None,
            open_timeout=policy.open_seconds,
            close_timeout=policy.close_seconds,
            max_size=policy.max_frame_bytes,
            compression=None,
            user_agent_header="FinanceHub",
        ) as socket:
            timer = self._start_ageing()
            tasks = [asyncio.create_task(self._read(socket)), asyncio.create_task(self._keep_subscribed(socket))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                outcomes = await asyncio.gather(*tasks, return_exceptions=True)
                if timer:
                    timer.cancel()
            for outcome in outcomes:
                if isinstance(outcome, Exception):
                    raise outcome

    def _start_ageing(self) -> asyncio.TimerHandle | None:
        max_age = self._stream.max_age_seconds
        if max_age is None:
            return None
        age = max(max_age - self._policy.hand_over_seconds, max_age / 2)
        return asyncio.get_running_loop().call_later(age, self.is_due.set)

    async def _keep_subscribed(self, socket: ClientConnection) -> None:
        """Send what makes the source's subscriptions equal to `wanted`, again after each change; bursts become one frame."""
        sent: dict[StreamTopic, None] = {}
        while True:
            self.changed.clear()
            added = [topic for topic in self._wanted if topic not in sent]
            dropped = [topic for topic in sent if topic not in self._wanted]
            sent = dict(self._wanted)
            frames = (self._stream.subscribe(added) if added else []) + (self._stream.unsubscribe(dropped) if dropped else [])
            for frame in frames:
                await self._wait_for_pace()
                self._unanswered += 1
                await socket.send(frame, text=True)
            self._has_sent_all = True
            await self.changed.wait()

    async def _wait_for_pace(self) -> None:
        now = self._monotonic()
        wait = self._next_send_at - now
        self._next_send_at = max(now, self._next_send_at) + 1.0 / self._stream.max_frames_per_second
        if wait > 0:
            await self._sleep(wait)

    async def _read(self, socket: ClientConnection) -> None:
        quiet = self._stream.quiet_seconds
        while True:
            try:
                async with asyncio.timeout(quiet):
                    frame = await socket.recv(decode=False)
            except TimeoutError:
                raise SilenceError(f"nothing heard for {quiet:g} s") from None
            await self._take(frame)

    async def _take(self, frame: bytes) -> None:
        """Parse and deliver one frame. One that cannot be read is reported; the rest of the feed is none the worse."""
        received_ns = clock.now_ns()
        try:
            events = self._stream.parse_message(frame)
        except SourceError as error:
            await self._on_unreadable(error.message)
            return
        for event in events:
            if isinstance(event, StreamNotice):
                await self._heed(event)
                continue
            await self._become_ready()
            outcome = self._on_event(event, received_ns)
            if inspect.isawaitable(outcome):
                await outcome

    async def _heed(self, notice: StreamNotice) -> None:
        if notice is StreamNotice.SHUTDOWN:
            self.is_due.set()
            return
        self._unanswered -= 1
        if notice is StreamNotice.REFUSED:
            await self._on_refused()
        elif self._has_sent_all and self._unanswered <= 0:
            await self._become_ready()

    async def _become_ready(self) -> None:
        if not self.ready.is_set():
            self.ready.set()
            await self._on_ready()
