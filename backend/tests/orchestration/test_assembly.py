"""The whole way over real HTTP: orchestrator, real store, real catalogue and adapters, a simulated market that misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from servers.file_database import in_thread

from financehub.assets.actions import save_listing, seed_catalogue
from financehub.clock import ManualClock, to_ns, use_clock
from financehub.errors import Invalid
from financehub.market.bar import BarsQuery, Interval
from financehub.market.provenance import CacheTier, DelayClass, TraceOutcome
from financehub.monitoring.monitor import Monitor
from financehub.orchestration.assembly import open_orchestrator
from financehub.orchestration.backfill import backfill
from financehub.orchestration.data_orchestrator import DataOrchestrator
from financehub.orchestration.sources import enabled_providers
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.simulator_server import SimulatorServer, SimulatorThread

NOW = datetime(2026, 3, 4, 15, 30, 30, tzinfo=UTC)  # a Wednesday, while New York trades
ENABLED = ("binance", "yahoo_finance", "frankfurter")

pytestmark = pytest.mark.usefixtures("file_database")


class Market:
    """A simulated market and the orchestrator that asks it."""

    def __init__(self, orchestrator: DataOrchestrator, control: str, monitor: Monitor, clock: ManualClock) -> None:
        self.ask = orchestrator
        self.monitor = monitor
        self.clock = clock
        self._faults = f"{control}/_control/faults"

    async def misbehave(self, kind: str, provider: str = "binance", **more: Any) -> None:
        async with httpx.AsyncClient() as client:
            response = await client.post(self._faults, json={"kind": kind, "provider": provider, **more})
        assert response.status_code == 201, response.text

    async def behave(self) -> None:
        async with httpx.AsyncClient() as client:
            await client.delete(self._faults)

    def calls(self, source: str) -> int:
        return sum(each.attempts for each in self.monitor.snapshot().endpoints if each.source == source)


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    clock = ManualClock(to_ns(NOW))
    with use_clock(clock):
        simulator = SimulatorThread(SimulatorServer(SeededMarket(7), clock))
        urls = simulator.start()
        environment = {f"FINANCEHUB_{id_}_{host}_URL".upper(): url for id_, hosts in urls.items() for host, url in hosts.items()}
        environment |= {f"FINANCEHUB_{id_}_LIMIT_FACTOR".upper(): "1000" for id_ in urls}
        monitor = Monitor()
        override = DelayClass.SIMULATED
        try:
            async with open_orchestrator(ENABLED, environment, delay_class_override=override, monitor=monitor) as orchestrator:
                await in_thread(lambda: seed_catalogue(ENABLED))
                listing = await orchestrator.list_instruments("binance")
                await in_thread(lambda: save_listing("binance", listing.value))
                yield Market(orchestrator, urls["binance"]["rest"].removesuffix("/binance"), monitor, clock)
        finally:
            await asyncio.to_thread(simulator.stop)


def hours(count: int, symbol: str = "BTCUSDT") -> BarsQuery:
    return BarsQuery(symbol=symbol, interval=Interval.M1, start=NOW - timedelta(hours=count), end=NOW)


async def test_quotes_and_bars_arrive_with_their_origin(market: Market) -> None:
    found = await market.ask.quotes(["BTCUSDT", "AAPL"])
    assert found.failures == {}
    assert {symbol: answer.provenance.source for symbol, answer in found.answers.items()} == {
        "BTCUSDT": "binance",
        "AAPL": "yahoo_finance",
    }
    assert {answer.provenance.delay_class for answer in found.answers.values()} == {DelayClass.SIMULATED}
    assert found.answers["BTCUSDT"].provenance.currency == "USDT"
    answer = await market.ask.bars(hours(40))
    assert len(answer.value.bars) == 40 * 60
    assert (answer.value.bars[-1].is_final, answer.value.bars[-2].is_final) == (False, True)
    assert answer.provenance.source == "binance"


async def test_a_second_process_finds_the_bars_stored(market: Market) -> None:
    first = await market.ask.bars(hours(10))
    market.ask.cache.memory.clear()
    before = market.calls("binance")
    stored = await market.ask.bars(
        BarsQuery(symbol="BTCUSDT", interval=Interval.M1, start=NOW - timedelta(hours=9), end=NOW - timedelta(hours=1))
    )
    assert stored.provenance.cached is CacheTier.L3
    assert market.calls("binance") == before
    by_time = {bar.time: bar for bar in first.value.bars}
    assert len(stored.value.bars) == 480
    assert all(by_time[bar.time] == bar for bar in stored.value.bars)


@pytest.mark.parametrize(
    ("fault", "code", "outcome"),
    [
        ("rate_limited", "rate_limited", TraceOutcome.FAILED),
        ("html_page", "", TraceOutcome.FAILED),
        ("wrong_price", "implausible", TraceOutcome.REJECTED),
        ("nan_price", "", TraceOutcome.FAILED),
    ],
)
async def test_a_source_that_misbehaves_makes_way_for_the_next(
    market: Market, fault: str, code: str, outcome: TraceOutcome
) -> None:
    good = (await market.ask.quotes(["BTCUSDT"])).answers["BTCUSDT"].value.price
    await market.misbehave(fault, retry_after=60.0)
    answer = (await market.ask.quotes(["BTCUSDT"], max_age=-1)).answers["BTCUSDT"]
    assert answer.provenance.source == "yahoo_finance"
    assert answer.value.price == pytest.approx(good, rel=0.05)
    step = answer.provenance.trace[0]
    assert (step.source, step.outcome) == ("binance", outcome)
    assert step.code == code or (not code and step.code in {"bad_payload", "no_answer", "key_rejected", "implausible"})


async def test_while_every_source_is_down_storage_answers_and_recovery_is_automatic(market: Market) -> None:
    await market.ask.bars(hours(2))
    market.ask.cache.memory.clear()
    await market.misbehave("html_page", provider="*")
    answer = await market.ask.bars(hours(3))
    assert (answer.provenance.cached, answer.provenance.source) == (CacheTier.L3, "binance")
    assert len(answer.value.bars) == 120
    assert {step.source for step in answer.provenance.trace} >= {"binance", "yahoo_finance", "storage"}
    await market.behave()
    await market.clock.advance(61)
    again = await market.ask.bars(hours(3))
    assert (again.provenance.cached, len(again.value.bars)) == (None, 180)


async def test_a_backfill_over_real_http_is_complete_and_resumes(market: Market) -> None:
    start, end = NOW - timedelta(days=6), NOW - timedelta(hours=1)
    report = await backfill(market.ask, ["ETHUSDT"], Interval.M1, start, end)
    assert report.is_complete
    assert report.symbols[0].totals.written == 5 * 1440 + 23 * 60
    again = await backfill(market.ask, ["ETHUSDT"], Interval.M1, start, end)
    assert again.symbols[0].slices == 0


def test_a_source_nobody_knows_is_named() -> None:
    with pytest.raises(Invalid, match="FINANCEHUB_SOURCES names nasdaq"):
        enabled_providers(["nasdaq"])
    assert set(enabled_providers(ENABLED)) == set(ENABLED)
