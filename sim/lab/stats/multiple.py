"""Several tests at once: Holm, Benjamini-Hochberg, and max-t for several arms against one control."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.lab.stats.flips import RESAMPLES, flipped


def holm(p: np.ndarray) -> np.ndarray:
    """Adjusted p, shape (m,), family-wise error under any dependence. Holm (1979), Scand. J. Stat. 6."""
    return _adjusted(p, lambda ordered: np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1)))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Adjusted p, shape (m,), false discovery rate under positive dependence. JRSS B 57 (1995)."""
    return _adjusted(p, lambda ordered: np.minimum.accumulate(
        (ordered * len(ordered) / np.arange(1, len(ordered) + 1))[::-1])[::-1])


def _adjusted(p: np.ndarray, rule: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Adjusted values in the given order, at most 1; undefined tests stay NaN and do not count."""
    found = np.asarray(p, float)
    known = np.flatnonzero(np.isfinite(found))
    order = known[np.argsort(found[known], kind="stable")]
    out = np.full(len(found), np.nan)
    out[order] = np.minimum(rule(found[order]), 1.0)
    return out


def max_t(differences: np.ndarray, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """Adjusted p of each arm against the common control, shape (arms,), step-down.

    `differences`: (arms, n), arm minus control in the same n worlds. Signs flip whole worlds, so the dependence
    that the control brings is kept and costs no power. Family-wise error. Exact for symmetric differences.
    Westfall and Young (1993); step-down as in Ge, Dudoit and Speed (2003), Test 12, box 4.
    """
    t = flipped(differences, resamples, seed)
    order = np.argsort(-t[0], kind="stable")
    beyond = np.maximum.accumulate(t[:, order[::-1]], axis=1)[:, ::-1] >= t[0, order]
    out = np.empty(len(order))
    out[order] = np.maximum.accumulate(beyond.mean(axis=0))
    return out
