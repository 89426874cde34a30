import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from servers.file_database import in_thread

from financehub import clock
from financehub.assets import queries as asset_queries
from financehub.clock import ManualClock, use_clock
from financehub.errors import KeyMissing, NoAnswer
from financehub.market.instrument import AssetClass, ListedInstrument
from financehub.market.provenance import DelayClass
from financehub.market.quote import Quote
from financehub.orchestration.data_orchestrator import DataOrchestrator, Shelves
from financehub.orchestration.source_order import Source
from financehub.providers.base_api_fetcher import Fetched
from financehub.providers.provider import Dataset, Endpoint, Provider, Request
from financehub.storage.bar_store import BarStore
from financehub.storage.document_store import DocumentStore
from financehub.tasks.job_runs import JobInterrupted, JobReport
from financehub.tasks.jobs import build_jobs, refresh_catalogue, refresh_quotes, refresh_session_quotes
from financehub.tasks.loop_bridge import LoopBridge
from financehub.tasks.schedule import JOBS

pytestmark = pytest.mark.usefixtures("file_database")


class ListingFetcher:
    """Answer listings and quotes as told; raise an answer that is an error."""

    def __init__(self, answers: dict[Dataset, Any]) -> None:
        self.answers = answers
        self.calls: list[Dataset] = []

    async def fetch(self, endpoint: Endpoint[Any, Any], query: Any) -> Fetched[Any]:
        self.calls.append(endpoint.dataset)
        answer = self.answers[endpoint.dataset]
        value = answer(query) if callable(answer) else answer
        if isinstance(value, Exception):
            raise value
        return Fetched(value=value, fetched_at=clock.now(), milliseconds=1.0)


def make_source(id_: str, answers: dict[Dataset, Any], venue: str = "") -> Source:
    endpoints = tuple(
        Endpoint(
            name=str(dataset),
            dataset=dataset,
            asset_classes=frozenset(AssetClass),
            delay_class=DelayClass.LIVE,
            unit="price",
            request=lambda _: Request(path="/"),
            parse=lambda payload, _: payload,
            batch_size=100,
        )
        for dataset in answers
    )
    provider = Provider(id=id_, name=id_, homepage="", hosts={"rest": "https://example.org"}, endpoints=endpoints, venue=venue)
    return Source(provider=provider, fetcher=ListingFetcher(answers))


def quotes_at(price: float) -> Callable[[Any], list[Quote]]:
    return lambda query: [Quote(symbol=symbol, price=price, time=clock.now()) for symbol in query.symbols]


LISTED = [
    ListedInstrument(
        provider_symbol=f"{base}USDT", name=base, asset_class=AssetClass.CRYPTO, currency="USDT", base=base, venue="BINANCE"
    )
    for base in ("BTC", "ETH")
]


async def run(job: Callable[[LoopBridge], JobReport], *sources: Source) -> JobReport:
    """Run a job in a thread, as the worker does."""
    shelves = Shelves(BarStore(), DocumentStore(), asset_queries)
    orchestrator = DataOrchestrator({source.id: source for source in sources}, shelves)
    try:
        bridge = LoopBridge(orchestrator, asyncio.get_running_loop())
        return await in_thread(lambda: job(bridge))
    finally:
        await orchestrator.close()


async def symbols() -> set[str]:
    page = await in_thread(lambda: asset_queries.list_instruments(limit=500))
    return {instrument.symbol for instrument in page.instruments}


async def test_the_catalogue_holds_what_the_sources_list_and_a_second_run_changes_nothing() -> None:
    source = make_source("binance", {Dataset.INSTRUMENTS: LISTED}, venue="BINANCE")
    first = await run(refresh_catalogue, source)
    assert (first.written, first.rejected, first.error) == (2, [], "")
    assert await symbols() == {"BTCUSDT", "ETHUSDT"}
    again = await run(refresh_catalogue, source)
    assert (again.written, again.changed, again.rejected) == (0, 0, [])


async def test_a_source_that_is_down_stops_no_other_and_asks_for_another_run() -> None:
    down = make_source("coingecko", {Dataset.INSTRUMENTS: NoAnswer("no route")})
    locked = make_source("sec_edgar", {Dataset.INSTRUMENTS: KeyMissing("who are you")})
    report = await run(refresh_catalogue, locked, down, make_source("binance", {Dataset.INSTRUMENTS: LISTED}, venue="BINANCE"))
    assert "BTCUSDT" in await symbols()
    assert sorted(report.rejected) == ["coingecko: no route", "sec_edgar: who are you"]
    assert report.error == "coingecko: no route"


async def test_featured_quotes_are_fetched_and_whoever_has_none_is_named() -> None:
    listing = make_source("binance", {Dataset.INSTRUMENTS: LISTED}, venue="BINANCE")
    await run(refresh_catalogue, listing)

    def without_ethereum(query: Any) -> list[Quote]:
        return [quote for quote in quotes_at(5.0)(query) if quote.symbol != "ETHUSDT"]

    quoting = make_source("binance", {Dataset.QUOTES: without_ethereum}, venue="BINANCE")
    report = await run(lambda bridge: refresh_quotes(bridge, [AssetClass.CRYPTO]), quoting)
    assert report.written == 1
    assert [reason.split(":")[0] for reason in report.rejected] == ["ETHUSDT"]
    stored = await in_thread(lambda: DocumentStore().load_document("quotes", "BTCUSDT"))
    assert stored is not None
    assert stored.source == "binance"


@pytest.mark.parametrize(
    ("moment", "calls"), [(datetime(2026, 3, 1, 15, tzinfo=UTC), 0), (datetime(2026, 3, 2, 15, tzinfo=UTC), 1)]
)
async def test_stocks_are_asked_for_only_while_new_york_trades(
    moment: datetime, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(LoopBridge, "pause", lambda _, seconds: pauses.append(seconds))
    source = make_source("yahoo_finance", {Dataset.QUOTES: quotes_at(10.0)})
    await run(refresh_catalogue, source)
    with use_clock(ManualClock(clock.to_ns(moment))):
        report = await run(refresh_session_quotes, source)
    assert (report.written > 30) is bool(calls)
    assert pauses == [20.0] * ((report.written - 1) // 10 if calls else 0)
    assert report.rejected == []


async def test_an_ending_process_interrupts_between_sources() -> None:
    def job(bridge: LoopBridge) -> JobReport:
        bridge.stop()
        return refresh_catalogue(bridge)

    with pytest.raises(JobInterrupted):
        await run(job, make_source("binance", {Dataset.INSTRUMENTS: LISTED}))


async def test_every_scheduled_job_has_its_work() -> None:
    def names(bridge: LoopBridge) -> JobReport:
        jobs = build_jobs(bridge)
        assert set(jobs) == set(JOBS)
        assert jobs["prune_sessions"]() == JobReport()
        assert jobs["prune_job_runs"]() == JobReport()
        assert jobs["refresh_crypto_quotes"]() == JobReport()
        assert jobs["refresh_catalogue"]() == JobReport()
        jobs["refresh_session_quotes"]()
        return JobReport()

    assert await run(names) == JobReport()
