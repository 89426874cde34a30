from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from scripted_sources import (
    START,
    START_NS,
    DictBars,
    bars_between,
    calls_of,
    make_bar,
    make_endpoint,
    make_orchestrator,
    make_source,
)

from financehub import clock
from financehub.clock import ManualClock, use_clock
from financehub.errors import BudgetExhausted, Invalid, NoAnswer, RateLimited
from financehub.market.bar import BarsQuery, Candles, Interval
from financehub.orchestration.backfill import SymbolBackfill, backfill
from financehub.providers.provider import Dataset

BARS = make_endpoint(Dataset.BARS, bars_per_call=1000)
FIRST, LAST = START - timedelta(minutes=12_000), START - timedelta(minutes=100)


@pytest.fixture
def manual() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START_NS)) as installed:
        yield installed


async def run(source: Any, store: DictBars, symbols: tuple[str, ...] = ("BTCUSDT",), **more: Any) -> Any:
    orchestrator = make_orchestrator(source, bars=store)
    try:
        return await backfill(orchestrator, symbols, Interval.M1, FIRST, LAST, **more)
    finally:
        await orchestrator.close()


def venue(answer: Any = lambda _, query: bars_between(query)) -> Any:
    return make_source("first", answer, BARS, venue="MAIN")


async def test_history_is_fetched_in_slices_and_counted(manual: ManualClock) -> None:
    store, heard = DictBars(), []
    report = await run(
        venue(), store, on_progress=lambda work: heard.append((work.slices_done, work.slices, work.totals.written))
    )
    assert report.is_complete
    (work,) = report.symbols
    assert (work.symbol, work.slices, work.slices_done, work.failures) == ("BTCUSDT", 3, 3, [])
    assert (work.totals.written, work.totals.changed, work.totals.unchanged, work.totals.rejected) == (11_900, 0, 0, [])
    assert heard == [(0, 3, 0), (1, 3, 1900), (2, 3, 6900), (3, 3, 11_900)]  # newest first: the remainder
    assert len(store.rows["BTCUSDT", Interval.M1]) == 11_900


async def test_what_is_there_already_is_not_fetched_again(manual: ManualClock) -> None:
    store, source = DictBars(), venue()
    await run(venue(), store)
    report = await run(source, store)
    assert (report.is_complete, report.symbols[0].slices, calls_of(source)) == (True, 0, [])


async def test_a_stopped_backfill_goes_on_where_it_stopped(manual: ManualClock) -> None:
    store, done = DictBars(), []

    def note(work: SymbolBackfill) -> None:
        done.append(work.slices_done)

    report = await run(venue(), store, on_progress=note, should_stop=lambda: done[-1:] == [1])
    assert not report.is_complete
    assert report.symbols[0].slices_done == 1
    source = venue()
    again = await run(source, store)
    assert (again.is_complete, again.symbols[0].totals.written) == (True, 10_000)
    assert max(query.end for _, query in calls_of(source)) == LAST - timedelta(minutes=1900)
    stopped = await run(venue(), store, symbols=("ETHUSDT",), should_stop=lambda: True)
    assert (stopped.symbols, stopped.is_complete) == ([], False)


async def test_refused_bars_are_reported_with_time_and_reason(manual: ManualClock) -> None:
    wrong = START - timedelta(minutes=500)

    def with_spike(_: Any, query: BarsQuery) -> Candles:
        return Candles(bars=[make_bar(bar.time, 10_000.0) if bar.time == wrong else bar for bar in bars_between(query).bars])

    report = await run(venue(with_spike), DictBars())
    work = report.symbols[0]
    assert work.totals.written == 11_899
    assert [(time, "off both neighbours" in reason) for time, reason in work.totals.rejected] == [(wrong, True)]
    assert [(failure.start, failure.code) for failure in work.failures] == [(wrong, "implausible")]
    assert not report.is_complete


async def test_a_source_that_is_down_fails_each_slice_and_an_unknown_symbol_fails_alone(manual: ManualClock) -> None:
    report = await run(venue(lambda *_: NoAnswer("down")), DictBars(), symbols=("NOPE", "BTCUSDT"))
    assert not report.is_complete
    assert [failure.code for failure in report.symbols[0].failures] == ["not_found"]
    assert [failure.code for failure in report.symbols[1].failures] == ["no_answer"] * 3


@pytest.mark.parametrize("budget", [False, True])
async def test_a_source_that_says_for_how_long_is_waited_for(manual: ManualClock, budget: bool) -> None:
    slept: list[float] = []
    refusals = 1

    def refuse_once(_: Any, query: BarsQuery) -> Any:
        nonlocal refusals
        if refusals:
            refusals -= 1
            if budget:
                return BudgetExhausted("spent", resets_at=(clock.wall_now() + timedelta(seconds=60)).isoformat())
            return RateLimited("slow down", retry_after=60.0)
        return bars_between(query)

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds))

    report = await run(venue(refuse_once), DictBars(), sleep=sleep)
    assert report.is_complete
    assert report.symbols[0].totals.written == 11_900
    assert slept == [60]


async def test_patience_has_an_end(manual: ManualClock) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await run(venue(lambda *_: RateLimited("no", retry_after=3600.0)), DictBars(), sleep=sleep)
    assert slept == []
    await run(venue(lambda *_: RateLimited("no", retry_after=1.0)), DictBars(), sleep=sleep)
    assert slept == [1.0] * 6  # two waits in each of three slices


async def test_an_empty_range_is_refused(manual: ManualClock) -> None:
    orchestrator = make_orchestrator(venue())
    with pytest.raises(Invalid):
        await backfill(orchestrator, ["BTCUSDT"], Interval.M1, START, START)
    await orchestrator.close()
