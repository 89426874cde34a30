import math
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from financehub.market.bar import Bar, BarsQuery, Interval
from financehub.storage import bar_rows
from financehub.storage.bar_store import BarStore
from financehub.storage.models import BarCoverage, BarOrigin, RollupBar, StoredBar, StoredInstrument
from financehub.storage.stored_bars import StoredBars, WriteReport

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
FETCHED = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def bar(minute: int, close: float, *, volume: float = 10.0, is_final: bool = True, interval: Interval = Interval.M1) -> Bar:
    return Bar(symbol="AAPL", interval=interval, time=at(minute), open=close, high=close + 0.5, low=close - 0.25, close=close,
               volume=volume, is_final=is_final)  # fmt: skip


def save(*bars: Bar, covered: tuple[int, int] | None = None, source: str = "yahoo_finance", currency: str | None = "USD",
         interval: Interval = Interval.M1, fetched_at: datetime = FETCHED) -> WriteReport:  # fmt: skip
    stretch = (at(covered[0]), at(covered[1])) if covered else None
    return BarStore().save_bars("AAPL", interval, bars, source=source, fetched_at=fetched_at, covered=stretch, currency=currency)


def load(
    interval: Interval = Interval.M1, start: datetime = START - timedelta(days=9), end: datetime = START + timedelta(days=9)
) -> StoredBars:
    return BarStore().load_bars(BarsQuery(symbol="AAPL", interval=interval, start=start, end=end))


def counts(report: WriteReport) -> tuple[int, int, int, int]:
    return report.written, report.changed, report.unchanged, len(report.rejected)


def coverage(interval: Interval = Interval.M1) -> list[tuple[float, float]]:
    return [tuple((edge - START) / timedelta(minutes=1) for edge in stretch) for stretch in BarStore().coverage("AAPL", interval)]


def test_bars_come_back_as_they_were_given() -> None:
    bars = [bar(minute, 230.1234 + minute) for minute in range(15)]
    assert counts(save(*bars)) == (15, 0, 0, 0)
    assert load() == StoredBars(bars=bars, source="yahoo_finance", fetched_at=FETCHED, currency="USD", sources=("yahoo_finance",))


def test_nothing_stored_is_an_empty_answer() -> None:
    assert load() == StoredBars(bars=[])
    assert load(Interval.D1) == StoredBars(bars=[])
    assert coverage() == []
    save(bar(0, 10.0))
    assert load(end=START) == StoredBars(bars=[])


def test_end_is_not_included() -> None:
    save(*(bar(minute, 10.0) for minute in range(4)))
    assert [found.time for found in load(start=at(1), end=at(3)).bars] == [at(1), at(2)]


def test_columns_hold_the_same() -> None:
    bars = [bar(minute, 230.1234 + minute, is_final=minute < 2) for minute in range(3)]
    save(*bars)
    columns = BarStore().load_columns(BarsQuery(symbol="AAPL", interval=Interval.M1, start=at(0), end=at(9)))
    assert columns.time == [int(item.time.timestamp()) for item in bars]
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(columns, name) == [getattr(item, name) for item in bars]
    assert (columns.last_is_final, columns.source, columns.currency, columns.fetched_at) == (
        False,
        "yahoo_finance",
        "USD",
        FETCHED,
    )


def test_saving_again_changes_nothing() -> None:
    bars = [bar(minute, 230.0) for minute in range(7)]
    save(*bars)
    before = list(StoredBar.objects.values_list()), list(RollupBar.objects.values_list())
    assert counts(save(*bars, source="binance", fetched_at=FETCHED + timedelta(hours=1))) == (0, 0, 7, 0)
    assert (list(StoredBar.objects.values_list()), list(RollupBar.objects.values_list())) == before
    assert load().source == "yahoo_finance"


def test_each_bar_is_counted_once() -> None:
    save(bar(0, 10.0), bar(1, 11.0), bar(2, 12.0, is_final=False), bar(3, 13.0, is_final=False))
    report = save(
        bar(0, 10.0), bar(1, 11.5), bar(2, 12.5, is_final=False), bar(3, 13.0, is_final=False), bar(4, 14.0), bar(5, math.nan)
    )
    assert counts(report) == (2, 1, 2, 1)
    assert [item.close for item in load().bars] == [10.0, 11.5, 12.5, 13.0, 14.0]


