from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from scripted_sources import START, START_NS, DictBars, bars_between, calls_of, make_endpoint, make_orchestrator, make_source

from financehub.clock import ManualClock, use_clock
from financehub.errors import NoAnswer
from financehub.market.bar import BarsQuery, Interval
from financehub.market.provenance import CacheTier, TraceOutcome
from financehub.providers.provider import Dataset


@pytest.fixture
def manual() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START_NS + 30 * 10**9)) as installed:
        yield installed


def minutes(first: int, last: int, symbol: str = "BTCUSDT") -> BarsQuery:
    return BarsQuery(
        symbol=symbol, interval=Interval.M1, start=START + timedelta(minutes=first), end=START + timedelta(minutes=last)
    )


BARS = make_endpoint(Dataset.BARS, bars_per_call=1000)


async def test_final_bars_are_fetched_once_and_the_open_one_again(manual: ManualClock) -> None:
    source = make_source("first", lambda _, query: bars_between(query), BARS, venue="MAIN")
    orchestrator = make_orchestrator(source)
    answer = await orchestrator.bars(minutes(-10, 60))
    assert [bar.time for bar in answer.value.bars] == [START + timedelta(minutes=n) for n in range(-10, 1)]
    assert [bar.is_final for bar in answer.value.bars] == [True] * 10 + [False]
    assert answer.provenance.as_of == START + timedelta(seconds=30)
    await manual.advance(61)
    again = await orchestrator.bars(minutes(-10, 60))
    assert len(again.value.bars) == 12
    assert [(query.start, query.end) for _, query in calls_of(source)] == [
        (START - timedelta(minutes=10), START + timedelta(minutes=1)),
        (START, START + timedelta(minutes=2)),
    ]
    await orchestrator.close()


async def test_what_is_stored_answers_while_the_source_is_down(manual: ManualClock) -> None:
    def fail(_: Any, query: BarsQuery) -> Any:
        return NoAnswer("First did not answer", source="first")

    store = DictBars()
    working = make_orchestrator(make_source("first", lambda _, query: bars_between(query), BARS, venue="MAIN"), bars=store)
    await working.bars(minutes(-10, 1))
    await working.close()
    await manual.advance(3600)
    broken = make_orchestrator(make_source("first", fail, BARS, venue="MAIN"), bars=store)
    answer = await broken.bars(minutes(-10, 70))
    assert answer.provenance.cached is CacheTier.L3
    assert answer.provenance.source == "first"
    assert len(answer.value.bars) == 11
    assert answer.provenance.fetched_at == START + timedelta(seconds=30)
    assert [(step.source, step.outcome, step.code) for step in answer.provenance.trace] == [
        ("first", TraceOutcome.FAILED, "no_answer"),
        ("storage", TraceOutcome.ANSWERED, ""),
    ]
    await broken.close()
