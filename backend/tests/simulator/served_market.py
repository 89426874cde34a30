"""A simulator in the test's own loop, under a clock that stands still, and clients for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import websockets

from financehub.clock import ManualClock, to_ns
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.simulator_server import MarketSource, SimulatorServer

FRIDAY = datetime(2026, 11, 20, 18, 15, 3, 250_000, tzinfo=UTC)
"""Half past one in New York, the exchange open, 3.25 seconds into a minute."""
FRIDAY_NS = to_ns(FRIDAY)
MARKET = SeededMarket(7)
"""One market for all tests: it is a pure function, only its memory is shared."""


class Served:
    """A running simulator."""

    def __init__(self, urls: dict[str, dict[str, str]], clock: ManualClock, client: httpx.AsyncClient) -> None:
        self.urls = urls
        self.clock = clock
        self.client = client
        self.root = urls["binance"]["rest"].removesuffix("/binance")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(self.root + path, headers=headers)

    async def json(self, path: str) -> Any:
        response = await self.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    async def fault(self, **order: Any) -> dict[str, Any]:
        response = await self.client.post(f"{self.root}/_control/faults", json=order)
        assert response.status_code == 201, response.text
        return response.json()

    def socket(self, *streams: str) -> Any:
        return websockets.connect(f"{self.urls['binance']['stream']}/stream?streams={'/'.join(streams)}", ping_interval=None)

    async def hear(self, socket: Any, seconds: float, *, wanted: int) -> list[dict[str, Any]]:
        """Let `seconds` of market time pass and return the first `wanted` messages."""
        await self.clock.advance(seconds)
        return [msgspec.json.decode(await socket.recv()) for _ in range(wanted)]


@asynccontextmanager
async def served(source: MarketSource = MARKET, *, at_ns: int = FRIDAY_NS, has_limits: bool = False) -> AsyncIterator[Served]:
    clock = ManualClock(at_ns)
    server = SimulatorServer(source, clock, has_limits=has_limits)
    urls = await server.start()
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            yield Served(urls, clock, client)
    finally:
        await server.stop()
