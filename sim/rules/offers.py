"""Which goods a presenter carries: creators pick from the alliance's assortment, merchants show their best sellers."""

from __future__ import annotations

import numpy as np

from sim.agents.creator import HEAD, OFFERS
from sim.agents.merchant import TRAFFIC
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.common import dot
from sim.tables import Tables

NOTHING = -1.0e300
TOP_HOSTS = 3  # place of T in a merchant's budget


@kernel
def drop_offers(who: np.record) -> None:
    """Carry nothing."""
    who.offers[:] = -1


@kernel
def orders_per_click(p: np.record, rate: float, weight: float) -> float:
    """Orders a product click on good p leads to, from its own record shrunk to the platform's `rate`.

    The platform's rate weighs as much as `weight` clicks a day. Orders on the shelf come without a click in content,
    so the record can exceed one.
    """
    return min(1.0, (p.sold + weight * rate) / (p.clicks + weight))


@kernel
def yuan_per_click(num: np.record, p: np.record, rate: float) -> float:
    """Sales a product click on good p leads to, yuan."""
    return orders_per_click(p, rate, num.goods_click_weight) * p.price / 100.0


@kernel
def slot_fee(num: np.record, c: np.record, m: np.record) -> float:
    """Pit fee (坑位费) in yuan that merchant m offers creator c for one good in one room; only head hosts get one."""
    if c.tier != HEAD:
        return 0.0
    return num.creators_slot_fee * c.sales / OFFERS * min(1.0, 5.0 * m.budget[TOP_HOSTS])


@kernel
def offer_value(t: Tables, c: np.record, p: np.record) -> float:
    """What carrying good p promises creator c, yuan a product click: fit, commission, pit fee, less reputation risk.

    A pit fee is spread over the clicks that the creator's own sales stand for. A traffic good draws viewers to the
    other goods.
    """
    num, rate, m = t.num[0], t.recommender[0].order_rate, t.merchants[p.merchant]
    value = num.creators_fit * dot(c.position, p.position) + m.commission * yuan_per_click(num, p, rate)
    value += num.creators_draw * (p.role == TRAFFIC)
    clicks = max(c.sales / max(p.price * rate / 100.0, 0.01), 1.0) / OFFERS
    return value + slot_fee(num, c, m) / clicks - num.creators_risk * max(0.0, -p.reputation)


@kernel
def goods_looked_at(num: np.record, lev: np.record, c: np.record) -> int:
    """How many goods a creator looks at in a week: more in a higher tier, twice as many with an MCN's assortment.

    The platform's matching (百应) shows more.
    """
    return int(num.creators_candidates * lev.matching) * (1 + c.tier) * (1 + c.mcn)


@kernel
def renew_offers(t: Tables, c: np.record) -> None:
    """Creator c takes the best of what it may go on carrying and of a keyed sample of the goods on sale."""
    kept, values = np.full(OFFERS, -1, np.int32), np.full(OFFERS, NOTHING)
    for k in range(OFFERS):
        if c.offers[k] >= 0 and _runs_on(t.now[0], t.num[0], c, t.products[c.offers[k]]):
            _consider(t, c, c.offers[k], kept, values)
    if len(t.products):
        for draw in range(goods_looked_at(t.num[0], t.lev[0], c)):
            luck = uniform(t.now[0], c.key, 0, Decision.CREATOR_OFFER, Venue.NONE, draw)
            _consider(t, c, int(luck * len(t.products)), kept, values)
    c.offers[:] = kept


@kernel
def _runs_on(now: np.record, num: np.record, c: np.record, p: np.record) -> bool:
    """Whether the contract over a good runs on this week; those that end make way for what the alliance shows."""
    return uniform(now, c.key, p.key, Decision.CREATOR_OFFER, Venue.NONE, 0) * num.creators_contract >= 1.0


@kernel
def _consider(t: Tables, c: np.record, row: int, kept: np.ndarray, values: np.ndarray) -> None:
    """Put a good into the list of the best unless it is there already or cannot be bought."""
    if t.products[row].on_sale == 0:
        return
    for k in range(OFFERS):
        if kept[k] == row:
            return
    rank_in(kept, values, row, offer_value(t, c, t.products[row]))


@kernel
def rank_in(kept: np.ndarray, values: np.ndarray, row: int, value: float) -> None:
    """Insert a row into lists in descending order of value; the last falls out."""
    k = len(kept) - 1
    if value <= values[k]:
        return
    while k > 0 and values[k - 1] < value:
        kept[k], values[k] = kept[k - 1], values[k - 1]
        k -= 1
    kept[k], values[k] = row, value


@kernel
def show_best_sellers(m: np.record, products: np.ndarray) -> None:
    """Merchant m's own account shows its best-selling goods on sale, for a week; of equals the first."""
    kept, values = np.full(OFFERS, -1, np.int32), np.full(OFFERS, NOTHING)
    for row in range(m.first, m.first + m.count):
        if products[row].on_sale:
            rank_in(kept, values, row, products[row].sold)
    m.offers[:] = kept
