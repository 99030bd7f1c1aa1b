"""A kernel's own small arrays: separate, big enough, and free of counts."""

import numpy as np

from sim.jit import kernel
from sim.scratch import lent, scratch

PLACES = 5


@kernel
def fill(into, number):
    """Write a number everywhere."""
    for j in range(len(into)):
        into[j] = number


@kernel
def two_sums(rounds):
    """Sums of two scratch arrays filled with different numbers, round after round."""
    total = 0.0
    for k in range(rounds):
        one, other = scratch(PLACES, np.int32), scratch(PLACES, np.float64)
        fill(one, k)
        fill(other, 0.5)
        for j in range(len(one)):
            total += one[j] * other[j]
    return total


@kernel
def write_through(array):
    """Write into the array that a caller lent."""
    fill(lent(array), 7)


def test_scratch_arrays_of_one_kernel_do_not_overlap():
    """Σ over rounds of places · k · ½, exactly."""
    assert two_sums(1000) == PLACES * 0.5 * 999 * 1000 / 2


def test_what_is_written_into_a_lent_array_is_the_callers():
    """No copy is made, and the caller's array outlives the call."""
    array = np.zeros(3, np.int64)
    for _ in range(100):
        write_through(array)
    assert array.tolist() == [7, 7, 7]
