import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from scripted_sources import (
    START,
    START_NS,
    DictDocuments,
    calls_of,
    make_catalogue,
    make_endpoint,
    make_orchestrator,
    make_quote,
    make_source,
)

from financehub.clock import ManualClock, use_clock
from financehub.errors import NoAnswer, NotCovered
from financehub.market.instrument import AssetClass
from financehub.market.provenance import CacheTier, DelayClass, TraceOutcome
from financehub.market.quote import QuotesQuery
from financehub.orchestration.source_order import Source
from financehub.providers.provider import Dataset

CRYPTO = frozenset({AssetClass.CRYPTO})


@pytest.fixture
def manual() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START_NS)) as installed:
        yield installed


def quoting(id_: str, prices: Any, *, batch_size: int = 10, venue: str = "", **endpoint: Any) -> Source:
    """Return a source that quotes the symbols in `prices` (or whatever `prices()` returns now), and leaves out the others."""

    def answer(_: Any, query: QuotesQuery) -> Any:
        now = prices() if callable(prices) else prices
        if isinstance(now, Exception) or hasattr(now, "__await__"):
            return now
        return [make_quote(symbol, now[symbol]) for symbol in query.symbols if symbol in now]

    return make_source(id_, answer, make_endpoint(Dataset.QUOTES, batch_size=batch_size, **endpoint), venue=venue)


async def test_symbols_are_asked_in_one_call_and_come_back_under_our_names(manual: ManualClock) -> None:
    source = quoting("second", {"BTC-USD": 100.0, "AAPL": 200.0})
    orchestrator = make_orchestrator(source)
    found = await orchestrator.quotes(["BTCUSDT", "AAPL", "NOPE"])
    assert {symbol: answer.value.price for symbol, answer in found.answers.items()} == {"BTCUSDT": 100.0, "AAPL": 200.0}
    assert found.answers["BTCUSDT"].value.symbol == "BTCUSDT"
    assert {symbol: error.code for symbol, error in found.failures.items()} == {"NOPE": "not_found"}
    assert [query.symbols for _, query in calls_of(source)] == [("BTC-USD", "AAPL")]
    about = found.answers["AAPL"].provenance
    assert (about.source, about.as_of, about.fetched_at, about.unit, about.currency) == ("second", START, START, "price", "USDT")
    assert (about.cached, about.delay_class) == (None, DelayClass.LIVE)
    await orchestrator.close()


async def test_batches_are_no_larger_than_the_source_allows(manual: ManualClock) -> None:
    catalogue = make_catalogue()
    for number in range(5):
        catalogue.add(f"S{number}", AssetClass.EQUITY, "USD", second=f"S{number}")
    source = quoting("second", {f"S{number}": 10.0 for number in range(5)}, batch_size=2)
    orchestrator = make_orchestrator(source, catalogue=catalogue)
    found = await orchestrator.quotes([f"S{number}" for number in range(5)])
    assert len(found.answers) == 5
    assert sorted(len(query.symbols) for _, query in calls_of(source)) == [1, 2, 2]
    await orchestrator.close()


async def test_a_thousand_simultaneous_asks_make_exactly_one_call(manual: ManualClock) -> None:
    gate = asyncio.Event()

    async def slow() -> Any:
        await gate.wait()
        return [make_quote("BTC-USD", 100.0)]

    source = quoting("second", slow)
    orchestrator = make_orchestrator(source)
    await orchestrator.naming.get("BTCUSDT")
    asks = [asyncio.create_task(orchestrator.quotes(["BTCUSDT"])) for _ in range(1000)]
    for _ in range(10):
        await asyncio.sleep(0)
    asks[0].cancel()
    gate.set()
    found = await asyncio.gather(*asks[1:])
    assert {answer.answers["BTCUSDT"].value.price for answer in found} == {100.0}
    assert len(calls_of(source)) == 1
    await orchestrator.close()


async def test_a_remembered_quote_is_used_for_a_minute_unless_a_fresher_one_is_wanted(manual: ManualClock) -> None:
    source = quoting("second", {"BTC-USD": 100.0})
    orchestrator = make_orchestrator(source)
    await orchestrator.quotes(["BTCUSDT"])
    await manual.advance(59)
    remembered = (await orchestrator.quotes(["BTCUSDT"])).answers["BTCUSDT"]
    assert (remembered.provenance.cached, remembered.provenance.fetched_at) == (CacheTier.L1, START)
    assert len(calls_of(source)) == 1
    await orchestrator.quotes(["BTCUSDT"], max_age=10)
    assert len(calls_of(source)) == 2
    await manual.advance(60)
    await orchestrator.quotes(["BTCUSDT"])
    assert len(calls_of(source)) == 3
    await orchestrator.close()


async def test_each_symbol_falls_back_by_itself(manual: ManualClock) -> None:
    first = quoting("first", {"BTCUSDT": 100.0}, venue="MAIN", asset_classes=CRYPTO)
    second = quoting("second", {"ETH-USD": 50.0})
    orchestrator = make_orchestrator(first, second)
    found = await orchestrator.quotes(["BTCUSDT", "ETHUSDT"])
    assert {symbol: answer.provenance.source for symbol, answer in found.answers.items()} == {
        "BTCUSDT": "first",
        "ETHUSDT": "second",
    }
    assert [(step.source, step.outcome, step.code) for step in found.answers["ETHUSDT"].provenance.trace] == [
        ("first", TraceOutcome.FAILED, "not_covered"),
        ("second", TraceOutcome.ANSWERED, ""),
    ]
    assert [query.symbols for _, query in calls_of(second)] == [("ETH-USD",)]
    await orchestrator.close()


