"""Whether a difference is small enough: no harm beyond a margin, or none of note either way."""
from __future__ import annotations

import numpy as np

from sim.lab.stats.paired import CONFIDENCE, paired_t


def non_inferior(differences: np.ndarray, margin: float, up: bool = True, confidence: float = CONFIDENCE) -> bool:
    """Whether the two-sided interval, (n,) pairs, lies on the good side of the margin; false where undefined.

    One-sided level (1 - confidence) / 2. Piaggio et al. (2012), CONSORT extension, JAMA 308.
    """
    found = paired_t(differences, confidence)
    return bool(found.low > -margin) if up else bool(found.high < margin)


def inferior(differences: np.ndarray, margin: float, up: bool = True, confidence: float = CONFIDENCE) -> bool:
    """Whether the interval lies wholly beyond the margin: the harm is shown, not just not excluded."""
    found = paired_t(differences, confidence)
    return bool(found.high < -margin) if up else bool(found.low > margin)


def equivalent(differences: np.ndarray, margin: float, level: float = 1.0 - CONFIDENCE) -> bool:
    """Whether both one-sided tests at `level` put the mean inside +-margin (TOST).

    The same as the 1 - 2 level interval inside the margins. Schuirmann (1987), J. Pharmacokin. Biopharm. 15.
    """
    found = paired_t(differences, 1.0 - 2.0 * level)
    return bool(-margin < found.low and found.high < margin)
