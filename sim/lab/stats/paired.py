"""The mean of paired differences between worlds, by Student's t: interval, test, precision."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


class Mean(NamedTuple):
    """Mean differences with interval, two-sided p and standard error, each of one shape, in the data's unit."""

    delta: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    error: np.ndarray


def paired_t(differences: np.ndarray, confidence: float = CONFIDENCE) -> Mean:
    """Mean of the differences along the last axis (replications, n >= 2), shape (...,).

    Assumes independent pairs and a mean that is close to normal. Differences without spread give the
    interval [delta, delta] and p = 1 where they are 0, else 0. Student (1908), Biometrika 6.
    """
    found = np.asarray(differences, float)
    n = found.shape[-1]
    delta, error = found.mean(axis=-1), standard_error(found)
    reach = critical_t(n, confidence) * error
    p = 2.0 * stats.t.sf(np.abs(t_ratio(delta, error)), max(n - 1, 1))
    return Mean(delta, delta - reach, delta + reach, p, error)


def standard_error(values: np.ndarray) -> np.ndarray:
    """Standard error of the mean along the last axis; exactly 0 for equal values, infinite for a single one."""
    n = values.shape[-1]
    if n < 2:
        return np.full(values.shape[:-1], np.inf)
    equal = np.ptp(values, axis=-1) == 0
    return np.where(equal, 0.0, values.std(axis=-1, ddof=1) / np.sqrt(n))


def t_ratio(delta: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Mean over standard error; 0 for 0/0, signed infinity for a difference without spread."""
    certain = np.where(delta == 0, 0.0, np.copysign(np.inf, delta))
    return np.divide(delta, error, out=certain, where=np.asarray(error) > 0)


def critical_t(n: int, confidence: float = CONFIDENCE) -> float:
    """Student's two-sided critical value for n pairs."""
    return float(stats.t.ppf(0.5 + confidence / 2.0, max(n - 1, 1)))


def half_widths(differences: np.ndarray, confidence: float = CONFIDENCE) -> np.ndarray:
    """Half width of the interval after the first 2, 3, ... n pairs, shape (n - 1,), in the data's unit."""
    found = np.asarray(differences, float)
    return np.array([critical_t(n, confidence) * float(standard_error(found[:n])) for n in range(2, len(found) + 1)])
