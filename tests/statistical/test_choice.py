"""Nested choice: shares are right, and no one is moved who has no reason to move.

χ² tests at fixed seeds with a false-alarm rate of 1 in 1,000 each.
"""

import numpy as np
import pytest
from scipy import stats

from sim.jit import kernel
from sim.rng import Venue, clock
from sim.rules.choose import outside_noise, own_noise, shared_noise

PEOPLE = 1_000_000
UTILITIES = np.array([0.0, -0.4, 0.7, -1.2])
OUTSIDE = 0.3


@kernel
def winners(now, nest, utilities, outside, found):
    """The chosen option of each person (keys 1, 2, …); the last place is not buying."""
    for i in range(len(found)):
        best, chosen = outside + outside_noise(now, i + 1, 7, Venue.MALL), len(utilities)
        shared = shared_noise(now, nest, i + 1, 7, Venue.MALL)
        for j in range(len(utilities)):
            total = utilities[j] + shared + own_noise(now, nest, i + 1, 100 + j, Venue.MALL)
            if total > best:
                best, chosen = total, j
        found[i] = chosen


def chosen(utilities: np.ndarray, nest: float, seed: int = 11) -> np.ndarray:
    """Everybody's choice, shape (PEOPLE,)."""
    found = np.zeros(PEOPLE, np.int64)
    winners(clock(seed)[0], nest, utilities, OUTSIDE, found)
    return found


def nested_logit(utilities: np.ndarray, nest: float) -> np.ndarray:
    """Shares of the options and of the outside in closed form (McFadden 1978)."""
    inside = np.exp(utilities / nest)
    value = nest * np.log(inside.sum())
    enter = np.exp(value) / (np.exp(value) + np.exp(OUTSIDE))
    return np.append(enter * inside / inside.sum(), 1.0 - enter)


@pytest.mark.parametrize("nest", [0.2, 0.4, 0.7, 1.0])
def test_shares_are_nested_logit(nest):
    """A million choices have the closed form's shares."""
    counts = np.bincount(chosen(UTILITIES, nest), minlength=len(UTILITIES) + 1)
    assert stats.chisquare(counts, PEOPLE * nested_logit(UTILITIES, nest)).pvalue > 1e-3


def test_better_option_moves_nobody_to_a_third():
    """Raising one option's utility only ever moves people to that option."""
    before, after = chosen(UTILITIES, 0.4), chosen(UTILITIES + np.array([0, 0.2, 0, 0]), 0.4)
    moved = before != after
    assert moved.any()
    assert (after[moved] == 1).all()


def test_other_seed_other_people():
    """The shares are the same under another seed, the people are not."""
    assert (chosen(UTILITIES, 0.4, 11) != chosen(UTILITIES, 0.4, 12)).mean() > 0.3