async def test_one_symbol_that_spoils_a_batch_is_found_by_halving(manual: ManualClock) -> None:
    def answer(_: Any, query: QuotesQuery) -> Any:
        if "ETH-USD" in query.symbols:
            return NotCovered("invalid symbol")
        return [make_quote(symbol, 10.0) for symbol in query.symbols]

    source = make_source("second", answer, make_endpoint(Dataset.QUOTES, batch_size=10))
    orchestrator = make_orchestrator(source)
    found = await orchestrator.quotes(["BTCUSDT", "ETHUSDT", "AAPL"])
    assert set(found.answers) == {"BTCUSDT", "AAPL"}
    assert {symbol: error.code for symbol, error in found.failures.items()} == {"ETHUSDT": "not_covered"}
    await orchestrator.close()


async def test_a_price_a_hundred_times_off_makes_way_for_the_next_source(manual: ManualClock) -> None:
    prices = {"BTCUSDT": 100.0}
    first = quoting("first", lambda: prices, venue="MAIN", asset_classes=CRYPTO)
    orchestrator = make_orchestrator(first, quoting("second", {"BTC-USD": 101.0}))
    await orchestrator.quotes(["BTCUSDT"])
    prices["BTCUSDT"] = 10_050.0
    await manual.advance(61)
    answer = (await orchestrator.quotes(["BTCUSDT"])).answers["BTCUSDT"]
    assert (answer.value.price, answer.provenance.source) == (101.0, "second")
    assert [(step.source, step.outcome, step.code) for step in answer.provenance.trace] == [
        ("first", TraceOutcome.REJECTED, "implausible"),
        ("second", TraceOutcome.ANSWERED, ""),
    ]
    await orchestrator.close()


async def test_a_jump_that_a_second_source_confirms_passes(manual: ManualClock) -> None:
    first_prices, second_prices = {"BTCUSDT": 100.0}, {"BTC-USD": 100.0}
    first = quoting("first", lambda: first_prices, venue="MAIN", asset_classes=CRYPTO)
    orchestrator = make_orchestrator(first, quoting("second", lambda: second_prices))
    await orchestrator.quotes(["BTCUSDT"])
    first_prices["BTCUSDT"], second_prices["BTC-USD"] = 1.0, 1.01
    await manual.advance(61)
    answer = (await orchestrator.quotes(["BTCUSDT"])).answers["BTCUSDT"]
    assert (answer.value.price, answer.provenance.source) == (1.01, "second")
    await orchestrator.close()


async def test_a_price_that_one_source_keeps_stating_is_believed_after_ten_minutes(manual: ManualClock) -> None:
    prices = {"BTC-USD": 10_000.0}  # the first price of all was the wrong one
    orchestrator = make_orchestrator(quoting("second", lambda: prices), documents=Forgetful())
    await orchestrator.quotes(["BTCUSDT"])
    prices["BTC-USD"] = 100.0
    for _ in range(11):
        await manual.advance(61)
        found = await orchestrator.quotes(["BTCUSDT"])
        assert found.failures["BTCUSDT"].code == "implausible"
    await manual.advance(61)
    assert (await orchestrator.quotes(["BTCUSDT"])).answers["BTCUSDT"].value.price == 100.0
    await orchestrator.close()


class Forgetful(DictDocuments):
    def save_document(self, *_: Any, **__: Any) -> None:
        """Keep nothing."""


async def test_the_last_stored_quote_answers_while_every_source_is_down(manual: ManualClock) -> None:
    documents = DictDocuments()
    working = make_orchestrator(quoting("second", {"BTC-USD": 100.0}), documents=documents)
    await working.quotes(["BTCUSDT"])
    await working.close()
    await manual.advance(3600)
    broken = make_orchestrator(quoting("second", NoAnswer("down")), documents=documents)
    answer = (await broken.quotes(["BTCUSDT"])).answers["BTCUSDT"]
    assert (answer.value.price, answer.provenance.cached, answer.provenance.fetched_at) == (100.0, CacheTier.L3, START)
    assert answer.provenance.age_seconds(START + timedelta(hours=1)) == 3600
    assert [(step.source, step.outcome) for step in answer.provenance.trace] == [
        ("second", TraceOutcome.FAILED),
        ("second", TraceOutcome.ANSWERED),
    ]
    await broken.close()


async def test_a_failure_is_asked_again_and_a_refusal_is_not_for_half_a_minute(manual: ManualClock) -> None:
    down = quoting("second", NoAnswer("down"))
    orchestrator = make_orchestrator(down)
    for _ in range(2):
        assert (await orchestrator.quotes(["AAPL"])).failures["AAPL"].code == "no_answer"
    assert len(calls_of(down)) == 2
    await orchestrator.close()
    without = quoting("second", {})
    orchestrator = make_orchestrator(without)
    for _ in range(2):
        assert (await orchestrator.quotes(["AAPL"])).failures["AAPL"].code == "not_covered"
    assert len(calls_of(without)) == 1
    await orchestrator.close()


async def test_a_market_that_is_not_real_says_so_on_every_answer(manual: ManualClock) -> None:
    orchestrator = make_orchestrator(quoting("second", {"BTC-USD": 1.0}), override=DelayClass.SIMULATED)
    answer = (await orchestrator.quotes(["BTCUSDT"])).answers["BTCUSDT"]
    assert answer.provenance.delay_class is DelayClass.SIMULATED
    await orchestrator.close()
