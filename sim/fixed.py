"""Fractions summed as integers, so that no total depends on the order, chunks or threads it was summed in."""
from __future__ import annotations

import numpy as np

from sim.jit import kernel

SCALE = 1 << 24
LIMIT = float(1 << 62)


@kernel
def to_fixed(x: float) -> int:
    """A fraction as a whole number of 2^-24 parts, int64, rounded half away from zero.

    Symmetric: to_fixed(-x) == -to_fixed(x). Raises ValueError for nan, infinities and |x| >= 2^38, which a
    sum could not hold.
    """
    scaled = np.float64(x) * SCALE
    size = abs(scaled)
    if not size < LIMIT:
        raise ValueError("to_fixed: not a finite number below 2**38")
    whole = np.floor(size)
    # the remainder is exact, unlike floor(size + 0.5), which rounds 0.49999999999999994 up
    count = int(whole) + int(size - whole >= 0.5)
    return -count if scaled < 0.0 else count


@kernel
def from_fixed(n: int) -> float:
    """The fraction that a whole number of 2^-24 parts stands for, float64 (exact below 2^53 parts)."""
    return np.float64(n) / SCALE


@kernel
def add_at(totals: np.ndarray, index: np.ndarray, values: np.ndarray) -> None:
    """Add fractions to int64 totals by index, bit-equal in any order.

    totals[index[i]] += to_fixed(values[i]) for each i.
    `totals` int64 (n,), `index` integers (m,) in [0, n), `values` floats (m,). Raises IndexError outside.
    """
    for i in range(len(values)):
        at = index[i]
        if at < 0 or at >= len(totals):
            raise IndexError("add_at: index outside the totals")
        totals[at] += to_fixed(values[i])
