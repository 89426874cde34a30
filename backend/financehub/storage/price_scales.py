"""How many decimals an instrument's integers carry, so that every number comes back to its last digit.

An integer of at most 2^53 divided by a power of ten gives the same float64 as reading the decimal text: the round-trip is exact for all
decimals up to `FINEST`. Sums of volumes are exact too, in any order, which is why volumes are integers as well.
"""

import math

import numpy as np
from numpy.typing import NDArray

LARGEST = 2**53
FINEST = 10
FIRST_PRICE_SCALE = 4
FIRST_VOLUME_SCALE = 0


def choose_scale(values: NDArray[np.float64], at_least: int) -> int:
    """Return the smallest scale from `at_least` to `FINEST` that writes all `values` exactly.

    Where none does (a source's own rounding noise) it is the finest that fits. It is less than `at_least` only where the greatest value
    would pass 2^53 otherwise: then digits below what float64 holds of that value are given up.
    """
    greatest = float(values.max(initial=0.0))
    room = min(FINEST, math.floor(math.log10(LARGEST / greatest))) if greatest > 0 else FINEST
    for scale in range(at_least, room + 1):
        if (to_floats(to_integers(values, scale), scale) == values).all():
            return scale
    return max(room, 0)


def to_integers(values: NDArray[np.float64], scale: int) -> NDArray[np.int64]:
    return np.rint(values * 10.0**scale).astype(np.int64)


def to_floats(values: NDArray[np.int64], scale: int) -> NDArray[np.float64]:
    floats: NDArray[np.float64] = values / 10.0**scale
    return floats
