import math
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from financehub.market.bar import Bar, Interval
from financehub.storage.bar_checks import check_bars

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
GOOD = Bar(symbol="AAPL", interval=Interval.M1, time=MONDAY, open=10.0, high=11.0, low=9.0, close=10.5, volume=5.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"symbol": "MSFT"}, "is a bar of MSFT, not of AAPL"),
        ({"interval": Interval.M5}, "is a bar of 5m, not of 1m"),
        ({"time": MONDAY.replace(tzinfo=None)}, "time 2026-03-02T00:00:00 has no time zone"),
        ({"time": MONDAY + timedelta(seconds=1)}, "is not the start of a bucket of 1m"),
        ({"time": MONDAY + timedelta(microseconds=1)}, "is not the start of a bucket of 1m"),
        ({"close": math.nan}, "holds something that is not a number"),
        ({"volume": math.nan}, "holds something that is not a number"),
        ({"high": math.inf}, "holds something that is not a number"),
        ({"low": 0.0}, "has a price that is not above 0"),
        ({"low": -1.0}, "has a price that is not above 0"),
        ({"volume": -0.1}, "has a negative volume"),
        ({"high": 10.4}, "contradicts itself"),
        ({"low": 10.1}, "contradicts itself"),
        ({"high": 1e16}, "is too large to be exact"),
        ({"volume": 1e16}, "is too large to be exact"),
    ],
)
def test_bad_bar_comes_back_with_its_reason(changes: dict[str, object], reason: str) -> None:
    bad = replace(GOOD, **changes)
    checked, rejected = check_bars("AAPL", Interval.M1, [GOOD, bad])
    assert checked.bars == [GOOD]
    assert [item.bar for item in rejected] == [bad] or math.isnan(bad.close) or math.isnan(bad.volume)
    assert len(rejected) == 1
    assert reason in rejected[0].reason


def test_good_bars_become_columns() -> None:
    later = replace(GOOD, time=MONDAY + timedelta(minutes=1), close=9.0, is_final=False)
    checked, rejected = check_bars("AAPL", Interval.M1, [later, GOOD])
    assert rejected == []
    assert checked.times.tolist() == [1772409660, 1772409600]
    assert checked.prices.tolist() == [[10.0, 11.0, 9.0, 9.0], [10.0, 11.0, 9.0, 10.5]]
    assert checked.volumes.tolist() == [5.0, 5.0]
    assert checked.is_final.tolist() == [False, True]


def test_no_bars_are_no_rows() -> None:
    checked, rejected = check_bars("AAPL", Interval.M1, [])
    assert (len(checked.times), checked.prices.shape, rejected) == (0, (0, 4), [])


@pytest.mark.parametrize(("day", "is_kept"), [(0, True), (1, False), (3, False), (7, True)])
def test_weeks_start_on_monday(day: int, is_kept: bool) -> None:
    week = replace(GOOD, interval=Interval.W1, time=MONDAY + timedelta(days=day))
    assert len(check_bars("AAPL", Interval.W1, [week])[0].bars) == is_kept


def test_other_time_zones_are_understood() -> None:
    elsewhere = replace(GOOD, time=datetime.fromisoformat("2026-03-02T01:00:00+01:00"))
    assert check_bars("AAPL", Interval.M1, [elsewhere])[0].times.tolist() == [1772409600]


def test_bars_before_the_epoch_are_kept() -> None:
    old = replace(GOOD, interval=Interval.D1, time=datetime(1927, 12, 30, tzinfo=UTC))
    assert check_bars("AAPL", Interval.D1, [old])[0].times.tolist() == [-1325635200]