def test_open_bar_becomes_final_and_stays_so() -> None:
    save(bar(0, 10.0, is_final=False))
    assert counts(save(bar(0, 10.0))) == (1, 0, 0, 0)
    late = bar(0, 11.0, is_final=False)
    report = save(late)
    assert counts(report) == (0, 0, 0, 1)
    assert (report.rejected[0].bar, report.rejected[0].reason) == (late, "may still change, but a final bar is stored")
    assert load().bars == [bar(0, 10.0)]


def test_open_bar_seen_again_is_as_fresh_as_the_last_look() -> None:
    save(bar(0, 10.0, is_final=False))
    assert counts(save(bar(0, 10.0, is_final=False), fetched_at=FETCHED + timedelta(seconds=5))) == (0, 0, 1, 0)
    assert load().fetched_at == FETCHED + timedelta(seconds=5)


def test_of_two_bars_with_one_time_the_second_meets_the_first() -> None:
    assert counts(save(bar(0, 10.0), bar(1, 20.0), bar(0, 11.0), bar(0, 11.0))) == (2, 1, 1, 0)
    assert [item.close for item in load().bars] == [11.0, 20.0]


def test_bars_may_come_in_any_order_and_far_apart() -> None:
    minutes = [100_000, 5, 60_000, 0, 5_000]
    assert counts(save(*(bar(minute, 10.0 + minute) for minute in minutes))) == (5, 0, 0, 0)
    assert counts(save(*(bar(minute, 10.0 + minute) for minute in minutes))) == (0, 0, 5, 0)
    found = load(end=at(200_000)).bars
    assert [item.time for item in found] == [at(minute) for minute in sorted(minutes)]


def test_finer_digits_rescale_what_is_stored() -> None:
    save(*(bar(minute, 230.12, volume=3.0) for minute in range(6)))
    fine = replace(bar(6, 230.12), close=230.1234567, volume=0.125)
    save(fine)
    row = StoredInstrument.objects.get(symbol="AAPL")
    assert (row.price_scale, row.volume_scale) == (7, 3)
    assert load().bars == [*(bar(minute, 230.12, volume=3.0) for minute in range(6)), fine]
    rolled = {
        found.time: (found.open, found.close, found.volume)
        for found in RollupBar.objects.filter(bar_interval=300).order_by("time")
    }
    assert list(rolled.values()) == [(2301200000, 2301200000, 15000), (2301200000, 2301234567, 3125)]


def test_great_volume_gives_up_decimals_that_nobody_can_tell() -> None:
    save(bar(0, 10.0, volume=0.12345678))
    save(bar(1, 10.0, volume=9e14))
    assert [item.volume for item in load().bars] == [0.1, 9e14]


def test_rollups_appear_only_where_every_minute_is_known() -> None:
    save(*(bar(minute, 10.0 + minute) for minute in range(14)))
    assert [item.time for item in load(Interval.M5).bars] == [at(0), at(5)]
    assert load(Interval.M15).bars == []
    save(covered=(0, 30))
    first, second, third = load(Interval.M5).bars
    assert (third.open, third.high, third.low, third.close, third.volume) == (20.0, 23.5, 19.75, 23.0, 40.0)
    assert (first.open, second.close) == (10.0, 19.0)
    assert [(item.time, item.volume) for item in load(Interval.M15).bars] == [(at(0), 140.0)]
    assert coverage(Interval.M15) == [(0, 30)]
    assert coverage(Interval.H1) == []


def test_open_minute_keeps_its_rollup_back() -> None:
    save(*(bar(minute, 10.0, is_final=minute != 4) for minute in range(5)), covered=(0, 5))
    assert load(Interval.M5).bars == []
    save(bar(4, 10.0))
    assert [item.volume for item in load(Interval.M5).bars] == [50.0]


def test_given_bar_goes_before_a_rollup_and_an_open_one_after() -> None:
    save(*(bar(minute, 10.0) for minute in range(10)))
    save(
        bar(0, 99.0, interval=Interval.M5),
        bar(5, 98.0, interval=Interval.M5, is_final=False),
        source="binance",
        interval=Interval.M5,
    )
    stored = load(Interval.M5)
    assert [item.close for item in stored.bars] == [99.0, 10.0]
    assert (stored.source, stored.sources) == ("yahoo_finance", ("binance", "yahoo_finance"))
    assert RollupBar.objects.filter(bar_interval=300).count() == 2


