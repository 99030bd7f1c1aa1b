"""Guochao (国潮): the young favour domestic brands, the old do not, and on the whole nobody buys more for it."""
from __future__ import annotations

from sim.jit import kernel
from sim.tables import Record


@kernel
def guochao_utility(num: Record, u: Record, p: Record) -> float:
    """What it adds that a good is of a domestic brand, or is not, logit.

    `u.guochao` has mean 0 over all users, so for every good the mean over users is 0.
    """
    return u.guochao * (p.domestic - num.goods_domestic)
