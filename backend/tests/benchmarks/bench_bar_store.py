# ruff: noqa: PLC0415 -- what needs Django is imported once Django is ready
"""Fill the bar store with years of minutes and read them back, beside a plain select over the same file."""

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measuring import ROUNDS, Row, Sample, emit, is_quick, percentile

MINUTES_A_DAY = 390
DAYS_A_YEAR = 252
DAYS_A_WRITE = 50
FIRST_DAY = datetime(2015, 1, 5, 14, 30, tzinfo=UTC)
READS = 200
Series = tuple[str, int]


@contextmanager
def store_at(url: str) -> Iterator[Any]:
    """Yield a BarStore over a fresh, migrated database: SQLite in a folder of its own, or the one that `url` names."""
    with tempfile.TemporaryDirectory(prefix="financehub-bench-") as folder:
        os.environ.update(FINANCEHUB_DATA_DIR=folder, FINANCEHUB_MODE="live", FINANCEHUB_DATABASE_URL=url)
        from financehub.project.command_line.environment import prepare_django

        prepare_django()
        from financehub.storage.bar_store import BarStore

        yield BarStore()


def trading_days(count: int) -> list[datetime]:
    days: list[datetime] = []
    day = FIRST_DAY
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def make_bars(symbol: str, days: list[datetime], dice: random.Random) -> list[Any]:
    from financehub.market.bar import Bar, Interval

    bars, price = [], 15_000
    for day in days:
        for minute in range(MINUTES_A_DAY):
            opened, price = price, max(100, price + dice.randint(-12, 12))
            high, low = max(opened, price) + dice.randint(0, 5), min(opened, price) - dice.randint(0, 5)
            bars.append(
                Bar(symbol=symbol, interval=Interval.M1, time=day + timedelta(minutes=minute), open=opened / 100, high=high / 100,
                    low=low / 100, close=price / 100, volume=float(dice.randint(100, 90_000)), is_final=True)
            )  # fmt: skip
    return bars


def fill(store: Any, series: list[Series]) -> list[float]:
    """Store every series in writes of 50 days; return rows a second of each write (making the bars is not counted)."""
    from financehub.market.bar import Interval

    dice, speeds = random.Random(5), []
    for symbol, count in series:
        days = trading_days(count)
        for first in range(0, count, DAYS_A_WRITE):
            part = days[first : first + DAYS_A_WRITE]
            bars = make_bars(symbol, part, dice)
            midnight = part[0].replace(hour=0, minute=0)
            following = days[first + DAYS_A_WRITE] if first + DAYS_A_WRITE < count else part[-1] + timedelta(days=1)
            covered = (midnight, following.replace(hour=0, minute=0))
            started = time.perf_counter()
            report = store.save_bars(
                symbol, Interval.M1, bars, source="bench", fetched_at=covered[1], covered=covered, currency="USD"
            )
            speeds.append(len(bars) / (time.perf_counter() - started))
            assert report.written == len(bars), report
    return speeds