def test_given_coarse_bars_are_rolled_up_further() -> None:
    save(
        bar(0, 10.0, interval=Interval.M5),
        bar(5, 11.0, interval=Interval.M5),
        bar(10, 12.0, interval=Interval.M5),
        interval=Interval.M5,
    )
    assert [(item.open, item.close, item.volume) for item in load(Interval.M15).bars] == [(10.0, 12.0, 30.0)]


def test_weeks_are_kept_as_given() -> None:
    week = replace(bar(0, 10.0, interval=Interval.W1), time=datetime(2026, 3, 2, tzinfo=UTC))
    assert counts(save(week, interval=Interval.W1)) == (1, 0, 0, 0)
    assert load(Interval.W1).bars == [week]
    assert RollupBar.objects.count() == 0


def test_empty_answer_is_remembered_as_fetched() -> None:
    assert counts(save(covered=(0, 60))) == (0, 0, 0, 0)
    assert coverage() == [(0, 60)]
    assert BarOrigin.objects.count() == 0


def test_coverage_merges_and_ends_with_the_fetch() -> None:
    save(covered=(0, 10))
    save(covered=(20, 30))
    assert coverage() == [(0, 10), (20, 30)]
    save(covered=(10, 20))
    save(covered=(5, 25))
    assert coverage() == [(0, 30)]
    assert BarCoverage.objects.count() == 1
    save(covered=(30, 100_000))
    assert coverage() == [(0, (FETCHED - START) / timedelta(minutes=1))]


def test_rejected_and_open_bars_are_not_covered() -> None:
    save(bar(0, 10.0), bar(1, math.nan), bar(2, 10.0), bar(3, 10.0, is_final=False), covered=(0, 5))
    assert coverage() == [(0, 1), (2, 3), (4, 5)]


def test_final_bars_cover_themselves() -> None:
    save(bar(0, 10.0), bar(1, 10.0), bar(3, 10.0), bar(4, 10.0, is_final=False))
    assert coverage() == [(0, 2), (3, 4)]


def test_origin_is_that_of_the_newest_bar() -> None:
    save(bar(0, 10.0), source="yahoo_finance", currency="USD")
    save(bar(1, 10.0), source="coingecko", currency=None, fetched_at=FETCHED + timedelta(hours=1))
    stored = load()
    assert (stored.source, stored.currency, stored.fetched_at) == ("coingecko", None, FETCHED + timedelta(hours=1))
    assert stored.sources == ("coingecko", "yahoo_finance")


def test_interrupted_write_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    save(*(bar(minute, 10.0) for minute in range(5)))
    tables = (StoredBar, RollupBar, BarCoverage, BarOrigin, StoredInstrument)
    before = [sorted(table.objects.values_list()) for table in tables]

    def fail(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bar_rows, "refresh_rollups", fail)
        with pytest.raises(KeyboardInterrupt):
            save(bar(0, 11.123456), bar(9, 12.0), source="binance", fetched_at=FETCHED + timedelta(hours=1))
    assert [sorted(table.objects.values_list()) for table in tables] == before
    assert counts(save(bar(0, 11.123456), bar(9, 12.0))) == (1, 1, 0, 0)


def test_symbols_do_not_mix() -> None:
    save(bar(0, 10.0))
    other = replace(bar(0, 0.00001234), symbol="SHIBUSDT", low=0.00001, high=0.00002)
    BarStore().save_bars("SHIBUSDT", Interval.M1, [other], source="binance", fetched_at=FETCHED)
    assert load().bars == [bar(0, 10.0)]
    query = BarsQuery(symbol="SHIBUSDT", interval=Interval.M1, start=START, end=at(1))
    assert BarStore().load_bars(query).bars == [other]


def test_big_batch_equals_small_ones() -> None:
    bars = [bar(minute, 100.0 + minute % 7, volume=float(minute % 11)) for minute in range(1500)]
    assert counts(save(*bars)) == (1500, 0, 0, 0)
    whole = [load(interval).bars for interval in Interval]
    StoredBar.objects.all().delete()
    RollupBar.objects.all().delete()
    BarCoverage.objects.all().delete()
    for first in range(0, 1500, 61):
        save(*bars[first : first + 61])
    assert [load(interval).bars for interval in Interval] == whole
    assert [len(found) for found in whole] == [1500, 300, 100, 24, 0, 0]
