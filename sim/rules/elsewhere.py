"""The outside option: not buying, or, under the rival rule, buying the same good elsewhere at its price there.

Who leaves to buy elsewhere takes along all that makes the good wanted here and now, but no coupon, and pays for the
way. Chance plays its own part in it, keyed (user, good); so the option is there for every good in sight, in stock or
not, and with a way of infinite cost nobody takes it.
"""
from __future__ import annotations

import math

import numpy as np

from sim.jit import kernel
from sim.rng import Decision, gumbel
from sim.rules.basket import basket, outside_fen
from sim.rules.price import price_utility
from sim.tables import OUTSIDE_OPTION, SAME_GOOD, Record, Tables
from sim.tally import Count


@kernel
def elsewhere_utility(num: Record, lev: Record, u: Record, p: Record, worth: float, size: float) -> float:
    """What buying good p elsewhere is worth to the user, without chance; `worth` is all it is worth but its price."""
    fen = outside_fen(lev, p, size)
    felt = price_utility(num, u.price_sensitivity, fen, fen, u.reference[p.category], 0.0)
    return worth - num.choice_elsewhere + felt


@kernel
def outside_option(t: Tables, u: Record, goods: np.ndarray, worths: np.ndarray, n: int, venue: int,
                   nothing: float) -> tuple[float, int, float]:
    """The best that the user may do instead of buying here: (its utility, the good or -1 for nothing, Σ e^V of all).

    `nothing` is the utility of not buying at all, whose V is 0.
    """
    best, row, pulls = nothing, -1, 1.0
    if t.modes[OUTSIDE_OPTION] != SAME_GOOD:
        return best, row, pulls
    num, lev, now = t.num[0], t.lev[0], t.now[0]
    for j in range(n):
        p = t.products[goods[j]]
        size = basket(now, num, u, p)
        if outside_fen(lev, p, size) > u.wallet:
            continue
        value = elsewhere_utility(num, lev, u, p, worths[j], size)
        pulls += math.exp(value)
        value += gumbel(now, u.key, p.key, Decision.OUTSIDE, venue, 1)
        if value > best:
            best, row = value, int(goods[j])
    return best, row, pulls


@kernel
def buy_elsewhere(t: Tables, u: Record, row: int) -> None:
    """The user bought a good elsewhere: money, need and interest are spent, and the platform has lost an order."""
    p = t.products[row]
    k, fen = p.category, outside_fen(t.lev[0], p, basket(t.now[0], t.num[0], u, p))
    u.wallet -= fen
    u.need[k] -= min(u.need[k], 1)
    u.intent[k] -= min(u.intent[k], 1.0)
    u.cupboard[k] += 1.0
    t.tally[Count.LEAK_CHOICE] += 1
    t.tally[Count.LEAK_CHOICE_FEN] += fen
