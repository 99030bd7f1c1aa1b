"""Co-creation (共创): a shop makes its worst seller anew with those who buy and follow."""

from __future__ import annotations

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.rng import Decision, Venue, normal, uniform
from sim.rules.traits import normalise

KNOWN = 20.0  # followers at which every second idea finds enough people to try it; assumption
LAUNCH = 1.0  # days of sales that a new good costs; assumption


@kernel
def worst_seller(m: np.record, products: np.ndarray) -> int:
    """The row of the good on sale that sells least, the first of equals; -1 of none or of a single good."""
    found, count = -1, 0
    for j in range(m.first, m.first + m.count):
        if products[j].on_sale:
            count += 1
            if found < 0 or products[j].sold < products[found].sold:
                found = j
    return found if count > 1 else -1


@kernel
def buyers_place(m: np.record, products: np.ndarray, place: np.ndarray) -> None:
    """Where those who buy the line are, as the recommender has learned it: goods weigh by what they sell."""
    for j in range(m.first, m.first + m.count):
        for k in range(DIM):
            place[k] += products[j].sold * products[j].learned[k]


@kernel
def remake(now: np.record, num: np.record, m: np.record, products: np.ndarray, row: int) -> None:
    """The good starts anew where the buyers are, with the better liked of two drafts; nobody has seen or rated it."""
    p, place = products[row], np.zeros(DIM)
    buyers_place(m, products, place)
    p.position[:] = place
    normalise(p.position)
    p.learned[:] = p.position
    one = normal(now, p.key, 0, Decision.MERCHANT_DRIFT, Venue.NONE, 1)
    other = normal(now, p.key, 0, Decision.MERCHANT_DRIFT, Venue.NONE, 2)
    p.appeal = num.choice_appeal_sd * max(one, other)
    p.seen, p.impressions, p.star_sum, p.star_count, p.reputation = 0.0, 0, 0, 0, 0.0


@kernel
def co_create(now: np.record, num: np.record, m: np.record, products: np.ndarray) -> int:
    """Once a week a followed shop may make a good with its buyers; fen spent."""
    chance = num.merchants_co_creation * m.followers / (m.followers + KNOWN * m.scale)
    if uniform(now, m.key, 0, Decision.MERCHANT_DRIFT, Venue.NONE, 0) >= chance or m.sales <= 0.0:
        return 0
    row, price = worst_seller(m, products), LAUNCH * m.sales * 100.0
    if row < 0 or price >= m.cash:
        return 0
    remake(now, num, m, products, row)
    return int(price)
