"""One socket's side of the fan-out: how far it has read each topic, and a writer that brings it up to date at its own pace."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from financehub.consumers.server_frames import gap_frame, status_frame
from financehub.consumers.topic_state import TopicState
from financehub.errors import QuotaExceeded

NOTHING = -1
"""The position of a reader that has no state of a topic yet: it gets a snapshot first."""

REPLIES_WAITING = 1_000


class SocketFeed:
    """What a socket still has to be told; memory is bounded by the topics it watches, however slowly it reads.

    Nothing is queued per message: a topic with news is only marked, and what to send is worked out when the socket can take it.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._positions: dict[TopicState, int] = {}
        self._with_news: dict[TopicState, None] = {}
        self._with_status: dict[TopicState, None] = {}
        self._replies: deque[str] = deque()
        self._wake = asyncio.Event()

    @property
    def topics(self) -> list[TopicState]:
        return list(self._positions)

    def reply(self, frame: str) -> None:
        """Send `frame` before any news. Raises QuotaExceeded for a reader that asks and asks without reading the answers."""
        if len(self._replies) >= REPLIES_WAITING:
            raise QuotaExceeded(f"{REPLIES_WAITING} answers wait to be read", retry_after=60.0, limit=REPLIES_WAITING)
        self._replies.append(frame)
        self._wake.set()

    def add(self, state: TopicState, position: int = NOTHING) -> None:
        """Watch `state` from `position` on."""
        self._positions[state] = position
        if state.has_state:
            self.note_news(state)
        if state.status is not None:
            self.note_status(state)

    def remove(self, state: TopicState) -> None:
        self._positions.pop(state, None)
        self._with_news.pop(state, None)
        self._with_status.pop(state, None)

    def note_news(self, state: TopicState) -> None:
        """Say that `state` has news; a topic that this socket does not read yet is left alone."""
        if state in self._positions:
            self._with_news[state] = None
            self._wake.set()

    def note_status(self, state: TopicState) -> None:
        if state in self._positions:
            self._with_status[state] = None
            self._wake.set()

    async def run(self) -> None:
        """Write until cancelled or the socket refuses."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.write_waiting()

    async def write_waiting(self) -> None:
        """Send everything that waits: answers, then states, then data."""
        while self._replies or self._with_status or self._with_news:
            if self._replies:
                await self._send(self._replies.popleft())
            elif self._with_status:
                state = next(iter(self._with_status))
                del self._with_status[state]
                if state.status is not None:
                    await self._send(status_frame(state.name, state.status.state, state.status.reason))
            else:
                state = next(iter(self._with_news))
                del self._with_news[state]
                await self._catch_up(state)

    async def _catch_up(self, state: TopicState) -> None:
        """Bring this reader from its position to the present of `state`; the position moves before the first await."""
        if self._positions[state] == NOTHING and not state.has_state:
            return  # still nothing to begin with: the first frame of a topic is a snapshot
        position, self._positions[state] = self._positions[state], state.seq
        frames = None if position == NOTHING else state.frames_since(position)
        if frames is None:
            gap = [] if position == NOTHING else [gap_frame(state.name, state.epoch, position + 1, state.seq)]
            frames = [*gap, state.snapshot_frame()] if state.has_state else gap
        for frame in frames:
            await self._send(frame)
