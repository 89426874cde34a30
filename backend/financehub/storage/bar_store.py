"""Keep bars: exact to the last digit, with where they came from, and rolled up to coarser intervals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
from django.db import connection, transaction

from financehub.market.bar import Bar, BarsQuery, Interval
from financehub.storage import bar_reading, bar_rows, coverage_rows
from financehub.storage.bar_checks import CheckedBars, RejectedBar, check_bars
from financehub.storage.models import BarOrigin, StoredInstrument
from financehub.storage.price_scales import FIRST_PRICE_SCALE, FIRST_VOLUME_SCALE, choose_scale, to_integers
from financehub.storage.rollups import IS_FINAL, ORIGIN, PRICES, TIME, VOLUME
from financehub.storage.sql_dialects import COLUMNS, Rows
from financehub.storage.storage_rim import storage_rim
from financehub.storage.stored_bars import BarColumns, StoredBars, WriteReport

Stretch: TypeAlias = tuple[datetime, datetime]
_PRICES = ("open", "high", "low", "close")
_VOLUMES = ("volume",)
_STAYS_FINAL = "may still change, but a final bar is stored"


class BarStore:
    """Save and load bars in Django's database; every call blocks. Raises StorageUnusable when the database cannot be used."""

    def save_bars(
        self,
        symbol: str,
        interval: Interval,
        bars: Sequence[Bar],
        *,
        source: str,
        fetched_at: datetime,
        covered: Stretch | None = None,
        currency: str | None = None,
    ) -> WriteReport:
        """Store `bars` of `symbol` with their rollups, all or nothing, and say what became of each.

        `covered` is the stretch that was asked for, so that an empty answer is remembered too; without it each final bar covers itself.
        Rejected bars and bars that may still change are never covered. Saving the same bars again changes nothing.
        """
        checked, rejected = check_bars(symbol, interval, bars)
        with storage_rim(), transaction.atomic():
            instrument = _lock_instrument(symbol, checked)
            origin = _origin_id(source, currency, fetched_at) if checked.bars else 0
            rows = _rows_of(instrument, interval, checked, origin)
            with connection.cursor() as cursor:
                report = _write(cursor, instrument.pk, interval, checked.bars, rows)
                refused = rejected + report.rejected
                known = coverage_rows.known_stretches(interval, checked, refused, covered=covered, fetched_at=fetched_at)
                coverage_rows.add_coverage(cursor, instrument.pk, interval, known)
        return WriteReport(written=report.written, changed=report.changed, unchanged=report.unchanged, rejected=refused)

    def load_bars(self, query: BarsQuery) -> StoredBars:
        """Return the stored bars with start ≤ time < end: given final ones first, else whole rollups, else open ones."""
        with storage_rim():
            return bar_reading.load_bars(query)

    def load_columns(self, query: BarsQuery) -> BarColumns:
        """Return the same as columns, without making an object per bar."""
        with storage_rim():
            return bar_reading.load_columns(query)

    def coverage(self, symbol: str, interval: Interval) -> list[Stretch]:
        """Return the merged stretches for which all bars are stored, whether given or rolled up from finer ones."""
        with storage_rim():
            return coverage_rows.load_coverage(symbol, interval)


def _lock_instrument(symbol: str, checked: CheckedBars) -> StoredInstrument:
    """Return the row on which writers of `symbol` take turns, its scales fine enough for the bars."""
    first = {"price_scale": FIRST_PRICE_SCALE, "volume_scale": FIRST_VOLUME_SCALE}
    instrument, _ = StoredInstrument.objects.select_for_update().get_or_create(symbol=symbol, defaults=first)
    price_scale = choose_scale(checked.prices, instrument.price_scale)
    volume_scale = choose_scale(checked.volumes, instrument.volume_scale)
    if (price_scale, volume_scale) == (instrument.price_scale, instrument.volume_scale):
        return instrument
    with connection.cursor() as cursor:
        if steps := price_scale - instrument.price_scale:
            bar_rows.rescale(cursor, instrument.pk, _PRICES, steps)
        if steps := volume_scale - instrument.volume_scale:
            bar_rows.rescale(cursor, instrument.pk, _VOLUMES, steps)
    instrument.price_scale, instrument.volume_scale = price_scale, volume_scale
    instrument.save(update_fields=("price_scale", "volume_scale"))
    return instrument


def _origin_id(source: str, currency: str | None, fetched_at: datetime) -> int:
    origin, _ = BarOrigin.objects.get_or_create(source=source, currency=currency or "", fetched_at=int(fetched_at.timestamp()))
    return origin.pk


def _rows_of(instrument: StoredInstrument, interval: Interval, checked: CheckedBars, origin: int) -> Rows:
    rows = np.empty((len(checked.bars), len(COLUMNS)), dtype=np.int64)
    rows[:, 0], rows[:, 1], rows[:, TIME] = instrument.pk, interval.seconds, checked.times
    rows[:, PRICES] = to_integers(checked.prices, instrument.price_scale)
    rows[:, VOLUME] = to_integers(checked.volumes, instrument.volume_scale)
    rows[:, IS_FINAL], rows[:, ORIGIN] = checked.is_final, origin
    return rows


def _write(cursor: Any, instrument_id: int, interval: Interval, bars: Sequence[Bar], rows: Rows) -> WriteReport:
    """Write `rows` in the order given: of two with the same time the second meets what the first left."""
    written = changed = unchanged = 0
    rejected: list[RejectedBar] = []
    news: list[Rows] = []
    waiting = np.arange(len(rows))
    while len(waiting):
        times, first = np.unique(rows[waiting, TIME], return_index=True)
        turn = waiting[first]
        given = rows[turn]
        comparison = bar_rows.Comparison(given, bar_rows.read_times(cursor, bar_rows.BARS, instrument_id, interval, times))
        news.append(bar_rows.write_rows(cursor, given, comparison))
        written += int(comparison.is_written.sum())
        changed += int(comparison.is_corrected.sum())
        unchanged += int(comparison.is_same.sum())
        rejected += [RejectedBar(bars[turn[i]], _STAYS_FINAL) for i in np.flatnonzero(comparison.is_refused).tolist()]
        waiting = np.delete(waiting, first)
    latest = _latest(news)
    if len(latest):
        bar_rows.refresh_rollups(cursor, instrument_id, interval, latest)
    return WriteReport(written=written, changed=changed, unchanged=unchanged, rejected=rejected)


def _latest(news: list[Rows]) -> Rows:
    """Return the last row of each time, sorted by time."""
    if not news or len(news) == 1:
        return news[0] if news else np.empty((0, len(COLUMNS)), dtype=np.int64)
    backwards = np.concatenate(news)[::-1]
    latest: Rows = backwards[np.unique(backwards[:, TIME], return_index=True)[1]]
    return latest
