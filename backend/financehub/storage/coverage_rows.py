"""What was fetched, as rows in the database: stretches of one series that never touch."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from financehub.market.bar import Interval
from financehub.storage.bar_checks import EPOCH, CheckedBars, RejectedBar, bucket_offset
from financehub.storage.coverage_ranges import Range, merge_ranges, subtract_ranges, whole_buckets
from financehub.storage.models import BarCoverage
from financehub.storage.rollups import finer_than

_TABLE = BarCoverage._meta.db_table


def add_coverage(cursor: Any, instrument_id: int, interval: Interval, stretches: Iterable[Range]) -> None:
    """Remember that all bars of the stretches are stored."""
    for stretch in merge_ranges(stretches):
        _absorb(cursor, instrument_id, interval, stretch)


def known_stretches(
    interval: Interval,
    checked: CheckedBars,
    rejected: Sequence[RejectedBar],
    *,
    covered: tuple[datetime, datetime] | None,
    fetched_at: datetime,
) -> Iterable[Range]:
    """Return what is known after a write: `covered` up to the fetch, or else the final bars, without what was rejected or is open."""
    span = interval.seconds
    times = checked.times
    if covered is None:
        final: list[int] = times[checked.is_final].tolist()
        return [(time, time + span) for time in final]
    open_times: list[int] = times[~checked.is_final].tolist()
    holes = [(time, time + span) for time in open_times]
    holes += [_bucket_of(bad.bar.time, interval) for bad in rejected if bad.bar.time.tzinfo is not None]
    return subtract_ranges((seconds_of(covered[0]), min(seconds_of(covered[1]), seconds_of(fetched_at))), holes)


def _bucket_of(time: datetime, interval: Interval) -> Range:
    offset = bucket_offset(interval)
    start = (seconds_of(time) - offset) // interval.seconds * interval.seconds + offset
    return start, start + interval.seconds


def _absorb(cursor: Any, instrument_id: int, interval: Interval, stretch: Range) -> None:
    """Add `stretch`, swallowing the stored ones that it overlaps or touches."""
    key = (instrument_id, interval.seconds, stretch[1], stretch[0])
    cursor.execute(
        f"SELECT id, covered_from, covered_to FROM {_TABLE}"  # noqa: S608 (our names)
        " WHERE instrument_id = %s AND bar_interval = %s AND covered_from <= %s AND %s <= covered_to",
        key,
    )
    touching = cursor.fetchall()
    if len(touching) == 1 and touching[0][1] <= stretch[0] and stretch[1] <= touching[0][2]:
        return
    merged = merge_ranges([stretch, *((start, end) for _, start, end in touching)])[0]
    BarCoverage.objects.filter(pk__in=[pk for pk, _, _ in touching]).delete()
    BarCoverage.objects.create(
        instrument_id=instrument_id, bar_interval=interval.seconds, covered_from=merged[0], covered_to=merged[1]
    )


def load_coverage(symbol: str, interval: Interval) -> list[tuple[datetime, datetime]]:
    return [(_moment(start), _moment(end)) for start, end in coverage_ranges(symbol, interval, own=True)]


def coverage_ranges(symbol: str, interval: Interval, *, own: bool) -> list[Range]:
    """Return where whole buckets of `interval` follow from finer bars, together with its own coverage when `own`."""
    finer = {step.seconds: step for step in finer_than(interval)}
    wanted = [*finer, interval.seconds] if own else [*finer]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.bar_interval, c.covered_from, c.covered_to FROM {_TABLE} c"  # noqa: S608 (our names)
            " JOIN storage_instrument i ON i.id = c.instrument_id"
            f" WHERE i.symbol = %s AND c.bar_interval IN ({', '.join(['%s'] * len(wanted))})",
            (symbol, *wanted),
        )
        fetched = cursor.fetchall()
    by_finer = merge_ranges(whole_buckets((start, end), seconds) for seconds, start, end in fetched if seconds in finer)
    derived = [whole_buckets(stretch, interval.seconds) for stretch in by_finer]
    return merge_ranges([*derived, *((start, end) for seconds, start, end in fetched if seconds == interval.seconds)])


def seconds_of(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
