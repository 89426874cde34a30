from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from financehub.storage.coverage_ranges import Range, merge_ranges, subtract_ranges, touched_runs, whole_buckets, with_edges_apart

RANGES = st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), max_size=12)


def _points(ranges: list[Range]) -> set[int]:
    return {point for start, end in ranges for point in range(start, end)}


@given(RANGES)
def test_merged_ranges_hold_the_same_points_and_never_touch(ranges: list[Range]) -> None:
    merged = merge_ranges(ranges)
    assert _points(merged) == _points(ranges)
    assert all(start < end for start, end in merged)
    assert all(before[1] < after[0] for before, after in pairwise(merged))


@given(st.integers(-60, 60), st.integers(0, 80), RANGES)
def test_what_is_left_is_the_difference_of_the_points(start: int, length: int, holes: list[Range]) -> None:
    left = subtract_ranges((start, start + length), holes)
    assert _points(left) == _points([(start, start + length)]) - _points(holes)
    assert merge_ranges(left) == left


@given(st.integers(-60, 60), st.integers(0, 80), st.integers(1, 15), st.integers(0, 14))
def test_whole_buckets_are_those_with_every_point(start: int, length: int, seconds: int, offset: int) -> None:
    points = set(range(start, start + length))
    firsts = (first for first in range(-200, 200) if (first - offset) % seconds == 0)
    expected = {first for first in firsts if set(range(first, first + seconds)) <= points}
    found = whole_buckets((start, start + length), seconds, offset)
    assert {point for point in range(*found) if (point - offset) % seconds == 0} == expected


@given(st.sets(st.integers(-200, 200), min_size=1), st.integers(1, 20))
def test_runs_are_the_touched_buckets(times: set[int], seconds: int) -> None:
    runs = touched_runs(np.array(sorted(times)), seconds)
    starts = {time // seconds * seconds for time in times}
    assert runs == merge_ranges((start, start + seconds) for start in starts)


@given(st.integers(-9, 9), st.integers(1, 9), st.integers(1, 20))
def test_edges_are_one_bucket_each(first: int, buckets: int, seconds: int) -> None:
    run = (first * seconds, (first + buckets) * seconds)
    parts = with_edges_apart(run, seconds)
    assert len(parts) == min(buckets, 3)
    assert merge_ranges(parts) == [run]
    assert all(part[1] - part[0] == seconds for part in (parts[0], parts[-1]))
