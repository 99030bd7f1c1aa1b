"""What pairing pays: the variance of an independent difference over that of the paired one."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from sim.lab.stats.paired import CONFIDENCE


class Factor(NamedTuple):
    """Variance-reduction factor with its interval; infinite for pairs that do not differ."""

    value: float
    low: float
    high: float


def against_independent(paired: np.ndarray, independent: np.ndarray, confidence: float = CONFIDENCE) -> Factor:
    """Var(independent) / Var(paired), differences in worlds of other and of the same seeds, (m,) and (n,).

    Assumes normal, mutually independent samples. Snedecor and Cochran (1989), section 6.12.
    """
    return _times(_ratio(np.var(independent, ddof=1), np.var(paired, ddof=1)), len(independent) - 1, len(paired) - 1,
                  confidence)


def from_pairs(treated: np.ndarray, control: np.ndarray, confidence: float = CONFIDENCE) -> Factor:
    """(Var(treated) + Var(control)) / Var(treated - control) out of n pairs, (n,) each.

    Half of 1 + Var(sum) / Var(difference); sum and difference of normal pairs of equal variance are independent, so
    F holds exactly. Pitman (1939) and Morgan (1939), Biometrika 31.
    """
    x, y = np.asarray(treated, float), np.asarray(control, float)
    found = _times(_ratio(np.var(x + y, ddof=1), np.var(x - y, ddof=1)), len(x) - 1, len(x) - 1, confidence)
    return Factor(*(0.5 + 0.5 * part for part in found))


def by_horizon(treated: np.ndarray, control: np.ndarray, confidence: float = CONFIDENCE) -> np.ndarray:
    """The factor of values cumulated up to each day, and its interval: shape (3, days); inputs: (n, days).

    Days undefined in any world are left out of the sums.
    """
    known = np.isfinite(treated + control).all(axis=0)
    sums = (np.cumsum(np.where(known, side, 0.0), axis=1).T for side in (treated, control))
    return np.array([from_pairs(x, y, confidence) for x, y in zip(*sums, strict=True)]).reshape(-1, 3).T


def _ratio(above: float, below: float) -> float:
    """A quotient of variances; infinite over nothing, NaN for nothing over nothing."""
    return float(above) / float(below) if below > 0 else (np.inf if above > 0 else np.nan)


def _times(ratio: float, above: int, below: int, confidence: float) -> Factor:
    """A ratio of two sample variances with the interval of the true one."""
    low, high = stats.f.ppf([0.5 + confidence / 2.0, 0.5 - confidence / 2.0], above, below)
    return Factor(ratio, ratio / float(low), ratio / float(high))
