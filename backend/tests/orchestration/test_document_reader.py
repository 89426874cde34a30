import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from scripted_sources import START, START_NS, DictDocuments, calls_of, make_endpoint, make_orchestrator, make_source

from financehub.clock import ManualClock, use_clock
from financehub.errors import Implausible, Invalid, NoAnswer, NotCovered, NotFound
from financehub.market.crypto_asset import CryptoAsset, CryptoMarketsQuery
from financehub.market.filing import Filing, FilingsQuery
from financehub.market.fx_rate import FxHistoryQuery, FxRate, FxRatesQuery
from financehub.market.instrument import ListedInstrument
from financehub.market.order_book import OrderBookQuery, OrderBookSnapshot
from financehub.market.provenance import CacheTier, TraceOutcome
from financehub.market.trade import Trade, TradesQuery
from financehub.orchestration.document_reader import LONGEST_KEY
from financehub.orchestration.source_order import Source
from financehub.providers.provider import Dataset

RATES = [
    FxRate(base="EUR", quote="USD", rate=1.1, day=date(2026, 2, 27)),
    FxRate(base="EUR", quote="GBP", rate=0.9, day=date(2026, 2, 26)),
]


@pytest.fixture
def manual() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START_NS)) as installed:
        yield installed


def source(dataset: Dataset, value: Any, id_: str = "first") -> Source:
    return make_source(id_, lambda _, query: value(query) if callable(value) else value, make_endpoint(dataset), venue="MAIN")


async def test_rates_live_four_hours_in_memory_and_outlive_the_process(manual: ManualClock) -> None:
    documents, rates = DictDocuments(), source(Dataset.FX_RATES, RATES)
    orchestrator = make_orchestrator(rates, documents=documents)
    answer = await orchestrator.fx_rates(FxRatesQuery(base="EUR"))
    assert answer.value == RATES
    assert (answer.provenance.as_of, answer.provenance.currency) == (datetime(2026, 2, 27, tzinfo=UTC), None)
    await manual.advance(14_399)
    assert (await orchestrator.fx_rates(FxRatesQuery(base="EUR"))).provenance.cached is CacheTier.L1
    await orchestrator.close()
    restarted = make_orchestrator(rates, documents=documents)
    stored = await restarted.fx_rates(FxRatesQuery(base="EUR"))
    assert (stored.value, stored.provenance.cached, stored.provenance.fetched_at) == (RATES, CacheTier.L3, START)
    assert len(calls_of(rates)) == 1
    await manual.advance(1)
    await restarted.fx_rates(FxRatesQuery(base="EUR"))
    assert len(calls_of(rates)) == 2
    await restarted.close()


async def test_an_old_document_answers_while_the_source_is_down(manual: ManualClock) -> None:
    documents = DictDocuments()
    working = make_orchestrator(source(Dataset.FX_RATES, RATES), documents=documents)
    await working.fx_rates(FxRatesQuery(base="EUR", quotes=("USD",)))
    await working.close()
    await manual.advance(100_000)
    down = source(Dataset.FX_RATES, NoAnswer("down"))
    broken = make_orchestrator(down, documents=documents)
    answer = await broken.fx_rates(FxRatesQuery(base="EUR", quotes=("USD",)))
    assert (answer.provenance.cached, answer.provenance.fetched_at, answer.provenance.currency) == (CacheTier.L3, START, "USD")
    assert [(step.outcome, step.code) for step in answer.provenance.trace] == [
        (TraceOutcome.FAILED, "no_answer"),
        (TraceOutcome.ANSWERED, ""),
    ]
    await manual.advance(14)
    assert (await broken.fx_rates(FxRatesQuery(base="EUR", quotes=("USD",)))).provenance.cached is CacheTier.L1
    assert len(calls_of(down)) == 1
    with pytest.raises(NoAnswer):
        await broken.fx_rates(FxRatesQuery(base="JPY"))
    await broken.close()


async def test_a_thousand_equal_questions_make_one_call(manual: ManualClock) -> None:
    rates = source(Dataset.FX_RATES, RATES)
    orchestrator = make_orchestrator(rates)
    answers = await asyncio.gather(*(orchestrator.fx_rates(FxRatesQuery(base="EUR")) for _ in range(1000)))
    assert all(answer.value == RATES for answer in answers)
    assert len(calls_of(rates)) == 1
    await orchestrator.close()


