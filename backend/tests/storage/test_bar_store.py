from datetime import UTC, datetime, timedelta

import pytest

from financehub.market.bar import Bar, BarsQuery, Interval
from financehub.storage.bar_store import BarStore

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
FETCHED = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def bar(minute: int, close: float, *, volume: float = 10.0, is_final: bool = True) -> Bar:
    return Bar(symbol="AAPL", interval=Interval.M1, time=START + timedelta(minutes=minute), open=close, high=close + 0.5,
               low=close - 0.25, close=close, volume=volume, is_final=is_final)  # fmt: skip


def load(interval: Interval = Interval.M1, days: int = 2):
    return BarStore().load_bars(
        BarsQuery(symbol="AAPL", interval=interval, start=START - timedelta(days=1), end=START + timedelta(days=days))
    )


def save(*bars: Bar, **options):
    return BarStore().save_bars("AAPL", Interval.M1, bars, source="yahoo_finance", fetched_at=FETCHED, **options)


def test_bars_come_back_as_they_were_given() -> None:
    bars = [bar(minute, 230.1234 + minute) for minute in range(15)]
    report = save(*bars, currency="USD")
    assert (report.written, report.changed, report.unchanged, report.rejected) == (15, 0, 0, [])
    stored = load()
    assert stored.bars == bars
    assert (stored.source, stored.fetched_at, stored.currency) == ("yahoo_finance", FETCHED, "USD")
    assert BarStore().coverage("AAPL", Interval.M1) == [(START, START + timedelta(minutes=15))]
    assert [b.volume for b in load(Interval.M5).bars] == [50.0, 50.0, 50.0]
    assert [b.volume for b in load(Interval.M15).bars] == [150.0]
    assert load(Interval.H1).bars == []
