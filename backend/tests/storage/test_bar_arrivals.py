"""Whatever arrives in whatever order, a rollup equals its bars and the counts are exact."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from financehub.market.bar import Bar, BarsQuery, Interval, bucket_start
from financehub.storage.bar_store import BarStore
from financehub.storage.models import RollupBar, StoredInstrument

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
FETCHED = datetime(2026, 3, 9, tzinfo=UTC)
CHAIN = (Interval.M5, Interval.M15, Interval.H1, Interval.D1)
MINUTES = st.one_of(st.integers(0, 40), st.integers(0, 3 * 1440 - 1))


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    decimals = draw(st.sampled_from((0, 2, 4, 5, 8)))
    low, *middle, high = sorted(draw(st.lists(st.integers(1, 10**6), min_size=4, max_size=4)))
    first, last = draw(st.permutations(middle))
    prices = [float(Decimal(units).scaleb(-decimals)) for units in (first, high, low, last)]
    volume = float(Decimal(draw(st.integers(0, 10**9))).scaleb(-draw(st.sampled_from((0, 3)))))
    return Bar(symbol="X", interval=Interval.M1, time=MIDNIGHT + timedelta(minutes=draw(MINUTES)), open=prices[0], high=prices[1],
               low=prices[2], close=prices[3], volume=volume, is_final=draw(st.booleans()))  # fmt: skip


class NaiveStore:
    """The same rules over a dictionary, one bar after another."""

    def __init__(self) -> None:
        self.bars: dict[datetime, Bar] = {}

    def save(self, batch: list[Bar]) -> tuple[int, int, int, int]:
        written = changed = unchanged = rejected = 0
        for bar in batch:
            known = self.bars.get(bar.time)
            if known == bar:
                unchanged += 1
                continue
            if known is not None and known.is_final and not bar.is_final:
                rejected += 1
                continue
            if known is not None and known.is_final:
                changed += 1
            else:
                written += 1
            self.bars[bar.time] = bar
        return written, changed, unchanged, rejected

    def rollup(self, interval: Interval) -> list[tuple[object, ...]]:
        buckets: dict[datetime, list[Bar]] = {}
        for time in sorted(self.bars):
            buckets.setdefault(bucket_start(time, interval), []).append(self.bars[time])
        return [
            (start, inside[0].open, max(bar.high for bar in inside), min(bar.low for bar in inside), inside[-1].close,
             sum(Decimal(repr(bar.volume)) for bar in inside), all(bar.is_final for bar in inside))
            for start, inside in buckets.items()
        ]  # fmt: skip


def stored_rollup(interval: Interval) -> list[tuple[object, ...]]:
    scales = StoredInstrument.objects.get(symbol="X")
    price = 10**scales.price_scale
    return [
        (datetime.fromtimestamp(row.time, UTC), row.open / price, row.high / price, row.low / price, row.close / price,
         Decimal(row.volume).scaleb(-scales.volume_scale), bool(row.is_final))
        for row in RollupBar.objects.filter(bar_interval=interval.seconds).order_by("time")
    ]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(bars(), min_size=1, max_size=12), min_size=1, max_size=6))
def test_rollups_equal_their_bars_after_any_arrivals(batches: list[list[Bar]]) -> None:
    naive, store = NaiveStore(), BarStore()
    with transaction.atomic():
        for batch in batches:
            report = store.save_bars("X", Interval.M1, batch, source="binance", fetched_at=FETCHED)
            assert (report.written, report.changed, report.unchanged, len(report.rejected)) == naive.save(batch)
        query = BarsQuery(symbol="X", interval=Interval.M1, start=MIDNIGHT, end=FETCHED)
        assert store.load_bars(query).bars == [naive.bars[time] for time in sorted(naive.bars)]
        for interval in CHAIN:
            assert stored_rollup(interval) == naive.rollup(interval)
        final = {time for time, bar in naive.bars.items() if bar.is_final}
        known = {
            start + timedelta(minutes=step)
            for start, end in store.coverage("X", Interval.M1)
            for step in range((end - start) // timedelta(minutes=1))
        }
        assert known == final
        transaction.set_rollback(True)
