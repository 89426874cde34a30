import asyncio
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
    make_quote,
    make_source,
)

from financehub.clock import ManualClock, now, use_clock
from financehub.errors import Implausible, Invalid, KeyRejected, NoAnswer, NotCovered, NotFound, RateLimited
from financehub.market.bar import BarsQuery, Candles, Interval
from financehub.market.provenance import CacheTier, DelayClass, TraceOutcome
from financehub.orchestration.source_order import Source
from financehub.providers.base_api_fetcher import Fetched
from financehub.providers.provider import Dataset

BARS = make_endpoint(Dataset.BARS, bars_per_call=1000)
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def manual() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START_NS + 30 * 10**9)) as installed:
        yield installed


def minutes(first: int, last: int, symbol: str = "BTCUSDT") -> BarsQuery:
    return BarsQuery(
        symbol=symbol, interval=Interval.M1, start=START + timedelta(minutes=first), end=START + timedelta(minutes=last)
    )


def venue(answer: Any = lambda _, query: bars_between(query)) -> Source:
    return make_source("first", answer, BARS, venue="MAIN")


def ranges(source: Source) -> list[tuple[float, float]]:
    """Return what a source was asked for, in minutes from the start."""
    unit = timedelta(minutes=1)
    return [((query.start - START) / unit, (query.end - START) / unit) for _, query in calls_of(source)]


async def test_final_bars_are_fetched_once_and_the_open_one_again(manual: ManualClock) -> None:
    source = venue()
    orchestrator = make_orchestrator(source)
    answer = await orchestrator.bars(minutes(-10, 60))
    assert [bar.time for bar in answer.value.bars] == [START + timedelta(minutes=n) for n in range(-10, 1)]
    assert [bar.is_final for bar in answer.value.bars] == [True] * 10 + [False]
    assert {bar.symbol for bar in answer.value.bars} == {"BTCUSDT"}
    about = answer.provenance
    assert (about.as_of, about.fetched_at, about.cached, about.currency) == (
        START + HALF_MINUTE,
        START + HALF_MINUTE,
        None,
        "USDT",
    )
    await manual.advance(61)
    again = await orchestrator.bars(minutes(-10, 60))
    assert len(again.value.bars) == 12
    assert ranges(source) == [(-10, 1), (0, 2)]
    await orchestrator.close()


async def test_the_same_question_within_the_lifetime_is_answered_from_memory(manual: ManualClock) -> None:
    source = venue()
    orchestrator = make_orchestrator(source)
    await orchestrator.bars(minutes(-10, 60))
    await manual.advance(20)
    again = await orchestrator.bars(minutes(-10, 70))  # ends later, but no bucket more has begun
    assert again.provenance.cached is CacheTier.L1
    assert len(calls_of(source)) == 1
    await orchestrator.close()


async def test_what_is_covered_needs_no_source_at_all(manual: ManualClock) -> None:
    store = DictBars()
    first = make_orchestrator(venue(), bars=store)
    await first.bars(minutes(-10, 1))
    await first.close()
    source = venue()
    second = make_orchestrator(source, bars=store)
    answer = await second.bars(minutes(-8, -3))
    assert [bar.time for bar in answer.value.bars] == [START + timedelta(minutes=n) for n in range(-8, -3)]
    assert (answer.provenance.cached, answer.provenance.source, answer.provenance.delay_class) == (
        CacheTier.L3,
        "first",
        DelayClass.LIVE,
    )
    assert answer.provenance.as_of == START - timedelta(minutes=3)
    assert calls_of(source) == []
    await second.close()


async def test_a_thousand_equal_questions_make_one_call(manual: ManualClock) -> None:
    source = venue()
    orchestrator = make_orchestrator(source)
    answers = await asyncio.gather(*(orchestrator.bars(minutes(-10, 60)) for _ in range(1000)))
    assert {len(answer.value.bars) for answer in answers} == {11}
    assert len(calls_of(source)) == 1
    await orchestrator.close()


