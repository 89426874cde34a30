import itertools
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from scripted_sources import START

from financehub.market.bar import BarsQuery, Interval
from financehub.orchestration.bar_ranges import Range, align_query, join, slice_pages, subtract


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def minutes_in(ranges: list[Range]) -> set[int]:
    return {
        minute
        for start, end in ranges
        for minute in range((start - START) // timedelta(minutes=1), (end - START) // timedelta(minutes=1))
    }


edges = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)
ranges = edges.map(lambda pair: (at(pair[0]), at(pair[1])))


@given(ranges, st.lists(ranges, max_size=6))
def test_what_is_missing_is_what_no_part_covers(whole: Range, parts: list[Range]) -> None:
    missing = subtract(whole, parts)
    assert minutes_in(missing) == minutes_in([whole]) - minutes_in(parts)
    assert missing == sorted(missing)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(missing))


@given(st.lists(ranges, max_size=6))
def test_a_union_holds_the_same_and_nothing_touches(parts: list[Range]) -> None:
    joined = join(parts)
    assert minutes_in(joined) == minutes_in(parts)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(joined))


@given(st.lists(ranges, max_size=6), st.integers(1, 25))
def test_pages_hold_all_that_is_missing_are_short_enough_and_never_overlap(parts: list[Range], length: int) -> None:
    missing = join(parts)
    pages = slice_pages(missing, timedelta(minutes=length))
    assert minutes_in(missing) <= minutes_in(pages)
    assert all(end - start <= timedelta(minutes=length) for start, end in pages)
    assert pages == sorted(pages, reverse=True)
    assert sum((end - start for start, end in pages), timedelta()) == len(minutes_in(pages)) * timedelta(minutes=1)


def test_one_call_spans_small_gaps() -> None:
    missing = [(at(0), at(2)), (at(5), at(6)), (at(30), at(31))]
    assert slice_pages(missing, timedelta(minutes=10)) == [(at(30), at(31)), (at(0), at(6))]
    assert slice_pages([(at(0), at(25))], timedelta(minutes=10)) == [(at(20), at(25)), (at(10), at(20)), (at(0), at(10))]


def test_a_query_is_put_on_whole_buckets_and_ends_with_the_open_one() -> None:
    query = BarsQuery(symbol="X", interval=Interval.M5, start=at(1), end=at(500))
    aligned = align_query(query, at(12))
    assert (aligned.start, aligned.end) == (at(5), at(15))
    closed = align_query(BarsQuery(symbol="X", interval=Interval.M5, start=at(0), end=at(6)), at(60))
    assert (closed.start, closed.end) == (at(0), at(10))
    weekly = align_query(BarsQuery(symbol="X", interval=Interval.W1, start=at(0), end=at(1)), at(60))
    assert weekly.start == datetime(2026, 3, 9, tzinfo=START.tzinfo)
    assert weekly.end == weekly.start
