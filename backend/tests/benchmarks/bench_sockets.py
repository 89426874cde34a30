"""The live market over many sockets: deliveries a second and core, latency, memory and handshakes, beside a bare `websockets` server."""

import asyncio
import json
import resource
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import uvloop
from measuring import ROUNDS, Row, Sample, emit, is_quick, percentile
from server_process import ServerProcess, pin_client, running

SYMBOL, VENUE = "BTCUSDT", "BINANCE"
SIZE = 200
AT_ONCE = 20
SUBSCRIBE = json.dumps({"action": "subscribe", "symbols": [SYMBOL], "streams": ["price"], "id": "1"}).encode()


class RawSocket(asyncio.Protocol):
    """A WebSocket read by hand, so that the client costs less than the server: it counts frames and notes how old they are."""

    def __init__(self) -> None:
        self.frames = 0
        self.ages: list[float] | None = None
        self._buffer = b""
        self._is_open = False
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is not declared as one

    async def shake_hands(self, server: ServerProcess) -> None:
        assert self._transport is not None
        offer = f"Sec-WebSocket-Protocol: financehub.v1, bearer.{server.token}\r\n" if server.token else ""
        self._transport.write(
            f"GET /ws/market-multi HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{offer}\r\n".encode()
        )
        await self._opened

    def send(self, text: bytes) -> None:
        """Send one short text frame, masked with zeros."""
        assert self._transport is not None
        head = bytes([0x81, 0x80 | len(text)]) if len(text) < 126 else bytes([0x81, 0xFE]) + len(text).to_bytes(2, "big")
        self._transport.write(head + bytes(4) + text)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            if b" 101 " not in head[:20]:
                self._opened.set_exception(RuntimeError(head.decode()))
                return
            self._is_open = True
            self._opened.set_result(None)
        at = 0
        while len(data) - at >= 4:
            length, start = data[at + 1], at + 2
            if length >= 126:
                wide = 2 if length == 126 else 8
                length, start = int.from_bytes(data[start : start + wide], "big"), start + wide
            if start + length > len(data):
                break
            if data[at] == 0x89:  # a ping: an empty pong keeps the socket, here answered with what it carries
                self._pong(data[start : start + length])
            elif (mark := data.find(b'"at":', start, start + length)) >= 0:
                self.frames += 1
                if self.ages is not None:
                    sent = int(data[mark + 5 : data.index(b",", mark)])
                    self.ages.append((time.monotonic_ns() - sent) / 1e6)
            at = start + length
        self._buffer = data[at:]

    def _pong(self, body: bytes) -> None:
        assert self._transport is not None
        self._transport.write(bytes([0x8A, 0x80 | len(body)]) + bytes(4) + body)


async def open_one(server: ServerProcess, taken: list[float]) -> RawSocket:
    started = time.perf_counter()
    _, socket = await asyncio.get_running_loop().create_connection(RawSocket, server.host, server.port)
    await socket.shake_hands(server)
    taken.append((time.perf_counter() - started) * 1e3)
    return socket


@asynccontextmanager
async def opened(server: ServerProcess, count: int) -> AsyncIterator[list[RawSocket]]:
    """Open `count` sockets that watch one price."""
    sockets: list[RawSocket] = []
    taken: list[float] = []
    for first in range(0, count, AT_ONCE):
        sockets += await asyncio.gather(*(open_one(server, taken) for _ in range(min(AT_ONCE, count - first))))
    for socket in sockets:
        if server.token:
            socket.send(SUBSCRIBE)
    await asyncio.sleep(1 + count / 2_000)
    try:
        yield sockets
    finally:
        for socket in sockets:
            socket.close()


async def publish(server: ServerProcess, per_second: float, seconds: float) -> dict[str, float]:
    server.command(symbols=[f"{VENUE}:{SYMBOL}"], per_second=per_second, seconds=seconds, size=SIZE)
    done = await asyncio.to_thread(server.answer)
    await asyncio.sleep(0.3)
    return done


async def deliveries(server: ServerProcess, sockets: list[RawSocket], offered: float, seconds: float) -> float:
    """Return deliveries by second of the server's CPU, at `offered` deliveries a second."""
    before, cpu = sum(socket.frames for socket in sockets), server.cpu_seconds()
    await publish(server, offered / len(sockets), seconds)
    return (sum(socket.frames for socket in sockets) - before) / (server.cpu_seconds() - cpu)


