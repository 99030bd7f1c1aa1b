"""Relative effects: the ratio of two means over the same worlds, by Fieller's theorem or the delta method."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.lab.stats.paired import CONFIDENCE, critical_t

NONE = float("nan")


class Ratio(NamedTuple):
    """A ratio of means with its interval; all NaN where the denominator cannot be told from 0."""

    value: float
    low: float
    high: float


UNDEFINED = Ratio(NONE, NONE, NONE)


def fieller(above: np.ndarray, below: np.ndarray, confidence: float = CONFIDENCE) -> Ratio:
    """E[above] / E[below] from n pairs, shape (n,) each: the set of ratios that a t-test does not reject.

    Assumes a normal pair of means. NaN where E[below] = 0 is not rejected: the set is then unbounded.
    With differences above and levels below, this is the relative effect. Fieller (1954), JRSS B 16.
    """
    t = critical_t(len(above), confidence)
    (va, cov), (_, vb) = np.cov(above, below) / len(above) * t**2
    a, b = float(np.mean(above)), float(np.mean(below))
    square, cross, free = b**2 - vb, a * b - cov, a**2 - va
    if not square > 0:
        return UNDEFINED
    reach = np.sqrt(max(cross**2 - square * free, 0.0))
    return Ratio(a / b, float(cross - reach) / square, float(cross + reach) / square)


def delta_method(above: np.ndarray, below: np.ndarray, confidence: float = CONFIDENCE) -> Ratio:
    """The same ratio with the symmetric interval of a first-order expansion.

    Good where the denominator is known to a few per cent. NaN for a denominator of 0. Cox (1990), Biometrika 77.
    """
    a, b = float(np.mean(above)), float(np.mean(below))
    if b == 0:
        return UNDEFINED
    residuals = (np.asarray(above) - a / b * np.asarray(below)) / b
    reach = critical_t(len(residuals), confidence) * float(np.std(residuals, ddof=1)) / np.sqrt(len(residuals))
    return Ratio(a / b, a / b - reach, a / b + reach)


def relative(treated: np.ndarray, control: np.ndarray, confidence: float = CONFIDENCE,
             method: str = "fieller") -> Ratio:
    """Ratio of means minus 1, from paired worlds; computed from the differences, so equal worlds give exactly 0."""
    rule = fieller if method == "fieller" else delta_method
    found = rule(np.asarray(treated) - control, np.asarray(control), confidence)
    return found if np.mean(control) > 0 else UNDEFINED
