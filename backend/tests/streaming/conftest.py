import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from streaming.live_market import NOW_NS, VENUE, PlayedOrchestrator, PlayedVenue

from financehub.bus import MemoryBus
from financehub.clock import ManualClock, use_clock
from financehub.providers.source_settings import SourceSettings
from financehub.streaming.realtime_stream_manager import RealTimeStreamManager


@pytest.fixture
def market_time() -> Iterator[ManualClock]:
    with use_clock(ManualClock(NOW_NS)) as clock:
        assert isinstance(clock, ManualClock)
        yield clock


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def venue() -> PlayedVenue:
    return PlayedVenue()


@pytest.fixture
def orchestrator() -> PlayedOrchestrator:
    return PlayedOrchestrator()


@pytest.fixture
async def manager(
    market_time: ManualClock, bus: MemoryBus, venue: PlayedVenue, orchestrator: PlayedOrchestrator
) -> AsyncIterator[RealTimeStreamManager]:
    manager = RealTimeStreamManager({"venue": VENUE}, {"venue": SourceSettings()}, bus, orchestrator, make_client=venue.make)
    await manager.start()
    yield manager
    await manager.stop()


@pytest.fixture
def until() -> Callable[[Callable[[], object]], object]:
    """Wait, without sleeping, until something becomes true; fail after two seconds of real time."""

    async def wait(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(2):
            while not condition():  # noqa: ASYNC110 - many things may become true, and none tells
                await asyncio.sleep(0)

    return wait