async def test_a_long_range_is_cut_into_calls_and_joined_again(manual: ManualClock) -> None:
    running = most = 0

    async def slow(query: BarsQuery) -> Candles:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return bars_between(query)

    source = venue(lambda _, query: slow(query))
    orchestrator = make_orchestrator(source)
    answer = await orchestrator.bars(minutes(-9_500, 1))
    assert len(answer.value.bars) == 9_501
    assert [bar.time for bar in answer.value.bars] == [START + timedelta(minutes=n) for n in range(-9_500, 1)]
    assert sorted(ranges(source)) == [(first, min(first + 1000, 1)) for first in range(-9_500, 1, 1000)]
    assert most == 4
    await orchestrator.close()


async def test_what_is_stored_answers_while_the_source_is_down(manual: ManualClock) -> None:
    store = DictBars()
    working = make_orchestrator(venue(), bars=store)
    await working.bars(minutes(-10, 1))
    await working.close()
    await manual.advance(3600)
    down = venue(lambda *_: NoAnswer("First did not answer", source="first"))
    broken = make_orchestrator(down, bars=store)
    answer = await broken.bars(minutes(-10, 70))
    about = answer.provenance
    assert (about.cached, about.source, about.fetched_at) == (CacheTier.L3, "first", START + HALF_MINUTE)
    assert about.as_of == START + HALF_MINUTE
    assert len(answer.value.bars) == 11
    assert [(step.source, step.outcome, step.code) for step in about.trace] == [
        ("first", TraceOutcome.FAILED, "no_answer"),
        ("storage", TraceOutcome.ANSWERED, ""),
    ]
    await broken.bars(minutes(-10, 70))
    assert len(calls_of(down)) == 1
    await manual.advance(15)
    await broken.bars(minutes(-10, 70))
    assert len(calls_of(down)) == 2
    await broken.close()


@pytest.mark.parametrize("leaf", [NoAnswer, RateLimited, KeyRejected, NotCovered])
async def test_after_a_refusal_the_next_source_is_asked_under_its_own_name(manual: ManualClock, leaf: Any) -> None:
    second = make_source("second", lambda _, query: bars_between(query, 101.0), BARS)
    orchestrator = make_orchestrator(venue(lambda *_: leaf("no")), second)
    answer = await orchestrator.bars(minutes(-30, -20))
    assert (answer.provenance.source, {bar.close for bar in answer.value.bars}) == ("second", {101.0})
    assert calls_of(second)[0][1].symbol == "BTC-USD"
    assert [(step.source, step.code) for step in answer.provenance.trace] == [("first", leaf.code), ("second", "")]
    await orchestrator.close()


async def test_only_what_the_first_did_not_give_is_asked_of_the_second(manual: ManualClock) -> None:
    def recent_only(_: Any, query: BarsQuery) -> Any:
        return NotCovered("too old") if query.start < START - timedelta(minutes=1000) else bars_between(query)

    second = make_source("second", lambda _, query: bars_between(query), BARS)
    orchestrator = make_orchestrator(venue(recent_only), second)
    answer = await orchestrator.bars(minutes(-1500, -100))
    assert len(answer.value.bars) == 1400
    assert ranges(second) == [(-1500, -500)]
    assert answer.provenance.source == "first"
    assert [(step.source, step.outcome) for step in answer.provenance.trace] == [
        ("first", TraceOutcome.ANSWERED),
        ("first", TraceOutcome.FAILED),
        ("second", TraceOutcome.ANSWERED),
    ]
    await orchestrator.close()


async def test_once_a_source_refuses_the_calls_that_have_not_left_stay_here(manual: ManualClock) -> None:
    source = venue(lambda *_: RateLimited("slow down", retry_after=60.0))
    orchestrator = make_orchestrator(source)
    with pytest.raises(RateLimited):
        await orchestrator.bars(minutes(-9_500, 1))
    assert len(calls_of(source)) <= 4
    await orchestrator.close()


