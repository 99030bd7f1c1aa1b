"""What an order holds and what the same would cost elsewhere."""
from __future__ import annotations

import math

from sim.jit import kernel
from sim.rng import Decision, Venue, normal
from sim.tables import Record


@kernel
def basket(now: Record, num: Record, u: Record, p: Record) -> float:
    """Variants and units in an order as a factor of the price, keyed (user, good): median 1."""
    return math.exp(num.choice_basket_sd * normal(now, u.key, p.key, Decision.BASKET, Venue.NONE, 0))


@kernel
def outside_fen(lev: Record, p: Record, size: float) -> int:
    """What the same basket costs elsewhere today, fen."""
    return int(p.outside_price * lev.outside_price * size + 0.5)
