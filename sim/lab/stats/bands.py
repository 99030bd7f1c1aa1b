"""A difference over time: pointwise intervals, and a band that holds on all days together."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.lab.stats.flips import RESAMPLES, flipped
from sim.lab.stats.paired import CONFIDENCE, critical_t, paired_t


class Band(NamedTuple):
    """Mean curve with pointwise and simultaneous bounds, shape (days,) each, in the data's unit."""

    delta: np.ndarray
    low: np.ndarray
    high: np.ndarray
    band_low: np.ndarray
    band_high: np.ndarray


def band(curves: np.ndarray, confidence: float = CONFIDENCE, resamples: int = RESAMPLES, seed: int = 0) -> Band:
    """Mean of paired differences by day with pointwise t intervals and a sup-t band; `curves`: (n, days).

    Assumes independent worlds and differences without much skew: over 60 unrelated days of lognormal ones (spread .5)
    the band holds in 67 % of studies, over sums of such days in 93 %. Days may depend on each other in any way. A
    day that is undefined in any world is NaN throughout and does not widen the others.
    """
    found = np.asarray(curves, float).T
    known = np.isfinite(found).all(axis=1)
    out = np.full((5, len(found)), np.nan)
    if known.any():
        each = paired_t(found[known], confidence)
        critical = critical_sup_t(found[known], confidence, resamples, seed)
        reach = np.multiply(critical, each.error, out=np.zeros_like(each.error), where=each.error > 0)
        out[:, known] = each.delta, each.low, each.high, each.delta - reach, each.delta + reach
    return Band(*out)


def critical_sup_t(rows: np.ndarray, confidence: float, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """Critical value of the largest |t| over rows, (days, n): multiplier bootstrap with random signs, restudentised.

    Signs and a new standard error for each draw keep the coverage at n = 10 (measured .94-.95; Gaussian multipliers
    .78-.90). Never below Student's value for a single day. Montiel Olea and Plagborg-Moller (2019), J. Appl.
    Econometrics 34; wild bootstrap after Wu (1986), Annals of Statistics 14.
    """
    largest = flipped(rows - rows.mean(axis=1, keepdims=True), resamples, seed).max(axis=1)
    return max(float(np.quantile(largest, confidence, method="higher")), critical_t(rows.shape[1], confidence))
