"""From a venue's own wire format to a socket's frames: simulator, stream client, manager, bus, fan-out."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from financehub.bus import MemoryBus
from financehub.clock import SystemClock
from financehub.consumers.fan_out import FanOut
from financehub.consumers.socket_feed import SocketFeed
from financehub.errors import NotFound
from financehub.market.instrument import AssetClass, Instrument
from financehub.market.provenance import DelayClass
from financehub.orchestration.data_orchestrator import DataOrchestrator, Shelves
from financehub.orchestration.sources import open_sources
from financehub.providers.fetch_monitor import SilentMonitor
from financehub.providers.registry import load_providers
from financehub.providers.source_settings import read_source_settings
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.simulator_server import SimulatorServer, SimulatorThread
from financehub.streaming.live_topics import parse_topic
from financehub.streaming.realtime_stream_manager import RealTimeStreamManager


class Pair:
    """A catalogue of one pair."""

    def get_instrument(self, name: str) -> Instrument:
        if name != "BTCUSDT":
            raise NotFound(f"there is no instrument {name}")
        return Instrument(symbol=name, name="Bitcoin", asset_class=AssetClass.CRYPTO, currency="USDT", venue="BINANCE")

    def provider_names(self, symbol: str) -> dict[str, str]:
        return {"binance": symbol}


class Reader:
    """A socket that keeps what it is told, and the client's view of each topic."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.feed = SocketFeed(self._take)
        self._task = asyncio.create_task(self.feed.run())

    async def _take(self, frame: str) -> None:
        self.frames.append(json.loads(frame))

    async def until(self, condition: Callable[[dict[str, Any]], bool], seconds: float = 10.0) -> dict[str, Any]:
        """Return the first frame, heard already or yet to come, for which `condition` holds."""
        seen = 0
        async with asyncio.timeout(seconds):
            while True:
                for frame in self.frames[seen:]:
                    seen += 1
                    if condition(frame):
                        return frame
                await asyncio.sleep(0.01)

    def close(self) -> None:
        self._task.cancel()


class Faults:
    """Orders faults from the simulator, over its own control API."""

    def __init__(self, rest_url: str) -> None:
        self._url = rest_url.removesuffix("/binance") + "/_control/faults"

    async def order(self, **fault: Any) -> None:
        async with httpx.AsyncClient() as client:
            answer = await client.post(self._url, json={"provider": "binance", **fault})
        assert answer.is_success, answer.text


@pytest.fixture
async def thread() -> AsyncIterator[tuple[FanOut, Faults]]:
    simulator = SimulatorThread(SimulatorServer(SeededMarket(7), SystemClock()))
    urls = simulator.start()
    providers = {"binance": load_providers()["binance"]}
    environment = {f"FINANCEHUB_BINANCE_{host}_URL".upper(): url for host, url in urls["binance"].items()}
    settings = {"binance": read_source_settings(providers["binance"], environment)}
    bus = MemoryBus()
    async with open_sources(providers, environment, monitor=SilentMonitor()) as sources:
        orchestrator = DataOrchestrator(sources, Shelves(None, None, Pair()), delay_class_override=DelayClass.SIMULATED)
        manager = RealTimeStreamManager(providers, settings, bus, orchestrator, delay_class_override=DelayClass.SIMULATED)
        fan_out = FanOut(bus)
        await manager.start()
        await fan_out.start()
        yield fan_out, Faults(urls["binance"]["rest"])
        await fan_out.stop()
        await manager.stop()
        await orchestrator.close()
    simulator.stop()


async def test_every_stream_of_a_pair_arrives(thread):
    fan_out, _ = thread
    reader = Reader()
    for stream in ("price", "trades", "orderbook", "bars:1m"):
        await fan_out.watch(reader.feed, parse_topic(stream, "BTCUSDT"), "BINANCE")
    book = await reader.until(lambda f: f.get("topic") == "orderbook:BTCUSDT" and f.get("data", {}).get("state") == "live")
    assert len(book["data"]["bids"]) == len(book["data"]["asks"]) == 20
    assert book["data"]["bids"][0][0] < book["data"]["asks"][0][0]
    assert (book["provenance"]["source"], book["provenance"]["delay_class"]) == ("binance", "simulated")
    price = await reader.until(lambda f: f.get("topic") == "price:BTCUSDT" and f["type"] == "snapshot")
    assert price["data"]["symbol"] == "BTCUSDT"
    bar = await reader.until(lambda f: f.get("topic") == "bars:1m:BTCUSDT" and f["type"] == "snapshot")
    assert bar["data"]["time"] % 60 == 0
    trades = await reader.until(lambda f: f.get("topic") == "trades:BTCUSDT" and f["type"] == "snapshot")
    assert trades["data"]["trades"]
    reader.close()


def is_book(frame: dict[str, Any], state: str) -> bool:
    return frame.get("topic") == "orderbook:BTCUSDT" and frame.get("data", {}).get("state") == state


def is_status(frame: dict[str, Any], state: str) -> bool:
    return frame["type"] == "status" and frame["topic"] == "orderbook:BTCUSDT" and frame["state"] == state


async def live_book(fan_out: FanOut) -> Reader:
    reader = Reader()
    await fan_out.watch(reader.feed, parse_topic("orderbook", "BTCUSDT"), "BINANCE")
    await reader.until(lambda frame: is_book(frame, "live"))
    return reader


def check_numbers(reader: Reader) -> None:
    """Every number of the book was told once, in order, or stood for by a later frame."""
    last = None
    for frame in reader.frames:
        if frame["type"] in ("snapshot", "update"):
            assert last is None or frame.get("from_seq", frame["seq"]) == last + 1
            last = frame["seq"]


@pytest.mark.parametrize(
    ("kind", "bad_state"), [("sequence_gap", "syncing"), ("cut", "stale"), ("crossed_book", "crossed"), ("server_shutdown", None)]
)
async def test_a_book_comes_back_after_each_fault_and_says_so_meanwhile(thread, kind, bad_state):
    fan_out, faults = thread
    reader = await live_book(fan_out)
    pattern = "*@depth*" if kind in ("sequence_gap", "crossed_book") else "*"
    await faults.order(kind=kind, pattern=pattern, count=1)
    if bad_state is not None:
        await reader.until(lambda frame: is_status(frame, bad_state))
    seen = len(reader.frames)
    await reader.until(lambda frame: is_book(frame, "live") and reader.frames.index(frame) > seen)
    if bad_state is not None:
        states = [frame["state"] for frame in reader.frames if frame["type"] == "status"]
        assert states[-1] == "live"
    check_numbers(reader)
    reader.close()
