"""The simulator as a server: every provider's wire format under one loopback port."""

import asyncio
import threading
from collections.abc import Callable

from financehub.clock import Clock
from financehub.errors import NoAnswer
from financehub.simulator.binance_rest import BinanceRest
from financehub.simulator.binance_streams import BinanceStreams
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.seeded_venue import SeededVenue
from financehub.simulator.stream_faults import StreamFaults
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response
from financehub.simulator.wire_server import WireServer, WireSocket
from financehub.simulator.yahoo_chart import YahooChart

BaseUrls = dict[str, dict[str, str]]
_START_SECONDS = 10.0


def base_urls(host: str, port: int) -> BaseUrls:
    """Return where each provider answers: provider id → host name → base URL."""
    web, socket = f"http://{host}:{port}", f"ws://{host}:{port}"
    return {
        "binance": {"rest": f"{web}/binance", "stream": f"{socket}/binance"},
        "yahoo_finance": {"rest": f"{web}/yahoo"},
        "coingecko": {"rest": f"{web}/coingecko"},
        "frankfurter": {"rest": f"{web}/frankfurter"},
        "sec_edgar": {"www": f"{web}/sec", "data": f"{web}/sec"},
    }


class SimulatorServer:
    """Serve a market on loopback; times are the clock's."""

    def __init__(self, market: SeededMarket, clock: Clock, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._port = port
        venue = SeededVenue(market)
        self._streams = BinanceStreams(venue, clock, StreamFaults())
        self._doors: dict[str, Callable[[WireRequest], WireResponse]] = {
            "binance": BinanceRest(venue, clock).answer,
            "yahoo": YahooChart(market, clock).answer,
        }
        self._server = WireServer(self._answer, self._converse)

    async def start(self) -> BaseUrls:
        """Listen and return the base URLs; raises PortInUse."""
        self._port = await self._server.start(self._host, self._port)
        return base_urls(self._host, self._port)

    async def stop(self) -> None:
        await self._server.stop()

    async def _answer(self, request: WireRequest) -> WireResponse:
        provider, inner = _split(request)
        door = self._doors.get(provider)
        if door is None:
            return json_response({"error": f"no provider at /{provider}"}, status=404)
        return door(inner)

    async def _converse(self, request: WireRequest, socket: WireSocket) -> None:
        _provider, inner = _split(request)
        await self._streams.converse(inner, socket)


def _split(request: WireRequest) -> tuple[str, WireRequest]:
    provider, _, rest = request.path.removeprefix("/").partition("/")
    inner = WireRequest(
        method=request.method,
        path="/" + rest,
        query=request.query,
        headers=request.headers,
        body=request.body,
        raw_head=request.raw_head,
    )
    return provider, inner


class SimulatorThread:
    """Run a simulator in a thread with a loop of its own, so that its work never waits for the product's loop."""

    def __init__(self, server: SimulatorServer) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def start(self) -> BaseUrls:
        """Start the thread and return the base URLs; raises PortInUse, or NoAnswer when nothing answers in time."""
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(self._server.start(), self._loop)
        try:
            return started.result(_START_SECONDS)
        except TimeoutError as error:
            raise NoAnswer("the simulator did not start in time") from error

    def stop(self) -> None:
        """Close every connection and end the thread."""
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(_START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()
