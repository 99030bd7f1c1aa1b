"""Integer sums: the same bits in every order, and honest rounding."""
from __future__ import annotations

import math

import numpy as np
import pytest

from sim.fixed import SCALE, add_at, from_fixed, to_fixed


@pytest.mark.parametrize("seed", range(20))
def test_permuted_events_give_the_same_totals_to_the_bit(seed: int) -> None:
    source = np.random.default_rng(seed)
    index = source.integers(0, 7, 2_000)
    values = source.normal(0.0, 1.0, 2_000) * 10.0 ** source.integers(-9, 6, 2_000)
    totals, permuted = np.zeros(7, np.int64), np.zeros(7, np.int64)
    order = source.permutation(2_000)
    add_at(totals, index, values)
    add_at(permuted, index[order], values[order])
    assert (totals == permuted).all()
    errors = [abs(from_fixed(totals[k]) - math.fsum(values[index == k])) for k in range(7)]
    assert max(errors) <= 2_000 * 0.5 / SCALE


def test_a_sum_split_over_lanes_is_the_whole_sum() -> None:
    values = np.random.default_rng(1).random(999)
    index = np.zeros(999, np.int64)
    whole, lanes = np.zeros(1, np.int64), np.zeros((3, 1), np.int64)
    add_at(whole, index, values)
    for lane in range(3):
        add_at(lanes[lane], index[lane::3], values[lane::3])
    assert lanes.sum() == whole[0]


def test_multiples_of_the_step_survive_the_round_trip() -> None:
    for n in (0, 1, -1, SCALE, 12345678901, -(1 << 50)):
        assert to_fixed(from_fixed(n)) == n


@pytest.mark.parametrize(("parts", "expected"), [
    (0.5, 1), (1.5, 2), (2.5, 3), (0.49999999999999994, 0), (0.25, 0), (0.75, 1), (2.0**51 + 0.5, 2**51 + 1),
])
def test_halves_round_away_from_zero_on_both_sides(parts: float, expected: int) -> None:
    assert to_fixed(parts / SCALE) == expected
    assert to_fixed(-parts / SCALE) == -expected


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, 2.0**38, -(2.0**38)])
def test_numbers_that_no_sum_could_hold_are_refused(x: float) -> None:
    with pytest.raises(ValueError, match="to_fixed"):
        to_fixed(x)


@pytest.mark.parametrize("at", [-1, 2])
def test_an_index_outside_the_totals_is_refused(at: int) -> None:
    with pytest.raises(IndexError, match="add_at"):
        add_at(np.zeros(2, np.int64), np.array([at]), np.array([1.0]))
