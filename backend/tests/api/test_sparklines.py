"""Sparklines: five days of whole hours, one failure disturbs nobody."""

from datetime import timedelta

import pytest
from api.door import Door, assert_as_documented, refusal_of
from api.scripted_orchestrator import NOW, PROVENANCE_JSON, ScriptedOrchestrator

from financehub import clock
from financehub.errors import NoAnswer
from financehub.market.bar import Bar, BarsQuery, Interval

pytestmark = pytest.mark.usefixtures("catalogue")


def test_closes_of_whole_hours(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    times = [NOW - timedelta(hours=2), NOW - timedelta(hours=1), NOW]
    orchestrator.bar_values["BTCUSDT"] = [
        Bar(symbol="BTCUSDT", interval=Interval.H1, time=time, open=1, high=9, low=1, close=close, volume=1)
        for time, close in zip(times, [5.0, 6.5, 7.0], strict=True)
    ]
    orchestrator.failures["AAPL"] = NoAnswer("nobody answered", symbol="AAPL")
    with clock.use_clock(clock.ManualClock(clock.to_ns(NOW + timedelta(minutes=59)))):
        response = door.get("/api/sparklines?symbols=bitcoin,AAPL,NOSUCH")
    body = assert_as_documented(response, "list_sparklines")
    provenance = {**PROVENANCE_JSON, "age_seconds": 3542.0, "freshness": "cached"}
    assert body["data"] == [{"symbol": "BTCUSDT", "closes": [5.0, 6.5], "provenance": provenance}]
    assert [(failure["symbol"], failure["code"]) for failure in body["failures"]] == [
        ("NOSUCH", "not_found"),
        ("AAPL", "no_answer"),
    ]
    start = NOW - timedelta(days=5)
    assert orchestrator.asked == [
        BarsQuery(symbol=symbol, interval=Interval.H1, start=start, end=NOW) for symbol in ("BTCUSDT", "AAPL")
    ]


def test_too_many_symbols_are_refused(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    assert refusal_of(door.get("/api/sparklines?symbols=" + ",".join(f"S{number}" for number in range(101)))) == (422, "invalid")
    assert orchestrator.asked == []


def test_unforeseen_failure_of_one_is_not_hidden(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    orchestrator.failures["AAPL"] = ZeroDivisionError("a mistake of ours")
    assert refusal_of(door.get("/api/sparklines?symbols=AAPL")) == (500, "internal")
