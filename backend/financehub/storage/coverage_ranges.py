"""Which stretches of time were fetched: pure rules on sorted half-open ranges of whole seconds."""

from collections.abc import Iterable
from typing import TypeAlias

Range: TypeAlias = tuple[int, int]
"""start ≤ time < end."""


def merge_ranges(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges sorted, with those that overlap or touch made one and empty ones left out."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def whole_buckets(stretch: Range, seconds: int, offset: int = 0) -> Range:
    """Return the part of `stretch` that consists of whole buckets; empty (end ≤ start) where it holds none."""
    start, end = stretch
    return -((offset - start) // seconds) * seconds + offset, (end - offset) // seconds * seconds + offset


def touched_runs(times: Iterable[int], seconds: int) -> list[Range]:
    """Return the buckets of `seconds` that hold any of `times`, those that follow each other made one range."""
    starts = {time // seconds * seconds for time in times}
    return merge_ranges((start, start + seconds) for start in starts)


def subtract_ranges(stretch: Range, holes: Iterable[Range]) -> list[Range]:
    """Return what is left of `stretch` without the holes, sorted."""
    start, end = stretch
    left: list[Range] = []
    for hole_start, hole_end in merge_ranges(holes):
        left.append((start, min(hole_start, end)))
        start = max(start, hole_end)
    left.append((start, end))
    return merge_ranges(left)
