"""The mean of skewed differences: the studentised bootstrap, and the choice between it and Student's t."""
from __future__ import annotations

import numpy as np

from sim.lab.stats.draws import generator
from sim.lab.stats.paired import CONFIDENCE, Mean, paired_t, standard_error

SKEW = 1.0  # |skewness| of the differences from which Student's t is left; lab.md section 3
RESAMPLES = 9_999
TIES = 0.001  # share of resamples without spread from which the bootstrap says nothing; assumption
T, BOOTSTRAP = "paired t", "studentised bootstrap"


def skewness(values: np.ndarray) -> float:
    """Sample skewness, third moment over spread cubed, shape (n,); 0 for equal values (Joanes and Gill 1998)."""
    apart = np.asarray(values, float) - np.mean(values)
    spread = float(np.sqrt(np.mean(apart**2)))
    return float(np.mean((apart / spread) ** 3)) if np.ptp(values) > 0 and spread > 0 else 0.0


def studentised(differences: np.ndarray, confidence: float = CONFIDENCE, resamples: int = RESAMPLES,
                seed: int = 0) -> Mean | None:
    """Bootstrap-t interval and equal-tailed p for the mean of n differences; None where ties leave it undefined.

    Assumes independent pairs; second-order correct under skewness where percentile intervals are not.
    Independent of the pairs' order. Hall (1988), Annals of Statistics 16; Efron (1981), Canadian J. Stat. 9.
    """
    found = np.sort(np.asarray(differences, float))
    delta, error = float(found.mean()), float(standard_error(found))
    drawn = found[generator(seed).integers(0, len(found), (resamples, len(found)))]
    errors = standard_error(drawn)
    if np.mean(errors == 0) > TIES:
        return None
    t = (drawn.mean(axis=1) - delta)[errors > 0] / errors[errors > 0]
    below, above = np.quantile(t, [0.5 - confidence / 2.0, 0.5 + confidence / 2.0])
    parts = (delta, delta - above * error, delta - below * error, _p(t, delta / error), error)
    return Mean(*map(np.asarray, parts))


def _p(t: np.ndarray, seen: float) -> float:
    """Twice the smaller tail beyond the ratio that was seen, which itself counts as one draw."""
    tail = min(int((t >= seen).sum()), int((t <= seen).sum()))
    return min(1.0, 2.0 * (tail + 1) / (len(t) + 1))


def mean_difference(differences: np.ndarray, confidence: float = CONFIDENCE, skew: float = SKEW,
                    resamples: int = RESAMPLES, seed: int = 0) -> tuple[Mean, str, tuple[str, ...]]:
    """Mean difference by Student's t, or by the studentised bootstrap where |skewness| exceeds `skew`.

    Returns the estimate, the method's name and flags in words. The bootstrap's bounds are taken where they lie outside
    Student's, and the larger p: in heavy but even tails it alone covers 91 % at n = 10, Student's 95 %.
    """
    student, found = paired_t(differences, confidence), skewness(differences)
    if abs(found) <= skew:
        return student, T, ()
    other = studentised(differences, confidence, resamples, seed)
    flag = f"skewed differences ({found:+.1f})"
    if other is None:
        return student, T, (f"{flag}, too many ties for the bootstrap",)
    return student._replace(low=np.minimum(student.low, other.low), high=np.maximum(student.high, other.high),
                            p=np.maximum(student.p, other.p)), BOOTSTRAP, (flag,)
