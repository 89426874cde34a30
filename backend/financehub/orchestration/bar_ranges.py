"""Arithmetic of half-open ranges of time: what is missing, and into which calls it is cut."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from financehub.market.bar import BarsQuery, Interval, bucket_start

Range: TypeAlias = tuple[datetime, datetime]
"""From its first moment to just before its second."""


def align_query(query: BarsQuery, now: datetime) -> BarsQuery:
    """Return `query` on whole buckets, ending at the latest with the bucket that is open `now`.

    Queries whose end moves with the clock become one and the same while a bucket lasts.
    """
    length = query.interval.duration
    open_until = bucket_start(now, query.interval) + length
    start = _ceil(query.start, query.interval)
    end = min(_ceil(query.end, query.interval), open_until)
    return BarsQuery(symbol=query.symbol, interval=query.interval, start=start, end=max(start, end))


def _ceil(moment: datetime, interval: Interval) -> datetime:
    floor = bucket_start(moment, interval)
    return floor if floor == moment else floor + interval.duration


def subtract(whole: Range, parts: Sequence[Range]) -> list[Range]:
    """Return what of `whole` no part covers, oldest first."""
    missing: list[Range] = []
    start, end = whole
    for part_start, part_end in sorted(parts):
        if part_end <= max(start, part_start) or part_start >= end:
            continue
        if part_start > start:
            missing.append((start, part_start))
        start = max(start, part_end)
    if start < end:
        missing.append((start, end))
    return missing


def slice_pages(missing: Sequence[Range], page: timedelta) -> list[Range]:
    """Cut `missing` (oldest first, apart) into calls no longer than `page`, newest first; one call spans small gaps between holes."""
    pages: list[Range] = []
    for start, end in missing:
        if pages and end - pages[-1][0] <= page:
            pages[-1] = (pages[-1][0], end)
            continue
        cursor = start
        while cursor < end:
            pages.append((cursor, min(cursor + page, end)))
            cursor += page
    return pages[::-1]


def join(ranges: Sequence[Range]) -> list[Range]:
    """Return the union of `ranges`, oldest first, touching ones made one."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
