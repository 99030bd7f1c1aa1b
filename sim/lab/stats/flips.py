"""Random signs on whole worlds: what studentised means would be if no arm made a difference."""
from __future__ import annotations

import numpy as np

from sim.lab.stats.draws import generator
from sim.lab.stats.paired import t_ratio

RESAMPLES = 4_096


def flipped(rows: np.ndarray, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """|t| of each row's mean under one sign a replication, shape (signs, rows); the data as they are come first.

    `rows`: (rows, n), any quantity measured in n worlds. A world keeps its sign in all rows, so dependence
    between rows stays. All sign patterns up to a global sign where there are at most `resamples` of them, else as
    many random ones. Exact where rows are jointly symmetric about 0. Fisher (1935); Wu (1986), Ann. Stat. 14.
    """
    found = canonical(np.asarray(rows, float))
    n = found.shape[1]
    means = signs(n, resamples, seed) @ found.T / n
    spread = np.maximum((found**2).sum(axis=1) - n * means**2, 0.0)
    spread[spread <= 1e-12 * (found**2).sum(axis=1)] = 0.0  # what rounding leaves of none
    return np.abs(t_ratio(means, np.sqrt(spread / (n - 1) / n)))


def canonical(rows: np.ndarray) -> np.ndarray:
    """The same worlds in an order that depends on their values alone."""
    return rows[:, np.lexsort(rows[::-1])]


def signs(n: int, resamples: int, seed: int) -> np.ndarray:
    """Sign patterns of n replications, shape (patterns, n), all + first."""
    if 2 ** (n - 1) <= resamples:
        bits = np.arange(2 ** (n - 1))[:, None] >> np.arange(n) & 1
        return 1.0 - 2.0 * bits
    drawn = 1.0 - 2.0 * generator(seed).integers(0, 2, (resamples, n))
    drawn[0] = 1.0
    return drawn
