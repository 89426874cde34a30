"""Coarser bars made of finer ones: 1m → 5m → 15m → 1h → 1d."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from financehub.market.bar import Interval
from financehub.storage.sql_dialects import COLUMNS, Rows

CHAIN = (Interval.M1, Interval.M5, Interval.M15, Interval.H1, Interval.D1)

INTERVAL, TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, IS_FINAL, ORIGIN = (COLUMNS.index(name) for name in COLUMNS[1:])
PRICES = slice(OPEN, CLOSE + 1)


def parents_of(interval: Interval) -> tuple[tuple[Interval, Interval], ...]:
    """Return the (finer, coarser) steps that a change of `interval` sets off, in order."""
    if interval not in CHAIN:
        return ()
    steps = tuple(pairwise(CHAIN))
    return steps[CHAIN.index(interval) :]


def finer_than(interval: Interval) -> tuple[Interval, ...]:
    return CHAIN[: CHAIN.index(interval)] if interval in CHAIN else ()


def compute_rollup(rows: Rows, interval: Interval) -> Rows:
    """Return one row per bucket of `interval` from rows of one instrument sorted by time.

    Open and close are the first and the last by time, never the least and the greatest; the origin is the last bar's; a bucket is final
    when all its bars are. Volumes are summed as integers, so the sum does not depend on the order of arrival.
    """
    if not len(rows):
        return rows
    buckets = rows[:, TIME] // interval.seconds * interval.seconds
    first = np.flatnonzero(np.r_[True, buckets[1:] != buckets[:-1]])
    last = np.r_[first[1:], len(rows)] - 1
    rolled: Rows = rows[last].copy()
    rolled[:, INTERVAL] = interval.seconds
    rolled[:, TIME] = buckets[first]
    rolled[:, OPEN] = rows[first, OPEN]
    rolled[:, HIGH] = np.maximum.reduceat(rows[:, HIGH], first)
    rolled[:, LOW] = np.minimum.reduceat(rows[:, LOW], first)
    rolled[:, VOLUME] = np.add.reduceat(rows[:, VOLUME], first)
    rolled[:, IS_FINAL] = np.minimum.reduceat(rows[:, IS_FINAL], first)
    return rolled


def overlay(given: Rows, rolled: Rows) -> Rows:
    """Return the best row of each time, sorted: a given final bar, else a rollup, else a given bar that may still change."""
    if not len(rolled):
        return given
    if not len(given):
        return rolled
    rank = np.r_[np.where(given[:, IS_FINAL] == 1, 0, 2), np.ones(len(rolled), dtype=np.int64)]
    both: Rows = np.concatenate((given, rolled))
    both = both[np.lexsort((rank, both[:, TIME]))]
    is_first: NDArray[np.bool_] = np.r_[True, both[1:, TIME] != both[:-1, TIME]]
    best: Rows = both[is_first]
    return best
