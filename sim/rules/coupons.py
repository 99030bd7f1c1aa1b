"""Coupons: who is drawn to get one, and which slot it goes into."""

import numpy as np

from sim.agents.user import COUPON_SLOTS
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform


@kernel
def is_drawn(now: np.record, user: np.record, instance: int, share: float) -> bool:
    """Whether today's draw of a policy instance falls on the user, keyed (user, instance)."""
    return uniform(now, user.key, instance, Decision.GRANT, Venue.NONE, 0) < share


@kernel
def slot_for(user: np.record, grant: int, category: int) -> int:
    """Where a coupon of an instance for a category goes: over the last such one, else into an empty slot.

    Without either, over the first to expire.
    """
    empty, soonest = -1, 0
    for slot in range(COUPON_SLOTS):
        coupon = user.coupons[slot]
        if coupon.benefit <= 0.0:
            empty = slot if empty < 0 else empty
        elif coupon.grant == grant and coupon.category == category:
            return slot
        if coupon.expiry < user.coupons[soonest].expiry:
            soonest = slot
    return empty if empty >= 0 else soonest


@kernel
def give_coupon(user: np.record, grant: int, benefit: float, threshold: int, expiry: int, category: int) -> None:
    """Put a coupon into the user's hands, valid for goods of a category, -1 for all."""
    coupon = user.coupons[slot_for(user, grant, category)]
    coupon.benefit, coupon.threshold, coupon.expiry = benefit, threshold, expiry
    coupon.grant, coupon.category = grant, category
