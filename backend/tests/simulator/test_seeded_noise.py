import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from financehub.simulator.seeded_noise import generator, mix, mix_array, name_key, share_out


def test_mixing_is_the_same_for_ever() -> None:
    assert mix(7, 11) == 0xD6A4EC196A4061AF
    assert mix(11, 7) != 0xD6A4EC196A4061AF
    assert name_key("BTCUSDT") == 0xAC8EA3C3


def test_generators_depend_on_the_whole_key_only() -> None:
    assert generator(1, 2).integers(0, 1 << 40) == generator(1, 2).integers(0, 1 << 40)
    assert generator(1, 2).integers(0, 1 << 40) != generator(1, 3).integers(0, 1 << 40)


def test_arrays_are_mixed_value_by_value() -> None:
    whole = mix_array(5, np.arange(100))
    assert whole[37] == mix_array(5, np.array([37]))[0]
    assert len(set(whole.tolist())) == 100


@given(st.integers(0, 10**12), st.lists(st.floats(0.01, 1e6), min_size=1, max_size=200))
def test_shares_add_up_and_are_never_negative(total: int, weights: list[float]) -> None:
    shares = share_out(total, np.array(weights))
    assert shares.sum() == total
    assert shares.min() >= 0
