"""Read stored bars: one statement for the rows and their scales, so that a rescaling beside it cannot be seen half."""

from datetime import UTC, datetime
from typing import Any, TypeAlias

import numpy as np
from django.db import connection

from financehub.market.bar import Bar, BarsQuery
from financehub.storage.bar_rows import BARS, ROLLUPS
from financehub.storage.coverage_rows import coverage_ranges, seconds_of
from financehub.storage.models import BarOrigin
from financehub.storage.price_scales import to_floats
from financehub.storage.rollups import IS_FINAL, ORIGIN, PRICES, TIME, VOLUME, finer_than, overlay
from financehub.storage.sql_dialects import COLUMNS, Rows
from financehub.storage.stored_bars import BarColumns, StoredBars

Scales: TypeAlias = tuple[int, int]
"""Decimals of prices and of volumes."""

_SELECTED = ", ".join(f"b.{name}" for name in COLUMNS)


def load_bars(query: BarsQuery) -> StoredBars:
    columns, is_final = _load(query)
    symbol, interval = query.symbol, query.interval
    bars = [
        Bar(
            symbol=symbol,
            interval=interval,
            time=datetime.fromtimestamp(time, UTC),
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            is_final=final,
        )
        for time, opened, high, low, close, volume, final in zip(
            columns.time, columns.open, columns.high, columns.low, columns.close, columns.volume, is_final, strict=True
        )
    ]
    return StoredBars(
        bars=bars, source=columns.source, fetched_at=columns.fetched_at, currency=columns.currency, sources=columns.sources
    )


def load_columns(query: BarsQuery) -> BarColumns:
    return _load(query)[0]


def _load(query: BarsQuery) -> tuple[BarColumns, list[bool]]:
    with connection.cursor() as cursor:
        rows, (price_scale, volume_scale) = _best_rows(cursor, query)
        origins = _origins(rows)
    opens, highs, lows, closes = to_floats(rows[:, PRICES], price_scale).T.tolist()
    is_final: list[bool] = (rows[:, IS_FINAL] == 1).tolist()
    newest = origins[int(rows[-1, ORIGIN])] if len(rows) else None
    return BarColumns(
        symbol=query.symbol,
        interval=query.interval,
        time=rows[:, TIME].tolist(),
        open=opens,
        high=highs,
        low=lows,
        close=closes,
        volume=to_floats(rows[:, VOLUME], volume_scale).tolist(),
        last_is_final=is_final[-1] if is_final else True,
        source=newest.source if newest else None,
        currency=(newest.currency or None) if newest else None,
        fetched_at=datetime.fromtimestamp(newest.fetched_at, UTC) if newest else None,
        sources=tuple(sorted({origin.source for origin in origins.values()})),
    ), is_final


def _best_rows(cursor: Any, query: BarsQuery) -> tuple[Rows, Scales]:
    tables = (BARS, ROLLUPS) if finer_than(query.interval) else (BARS,)
    start, end = seconds_of(query.start), seconds_of(query.end)
    cursor.execute(
        " UNION ALL ".join(_select(table, kind) for kind, table in enumerate(tables)) + " ORDER BY time",
        (query.symbol, query.interval.seconds, start, end) * len(tables),
    )
    fetched = cursor.fetchall()
    if not fetched:
        return np.empty((0, len(COLUMNS)), dtype=np.int64), (0, 0)
    rows = np.array(fetched, dtype=np.int64)
    scales = (int(rows[0, -2]), int(rows[0, -1]))
    is_rolled = rows[:, len(COLUMNS)] == 1
    given, rolled = rows[~is_rolled, : len(COLUMNS)], rows[is_rolled, : len(COLUMNS)]
    return overlay(given, _whole(rolled, query)), scales


def _select(table: str, kind: int) -> str:
    return (
        f"SELECT {_SELECTED}, {kind} AS kind, i.price_scale, i.volume_scale"  # noqa: S608 (our names)
        f" FROM {table} b JOIN storage_instrument i ON i.id = b.instrument_id"
        " WHERE i.symbol = %s AND b.bar_interval = %s AND b.time >= %s AND b.time < %s"
    )


def _whole(rolled: Rows, query: BarsQuery) -> Rows:
    """Return the rollups that are final and whose every finer bar is known to have been fetched."""
    rolled = rolled[rolled[:, IS_FINAL] == 1]
    if not len(rolled):
        return rolled
    known = np.array(coverage_ranges(query.symbol, query.interval, own=False), dtype=np.int64).reshape(-1, 2)
    if not len(known):
        return rolled[:0]
    beside = np.searchsorted(known[:, 0], rolled[:, TIME], side="right") - 1
    is_inside = (beside >= 0) & (rolled[:, TIME] < known[np.maximum(beside, 0), 1])
    whole: Rows = rolled[is_inside]
    return whole


def _origins(rows: Rows) -> dict[int, BarOrigin]:
    return BarOrigin.objects.in_bulk(np.unique(rows[:, ORIGIN]).tolist())
