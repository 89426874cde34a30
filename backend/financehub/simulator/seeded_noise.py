"""Randomness that can be asked for anywhere: the same key gives the same numbers, in any order of asking."""

from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
_Words: TypeAlias = NDArray[np.uint64]

_MASK = 0xFFFFFFFFFFFFFFFF
_STEP = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def name_key(name: str) -> int:
    """Return a number that stands for `name`, the same in every process."""
    return crc32(name.encode())


def mix(*parts: int) -> int:
    """Return 64 well-mixed bits of some numbers (splitmix64, chained)."""
    state = 0
    for part in parts:
        state = (state ^ (part & _MASK)) + _STEP & _MASK
        state = (state ^ (state >> 30)) * _FIRST & _MASK
        state = (state ^ (state >> 27)) * _SECOND & _MASK
        state ^= state >> 31
    return state


def mix_array(key: int, values: Integers) -> _Words:
    """Return 64 well-mixed bits for each of `values` under `key`."""
    state: _Words = (values.astype(np.uint64) ^ np.uint64(key)) + np.uint64(_STEP)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(_FIRST)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(_SECOND)
    return state ^ (state >> np.uint64(31))


def generator(*parts: int) -> np.random.Generator:
    """Return a generator of its own for a key."""
    return np.random.Generator(np.random.Philox(key=mix(*parts)))


def share_out(total: int, weights: Floats) -> Integers:
    """Split `total` into whole numbers in proportion to `weights`; they add up to `total` exactly."""
    edges = np.cumsum(weights)
    bounds = np.floor(edges * (total / edges[-1])).astype(np.int64)
    bounds[-1] = total
    shares: Integers = np.diff(bounds, prepend=0)
    return shares
