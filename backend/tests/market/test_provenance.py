from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.market.provenance import (
    Answer,
    CacheTier,
    DelayClass,
    Freshness,
    Provenance,
    TraceOutcome,
    TraceStep,
    freshness_of,
)
from financehub.market.quote import Quote

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
ORDER = list(Freshness)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (-5.0, "realtime"),
        (0.0, "realtime"),
        (0.001, "near_realtime"),
        (30.0, "near_realtime"),
        (30.001, "recent"),
        (300.0, "recent"),
        (300.001, "cached"),
        (3_600.0, "cached"),
        (3_600.001, "stale"),
        (86_400.0, "stale"),
        (86_400.001, "expired"),
        (float("inf"), "expired"),
        (float("nan"), "expired"),
    ],
)
def test_each_class_ends_at_its_limit(age, expected):
    assert freshness_of(age) == expected


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ageing_never_makes_fresher(age, more):
    assert ORDER.index(freshness_of(age + more)) >= ORDER.index(freshness_of(age))


def provenance(as_of: datetime, **changes) -> Provenance:
    values = {"source": "binance", "fetched_at": as_of, "delay_class": DelayClass.LIVE, "unit": "price"}
    return Provenance(as_of=as_of, **{**values, **changes})


@given(MOMENTS, st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_age_is_counted_from_the_event_and_never_below_nought(as_of, passed):
    stated = provenance(as_of, fetched_at=as_of - timedelta(hours=1))
    expected = max(0.0, passed.total_seconds())
    assert stated.age_seconds(as_of + passed) == expected
    assert stated.freshness(as_of + passed) == freshness_of(expected)


@given(MOMENTS, st.sampled_from(DelayClass), st.none() | st.sampled_from(CacheTier), st.none() | st.floats(0, 1))
def test_an_answer_survives_json(moment, delay_class, cached, confidence):
    steps = (
        TraceStep("binance", TraceOutcome.ANSWERED, milliseconds=3.5),
        TraceStep("yahoo", TraceOutcome.SKIPPED, "rests", "x"),
    )
    stated = provenance(moment, delay_class=delay_class, cached=cached, confidence=confidence, trace=steps, currency="USD")
    answer = Answer(Quote(symbol="AAPL", price=1.5, time=moment), stated)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=Answer[Quote]) == answer
