"""Which stretches of time were fetched: pure rules on sorted half-open ranges of whole seconds."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

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


def touched_runs(times: NDArray[np.int64], seconds: int) -> list[Range]:
    """Return the buckets of `seconds` that hold any of the sorted `times`, those that follow each other made one range."""
    starts = times // seconds * seconds
    gaps = np.flatnonzero(np.diff(starts) > seconds)
    firsts, lasts = starts[np.r_[0, gaps + 1]], starts[np.r_[gaps, len(starts) - 1]]
    return list(zip(firsts.tolist(), (lasts + seconds).tolist(), strict=True))


def with_edges_apart(run: Range, seconds: int) -> list[Range]:
    """Return `run` with its first and last bucket as runs of their own: those are the ones that may be partly known."""
    start, end = run
    return [
        part
        for part in ((start, start + seconds), (start + seconds, end - seconds), (max(end - seconds, start + seconds), end))
        if part[0] < part[1]
    ]


def subtract_ranges(stretch: Range, holes: Iterable[Range]) -> list[Range]:
    """Return what is left of `stretch` without the holes, sorted."""
    start, end = stretch
    left: list[Range] = []
    for hole_start, hole_end in merge_ranges(holes):
        left.append((start, min(hole_start, end)))
        start = max(start, hole_end)
    left.append((start, end))
    return merge_ranges(left)
