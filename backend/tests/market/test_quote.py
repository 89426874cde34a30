import pytest

from financehub.market.quote import compute_change


@pytest.mark.parametrize(
    ("price", "previous_close", "change"),
    [(324.2, 318.85, 5.35), (761.08, 776.12, -15.04), (1.21288, 1.20402, 0.00886), (2.0, 2.0, 0.0), (1e-7, 3e-7, -2e-7)],
)
def test_a_change_is_exact_to_the_last_digit(price: float, previous_close: float, change: float) -> None:
    assert compute_change(price, previous_close) == change
