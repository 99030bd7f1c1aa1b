"""Rank correlation: which parameter an outcome goes up or down with, whatever the shape of the curve."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

LEAST = 4  # points from which a rank correlation has a p worth giving; assumption


class RankCorrelation(NamedTuple):
    """Spearman's coefficient of every column, and its two-sided p, shape (columns,); NaN where undefined."""

    rho: np.ndarray
    p: np.ndarray


def spearman(columns: np.ndarray, outcome: np.ndarray) -> RankCorrelation:
    """Each column of (n, columns) against an outcome, (n,), over the rows whose outcome is known.

    p by Student's t, good from n = 10 on. Undefined with fewer than four rows or where either side is constant.
    Spearman (1904), Am. J. Psychology 15; for ranking inputs of models, Saltelli and Sobol' (1995), RESS 50.
    """
    known = np.isfinite(outcome)
    rho, p = np.full((2, columns.shape[1]), np.nan)
    if known.sum() >= LEAST and np.ptp(outcome[known]) > 0:
        for k, column in enumerate(columns[known].T):
            if np.ptp(column) > 0:
                rho[k], p[k] = stats.spearmanr(column, outcome[known])
    return RankCorrelation(rho, p)
