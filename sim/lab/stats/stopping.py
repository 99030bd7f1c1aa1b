"""When there are enough worlds: on the interval's width, never on what it says."""
from __future__ import annotations

import numpy as np

from sim.lab.stats.paired import CONFIDENCE, half_widths

N_MIN, LOOK_AHEAD = 10, 5


def precise_at(differences: np.ndarray, target: float, n_min: int = N_MIN, look_ahead: int = LOOK_AHEAD,
               confidence: float = CONFIDENCE) -> int | None:
    """The number of pairs, look-ahead included, after which the half width has stayed within `target`; None if never.

    `differences`: (n,) in the order of replications, `target` in their unit. The width must hold from some
    count of at least `n_min` pairs on through `look_ahead` more: a narrow interval by luck does not stop a study.
    Hoad, Robinson and Davies (2010), J. Operational Research Society 61.
    """
    within = half_widths(differences, confidence) <= target
    for n in range(max(n_min, 2), len(differences) - look_ahead + 1):
        if within[n - 2:n + look_ahead - 1].all():
            return n + look_ahead
    return None


def batches(n: int, n_min: int = N_MIN, look_ahead: int = LOOK_AHEAD) -> list[int]:
    """Totals of pairs at which a study looks at its precision: the first possible, then each look-ahead, up to n."""
    return [*range(min(n_min + look_ahead, n), n, max(look_ahead, 1)), n]
