"""The experience score (体验分): what 30 days of orders say of a merchant's goods, content and service."""

from __future__ import annotations

import numpy as np

from sim.agents.creator import ACTIVE
from sim.jit import kernel
from sim.tables import Tables

GOODS, CONTENT, SERVICE = 0.5, 0.2, 0.3  # weights, model.md §2.18
LEAST, MOST = 1.0, 5.0


@kernel
def points(share: float, worst: float) -> float:
    """A share of bad cases as points: 5 for none, 1 from the `worst` share on."""
    return MOST - (MOST - LEAST) * min(1.0, share / worst)


@kernel
def raw_score(num: np.record, stars: float, reviews: float, bad_content: float, bad_service: float,
              shipped: float) -> float:
    """Score from sums: .5 goods + .2 content + .3 service, each 1 to 5; the middle, 3, without any order.

    `stars` over `reviews` for goods, quality returns and late parcels or complaints over `shipped` for the rest.
    """
    if reviews <= 0.0 or shipped <= 0.0:
        return 0.5 * (LEAST + MOST)
    value = GOODS * stars / reviews + CONTENT * points(bad_content / shipped, num.merchants_content_worst)
    return value + SERVICE * points(bad_service / shipped, num.merchants_service_worst)


@kernel
def shrink(num: np.record, raw: float, shipped: float, mean: float) -> float:
    """A score drawn to its category's mean by `score_weight` orders."""
    weight = num.merchants_score_weight
    return (shipped * raw + weight * mean) / (shipped + weight) if shipped + weight > 0.0 else mean


@kernel
def rate_service(t: Tables, i: int) -> None:
    """Write merchant i's experience score; a closed shop's stands at its category's mean."""
    m, num = t.merchants[i], t.num[0]
    if m.state != ACTIVE:
        m.score = m.score_mean
        return
    raw = raw_score(num, m.goods_sum, m.goods_count, m.content_bad, m.service_bad, m.shipped)
    m.score = shrink(num, raw, m.shipped, m.score_mean)
