"""What a merchant puts into service, quality and its line, once a week, if the score's benefit exceeds the cost."""

from __future__ import annotations

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.rules.traits import born_quality, born_service, normalise

CONTRIBUTION = 0.25  # of sales left before fixed costs, model.md §3
EXPOSURE = 4.0  # log exposure a point of organic score brings: 1/(p(1 − p)) at a watch rate near one half
SERVICE_POINTS = 1.2  # score points a merchant believes full service brings: .3 of the scale's 4
QUALITY_POINTS = 0.25  # score points it believes one sd of quality brings


@kernel
def score_worth(m: np.record, weight: float) -> float:
    """Yuan a day that a merchant believes one more point of experience score brings, through ranking."""
    return CONTRIBUTION * EXPOSURE * max(weight, 0.0) * m.sales


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
    """Raise the goods' quality a step while it pays back within `loss_days`, else let it fall back; fen spent."""
    cost, step = num.merchants_quality_cost * m.sales, num.merchants_quality_step
    pays = worth * QUALITY_POINTS * num.merchants_loss_days > cost and cost * step * 100.0 < m.cash
    for j in range(m.first, m.first + m.count):
        p = products[j]
        p.quality = p.quality + step if pays else towards(p.quality, born_quality(now, m, p), step)
    return int(cost * step * 100.0) if pays else 0


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
def invest(now: np.record, num: np.record, m: np.record, products: np.ndarray, weight: float) -> None:
    """The week's investment: service, quality, the line."""
    worth = score_worth(m, weight)
    set_service(now, num, m, worth)
    m.invested = set_quality(now, num, m, products, worth)
    drift_line(num, m, products)