def read_days(store: Any, series: list[Series]) -> dict[str, list[float]]:
    """Return milliseconds of reading one random day of one random symbol: the store's columns, and the plain select."""
    from django.db import connection

    from financehub.market.bar import BarsQuery, Interval

    dice = random.Random(9)
    select = (
        "SELECT time, open, high, low, close, volume FROM storage_bar WHERE instrument_id = %s AND bar_interval = 60"
        " AND time >= %s AND time < %s ORDER BY time"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT symbol, id FROM storage_instrument")
        ids = dict(cursor.fetchall())
    taken: dict[str, list[float]] = {"ours": [], "floor": []}
    for number in range(READS + 20):
        symbol, count = dice.choice(series)
        start = dice.choice(trading_days(count)[-min(count, 252) :])
        end = start + timedelta(minutes=MINUTES_A_DAY)
        started = time.perf_counter()
        columns = store.load_columns(BarsQuery(symbol=symbol, interval=Interval.M1, start=start, end=end))
        middle = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.cursor.execute(  # the driver's own cursor
                select if connection.vendor != "sqlite" else select.replace("%s", "?"),
                (ids[symbol], int(start.timestamp()), int(end.timestamp())),
            )
            plain = cursor.cursor.fetchall()
        ended = time.perf_counter()
        assert len(columns.time) == len(plain) == MINUTES_A_DAY
        if number >= 20:
            taken["ours"].append((middle - started) * 1e3)
            taken["floor"].append((ended - middle) * 1e3)
    return taken


def read_decade(store: Any, series: Series) -> Sample:
    from financehub.market.bar import BarsQuery, Interval

    symbol, count = series
    start, end = FIRST_DAY - timedelta(days=1), FIRST_DAY + timedelta(days=4_000)
    query = BarsQuery(symbol=symbol, interval=Interval.D1, start=start, end=end)
    taken = []
    for _ in range(30):
        started = time.perf_counter()
        columns = store.load_columns(query)
        taken.append((time.perf_counter() - started) * 1e3)
        assert len(columns.time) == count, (len(columns.time), count)
    return Sample(taken[5:])


def bytes_a_bar(rows: int) -> tuple[float, float]:
    """Return the bytes of the table of minute bars, and of everything stored, by minute bar."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT SUM(pgsize) FROM dbstat WHERE name = 'storage_bar'")
            (table,) = cursor.fetchone()
            cursor.execute("SELECT SUM(pgsize) FROM dbstat WHERE name LIKE 'storage_%%'")
        else:
            cursor.execute("SELECT pg_total_relation_size('storage_bar')")
            (table,) = cursor.fetchone()
            cursor.execute("SELECT pg_total_relation_size('storage_bar') + pg_total_relation_size('storage_rollup')")
        (everything,) = cursor.fetchone()
    return table / rows, everything / rows


def by_rounds(values: list[float], share: float) -> Sample:
    """Return a percentile of each fifth of the measurements."""
    size = len(values) // ROUNDS
    return Sample([percentile(values[start : start + size], share) for start in range(0, size * ROUNDS, size)])


def measure(url: str, server: str) -> list[Row]:
    is_sqlite = not url
    long, short = ("DECADE", 10 * DAYS_A_YEAR), [(f"YEAR{number}", DAYS_A_YEAR) for number in range(10 if is_sqlite else 2)]
    series = [long, *short] if not is_quick() and is_sqlite else [("DECADE", 2 * DAYS_A_YEAR), *short[:1]]
    rows = sum(count for _, count in series) * MINUTES_A_DAY
    with store_at(url) as store:
        speeds = fill(store, series)
        taken = read_days(store, series)
        table, everything = bytes_a_bar(rows)
        decade = read_decade(store, series[0])
    decade_budget = 5 if series[0][1] >= 10 * DAYS_A_YEAR else None
    room, stored = f"Bars on {server}", f"{rows / 1e6:.2g} M minute bars stored"
    return [
        Row(room=room, what="store bars with all rollups", input=f"{rows:,} bars in writes of {DAYS_A_WRITE * MINUTES_A_DAY:,}",
            unit="rows/s", ours=Sample(speeds), is_rate=True, budget=150_000 if is_sqlite else 200_000,
            note="checks, compares, writes, rolls up to 5m, 15m, 1h, 1d and keeps coverage, in one transaction"),
        Row(room=room, what="size of a minute bar", input=stored, unit="B", ours=Sample([table]), budget=40 if is_sqlite else None,
            note=f"{everything:.0f} B with its rollups"),
        Row(room=room, what="one day of one symbol, p50", input=f"390 rows; {stored}", unit="ms", ours=by_rounds(taken["ours"], 0.5),
            peer_name="floor: plain select and fetchall", peer=by_rounds(taken["floor"], 0.5), budget=1.5),
        Row(room=room, what="one day of one symbol, p95", input=f"390 rows; {stored}", unit="ms", ours=by_rounds(taken["ours"], 0.95),
            peer_name="floor: plain select and fetchall", peer=by_rounds(taken["floor"], 0.95), budget=10),
        Row(room=room, what="daily bars by rollup", input=f"{series[0][1]:,} days of one symbol", unit="ms", ours=decade,
            budget=decade_budget),
    ]  # fmt: skip


def main() -> None:
    if "--postgresql" not in sys.argv:
        emit(measure("", "SQLite"))
        return
    from servers.private_servers import run_postgresql

    with run_postgresql() as url:
        emit(measure(url, "PostgreSQL"))


if __name__ == "__main__":
    main()
