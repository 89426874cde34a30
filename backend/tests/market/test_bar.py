import math
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.market.bar import Bar, BarsQuery, Candles, Interval, bucket_start

MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
PRICES = st.floats(0.0001, 1e9)


def naive_bucket_start(moment: datetime, interval: Interval) -> datetime:
    """Walk the calendar the way a person would."""
    moment = moment.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match interval:
        case Interval.M1 | Interval.M5 | Interval.M15:
            step = {Interval.M1: 1, Interval.M5: 5, Interval.M15: 15}[interval]
            return moment.replace(minute=moment.minute - moment.minute % step, second=0, microsecond=0)
        case Interval.H1:
            return moment.replace(minute=0, second=0, microsecond=0)
        case Interval.D1:
            return midnight
        case Interval.W1:
            return midnight - timedelta(days=moment.weekday())


@given(MOMENTS, st.sampled_from(Interval))
def test_bucket_start_is_what_a_calendar_says(moment, interval):
    assert bucket_start(moment, interval) == naive_bucket_start(moment, interval)


@given(MOMENTS, st.sampled_from(Interval))
def test_a_bucket_holds_its_moment_and_starts_its_own_bucket(moment, interval):
    start = bucket_start(moment, interval)
    assert start <= moment < start + interval.duration
    assert bucket_start(start, interval) == start


@given(MOMENTS, st.integers(-14, 14), st.sampled_from(Interval))
def test_the_zone_a_moment_is_written_in_does_not_matter(moment, hours, interval):
    assert bucket_start(moment.astimezone(timezone(timedelta(hours=hours))), interval) == bucket_start(moment, interval)


@pytest.mark.parametrize(
    ("interval", "seconds"), [("1m", 60), ("5m", 300), ("15m", 900), ("1h", 3600), ("1d", 86_400), ("1w", 604_800)]
)
def test_an_interval_is_spelled_and_measured(interval, seconds):
    assert Interval(interval).seconds == seconds
    assert Interval(interval).duration == timedelta(seconds=seconds)


def bar(**changes) -> Bar:
    values = {
        "symbol": "AAPL",
        "interval": Interval.M1,
        "time": datetime(2026, 3, 2, tzinfo=UTC),
        "open": 10.0,
        "high": 12.0,
        "low": 9.0,
        "close": 11.0,
        "volume": 5.0,
    }
    return Bar(**{**values, **changes})


@given(st.lists(PRICES, min_size=4, max_size=4), st.floats(0, 1e12))
def test_sorted_prices_make_a_consistent_bar(prices, volume):
    low, first, second, high = sorted(prices)
    assert bar(low=low, high=high, open=first, close=second, volume=volume).is_consistent
    assert bar(low=low, high=high, open=second, close=first, volume=volume).is_consistent


@given(PRICES, PRICES, PRICES, PRICES)
def test_a_bar_is_consistent_exactly_when_high_and_low_hold_the_rest(open_, high, low, close):
    expected = low <= open_ and low <= close and high >= open_ and high >= close
    assert bar(open=open_, high=high, low=low, close=close).is_consistent is expected


@pytest.mark.parametrize("name", ["open", "high", "low", "close", "volume"])
def test_one_figure_that_is_no_number_makes_a_bar_inconsistent(name):
    assert bar().is_consistent
    assert bar(**{name: math.nan}).is_consistent is False


@pytest.mark.parametrize("changes", [{"low": 10.5}, {"high": 10.5}, {"low": 11.5, "open": 12.0}, {"volume": -0.1}])
def test_figures_that_contradict_each_other_make_a_bar_inconsistent(changes):
    assert bar(**changes).is_consistent is False


@given(MOMENTS, st.sampled_from(Interval), PRICES, st.booleans())
def test_bars_survive_json(time, interval, price, is_final):
    candles = Candles(bars=[bar(time=time, interval=interval, close=price, is_final=is_final)], currency="USD")
    assert msgspec.json.decode(msgspec.json.encode(candles), type=Candles) == candles
    query = BarsQuery(symbol="^GSPC", interval=interval, start=time, end=time + interval.duration)
    assert msgspec.json.decode(msgspec.json.encode(query), type=BarsQuery) == query


def test_a_bar_cannot_be_changed():
    with pytest.raises(AttributeError):
        bar().close = 1.0
