"""Whether a difference is small enough: no harm beyond a margin, or none of note either way."""
from __future__ import annotations

import numpy as np

from sim.lab.stats.paired import CONFIDENCE, paired_t


def non_inferior(low: float, high: float, margin: float, up: bool = True) -> bool:
    """Whether an interval of arm minus control lies on the good side of the margin, > 0 and in the same unit.

    `up`: more is better. A two-sided interval of level c errs in (1 - c) / 2 on one side. False where undefined.
    Piaggio et al. (2012), CONSORT extension, JAMA 308.
    """
    return bool(low > -margin) if up else bool(high < margin)


def inferior(low: float, high: float, margin: float, up: bool = True) -> bool:
    """Whether an interval lies wholly beyond the margin: the harm is shown, not just not excluded."""
    return bool(high < -margin) if up else bool(low > margin)


def equivalent(differences: np.ndarray, margin: float, level: float = 1.0 - CONFIDENCE) -> bool:
    """Whether both one-sided tests at `level` put the mean of (n,) differences inside +-margin (TOST).

    The same as the 1 - 2 level interval inside the margins. Schuirmann (1987), J. Pharmacokin. Biopharm. 15.
    """
    found = paired_t(differences, 1.0 - 2.0 * level)
    return bool(-margin < found.low and found.high < margin)