async def test_a_wrong_bar_is_asked_of_the_next_source_and_never_stored(manual: ManualClock) -> None:
    def with_spike(_: Any, query: BarsQuery) -> Candles:
        bars = bars_between(query).bars
        return Candles(bars=[make_bar(bar.time, 10_000.0) if bar.time == START - timedelta(minutes=5) else bar for bar in bars])

    store = DictBars()
    second = make_source("second", lambda _, query: bars_between(query, 101.0), BARS)
    orchestrator = make_orchestrator(venue(with_spike), second, bars=store)
    answer = await orchestrator.bars(minutes(-10, -1))
    assert [bar.close for bar in answer.value.bars] == [100.0] * 5 + [101.0] + [100.0] * 3
    assert ranges(second) == [(-5, -4)]
    assert [(step.source, step.outcome, step.code) for step in answer.provenance.trace] == [
        ("first", TraceOutcome.ANSWERED, ""),
        ("first", TraceOutcome.REJECTED, "implausible"),
        ("second", TraceOutcome.ANSWERED, ""),
    ]
    assert max(bar.close for bar, *_ in store.rows["BTCUSDT", Interval.M1].values()) == 101.0
    await orchestrator.close()


async def test_a_wrong_bar_that_nobody_has_right_stays_missing(manual: ManualClock) -> None:
    def with_nan(_: Any, query: BarsQuery) -> Candles:
        bars = bars_between(query).bars
        return Candles(
            bars=[make_bar(bar.time, float("nan")) if bar.time == START - timedelta(minutes=5) else bar for bar in bars]
        )

    store = DictBars()
    source = venue(with_nan)
    orchestrator = make_orchestrator(source, bars=store)
    answer = await orchestrator.bars(minutes(-10, -1))
    assert len(answer.value.bars) == 8
    await manual.advance(16)
    await orchestrator.bars(minutes(-10, -1))
    assert ranges(source) == [(-10, -1), (-5, -4)]
    await orchestrator.close()


async def test_a_whole_page_off_by_a_hundred_is_held_against_the_last_quote(manual: ManualClock) -> None:
    def answer(endpoint: Any, query: Any) -> Any:
        if endpoint.dataset is Dataset.QUOTES:
            return [make_quote("BTCUSDT", 100.0)]
        return bars_between(query, 10_000.0)

    first = make_source("first", answer, BARS, make_endpoint(Dataset.QUOTES), venue="MAIN")
    second = make_source("second", lambda _, query: bars_between(query), BARS)
    orchestrator = make_orchestrator(first, second)
    await orchestrator.quotes(["BTCUSDT"])
    found = await orchestrator.bars(minutes(-10, 1))
    assert {bar.close for bar in found.value.bars} == {100.0}
    assert found.provenance.source == "second"
    await orchestrator.close()


async def test_a_repeated_row_counts_once_and_the_last_one_wins(manual: ManualClock) -> None:
    def twice(_: Any, query: BarsQuery) -> Candles:
        return Candles(bars=[*bars_between(query, 100.0).bars, *bars_between(query, 101.0).bars])

    orchestrator = make_orchestrator(venue(twice))
    answer = await orchestrator.bars(minutes(-10, -5))
    assert [bar.close for bar in answer.value.bars] == [101.0] * 5
    await orchestrator.close()


async def test_an_empty_answer_is_an_answer_and_is_not_asked_again_where_the_series_is_known(manual: ManualClock) -> None:
    def since(_: Any, query: BarsQuery) -> Candles:
        begun = max(query.start, START - timedelta(minutes=500))
        return bars_between(BarsQuery(symbol=query.symbol, interval=query.interval, start=begun, end=max(begun, query.end)))

    source = venue(since)
    orchestrator = make_orchestrator(source)
    assert len((await orchestrator.bars(minutes(-2500, 1))).value.bars) == 501
    await manual.advance(61)
    await orchestrator.bars(minutes(-2500, 1))
    assert sorted(ranges(source)) == [(-2500, -1500), (-1500, -500), (-500, 1), (0, 1)]
    await orchestrator.close()


