"""A merchant's evening: books, advertising bid, the week's decisions, closing down and opening up (model.md §2.17)."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.creator import ACTIVE, RESERVE
from sim.agents.merchant import CHANNELS, CLOSED, ON, OPENED
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.channels import imitate, split_effort
from sim.rules.cocreate import co_create
from sim.rules.common import keep
from sim.rules.host import effort, is_weekday_of
from sim.rules.invest import invest
from sim.rules.offers import drop_offers
from sim.rules.pricing import charge_markup, move_prices
from sim.rules.traits import born_commission, draw_firm, draw_good
from sim.tables import BANDIT, CHANNEL_RULE, CLIMB, PRICE_RULE, Tables

SALES_MEMORY = 90.0  # days behind `sales`, model.md §3
ALLIANCE = 1  # place of A in the budget
LEAST_BID, MOST_BID = 100.0, 10.0  # lowest bid in fen; highest in mean prices of the line
MOST_COMMISSION = 0.5


@kernel
def found_firm(now: np.record, num: np.record, m: np.record, products: np.ndarray) -> None:
    """A row of the reserve opens a new firm: traits of firm and goods redrawn by (key, spell), books empty.

    Opening cash and first stock come from investors in the accounts.
    """
    m.spell += 1
    m.started = now.day
    m.state, m.turn, m.live, m.minutes = ACTIVE, OPENED, 0, 0
    m.seen, m.hours, m.trust, m.followers = 0.0, 0.0, 0.0, 0
    m.orders_mean, m.sales, m.profit, m.capacity = 0.0, 0.0, 0.0, num.merchants_capacity_plus * m.scale
    m.receivable, m.worth = 0, 0
    m.goods_sum, m.goods_count, m.content_bad, m.service_bad, m.shipped = 0.0, 0.0, 0.0, 0.0, 0.0
    m.price_step, m.margin_before, m.week_margin, m.ads, m.score = 0, 0, 0, 0.0, m.score_mean
    m.budget[:] = 1.0 / CHANNELS
    m.channel_return[:] = 0.0
    m.channel_sales[:] = 0
    m.channel_cost[:] = 0
    drop_offers(m)
    draw_firm(now, num, m)
    for j in range(m.first, m.first + m.count):
        _renew_good(now, num, m, products[j])
    m.bid = mean_price(m, products)


@kernel
def _renew_good(now: np.record, num: np.record, m: np.record, p: np.record) -> None:
    """A new firm's good: nobody has seen, bought or reviewed it; first stock comes with the accounts."""
    p.on_sale, p.labels, p.stock, p.restock = 0, 0, 0, 0
    p.seen, p.clicks, p.sold, p.impressions = 0.0, 0.0, 0.0, 0
    p.star_sum, p.star_count, p.reputation = 0, 0, 0.0
    draw_good(now, num, m, p)


@kernel
def mean_price(m: np.record, products: np.ndarray) -> float:
    """Mean shelf price of a merchant's goods, fen."""
    total = 0.0
    for j in range(m.first, m.first + m.count):
        total += products[j].price
    return total / max(m.count, 1)


@kernel
def close_firm(m: np.record, products: np.ndarray) -> None:
    """Close down: nothing on sale any more; stock and money go in the accounts."""
    m.state, m.turn, m.live, m.minutes = RESERVE, CLOSED, 0, 0
    drop_offers(m)
    for j in range(m.first, m.first + m.count):
        products[j].on_sale, products[j].restock = 0, 0


@kernel
def fails(now: np.record, num: np.record, m: np.record) -> bool:
    """Whether a firm closes: debts beyond what it owns, a loss over `loss_days`, or reasons outside the model.

    Escrow holds a merchant's sales for ten days and more, so a growing firm is often short of cash: it fails on its
    net worth, not on its till.
    """
    if m.worth < 0:
        return True
    if now.day - m.started >= num.merchants_loss_days and m.profit < 0.0:
        return True
    return uniform(now, m.key, 1, Decision.MERCHANT_ENTRY, Venue.NONE, 0) < num.merchants_close


@kernel
def note_day(num: np.record, m: np.record) -> None:
    """Trailing orders and sales take in the day; the own room taught its host."""
    held, long = keep(num.merchants_capacity_memory), keep(SALES_MEMORY)
    m.orders_mean = held * m.orders_mean + (1.0 - held) * m.orders_today
    m.sales = long * m.sales + (1.0 - long) * m.gmv_today / 100.0
    m.hours += m.minutes / 60.0


@kernel
def ad_budget(num: np.record, m: np.record) -> float:
    """Yuan a merchant wants to spend on ads a day: a share of trailing sales."""
    return num.merchants_ads * m.sales


@kernel
def adjust_bid(num: np.record, m: np.record, products: np.ndarray) -> None:
    """Raise the bid when ads cost less than the budget, lower it when they cost more."""
    budget = ad_budget(num, m)
    gap = (budget - m.ads) / max(budget + m.ads, 0.01)
    bid = m.bid * math.exp(num.merchants_ad_step * gap)
    m.bid = max(LEAST_BID, min(bid, MOST_BID * max(mean_price(m, products), LEAST_BID)))


@kernel
def week_ends(t: Tables, m: np.record, noise: float) -> None:
    """The week's decisions: effort by channel, commission offered, prices, investment; by the rules in force.

    `noise` × that of returns as they are read.
    """
    num, now = t.num[0], t.now[0]
    if t.modes[CHANNEL_RULE] == BANDIT:
        split_effort(now, num, m, noise)
    else:
        imitate(num, m, t.examples[m.category])
    m.commission = min(MOST_COMMISSION, born_commission(now, num, m) * effort(m, ALLIANCE))
    if t.modes[PRICE_RULE] == CLIMB:
        move_prices(now, num, m, t.products)
    else:
        charge_markup(num, m, t.products)
    weight = t.recommender[0].weight_experience + t.lev[0].experience_weight
    invest(now, num, t.lev[0], m, t.products, weight)
    m.invested += co_create(now, num, m, t.products)


@kernel
def run_firm(t: Tables, i: int) -> None:
    """Merchant i ends the day."""
    m, num, now = t.merchants[i], t.num[0], t.now[0]
    m.turn, m.invested = ON, 0
    if m.state != ACTIVE:
        if uniform(now, m.key, 0, Decision.MERCHANT_ENTRY, Venue.NONE, 0) < num.merchants_entry:
            found_firm(now, num, m, t.products)
        return
    note_day(num, m)
    if fails(now, num, m):
        close_firm(m, t.products)
        return
    adjust_bid(num, m, t.products)
    if is_weekday_of(now.day, m.key):
        week_ends(t, m, t.studio[i].noise)
