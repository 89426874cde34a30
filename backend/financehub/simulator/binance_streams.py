"""Binance's combined and single WebSocket streams over any venue, paced by a clock."""

import asyncio
import contextlib
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from websockets.exceptions import ConnectionClosed

from financehub.clock import Clock
from financehub.simulator.fault_desk import FaultDesk
from financehub.simulator.stream_faults import ConnectionSender
from financehub.simulator.venue_source import StreamFrame, VenueSource
from financehub.simulator.wire_messages import WireRequest
from financehub.simulator.wire_server import WireSocket

_MARKET_SECONDS_A_TURN = 0.05
_WALL_SECONDS_A_TURN = 0.02
_MOST_STREAMS = 1024
_PING_SECONDS = 20.0


class _Command(Struct):
    method: str
    params: list[Any] = []
    id: int | str | None = None


class BinanceStreams:
    """Serve WebSockets of one venue."""

    def __init__(self, venue: VenueSource, clock: Clock, desk: FaultDesk) -> None:
        self._venue = venue
        self._clock = clock
        self._desk = desk
        speed = float(getattr(clock, "speed", 1.0))
        self._turn_seconds = max(_MARKET_SECONDS_A_TURN, _WALL_SECONDS_A_TURN * speed)

    async def converse(self, request: WireRequest, socket: WireSocket) -> None:
        """Serve one connection to /stream?streams=a/b or /ws/<stream> until either side ends it."""
        is_combined = not request.path.startswith("/ws")
        named = request.query.get("streams", "") if is_combined else request.path.removeprefix("/ws").strip("/")
        streams = dict.fromkeys(name for name in named.split("/") if name)
        pump = asyncio.create_task(self._pump(socket, streams, is_combined=is_combined))
        listener = asyncio.create_task(self._listen(socket, streams))
        pinger = asyncio.create_task(_ping(socket))
        try:
            await asyncio.wait({pump, listener}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (pump, listener, pinger):
                task.cancel()
            await asyncio.gather(pump, listener, pinger, return_exceptions=True)

    async def _listen(self, socket: WireSocket, streams: dict[str, None]) -> None:
        with contextlib.suppress(ConnectionClosed):
            while (message := await socket.receive()) is not None:
                await socket.send(msgspec.json.encode(_obey(message, streams)))

    async def _pump(self, socket: WireSocket, streams: dict[str, None], *, is_combined: bool) -> None:
        """Send what falls between two looks at the clock."""
        sender = ConnectionSender("binance", self._desk, self._clock, partial(_wrapped, is_combined=is_combined))
        seen = self._clock.now_ns()
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._clock.sleep(self._turn_seconds)
                now = self._clock.now_ns()
                frames = self._venue.frames(list(streams), seen, now) if now > seen else []
                seen = max(now, seen)
                if not await sender.send(socket, list(streams), frames):
                    return
                await asyncio.sleep(0)


async def _ping(socket: WireSocket) -> None:
    """Ping as the venue does, on the machine's time: a network does not know of market time."""
    while True:
        await asyncio.sleep(_PING_SECONDS)
        socket.ping()


def _wrapped(frame: StreamFrame, *, is_combined: bool) -> bytes:
    if not is_combined:
        return frame.data
    return b'{"stream":"' + frame.stream.encode() + b'","data":' + frame.data + b"}"


def _obey(message: bytes, streams: dict[str, None]) -> dict[str, Any]:
    """Do what a client's message says and return the reply."""
    try:
        command = msgspec.json.decode(message, type=_Command)
    except msgspec.ValidationError:
        return {"error": {"code": 2, "msg": "Invalid request: request does not match the expected format"}}
    except msgspec.DecodeError:
        return {"error": {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}}
    names = [name for name in command.params if isinstance(name, str)]
    if command.method == "LIST_SUBSCRIPTIONS":
        return {"result": list(streams), "id": command.id}
    if command.method not in {"SUBSCRIBE", "UNSUBSCRIBE"}:
        return {"error": {"code": 2, "msg": f"Invalid request: unknown variant `{command.method}`"}, "id": command.id}
    if command.method == "SUBSCRIBE":
        if len({*streams, *names}) > _MOST_STREAMS:
            return {"error": {"code": 2, "msg": "Invalid request: too many streams"}, "id": command.id}
        streams.update(dict.fromkeys(names))
    else:
        for name in names:
            streams.pop(name, None)
    return {"result": None, "id": command.id}
