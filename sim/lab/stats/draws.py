"""Random numbers for resampling: one generator from one stated seed, apart from the model's keyed draws."""
from __future__ import annotations

import numpy as np

Draws = np.random.Generator


def generator(seed: int) -> Draws:
    """A PCG64 generator; the same seed gives the same draws on every machine (O'Neill 2014)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
