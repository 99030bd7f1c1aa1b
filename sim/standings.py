"""What a day added up to for those who sell: orders by seller and channel, tiers by rank, categories' mean scores."""
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.creator import ACTIVE, HEAD, TAIL, WAIST
from sim.agents.merchant import CHANNELS
from sim.agents.user import CATEGORIES
from sim.fixed import from_fixed, to_fixed
from sim.jit import kernel
from sim.rng import Venue
from sim.rules.common import keep
from sim.rules.govern import raw_score
from sim.rules.pricing import contribution
from sim.tables import MERCHANT

if TYPE_CHECKING:
    from sim.world import World

OWN, ALLIANCE, CAMPAIGN, TOP, SHELF = 0, 1, 2, 3, 4  # F, A, C, T, S
PARTS = 5  # sums behind a category's score


def take_stock(world: World) -> None:
    """Add up the day's orders by seller, rank the creators, and find each category's mean experience score."""
    for table, names in ((world.creators, ("gmv_today",)), (world.merchants, ("gmv_today", "orders_today"))):
        for name in names:
            table[name] = 0
    add_orders(world.num, world.purses, world.day.orders, world.creators, world.merchants)
    note_goods(world.num, world.products, np.bincount(world.day.orders["product"], minlength=len(world.products)))
    rank_creators(world.creators, float(world.num["creators_head"][0]), float(world.num["creators_waist"][0]))
    mean_scores(world.num, world.merchants)


@kernel
def is_campaign(purses: np.ndarray, order: np.record) -> bool:
    """Whether a coupon used in an order was paid for by its merchant, too."""
    for slot in range(len(order.grants)):
        if order.cuts[slot] > 0 and order.grants[slot] >= 0 and purses[order.grants[slot]].funders[MERCHANT] > 0.0:
            return True
    return False


@kernel
def channel_of(creators: np.ndarray, purses: np.ndarray, order: np.record) -> int:
    """The channel an order is attributed to: its merchant's campaign if it paid for the coupon, else the last touch."""
    if order.subsidy > 0 and is_campaign(purses, order):
        return CAMPAIGN
    if order.venue != Venue.VIDEO and order.venue != Venue.LIVE:
        return SHELF
    if order.presenter < 0 or order.presenter >= len(creators):
        return OWN
    return TOP if creators[order.presenter].tier == HEAD else ALLIANCE


@kernel
def note_goods(num: np.ndarray, products: np.ndarray, orders: np.ndarray) -> None:
    """Carry on each good's trailing orders."""
    held = keep(num[0].goods_memory)
    for j in range(len(products)):
        products[j].sold = held * products[j].sold + (1.0 - held) * orders[j]


@kernel
def add_orders(num: np.ndarray, purses: np.ndarray, orders: np.ndarray, creators: np.ndarray,
               merchants: np.ndarray) -> None:
    """Count the day's orders, their value and what they leave (fen) for merchants, presenting creators, channels."""
    for o in range(len(orders)):
        order = orders[o]
        m, value = merchants[order.merchant], np.int64(order.paid) + order.subsidy
        m.orders_today += 1
        m.gmv_today += value
        m.week_margin += np.int64(math.floor(contribution(num[0], order, m.service)))
        m.channel_sales[channel_of(creators, purses, order)] += value
        add_cost(m, order.commission)
        if 0 <= order.presenter < len(creators):
            creators[order.presenter].gmv_today += value


@kernel
def add_cost(m: np.record, fen: int) -> None:
    """Book selling money under the channels, by effort: a merchant sees what it spends, not what works."""
    for k in range(CHANNELS):
        m.channel_cost[k] += np.int64(fen * m.budget[k])


def no_examples() -> np.ndarray:
    """Efforts of no example in any category, float32 (categories, channels)."""
    return np.zeros((CATEGORIES, CHANNELS), np.float32)


def best_earners(merchants: np.ndarray) -> np.ndarray:
    """The split of effort of each category's open merchant with the largest profit, ties to the lower key; 0 of none.

    float32 (categories, channels).
    """
    found = no_examples()
    there = np.flatnonzero(merchants["state"] == ACTIVE)
    worst_first = there[np.lexsort((-merchants["key"][there].astype(np.int64), merchants["profit"][there]))]
    for row in worst_first:
        found[merchants["category"][row]] = merchants["budget"][row]
    return found


def rank_creators(creators: np.ndarray, head: float, waist: float) -> None:
    """Tiers by rank of trailing sales among active creators who sell: head (at least one), waist, tail.

    Equal sales rank by key, so that the order of rows does not matter.
    """
    selling = np.flatnonzero((creators["state"] == ACTIVE) & (creators["sales"] > 0.0))
    creators["tier"] = TAIL
    if not len(selling):
        return
    order = selling[np.lexsort((creators["key"][selling], -creators["sales"][selling]))]
    heads = max(1, int(head * len(order)))
    creators["tier"][order[heads:heads + int(waist * len(order))]] = WAIST
    creators["tier"][order[:heads]] = HEAD


@kernel
def mean_scores(num: np.ndarray, merchants: np.ndarray) -> None:
    """Write each category's mean score over its orders into its merchants; the platform's where it had none."""
    sums = np.zeros((CATEGORIES + 1, PARTS), np.int64)
    for i in range(len(merchants)):
        m = merchants[i]
        if m.state == ACTIVE:
            _add_record(m, sums[m.category])
            _add_record(m, sums[CATEGORIES])
    for i in range(len(merchants)):
        k = merchants[i].category
        merchants[i].score_mean = _score_of(num[0], sums[k] if sums[k, PARTS - 1] > 0 else sums[CATEGORIES])


@kernel
def _add_record(m: np.record, sums: np.ndarray) -> None:
    """Add a merchant's 30-day record to fixed-point sums."""
    sums[0] += to_fixed(m.goods_sum)
    sums[1] += to_fixed(m.goods_count)
    sums[2] += to_fixed(m.content_bad)
    sums[3] += to_fixed(m.service_bad)
    sums[4] += to_fixed(m.shipped)


@kernel
def _score_of(num: np.record, sums: np.ndarray) -> float:
    """The score that fixed-point sums of a record stand for."""
    return raw_score(num, from_fixed(sums[0]), from_fixed(sums[1]), from_fixed(sums[2]), from_fixed(sums[3]),
                     from_fixed(sums[4]))
