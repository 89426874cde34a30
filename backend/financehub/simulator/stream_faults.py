"""Misbehaviour of a WebSocket, connection by connection."""

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from financehub.clock import Clock
from financehub.simulator.fault_desk import Channel, FaultDesk, FaultKind, FaultOrder
from financehub.simulator.fault_mutations import mutate
from financehub.simulator.venue_source import StreamFrame
from financehub.simulator.wire_server import WireSocket

Wrap = Callable[[StreamFrame], bytes]
_GOING_AWAY = 1001
_SHUTDOWN_NOTICE_SECONDS = 0.05


class ConnectionSender:
    """Send the frames of one connection, well or badly."""

    def __init__(self, provider: str, desk: FaultDesk, clock: Clock, wrap: Wrap) -> None:
        self._provider = provider
        self._desk = desk
        self._clock = clock
        self._wrap = wrap
        self._held: StreamFrame | None = None

    async def send(self, socket: WireSocket, streams: Iterable[str], frames: list[StreamFrame]) -> bool:
        """Send `frames` to a client of `streams`; return whether the connection goes on."""
        order = self._desk.take(self._provider, Channel.CONNECTION, streams)
        if order is not None:
            return await self._end(socket, order)
        for frame in frames:
            for message in self._messages(frame):
                await socket.send(message)
        return True

    async def _end(self, socket: WireSocket, order: FaultOrder) -> bool:
        if order.kind is FaultKind.SILENT_SOCKET:
            return True
        if order.kind is FaultKind.CUT:
            socket.cut()
            return False
        if order.kind is FaultKind.SERVER_SHUTDOWN:
            notice = {"e": "serverShutdown", "E": self._clock.now_ns() // 1_000_000}
            await socket.send(msgspec.json.encode(notice))
            await asyncio.sleep(_SHUTDOWN_NOTICE_SECONDS)
        socket.close(_GOING_AWAY, "24 hours are over" if order.kind is FaultKind.DAY_CLOSE else "shutting down")
        return False

    def _messages(self, frame: StreamFrame) -> list[bytes]:
        """Return what is sent for `frame`: usually itself, then whatever was held back for it."""
        order = self._desk.take(self._provider, Channel.FRAME, [frame.stream])
        if order is not None and order.kind is FaultKind.REORDER and self._held is None:
            self._held = frame
            return []
        told = [self._wrap(frame)] if order is None else self._spoilt(frame, order)
        if self._held is not None and self._held.stream == frame.stream:
            told.append(self._wrap(self._held))
            self._held = None
        return told

    def _spoilt(self, frame: StreamFrame, order: FaultOrder) -> list[bytes]:
        match order.kind:
            case FaultKind.SEQUENCE_GAP:
                return []
            case FaultKind.DUPLICATE:
                return [self._wrap(frame)] * 2
            case FaultKind.TRUNCATED:
                whole = self._wrap(frame)
                return [whole[: len(whole) // 2]]
            case FaultKind.REORDER:
                return [self._wrap(frame)]
            case _:
                return [self._wrap(StreamFrame(frame.time_ns, frame.stream, mutate(frame.data, order)))]
