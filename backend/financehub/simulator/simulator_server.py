"""The simulator as a server: every provider's wire format under one loopback port."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import structs

from financehub.clock import Clock, from_ns
from financehub.errors import NoAnswer, PortInUse
from financehub.simulator.binance_rest import BinanceRest
from financehub.simulator.binance_streams import BinanceStreams
from financehub.simulator.coingecko_coins import CoinGeckoCoins
from financehub.simulator.control_api import CONTROL, ControlApi
from financehub.simulator.edgar_filings import EdgarFilings
from financehub.simulator.fault_answers import faulty_answer
from financehub.simulator.fault_desk import Channel, FaultDesk
from financehub.simulator.frankfurter_rates import FrankfurterRates
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.replay_source import ReplaySource
from financehub.simulator.seeded_venue import SeededVenue
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response
from financehub.simulator.wire_server import WireServer, WireSocket
from financehub.simulator.yahoo_chart import YahooChart

BaseUrls: TypeAlias = dict[str, dict[str, str]]
MarketSource: TypeAlias = SeededMarket | ReplaySource
_Door: TypeAlias = Callable[[WireRequest], WireResponse]

_START_SECONDS = 10.0
_PREFIXES = {
    "binance": "binance",
    "yahoo": "yahoo_finance",
    "coingecko": "coingecko",
    "frankfurter": "frankfurter",
    "sec": "sec_edgar",
}


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
    """Serve a market, or a recording, on loopback; times are the clock's. A recording has Binance's formats only."""

    def __init__(
        self, market_source: MarketSource, clock: Clock, host: str = "127.0.0.1", port: int = 0, *, has_limits: bool = False
    ) -> None:
        self._source = market_source
        self._clock = clock
        self._host = host
        self._port = port
        self._desk = FaultDesk(clock)
        self._control = ControlApi(self._desk, self._describe)
        venue = SeededVenue(market_source) if isinstance(market_source, SeededMarket) else market_source
        self._streams = BinanceStreams(venue, clock, self._desk)
        self._doors: dict[str, _Door] = {"binance": BinanceRest(venue, clock, has_limits=has_limits).answer}
        if isinstance(market_source, SeededMarket):
            self._doors |= _seeded_doors(market_source, clock)
        self._server = WireServer(self._answer, self._converse)

    async def start(self) -> BaseUrls:
        """Listen and return the base URLs of what is served; raises PortInUse."""
        self._port = await self._server.start(self._host, self._port)
        return {provider: urls for provider, urls in base_urls(self._host, self._port).items() if provider in self._doors}

    async def stop(self) -> None:
        """Close every connection and the port."""
        await self._server.stop()

    async def _answer(self, request: WireRequest) -> WireResponse:
        prefix, inner = _split(request)
        if prefix == CONTROL:
            return self._control.answer(inner)
        provider = _PREFIXES.get(prefix, "")
        if provider not in self._doors:
            return json_response({"error": f"nothing is simulated at /{prefix}"}, status=404)
        if isinstance(self._source, SeededMarket) and not self._source.covers(self._clock.now_ns()):
            return json_response({"error": "the simulated market runs from 2015-01-02 to 2032-12-31"}, status=503)
        order = self._desk.take(provider, Channel.HTTP, [inner.path])
        answer = self._doors[provider](inner)
        return answer if order is None else faulty_answer(provider, order, answer)

    async def _converse(self, request: WireRequest, socket: WireSocket) -> None:
        prefix, inner = _split(request)
        if prefix == "binance":
            await self._streams.converse(inner, socket)
        else:
            socket.close(1008, "no stream here")

    def _describe(self) -> dict[str, Any]:
        now_ns = self._clock.now_ns()
        facts = {"market_time": from_ns(now_ns), "port": self._port, "faults": len(self._desk.active())}
        if isinstance(self._source, SeededMarket):
            return {
                "mode": "simulated",
                "seed": self._source.seed,
                "symbols": list(self._source.instruments),
                "is_finished": False,
            } | facts
        recording = {"start": from_ns(self._source.start_ns), "end": from_ns(self._source.end_ns), "file": self._source.path.name}
        finished = {"is_finished": self._source.is_finished(now_ns)}
        return {"mode": "replayed", "symbols": self._source.symbols} | finished | recording | facts


def _seeded_doors(market: SeededMarket, clock: Clock) -> dict[str, _Door]:
    return {
        "yahoo_finance": YahooChart(market, clock).answer,
        "coingecko": CoinGeckoCoins(market, clock).answer,
        "frankfurter": FrankfurterRates(market, clock).answer,
        "sec_edgar": EdgarFilings(market, clock).answer,
    }


def _split(request: WireRequest) -> tuple[str, WireRequest]:
    """Return the provider's prefix and the request as the provider would see it."""
    prefix, _, rest = request.path.removeprefix("/").partition("/")
    return prefix, structs.replace(request, path="/" + rest)


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
        except PortInUse:
            self._end()
            raise

    def stop(self) -> None:
        """Close every connection and end the thread; does nothing when it has ended already."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(_START_SECONDS)
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()
