"""A merchant's morning: what is on sale, what to order from suppliers, how much the warehouse can send."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.creator import ACTIVE
from sim.agents.merchant import OPENED
from sim.jit import kernel
from sim.rules.host import host_own_room, is_weekday_of
from sim.rules.offers import drop_offers, show_best_sellers
from sim.tables import Tables

REORDER = 0.25  # of the least stock, at which a slow good is ordered again


@kernel
def daily_demand(num: np.record, p: np.record, age: int) -> float:
    """Orders a day to expect of good p: its average, corrected for having started from zero `age` days ago."""
    return p.sold / (1.0 - math.exp(-(max(age, 0) + 1.0) / num.goods_memory))


@kernel
def least_stock(num: np.record, m: np.record) -> int:
    """Units of a good that a merchant buys at least, over thickness; never none."""
    return max(1, int(num.goods_stock_floor * m.scale + 0.5))


@kernel
def units_wanted(num: np.record, m: np.record, p: np.record, age: int) -> int:
    """Units to order of good p: none while they cover the reorder days, else up to the usual cover."""
    demand, least = daily_demand(num, p, age), least_stock(num, m)
    if p.stock >= max(num.goods_reorder_days * demand, REORDER * least, 1.0):
        return 0
    return max(0, int(max(num.goods_stock_days * demand, least) + 0.5) - p.stock)


@kernel
def fixed_cost(num: np.record, m: np.record) -> float:
    """Fixed cost of a day in yuan: rent over thickness, and a share of trailing sales."""
    return num.merchants_fixed * m.scale + num.merchants_fixed_share * m.sales


@kernel
def spending_limit(num: np.record, m: np.record) -> float:
    """Fen for which suppliers deliver today: as long as stock, escrow and cash would cover all debts afterwards.

    Stock is security at its salvage value, so buying lowers net worth by the rest of its cost.
    """
    return max(0.0, float(m.worth)) / max(1.0 - num.merchants_salvage, 0.01)


@kernel
def order_stock(now: np.record, num: np.record, m: np.record, products: np.ndarray) -> None:
    """Order goods that run low, all cut alike when credit does not suffice; the accounts pay and store them tonight.

    The first stock of a new firm is the investors'.
    """
    cost = 0.0
    for j in range(m.first, m.first + m.count):
        p = products[j]
        p.restock = units_wanted(num, m, p, now.day - m.started)
        cost += float(p.restock) * p.unit_cost
    limit = spending_limit(num, m)
    if cost > limit and m.turn != OPENED:
        for j in range(m.first, m.first + m.count):
            p = products[j]
            p.restock = int(p.restock * limit / cost)


@kernel
def planned_capacity(num: np.record, m: np.record, expected: float) -> float:
    """Orders a day the warehouse is made ready for: its past orders with a margin, and what is `expected` beyond.

    `expected` is demand against the past, 1 unless a policy was announced.
    """
    return (num.merchants_capacity * m.orders_mean + num.merchants_capacity_plus * m.scale) * expected


@kernel
def close_shop(m: np.record, products: np.ndarray) -> None:
    """Nothing on sale, no room, no offers."""
    m.live, m.minutes = 0, 0
    drop_offers(m)
    for j in range(m.first, m.first + m.count):
        products[j].on_sale, products[j].restock = 0, 0


@kernel
def open_shop(t: Tables, i: int) -> None:
    """Merchant i prepares the day: goods on sale, stock ordered, capacity, own account's offers, own room."""
    m, num, now = t.merchants[i], t.num[0], t.now[0]
    if m.state != ACTIVE:
        close_shop(m, t.products)
        return
    for j in range(m.first, m.first + m.count):
        t.products[j].on_sale = t.products[j].stock > 0
    m.capacity = planned_capacity(num, m, t.lev[0].expected_demand) * t.studio[i].capacity
    order_stock(now, num, m, t.products)
    if m.offers[0] < 0 or is_weekday_of(now.day, m.key):
        show_best_sellers(m, t.products)
    host_own_room(now, num, t.studio[i].frequency, m)
