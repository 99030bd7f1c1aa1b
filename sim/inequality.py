"""How unequal amounts are: formulas without a data source, NaN where undefined, never 0."""
from __future__ import annotations

import numpy as np


def ratio(part: float | np.integer, whole: float | np.integer) -> float:
    """`part / whole`, NaN where the whole is zero or unknown."""
    return float(part) / float(whole) if whole > 0 else float("nan")


def gini(amounts: np.ndarray) -> float:
    """Gini coefficient of non-negative amounts: Σ(2i − n − 1)·x₍ᵢ₎ / (n·Σx), 0 equal, (n − 1)/n one has all.

    NaN when nobody has anything.
    """
    ordered = np.sort(np.asarray(amounts, dtype=np.float64))
    ranks = 2.0 * np.arange(1, len(ordered) + 1) - len(ordered) - 1
    return ratio(float(ranks @ ordered), len(ordered) * float(ordered.sum()))


TAIL = 20  # one account in twenty counts as the tail


def tail_exponent(amounts: np.ndarray) -> float:
    """Exponent a of a density ~ x^−a in the largest twentieth: Hill's estimate 1 + k / Σ ln(x₍ᵢ₎ / x₍ₖ₊₁₎).

    x₍₁₎ is the largest amount (Hill 1975). NaN below forty amounts, where the tail is a single one, or where the
    tail's foot is zero or as large as its top.
    """
    ordered = np.sort(np.asarray(amounts, dtype=np.float64))[::-1]
    tail = len(ordered) // TAIL
    if tail < 2 or ordered[tail] <= 0:
        return float("nan")
    return 1.0 + ratio(tail, float(np.log(ordered[:tail] / ordered[tail]).sum()))


def herfindahl(amounts: np.ndarray) -> float:
    """Herfindahl index Σ(x/Σx)²: 1/n for n equal ones, 1 for a single one, NaN for none."""
    amounts = np.asarray(amounts, dtype=np.float64)
    return ratio(float(amounts @ amounts), float(amounts.sum()) ** 2)
