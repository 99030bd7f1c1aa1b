"""Prices: a merchant climbs towards a better margin by small weekly steps, up or down the whole line."""
from __future__ import annotations

import math

import numpy as np

from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.ship import FEN, return_prob


@kernel
def contribution(num: np.record, order: np.record, service: float) -> float:
    """Fen that an order is expected to leave its merchant, when it comes back as often as such orders do.

    Kept orders leave their value less fee, commission and cost of goods; dispatched ones cost parcel and service,
    returns after dispatch their freight.
    """
    back = return_prob(num, order.hazard, num.satisfy_mean)
    sent = 1.0 - num.fulfil_cancel_share * back
    kept = order.paid + order.subsidy - order.fee - order.commission - order.cost
    handling = num.merchants_parcel + num.merchants_service_cost * service
    return (1.0 - back) * kept - FEN * (sent * handling + (sent - 1.0 + back) * num.merchants_return_freight)


@kernel
def price_bounds(num: np.record, p: np.record) -> tuple[int, int]:
    """Lowest and highest shelf price of a good in fen: shares of its list price, and never below its cost."""
    high = max(1, int(num.merchants_price_high * p.list_price))
    return min(high, max(math.ceil(num.merchants_price_low * p.list_price), p.unit_cost)), high


@kernel
def bounded_price(num: np.record, p: np.record, price: float) -> int:
    """A price in fen within the good's bounds."""
    low, high = price_bounds(num, p)
    return max(low, min(high, int(price + 0.5)))


@kernel
def next_step(now: np.record, m: np.record) -> int:
    """Direction of the next price move: on if the week brought more than the one before, else back; a coin if equal."""
    if m.price_step == 0 or m.week_margin == m.margin_before:
        return 1 if uniform(now, m.key, 0, Decision.MERCHANT_PRICE, Venue.NONE, 0) < 0.5 else -1
    return m.price_step if m.week_margin > m.margin_before else -m.price_step


@kernel
def charge_markup(num: np.record, m: np.record, products: np.ndarray) -> None:
    """The rival rule: every good costs its cost and a markup on it, whatever it sells; within the same bounds."""
    m.margin_before, m.week_margin = m.week_margin, 0
    for j in range(m.first, m.first + m.count):
        p = products[j]
        p.price = bounded_price(num, p, p.unit_cost * (1.0 + num.merchants_markup))


@kernel
def move_prices(now: np.record, num: np.record, m: np.record, products: np.ndarray) -> None:
    """Move the line's shelf prices one step, within bounds; a room's discount comes on top of them."""
    m.price_step = next_step(now, m)
    m.margin_before, m.week_margin = m.week_margin, 0
    factor = math.exp(num.merchants_price_step * m.price_step)
    for j in range(m.first, m.first + m.count):
        p = products[j]
        p.price = bounded_price(num, p, p.price * factor)