async def test_an_empty_answer_of_an_unknown_series_is_believed_only_for_a_minute(manual: ManualClock) -> None:
    source = venue(lambda *_: Candles(bars=[]))
    orchestrator = make_orchestrator(source)
    answer = await orchestrator.bars(minutes(-10, -5))
    assert answer.value.bars == []
    assert answer.provenance.as_of == START - timedelta(minutes=5)
    await manual.advance(61)
    await orchestrator.bars(minutes(-10, -5))
    assert len(calls_of(source)) == 2
    await orchestrator.close()


async def test_a_source_that_is_not_the_venue_settles_later(manual: ManualClock) -> None:
    source = make_source("second", lambda _, query: bars_between(query), BARS)
    orchestrator = make_orchestrator(source)
    answer = await orchestrator.bars(minutes(-60, 1))
    assert [bar.is_final for bar in answer.value.bars] == [True] * 40 + [False] * 21
    await manual.advance(61)
    await orchestrator.bars(minutes(-60, 1))
    assert ranges(source) == [(-60, 1), (-20, 1)]
    await orchestrator.close()


@pytest.mark.parametrize(
    ("query", "error"), [(minutes(5, 5), Invalid), (minutes(10, 20), Invalid), (minutes(-5, 1, "NOPE"), NotFound)]
)
async def test_questions_that_cannot_be_answered_are_refused_before_anybody_is_asked(
    manual: ManualClock, query: BarsQuery, error: type[Exception]
) -> None:
    source = venue()
    orchestrator = make_orchestrator(source)
    with pytest.raises(error):
        await orchestrator.bars(query)
    assert calls_of(source) == []
    await orchestrator.close()


async def test_an_instrument_without_a_source_says_who_was_considered(manual: ManualClock) -> None:
    orchestrator = make_orchestrator(venue())
    with pytest.raises(NotCovered) as raised:
        await orchestrator.bars(minutes(-10, 1, "AAPL"))
    assert raised.value.facts["trace"] == ["first: skipped not_covered First has no name for this instrument"]
    await orchestrator.close()


async def test_a_source_that_ends_with_the_day_settles_a_day_later(manual: ManualClock) -> None:
    endpoint = make_endpoint(Dataset.BARS, delay_class=DelayClass.END_OF_DAY)
    orchestrator = make_orchestrator(make_source("second", lambda _, query: bars_between(query), endpoint))
    query = BarsQuery(symbol="AAPL", interval=Interval.D1, start=START - timedelta(days=4), end=START)
    answer = await orchestrator.bars(query)
    assert [(bar.time.day, bar.is_final) for bar in answer.value.bars] == [(27, True), (28, True), (1, False), (2, False)]
    assert answer.provenance.delay_class is DelayClass.END_OF_DAY
    await orchestrator.close()


