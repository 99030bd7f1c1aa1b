"""Shares of worlds: how often an arm comes out ahead, with Wilson's interval."""
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from sim.lab.stats.paired import CONFIDENCE


class Share(NamedTuple):
    """A proportion, 0-1, with its interval."""

    value: float
    low: float
    high: float


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> Share:
    """A proportion out of n independent trials by the score interval; NaN of none.

    Wilson (1927), JASA 22; coverage near the nominal at small n, Brown, Cai and DasGupta (2001), Stat. Sci. 16.
    """
    if n < 1:
        return Share(math.nan, math.nan, math.nan)
    z = float(stats.norm.ppf(0.5 + confidence / 2.0))
    share, weight = successes / n, 1.0 + z**2 / n
    middle = (share + z**2 / (2 * n)) / weight
    reach = z / weight * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Share(share, min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach)))


def positive(differences: np.ndarray, confidence: float = CONFIDENCE) -> Share:
    """P(difference > 0) over worlds, shape (n,); a tie does not count as ahead."""
    return wilson(int((np.asarray(differences) > 0).sum()), len(differences), confidence)
