"""What becomes of an order on its way: cancelled, on time or late, sent back (model.md §2.11–12).

Whatever happens to one order is keyed by (buyer, good, venue), so nobody else's orders can change it. How
likely a return is depends on the order's own log-odds (`ORDER.hazard`) and on the buyer's judgement; it shows
in two ways, as a cancellation before dispatch and as a parcel sent back, which together come to the one
probability.
"""
from __future__ import annotations

import math

import numpy as np

from sim.jit import kernel
from sim.rng import Decision, Venue, gamma_erlang, mix32, uniform
from sim.rules.common import logistic, logit
from sim.rules.price import whole_fen
from sim.tables import Record

SHAPE = 4  # of the Gamma time to delivery
KEYS = 2.0**32
FEN = 100.0  # fen in a yuan


@kernel
def return_odds(num: Record, category: int, venue: int, insured: int) -> float:
    """Log-odds that an order comes back, at a judgement of `fulfil_anchor`, by category, venue, insurance."""
    odds = logit(num.fulfil_base[category]) if num.fulfil_base[category] > 0.0 else -np.inf
    if venue == Venue.LIVE:
        odds += num.fulfil_live
    if venue == Venue.VIDEO:
        odds += num.fulfil_video
    return odds + num.fulfil_insured * min(insured, 1) + num.fulfil_shift


@kernel
def return_prob(num: Record, odds: float, latent: float) -> float:
    """The probability that an order comes back, before or after dispatch, at a judgement of `latent`."""
    return logistic(odds - num.fulfil_slope * (latent - num.fulfil_anchor))


@kernel
def cancel_prob(num: Record, odds: float) -> float:
    """The probability of a cancellation before dispatch: a share of the returns at an average judgement."""
    return num.fulfil_cancel_share * return_prob(num, odds, num.satisfy_mean)


@kernel
def send_back_prob(num: Record, odds: float, latent: float) -> float:
    """The probability that a parcel not cancelled comes back: (1 - c)P / (1 - cP), c the cancelled share."""
    p, c = return_prob(num, odds, latent), num.fulfil_cancel_share
    return (1.0 - c) * p / (1.0 - c * p) if c * p < 1.0 else 0.0


@kernel
def premium(num: Record, odds: float) -> int:
    """Premium of freight insurance in fen: the insurer's loading on the return freight it expects to pay.

    Cancelled orders cause no freight, so only the part of returns after dispatch counts.
    """
    parcel_back = (1.0 - num.fulfil_cancel_share) * return_prob(num, odds, num.satisfy_mean)
    return whole_fen(num.merchants_premium * parcel_back * num.merchants_return_freight * FEN)


@kernel
def promise(num: Record, product_key: int) -> float:
    """Days within which a good is promised; a lasting trait of the good, keyed by it alone."""
    short = mix32(product_key, Decision.SHIP) < num.fulfil_promise_share * KEYS
    return num.fulfil_promise_short if short else num.fulfil_promise_long


@kernel
def ship_days(now: Record, num: Record, user_key: int, product_key: int, venue: int,
              load: float) -> float:
    """Days from payment to the door: Gamma(4), stretched when the warehouse has more orders than capacity.

    `load` is the day's orders over daily capacity.
    """
    steps = gamma_erlang(SHAPE, now, user_key, product_key, Decision.SHIP, venue, 0)
    return steps * num.fulfil_ship_days / SHAPE * max(1.0, load)


@kernel
def load(orders: int, capacity: float) -> float:
    """The day's orders over daily capacity, which counts as at least one order a day."""
    return orders / max(capacity, 1.0)


@kernel
def plan(now: Record, num: Record, order: Record, load: float) -> None:
    """Write an order's way into it: dispatch tomorrow and the day it is due, -1 when it will be cancelled."""
    order.dispatch = now.day + 1
    regret = uniform(now, order.user_key, order.product_key, Decision.CANCEL, order.venue, 0)
    if regret < cancel_prob(num, np.float64(order.hazard)):
        order.due = -1
        return
    days = ship_days(now, num, order.user_key, order.product_key, order.venue, load)
    order.due = now.day + max(1, math.ceil(days))
    order.lateness = max(0.0, days - promise(num, order.product_key))
    order.late = 1 if order.lateness > 0.0 else 0
