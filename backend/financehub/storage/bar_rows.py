"""Bars as rows of integers in the database: read, compare, write, rescale. The caller opens the transaction."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from financehub.market.bar import Interval
from financehub.storage.coverage_ranges import Range, touched_runs, with_edges_apart
from financehub.storage.models import RollupBar, StoredBar
from financehub.storage.rollups import IS_FINAL, OPEN, ORIGIN, TIME, compute_rollup, overlay, parents_of
from financehub.storage.sql_dialects import COLUMNS, Rows, dialect_of

BARS = StoredBar._meta.db_table
ROLLUPS = RollupBar._meta.db_table
_SELECTED = ", ".join(COLUMNS)
_DENSE = 8
"""A stretch is read whole when it has at most this many buckets per bar asked for; otherwise bar by bar."""
_KEYS_AT_ONCE = 500


def as_rows(fetched: Iterable[tuple[int, ...]]) -> Rows:
    return np.array(list(fetched), dtype=np.int64).reshape(-1, len(COLUMNS))


def read_stretch(cursor: Any, table: str, instrument_id: int, interval: Interval, stretch: Range) -> Rows:
    """Return the rows with start ≤ time < end, sorted by time."""
    cursor.execute(
        f"SELECT {_SELECTED} FROM {table} WHERE instrument_id = %s AND bar_interval = %s"  # noqa: S608 (our names)
        " AND time >= %s AND time < %s ORDER BY time",
        (instrument_id, interval.seconds, *stretch),
    )
    return as_rows(cursor.fetchall())


def read_times(cursor: Any, table: str, instrument_id: int, interval: Interval, times: NDArray[np.int64]) -> Rows:
    """Return the rows at `times` (sorted, at least one), and perhaps others between them, sorted by time."""
    stretch = (int(times[0]), int(times[-1]) + 1)
    if (stretch[1] - stretch[0]) / interval.seconds <= _DENSE * len(times):
        return read_stretch(cursor, table, instrument_id, interval, stretch)
    found: list[tuple[int, ...]] = []
    for first in range(0, len(times), _KEYS_AT_ONCE):
        keys = times[first : first + _KEYS_AT_ONCE].tolist()
        cursor.execute(
            f"SELECT {_SELECTED} FROM {table} WHERE instrument_id = %s AND bar_interval = %s"  # noqa: S608 (our names)
            f" AND time IN ({', '.join(['%s'] * len(keys))}) ORDER BY time",
            (instrument_id, interval.seconds, *keys),
        )
        found += cursor.fetchall()
    return as_rows(found)


class Comparison:
    """What each given row (unique times, sorted) means beside what is stored."""

    def __init__(self, given: Rows, stored: Rows) -> None:
        beside = np.searchsorted(stored[:, TIME], given[:, TIME])
        is_inside = beside < len(stored)
        self.is_stored = np.zeros(len(given), dtype=np.bool_)
        self.is_stored[is_inside] = stored[beside[is_inside], TIME] == given[is_inside, TIME]
        known = stored[beside[self.is_stored]]
        given_known = given[self.is_stored]
        was_final, same = np.zeros((2, len(given)), dtype=np.bool_)
        was_final[self.is_stored] = known[:, IS_FINAL] == 1
        same[self.is_stored] = (known[:, OPEN:ORIGIN] == given_known[:, OPEN:ORIGIN]).all(axis=1)
        is_final = given[:, IS_FINAL] == 1
        self.is_refused = was_final & ~is_final
        self.is_corrected = was_final & is_final & ~same
        self.is_written = ~self.is_stored | (~was_final & ~same)
        self.is_same = same
        # An open bar seen again unchanged is known to be true as of now: its arrival moves on.
        self.is_touched = same & ~was_final


def write_rows(cursor: Any, given: Rows, comparison: Comparison) -> Rows:
    """Write what is new, changed or touched, and return the rows whose bars are new or changed."""
    update = comparison.is_stored & (comparison.is_corrected | comparison.is_written | comparison.is_touched)
    dialect_of(connection).write_rows(cursor, BARS, given[~comparison.is_stored], given[update])
    news: Rows = given[comparison.is_written | comparison.is_corrected]
    return news


def refresh_rollups(cursor: Any, instrument_id: int, interval: Interval, news: Rows) -> None:
    """Make every coarser bucket that holds a new or changed row equal to its bars again; `news` is sorted, as stored now."""
    for finer, coarser in parents_of(interval):
        runs = [part for run in touched_runs(news[:, TIME], coarser.seconds) for part in with_edges_apart(run, coarser.seconds)]
        table = BARS if finer is interval else ROLLUPS
        rolled = [compute_rollup(_best_rows(cursor, instrument_id, finer, run, (table, news)), coarser) for run in runs]
        news = np.concatenate(rolled)
        _replace_rollups(cursor, instrument_id, coarser, news)


def _best_rows(cursor: Any, instrument_id: int, interval: Interval, run: Range, latest: tuple[str, Rows]) -> Rows:
    """Return the best row of each time in `run`; a table is not asked for rows just written when those fill the whole run."""
    table, news = latest
    first, last = np.searchsorted(news[:, TIME], run)
    is_whole = (last - first) * interval.seconds == run[1] - run[0]

    def read(source: str) -> Rows:
        if is_whole and source == table:
            return news[first:last]
        return read_stretch(cursor, source, instrument_id, interval, run)

    return read(BARS) if interval is Interval.M1 else overlay(read(BARS), read(ROLLUPS))


def _replace_rollups(cursor: Any, instrument_id: int, interval: Interval, rolled: Rows) -> None:
    stored = read_times(cursor, ROLLUPS, instrument_id, interval, rolled[:, TIME])
    comparison = Comparison(rolled, stored)
    differs = comparison.is_stored & ~comparison.is_same
    dialect_of(connection).write_rows(cursor, ROLLUPS, rolled[~comparison.is_stored], rolled[differs])


def rescale(cursor: Any, instrument_id: int, columns: tuple[str, ...], steps: int) -> None:
    """Give the instrument's integers `steps` more decimals; fewer (rounded half up) when negative."""
    dialect, factor = dialect_of(connection), 10 ** abs(steps)
    changes = ", ".join(
        f"{column} = {column} * {factor}" if steps > 0 else f"{column} = {dialect.divide(column, factor)}" for column in columns
    )
    for table in (BARS, ROLLUPS):
        cursor.execute(f"UPDATE {table} SET {changes} WHERE instrument_id = %s", (instrument_id,))  # noqa: S608 (our names)