async def test_history_is_asked_by_days(manual: ManualClock) -> None:
    orchestrator = make_orchestrator(source(Dataset.FX_HISTORY, RATES))
    query = FxHistoryQuery(base="EUR", quotes=("USD",), start=date(2026, 2, 1), end=date(2026, 2, 28))
    assert (await orchestrator.fx_history(query)).value == RATES
    with pytest.raises(Invalid):
        await orchestrator.fx_history(FxHistoryQuery(base="EUR", quotes=(), start=date(2026, 2, 2), end=date(2026, 2, 1)))
    await orchestrator.close()


async def test_a_rate_of_nothing_is_implausible(manual: ManualClock) -> None:
    orchestrator = make_orchestrator(source(Dataset.FX_RATES, [FxRate(base="EUR", quote="USD", rate=0.0, day=date(2026, 2, 27))]))
    with pytest.raises(Implausible):
        await orchestrator.fx_rates(FxRatesQuery(base="EUR"))
    await orchestrator.close()


def book(query: OrderBookQuery) -> OrderBookSnapshot:
    return OrderBookSnapshot(symbol=query.symbol, update_id=1, bids=[(9.0, 1.0)], asks=[(10.0, 1.0)], depth_limit=query.limit)


async def test_a_book_is_asked_for_anew_unless_an_old_one_will_do(manual: ManualClock) -> None:
    books = source(Dataset.ORDER_BOOK, book)
    documents = DictDocuments()
    orchestrator = make_orchestrator(books, documents=documents)
    await orchestrator.order_book(OrderBookQuery("BTCUSDT", 5))
    await manual.advance(1)
    answer = await orchestrator.order_book(OrderBookQuery("BTCUSDT", 5))
    assert (answer.value.symbol, answer.value.depth_limit, answer.provenance.currency) == ("BTCUSDT", 5, "USDT")
    assert answer.provenance.as_of == START + timedelta(seconds=1)
    await manual.advance(9)
    assert (await orchestrator.order_book(OrderBookQuery("BTCUSDT", 5), max_age=9)).provenance.cached is CacheTier.L1
    assert len(calls_of(books)) == 2
    assert documents.rows == {}
    await orchestrator.close()


async def test_trades_filings_and_listings_carry_our_names_and_their_times(manual: ManualClock) -> None:
    trades = source(
        Dataset.TRADES,
        lambda query: [
            Trade(symbol=query.symbol, trade_id="1", price=1.0, quantity=1.0, side=None, time=START - timedelta(seconds=5))
        ],
    )
    filing = Filing(
        symbol="0000320193",
        accession_number="1",
        form="10-K",
        filed_on=date(2026, 1, 5),
        accepted_at=None,
        period_end=None,
        title="",
        url="",
    )
    filings = source(Dataset.FILINGS, [filing], "third")
    listed = [ListedInstrument(provider_symbol="BTCUSDT")]
    listings = source(Dataset.INSTRUMENTS, listed, "second")
    orchestrator = make_orchestrator(trades, filings, listings)
    tape = await orchestrator.trades(TradesQuery("BTCUSDT", 5))
    assert (tape.value[0].symbol, tape.provenance.as_of) == ("BTCUSDT", START - timedelta(seconds=5))
    filed = await orchestrator.filings(FilingsQuery("AAPL"))
    assert (filed.value[0].symbol, filed.provenance.as_of) == ("AAPL", datetime(2026, 1, 5, tzinfo=UTC))
    assert calls_of(filings)[0][1].symbol == "0000320193"
    assert (await orchestrator.list_instruments("second")).value == listed
    with pytest.raises(NotCovered):
        await orchestrator.list_instruments("first")
    with pytest.raises(NotFound):
        await orchestrator.filings(FilingsQuery("NOPE"))
    await orchestrator.close()


async def test_a_page_of_the_market_with_many_ids_has_a_key_that_fits(manual: ManualClock) -> None:
    row = CryptoAsset(
        provider_symbol="bitcoin",
        ticker="BTC",
        name="Bitcoin",
        currency="USD",
        price=1.0,
        market_cap=None,
        market_cap_rank=1,
        volume_24h=None,
        high_24h=None,
        low_24h=None,
        change_24h=None,
        change_percent_24h=None,
        circulating_supply=None,
        time=START,
    )
    documents = DictDocuments()
    orchestrator = make_orchestrator(source(Dataset.CRYPTO_MARKETS, [row]), documents=documents)
    for last in ("a", "b"):
        ids = (*(f"coin-number-{number}" for number in range(100)), f"zzz-{last}")
        answer = await orchestrator.crypto_markets(CryptoMarketsQuery(ids=ids))
        assert (answer.value, answer.provenance.as_of, answer.provenance.currency) == ([row], START, "USD")
    assert len(documents.rows) == 2
    assert {len(key) for _, key in documents.rows} == {LONGEST_KEY}
    await orchestrator.close()