async def test_what_a_source_cut_off_is_asked_of_the_next(manual: ManualClock) -> None:
    def first_half(_: Any, query: BarsQuery) -> Fetched[Candles]:
        bars = bars_between(query).bars
        value = Candles(bars=bars[: len(bars) // 2])
        return Fetched(value=value, fetched_at=now(), milliseconds=1.0, is_complete=False)

    second = make_source("second", lambda _, query: bars_between(query, 101.0), BARS)
    orchestrator = make_orchestrator(venue(first_half), second)
    answer = await orchestrator.bars(minutes(-100, -60))
    assert [bar.close for bar in answer.value.bars] == [100.0] * 20 + [101.0] * 20
    assert ranges(second) == [(-80, -60)]
    await orchestrator.close()


async def test_only_refused_bars_and_nothing_else_is_an_error(manual: ManualClock) -> None:
    def all_wrong(_: Any, query: BarsQuery) -> Candles:
        return Candles(bars=[make_bar(bar.time, float("nan")) for bar in bars_between(query).bars])

    orchestrator = make_orchestrator(venue(all_wrong))
    with pytest.raises(Implausible) as raised:
        await orchestrator.bars(minutes(-10, -5))
    assert "5 bars refused" in raised.value.message
    await orchestrator.close()


async def test_an_open_bar_of_a_closed_market_is_as_of_the_last_trade(manual: ManualClock) -> None:
    closed_at = START - timedelta(days=2, hours=15)  # a Friday evening

    def answer(_: Any, query: BarsQuery) -> Candles:
        week = make_bar(query.start, 10.0, interval=Interval.W1, symbol=query.symbol)
        return Candles(bars=[week], currency="USD", told_until=closed_at)

    orchestrator = make_orchestrator(make_source("second", answer, BARS))
    with use_clock(ManualClock(START_NS - 16 * 3600 * 10**9)):  # the Sunday
        monday = START - timedelta(days=7, hours=12)
        query = BarsQuery(symbol="BTCUSDT", interval=Interval.W1, start=monday, end=monday + timedelta(days=7))
        first = await orchestrator.bars(query)
        later = await orchestrator.bars(query, max_age=0)
    assert [bar.is_final for bar in first.value.bars] == [False]
    assert (first.provenance.as_of, later.provenance.as_of) == (closed_at, closed_at)


async def test_an_empty_answer_is_as_of_the_end_of_what_was_asked(manual: ManualClock) -> None:
    orchestrator = make_orchestrator(venue(lambda *_: Candles(bars=[], currency="USDT")))
    answer = await orchestrator.bars(minutes(-30, -20))
    assert answer.provenance.as_of == START - timedelta(minutes=20)


async def test_a_stand_in_for_the_market_is_shown_in_its_own_currency_and_never_stored(manual: ManualClock) -> None:
    market = {"is_down": True}

    def at_the_venue(_: Any, query: BarsQuery) -> Any:
        return NoAnswer("away") if market["is_down"] else bars_between(query, 200.0)

    def elsewhere(_: Any, query: BarsQuery) -> Candles:
        return Candles(bars=bars_between(query, 199.0).bars, currency="USD")

    store = DictBars()
    orchestrator = make_orchestrator(venue(at_the_venue), make_source("second", elsewhere, BARS), bars=store)
    stood_in = await orchestrator.bars(minutes(-120, -60))
    assert (stood_in.provenance.source, stood_in.provenance.currency, stood_in.value.currency) == ("second", "USD", "USD")
    assert not any(store.rows.values())
    market["is_down"] = False
    orchestrator = make_orchestrator(venue(at_the_venue), make_source("second", elsewhere, BARS), bars=store)
    real = await orchestrator.bars(minutes(-120, -60))
    assert {bar.close for bar in real.value.bars} == {200.0}
    assert (real.provenance.source, real.provenance.currency) == ("first", "USDT")


async def test_bars_of_two_currencies_are_never_one_series(manual: ManualClock) -> None:
    market = {"is_down": False}

    def at_the_venue(_: Any, query: BarsQuery) -> Any:
        return NoAnswer("away") if market["is_down"] else bars_between(query, 200.0)

    def elsewhere(_: Any, query: BarsQuery) -> Candles:
        return Candles(bars=bars_between(query, 199.0).bars, currency="USD")

    orchestrator = make_orchestrator(venue(at_the_venue), make_source("second", elsewhere, BARS))
    await orchestrator.bars(minutes(-120, -60))
    market["is_down"] = True
    answer = await orchestrator.bars(minutes(-120, -30))
    assert {bar.close for bar in answer.value.bars} == {200.0}
    assert (len(answer.value.bars), answer.provenance.currency, answer.provenance.cached) == (60, "USDT", CacheTier.L3)
    assert answer.provenance.as_of == START - timedelta(minutes=60)
    assert ("second", "not_covered") in [(step.source, step.code) for step in answer.provenance.trace]
