"""A cached quote by REST at 300 requests a second, beside the smallest route and a bare ASGI application on the same server."""

import asyncio
import json
import statistics
import time
from contextlib import ExitStack

import uvloop
from measuring import ROUNDS, Row, Sample, emit, is_quick, percentile
from server_process import ServerProcess, pin_client, running

PER_SECOND = 300
CONNECTIONS = 10
Target = tuple[str, ServerProcess, bytes]


def request_for(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


class Connection:
    """One kept-alive connection; reads exactly one answer to each request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> bytes:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await self._reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head!r} {body!r}")
        return body


async def load(target: Target, seconds: float) -> tuple[list[float], float]:
    """Ask evenly, whether or not answers come; return milliseconds from when each was due, and the server's CPU ms per request."""
    _, server, request = target
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(Connection(*await asyncio.open_connection(server.host, server.port)))
    taken: list[float] = []

    async def ask(due: float) -> None:
        connection = await free.get()
        await connection.ask(request)
        free.put_nowait(connection)
        taken.append((time.perf_counter() - due) * 1e3)

    cpu, started, asks = server.cpu_seconds(), time.perf_counter(), []
    for number in range(int(seconds * PER_SECOND)):
        due = started + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asks.append(asyncio.create_task(ask(due)))
    await asyncio.gather(*asks)
    return taken, (server.cpu_seconds() - cpu) * 1e3 / len(taken)


async def measure() -> list[Row]:
    seconds = 1.0 if is_quick() else 2.0
    with ExitStack() as open_:
        product = open_.enter_context(running("bench_server.py", FINANCEHUB_MODE="simulated", FINANCEHUB_ROLE="web"))
        floor = open_.enter_context(running("floor_servers.py", "http"))
        targets: list[Target] = [
            ("quote", product, request_for("/api/quotes/BTCUSDT", product.token)),
            ("health", product, request_for("/api/health", product.token)),
            ("floor", floor, request_for("/", "")),
        ]
        pin_client()
        shown = json.loads(await Connection(*await asyncio.open_connection(product.host, product.port)).ask(targets[0][2]))
        assert shown["data"]["symbol"] == "BTCUSDT", shown
        for target in targets:
            await load(target, 1.0)
        rounds: dict[str, list[tuple[list[float], float]]] = {name: [] for name, _, _ in targets}
        for _ in range(ROUNDS):
            for target in targets:
                rounds[target[0]].append(await load(target, seconds))
    rows = []
    names = {"quote": "cached quote", "health": "/api/health", "floor": "bare ASGI application"}
    for name, share, budget in (("p50", 0.5, 3.0), ("p95", 0.95, 10.0)):
        of = {key: Sample([percentile(taken, share) for taken, _ in values]) for key, values in rounds.items()}
        for peer in ("health", "floor"):
            rows.append(
                Row(room="REST", what=f"cached quote, {name}", input=f"{PER_SECOND} requests/s, {CONNECTIONS} connections, one worker",
                    unit="ms", ours=of["quote"], peer_name=names[peer], peer=of[peer], budget=budget)
            )  # fmt: skip
    cpu = {key: Sample([value for _, value in values]) for key, values in rounds.items()}
    rows.append(
        Row(room="REST", what="CPU of a cached quote", input="the same", unit="ms", ours=cpu["quote"], peer_name=names["floor"],
            peer=cpu["floor"], note=f"/api/health {statistics.median(cpu['health'].values):.2f} ms")
    )  # fmt: skip
    return rows


if __name__ == "__main__":
    emit(uvloop.run(measure()))
