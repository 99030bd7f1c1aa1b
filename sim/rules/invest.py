"""What a merchant puts into service, quality and its line, once a week: what pays, by what it is believed to bring.

Quality is sold twice: the experience score brings exposure and spares audits, and reviews bring orders. It costs a sum
once, and more a piece for good (`goods.quality_cost`). A firm whose goods cost more to make well than that brings lets
quality slide: where nobody can tell, the better goods leave (Akerlof 1970).
"""

from __future__ import annotations

import math

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.rules.traits import born_quality, born_service, normalise

CONTRIBUTION = 0.25  # of sales left before fixed costs, model.md §3
GOODS = 0.45  # of sales spent on goods, model.md §3
EXPOSURE = 4.0  # log exposure a point of organic score brings: 1/(p(1 − p)) at a watch rate near one half
SERVICE_POINTS = 1.2  # score points a merchant believes full service brings: .3 of the scale's 4
QUALITY_POINTS = 0.25  # score points it believes one sd of quality brings


@kernel
def score_worth(lev: np.record, m: np.record, weight: float) -> float:
    """Yuan a day that a merchant believes one more point of experience score brings: exposure, and audits spared."""
    spared = lev.audit_loss if m.score < lev.audit_bar else 0.0
    return CONTRIBUTION * (EXPOSURE * max(weight, 0.0) + spared) * m.sales


@kernel
def review_worth(num: np.record, m: np.record) -> float:
    """Yuan a day that a merchant counts on one sd of quality to bring through reviews, when buyers have read them."""
    return CONTRIBUTION * num.merchants_reputation_belief * num.choice_quality * m.sales


@kernel
def towards(value: float, target: float, step: float) -> float:
    """A value one step nearer to its target."""
    return min(value + step, target) if value < target else max(value - step, target)


@kernel
def set_service(now: np.record, num: np.record, m: np.record, worth: float) -> None:
    """Raise service a step while it pays, else let it fall back to what the firm is used to."""
    pays = worth * SERVICE_POINTS > num.merchants_service_cost * m.orders_mean and m.orders_mean > 0.0
    m.service = towards(m.service, 1.0 if pays else born_service(now, num, m), num.merchants_service_step)


@kernel
def set_quality(now: np.record, num: np.record, m: np.record, products: np.ndarray, worth: float) -> int:
    """Raise the goods' quality a step while it pays back within `loss_days`; fen spent.

    `worth` is what one sd brings, yuan a day. Where better goods cost more than that for good, quality is lowered;
    between the two it falls back to what the firm is used to.
    """
    price, step = num.merchants_quality_cost * m.sales, num.merchants_quality_step
    gain = worth - GOODS * num.goods_quality_cost * m.sales
    pays = gain * num.merchants_loss_days > price and price * step * 100.0 < m.cash
    for j in range(m.first, m.first + m.count):
        p = products[j]
        if pays:
            change_quality(num, p, p.quality + step)
        elif gain < 0.0:
            change_quality(num, p, p.quality - step)
        else:
            change_quality(num, p, towards(p.quality, born_quality(now, m, p), step))
    return int(price * step * 100.0) if pays else 0


@kernel
def change_quality(num: np.record, p: np.record, quality: float) -> None:
    """Make a good of another quality, at another cost."""
    if num.goods_quality_cost > 0.0:
        cost = p.unit_cost * math.exp(num.goods_quality_cost * (quality - p.quality))
        p.unit_cost = max(1, int(cost + 0.5))
    p.quality = quality


@kernel
def drift_line(num: np.record, m: np.record, products: np.ndarray) -> None:
    """The line moves a little towards where its buyers are, as the recommender has learned it."""
    drift = num.merchants_drift
    for j in range(m.first, m.first + m.count):
        p = products[j]
        if p.sold > 0.0:
            for k in range(DIM):
                p.position[k] += drift * p.learned[k]
            normalise(p.position)


@kernel
def invest(now: np.record, num: np.record, lev: np.record, m: np.record, products: np.ndarray, weight: float) -> None:
    """The week's investment: service, quality, the line; `weight` of the score in ranking."""
    worth = score_worth(lev, m, weight)
    set_service(now, num, m, worth)
    m.invested = set_quality(now, num, m, products, worth * QUALITY_POINTS + review_worth(num, m))
    drift_line(num, m, products)
