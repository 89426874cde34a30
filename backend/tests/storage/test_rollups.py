import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from financehub.market.bar import Interval
from financehub.storage.rollups import compute_rollup, finer_than, overlay, parents_of
from financehub.storage.sql_dialects import COLUMNS, Rows

MINUTES = st.dictionaries(
    st.integers(-30, 60), st.tuples(st.integers(1, 99), st.integers(0, 9), st.integers(0, 9), st.integers(0, 2**50)), min_size=1
)


def row(
    minute: int, close: int = 10, *, interval: int = 60, up: int = 1, volume: int = 5, is_final: int = 1, origin: int = 1
) -> list[int]:
    return [7, interval, minute * 60, close - 1, close + up, close - 2, close, volume, is_final, origin]


def rows(*items: list[int]) -> Rows:
    return np.array(items, dtype=np.int64).reshape(-1, len(COLUMNS))


@given(MINUTES)
def test_bucket_equals_its_bars(minutes: dict[int, tuple[int, int, int, int]]) -> None:
    given_rows = [
        [7, 60, minute * 60, close, close + up, close - down, close, volume, 1, minute + 100]
        for minute, (close, up, down, volume) in sorted(minutes.items())
    ]
    rolled = compute_rollup(rows(*given_rows), Interval.M5).tolist()
    expected = []
    for bucket in sorted({item[2] // 300 for item in given_rows}):
        bars = [item for item in given_rows if item[2] // 300 == bucket]
        high, low = max(bar[4] for bar in bars), min(bar[5] for bar in bars)
        volume = sum(bar[7] for bar in bars)
        expected.append([7, 300, bucket * 300, bars[0][3], high, low, bars[-1][6], volume, 1, bars[-1][9]])
    assert rolled == expected


def test_bucket_with_an_open_bar_is_open() -> None:
    assert compute_rollup(rows(row(0), row(1, is_final=0), row(5)), Interval.M5)[:, 8].tolist() == [0, 1]


def test_given_final_bar_goes_before_a_rollup_and_that_before_an_open_bar() -> None:
    given_rows = rows(row(0, origin=1), row(5, is_final=0, origin=1), row(10, is_final=0, origin=1))
    rolled = rows(row(0, origin=2), row(5, origin=2), row(15, origin=2))
    best = overlay(given_rows, rolled)
    assert best[:, [2, 9]].tolist() == [[0, 1], [300, 2], [600, 1], [900, 2]]


def test_steps_lead_to_the_day() -> None:
    assert parents_of(Interval.M15) == ((Interval.M15, Interval.H1), (Interval.H1, Interval.D1))
    assert parents_of(Interval.D1) == ()
    assert parents_of(Interval.W1) == ()
    assert finer_than(Interval.M15) == (Interval.M1, Interval.M5)
    assert finer_than(Interval.W1) == ()