async def fan_out_row(product: ServerProcess, floor: ServerProcess, count: int, budget: float) -> Row:
    """Take turns between ours and the floor; both are offered what keeps a core busy."""
    seconds = 0.6 if is_quick() else 1.5
    speeds: dict[str, list[float]] = {"ours": [], "floor": []}
    async with opened(product, count) as ours, opened(floor, count) as bare:
        for number in range(ROUNDS + 1):
            speed = await deliveries(product, ours, 60_000, seconds), await deliveries(floor, bare, 60_000, seconds)
            if number:
                speeds["ours"].append(speed[0])
                speeds["floor"].append(speed[1])
    return Row(
        room="Sockets", what="deliveries by second of one core's time", input=f"{count:,} sockets, frames of about {SIZE} B",
        unit="deliveries/s", ours=Sample(speeds["ours"]), peer_name="floor: bare websockets broadcast",
        peer=Sample(speeds["floor"]), is_rate=True, budget=budget,
        note="token, topic, number, conflation; encoded once",
    )  # fmt: skip


async def latency_rows(product: ServerProcess, floor: ServerProcess) -> list[Row]:
    count, rate = 200, 20.0
    ages: dict[str, list[list[float]]] = {"ours": [], "floor": []}
    async with opened(product, count) as ours, opened(floor, count) as bare:
        for number in range(ROUNDS + 1):
            for name, server, sockets in (("ours", product, ours), ("floor", floor, bare)):
                gathered: list[float] = []
                for socket in sockets:
                    socket.ages = gathered
                await publish(server, rate, 0.6 if is_quick() else 1.5)
                if number:
                    ages[name].append(gathered)
    return [
        Row(room="Sockets", what=f"published → read by the client, {name}",
            input=f"{count} sockets, {rate:.0f} ticks/s, {count * rate:,.0f} deliveries/s", unit="ms",
            ours=Sample([percentile(round_, share) for round_ in ages["ours"]]), peer_name="floor: bare websockets broadcast",
            peer=Sample([percentile(round_, share) for round_ in ages["floor"]]), budget=budget)
        for name, share, budget in (("p50", 0.5, 10.0), ("p99", 0.99, 60.0))
    ]  # fmt: skip


async def idle_memory(server: ServerProcess, count: int) -> float:
    """Return KB by open socket that watches one price and hears nothing."""
    before = server.memory_kb()
    async with opened(server, count):
        return (server.memory_kb() - before) / count


async def handshakes(server: ServerProcess, count: int) -> list[float]:
    taken: list[float] = []
    for _ in range(count):
        (await open_one(server, taken)).close()
    return taken


async def measure() -> list[Row]:
    many = 500 if is_quick() else 1_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with (
        running("bench_server.py", FINANCEHUB_MODE="simulated", FINANCEHUB_ROLE="web") as product,
        running("floor_servers.py", "sockets") as floor,
    ):
        pin_client()
        await handshakes(product, 20)
        memory = await idle_memory(product, many), await idle_memory(floor, many)
        rows = await latency_rows(product, floor)
        rows.insert(0, await fan_out_row(product, floor, many, 70_000))
        if not is_quick():
            rows.insert(1, await fan_out_row(product, floor, 5_000, 60_000))
        shakes = [await handshakes(product, 100) for _ in range(ROUNDS)], [await handshakes(floor, 100) for _ in range(ROUNDS)]
    rows.append(
        Row(room="Sockets", what="memory of an idle socket", input=f"{many:,} sockets, one topic each", unit="KB", ours=Sample([memory[0]]),
            peer_name="floor: bare websockets", peer=Sample([memory[1]]), budget=40)
    )  # fmt: skip
    ours, bare = ([percentile(taken, 0.99) for taken in rounds] for rounds in shakes)
    rows.append(
        Row(room="Sockets", what="handshake with a token, p99", input="100 one after the other, connection included", unit="ms",
            ours=Sample(ours), peer_name="floor: bare websockets, no token", peer=Sample(bare), budget=10,
            note=f"p50 {statistics.median(percentile(taken, 0.5) for taken in shakes[0]):.1f} ms")
    )  # fmt: skip
    return rows


if __name__ == "__main__":
    emit(uvloop.run(measure()))
