"""HTTP/1.1 and WebSocket on a loopback port, close enough to the socket to misbehave on purpose.

A finished web server hides what the simulator has to do: stop in the middle of a body, drip it, say nothing, drop the line.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from financehub.errors import PortInUse
from financehub.simulator.wire_messages import Delivery, WireRequest, WireResponse, json_response, parse_request_head

_HEAD_LIMIT = 65_536
_BODY_LIMIT = 1_048_576
_DRIP_SECONDS = 0.02

Answer = Callable[[WireRequest], Awaitable[WireResponse]]
Converse = Callable[[WireRequest, "WireSocket"], Awaitable[None]]


class WireSocket:
    """One WebSocket, seen from the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = ServerProtocol(max_size=_BODY_LIMIT)
        self._waiting: deque[bytes] = deque()
        self._pieces: list[bytes] = []

    def open(self, raw_head: bytes) -> None:
        """Answer the handshake."""
        self._protocol.receive_data(raw_head)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._protocol.send_response(self._protocol.accept(event))
        self._flush()

    async def receive(self) -> bytes | None:
        """Return the next message of the client, None when it has gone."""
        while not self._waiting:
            try:
                data = await self._reader.read(65_536)
            except OSError:
                return None
            if not data:
                return None
            self._protocol.receive_data(data)
            self._take_events()
            self._flush()
            if self._protocol.close_expected():
                return None
        return self._waiting.popleft()

    async def send(self, message: bytes) -> None:
        """Send a text message; raises ConnectionClosed when the client has gone."""
        try:
            self._protocol.send_text(message)
        except InvalidState as error:
            raise ConnectionClosed(None, None) from error
        self._flush()
        try:
            await self._writer.drain()
        except OSError as error:
            raise ConnectionClosed(None, None) from error

    def ping(self) -> None:
        """Ask the client for a sign of life."""
        with contextlib.suppress(InvalidState):
            self._protocol.send_ping(b"")
            self._flush()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye as the protocol wants it."""
        with contextlib.suppress(InvalidState):
            self._protocol.send_close(code, reason)
            self._flush()

    def cut(self) -> None:
        """Drop the line without a word."""
        self._writer.transport.abort()

    def _take_events(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
                self._pieces.append(bytes(event.data))
                if event.fin:
                    self._waiting.append(b"".join(self._pieces))
                    self._pieces.clear()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._writer.write(data)
            elif self._writer.can_write_eof():
                with contextlib.suppress(OSError, RuntimeError):
                    self._writer.write_eof()


class WireServer:
    """Serve `answer` for HTTP and `converse` for WebSockets on one port."""

    def __init__(self, answer: Answer, converse: Converse) -> None:
        self._answer = answer
        self._converse = converse
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen and return the port; raises PortInUse."""
        try:
            self._server = await asyncio.start_server(self._accept, host, port, limit=_HEAD_LIMIT)
        except OSError as error:
            raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror or error}", host=host, port=port) from error
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionClosed, asyncio.CancelledError):
            # The client went away, spoke no HTTP, or the simulator stops: the connection ends either way.
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await _read_request(reader)
            if request is None:
                await _deliver(writer, json_response({"error": "not a request"}, status=400), is_head=False)
                return
            if request.is_upgrade:
                socket = WireSocket(reader, writer)
                socket.open(request.raw_head)
                await self._converse(request, socket)
                return
            response = await self._answer(request)
            if response.delivery.is_silent:
                await reader.read()  # until the client gives up
                return
            if not await _deliver(writer, response, is_head=request.method == "HEAD"):
                return
            if request.headers.get("connection", "").lower() == "close":
                return


async def _read_request(reader: asyncio.StreamReader) -> WireRequest | None:
    """Return the next request of a connection, None for what is not one; raises IncompleteReadError at the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    try:
        request = parse_request_head(head)
        length = int(request.headers.get("content-length", "0"))
    except ValueError:
        return None
    if not 0 <= length <= _BODY_LIMIT:
        return None
    body = await reader.readexactly(length)
    return WireRequest(
        method=request.method, path=request.path, query=request.query, headers=request.headers, body=body, raw_head=head
    )


async def _deliver(writer: asyncio.StreamWriter, response: WireResponse, *, is_head: bool) -> bool:
    """Send `response` as its delivery says; return whether the connection can go on."""
    how = response.delivery
    writer.write(_head_of(response))
    body = b"" if is_head else response.body
    whole = how.cut_after is None
    await _write_body(writer, body if whole else body[: how.cut_after], how)
    return whole


async def _write_body(writer: asyncio.StreamWriter, body: bytes, how: Delivery) -> None:
    if how.bytes_per_second is None:
        writer.write(body)
        await writer.drain()
        return
    step = max(1, int(how.bytes_per_second * _DRIP_SECONDS))
    for at in range(0, len(body), step):
        writer.write(body[at : at + step])
        await writer.drain()
        await asyncio.sleep(step / how.bytes_per_second)


def _head_of(response: WireResponse) -> bytes:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {response.status} {phrase}", f"Content-Length: {len(response.body)}"]
    if response.content_type:
        lines.append(f"Content-Type: {response.content_type}")
    lines += [f"{name}: {value}" for name, value in response.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
