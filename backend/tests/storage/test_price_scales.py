from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.storage.price_scales import FINEST, LARGEST, choose_scale, to_floats, to_integers


def _choose(*values: float, at_least: int = 0) -> int:
    return choose_scale(np.array(values, dtype=np.float64), at_least)


@given(st.integers(0, LARGEST // 4), st.integers(0, FINEST))
def test_decimal_comes_back_to_its_last_digit(digits: int, decimals: int) -> None:
    value = float(Decimal(digits).scaleb(-decimals))
    scale = _choose(value)
    assert scale <= decimals
    assert to_floats(to_integers(np.array([value]), scale), scale).tolist() == [value]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 6)), min_size=1))
def test_one_scale_holds_all_values(parts: list[tuple[int, int]]) -> None:
    values = np.array([float(Decimal(digits).scaleb(-decimals)) for digits, decimals in parts])
    scale = choose_scale(values, 0)
    assert to_floats(to_integers(values, scale), scale).tolist() == values.tolist()
    assert scale == max(_choose(float(value)) for value in values)


@pytest.mark.parametrize(
    ("value", "scale"), [(230.0, 0), (230.5, 1), (230.1234, 4), (0.00001234, 8), (0.0000000001, 10), (0.0, 0), (64_123.45, 2)]
)
def test_scale_is_the_least_that_is_exact(value: float, scale: int) -> None:
    assert _choose(value) == scale


def test_scale_never_falls_without_need() -> None:
    assert _choose(230.5, at_least=4) == 4
    assert _choose(at_least=4) == 4


def test_rounding_noise_of_a_source_is_cut_at_the_finest_scale() -> None:
    noisy = 189.94999694824219
    assert _choose(noisy) == FINEST
    assert to_floats(to_integers(np.array([noisy]), FINEST), FINEST).tolist() == [189.9499969482]


def test_great_values_take_decimals_away_rather_than_overflow() -> None:
    assert _choose(9e14, at_least=4) == 1
    assert _choose(9e15, at_least=4) == 0
