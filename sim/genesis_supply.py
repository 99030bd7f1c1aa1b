"""The first day of supply: creators, merchants and their goods, as a market long open would have them.

Traits come from the same kernels that serve every later entry (sim/rules/traits.py), keyed by (key, spell 0), so
nothing here depends on row order. No generator is needed.
"""
from __future__ import annotations

import math

import numpy as np

from sim.agents import creator, merchant
from sim.agents.creator import ACTIVE, DORMANT, RESERVE
from sim.agents.user import DIM
from sim.fixed import SCALE, to_fixed
from sim.jit import kernel
from sim.population import make_dtype
from sim.rng import Decision
from sim.rules.stock import least_stock
from sim.rules.traits import (
    AGE,
    GOLDEN_2,
    LUCK,
    PAST,
    REVIEWS,
    STANDING,
    bell,
    draw_career,
    draw_firm,
    draw_good,
    normalise,
    spread,
    trait,
)

# keys of each kind lie in a range of their own; users' lie below
CREATOR_KEYS, MERCHANT_KEYS, PRODUCT_KEYS = 0xC000_0000, 0xD000_0000, 0xE000_0000
APPEAL_SHARE, REPUTATION_SHARE = 1.8, 1.75  # log sales in a good's appeal and reputation: C, town after a year (P28)
CLICKS_PER_ORDER = 20.0  # funnel of model.md §3: 5 % of product clicks order
CREATORS_PART = 0.3  # of all sales presented by creators on the first day, assumption; forgotten with their EWMA
MARGIN = 0.06  # of sales left to a merchant after wages and fixed costs, model.md §3
MIDDLE_SCORE = 3.0  # experience score before any order
MOST_FREQUENT = 0.95  # a room on most days, where few agents must keep the floor of open rooms


def creators_at_genesis(n: int, num: np.ndarray, now: np.ndarray) -> np.ndarray:
    """`n` creators with the traits of their first career, shape (n,); no followers, no sales yet.

    `num` the model's numbers and `now` the clock, one record each. Of all rows 1 − `creators_reserve` are active and
    `creators_dormant` dormant. Raises ValueError when the dormant are more than the reserve.
    """
    found = np.zeros(n, make_dtype(creator.COLUMNS))
    if num["creators_dormant"][0] > num["creators_reserve"][0]:
        raise ValueError("creators_dormant cannot exceed creators_reserve, of which it is a part")
    found["key"] = CREATOR_KEYS + np.arange(n)
    found["offers"] = -1
    _start_careers(found, num, now)
    return found


def merchants_at_genesis(n: int, num: np.ndarray, now: np.ndarray) -> np.ndarray:
    """`n` merchants with the traits of their first firm, shape (n,); goods come with `products_at_genesis`."""
    found = np.zeros(n, make_dtype(merchant.COLUMNS))
    found["key"] = MERCHANT_KEYS + np.arange(n)
    found["offers"] = -1
    found["budget"] = 1.0 / merchant.CHANNELS
    _found_firms(found, num, now)
    return found


def products_at_genesis(n: int, merchants: np.ndarray, num: np.ndarray, now: np.ndarray) -> np.ndarray:
    """`n` goods, spread over `merchants` as evenly as can be; each firm's lie next to each other.

    Writes `first` and `count` of the merchants. Without merchants there are no goods: `n` must then be 0, else
    ValueError.
    """
    if n and not len(merchants):
        raise ValueError(f"{n} products need a merchant")
    found = np.zeros(n, make_dtype(merchant.PRODUCT_COLUMNS))
    bounds = np.arange(len(merchants) + 1) * n // max(len(merchants), 1)
    merchants["first"], merchants["count"] = bounds[:-1], np.diff(bounds)
    found["key"] = PRODUCT_KEYS + np.arange(n)
    found["merchant"] = np.repeat(np.arange(len(merchants)), np.diff(bounds))
    _make_goods(found, merchants, num, now)
    return found


@kernel
def _start_careers(creators: np.ndarray, num: np.ndarray, now: np.ndarray) -> None:
    """Draw every creator's first career and whether it is running."""
    n = num[0]
    for i in range(len(creators)):
        c = creators[i]
        draw_career(now[0], n, c)
        u = spread(now[0], c.key, 0, Decision.CREATOR_TRAITS, STANDING, GOLDEN_2)
        asleep = u < n.creators_reserve - n.creators_dormant
        c.state = RESERVE if asleep else (DORMANT if u < n.creators_reserve else ACTIVE)


@kernel
def _found_firms(merchants: np.ndarray, num: np.ndarray, now: np.ndarray) -> None:
    """Draw every merchant's first firm and whether it is open."""
    for i in range(len(merchants)):
        m = merchants[i]
        draw_firm(now[0], num[0], m)
        u = spread(now[0], m.key, 0, Decision.MERCHANT_TRAITS, STANDING, GOLDEN_2)
        m.state = ACTIVE if u >= num[0].merchants_reserve else RESERVE


@kernel
def _make_goods(products: np.ndarray, merchants: np.ndarray, num: np.ndarray, now: np.ndarray) -> None:
    """Draw every good of the first firms; those of open firms are on sale and reviewed."""
    for j in range(len(products)):
        p = products[j]
        m = merchants[p.merchant]
        draw_good(now[0], num[0], m, p)
        p.on_sale = m.state == ACTIVE
        _past_reviews(now[0], num[0], p)


@kernel
def _past_reviews(now: np.record, num: np.record, p: np.record) -> None:
    """Reviews that goods on sale had before the first day, so that reputation is quality read with error."""
    age = -math.log(trait(now, p.key, 0, Decision.MERCHANT_TRAITS, REVIEWS))
    count = int(p.on_sale * age * 5.0 * num.goods_review_weight)
    if count == 0:
        return
    error = num.satisfy_surprise_sd / math.sqrt(count) * bell(now, p.key, 0, Decision.MERCHANT_TRAITS, LUCK)
    p.star_count = count
    p.star_sum = to_fixed(count * (p.quality + error))
    p.reputation = p.star_sum / SCALE / (count + num.goods_review_weight)


# ------------------------------------------------------------------------------------------ a market long open
def settle_in(creators: np.ndarray, merchants: np.ndarray, products: np.ndarray, num: np.ndarray, now: np.ndarray,
              thickness: dict[str, float], orders: float, videos: float = 0.0) -> None:
    """Give supply the running state of a market that has long been open. Call after the graph set `followers`.

    `thickness` needs "creators" and "merchants": active rows over those a full-size world would have. `orders` is
    what the world is expected to sell a day, `videos` how many it shows. Sets how often rooms open, sales, stock,
    capacity, ages, experience, and what the recommender knows of goods and firms.
    """
    set_frequencies(creators, merchants, num, thickness)
    merchants["scale"] = 1.0 / (thickness["merchants"] or 1.0)
    _first_stock(products, merchants, num)
    _spread_orders(products, merchants, num, now, orders)
    gmv = float((products["sold"] * (products["price"] / 100.0)).sum(dtype=np.float64))
    _spread_sales(creators, num, gmv * CREATORS_PART)
    _age_creators(creators, num, now)
    _age_merchants(merchants, num, now)
    _know_goods(merchants, products, num, videos / max(int((products["on_sale"] == 1).sum()), 1))
    merchants["score"] = merchants["score_mean"] = MIDDLE_SCORE


def set_frequencies(creators: np.ndarray, merchants: np.ndarray, num: np.ndarray,
                    thickness: dict[str, float]) -> None:
    """How often agents open rooms: model.md's shares over thickness, but at least `rooms_floor` rooms a day in all.

    What a room then counts for is kept in `room_share`: costs and incomes of rooms are scaled by it, because a
    small world opens more rooms a user than the large one it stands for.
    """
    shares = {"creators": float(num["rooms_creator_share"][0]), "merchants": float(num["rooms_merchant_share"][0])}
    thin = {kind: share / max(thickness[kind], 1.0) for kind, share in shares.items()}
    rows = {"creators": creators, "merchants": merchants}
    expected = sum(thin[kind] * int((rows[kind]["state"] == ACTIVE).sum()) for kind in rows)
    lift = max(1.0, float(num["rooms_floor"][0]) / expected) if expected > 0.0 else 1.0
    for kind, table in rows.items():
        table["frequency"] = min(MOST_FREQUENT, lift * thin[kind])
        table["room_share"] = min(1.0, thin[kind] / max(float(table["frequency"][0]), 1e-9)) if len(table) else 1.0


def _spread_orders(products: np.ndarray, merchants: np.ndarray, num: np.ndarray, now: np.ndarray,
                   orders: float) -> None:
    """Share the day's orders among goods on sale by appeal and reputation; stock, capacity and firms' sales follow."""
    liked = APPEAL_SHARE * products["appeal"].astype(float) + REPUTATION_SHARE * products["reputation"].astype(float)
    weight = np.where(products["on_sale"] == 1, np.exp(liked), 0.0)
    if weight.sum() == 0.0:
        return
    products["sold"] = orders * weight / weight.sum()
    products["clicks"] = _clicks(products, float(num["choice_quality"][0]))
    products["impressions"] = np.where(products["on_sale"] == 1, num["feed_explore_bar"], 0)
    cover = np.ceil(num["goods_stock_days"] * products["sold"]).astype(np.int64)
    products["stock"] = np.maximum(products["stock"], cover)
    _sum_goods(products, merchants, num, now)


def _clicks(products: np.ndarray, quality: float) -> np.ndarray:
    """Product clicks a day behind each good's sales: what is liked more sells to more of those who click."""
    liking = np.exp(products["appeal"].astype(float) + quality * products["reputation"].astype(float))
    found = products["sold"] / liking
    return found * (CLICKS_PER_ORDER * products["sold"].sum(dtype=float) / found.sum())


@kernel
def _first_stock(products: np.ndarray, merchants: np.ndarray, num: np.ndarray) -> None:
    """The smallest stock of every good on sale."""
    for j in range(len(products)):
        p = products[j]
        p.stock = p.on_sale * least_stock(num[0], merchants[p.merchant])


@kernel
def _sum_goods(products: np.ndarray, merchants: np.ndarray, num: np.ndarray, now: np.ndarray) -> None:
    """Orders, sales, profit, capacity and the worth of stock of each firm from its goods; its first bid for ads."""
    for i in range(len(merchants)):
        m = merchants[i]
        for j in range(m.first, m.first + m.count):
            p = products[j]
            m.orders_mean += p.sold
            m.sales += p.sold * p.price / 100.0
            m.stock_value += p.stock * p.unit_cost
            m.bid += p.price / m.count
        m.profit = MARGIN * m.sales
        m.ads = num[0].merchants_ads * m.sales
        m.worth = int(num[0].merchants_salvage * m.stock_value)
        m.capacity = num[0].merchants_capacity * m.orders_mean + num[0].merchants_capacity_plus * m.scale


def _spread_sales(creators: np.ndarray, num: np.ndarray, gmv: float) -> None:
    """Share what creators present a day (yuan) among the active by followers; hourly income follows."""
    reach = (creators["followers"] + 1.0) ** float(num["feed_pool_followers"][0])
    weight = np.where(creators["state"] == ACTIVE, reach, 0.0)
    if weight.sum() == 0.0:
        return
    creators["sales"] = gmv * weight / weight.sum()
    behind = (num["creators_video_hours"] / np.maximum(num["rooms_creator_share"], 1e-6)).astype(np.float32)
    hours = creators["frequency"] * creators["hours_day"] * (1.0 + num["creators_prepare"]).astype(np.float32)
    hours += creators["frequency"] * behind
    creators["income"] = creators["sales"] * num["merchants_cps_mean"] / np.maximum(hours, 1e-9)


@kernel
def _age_creators(creators: np.ndarray, num: np.ndarray, now: np.ndarray) -> None:
    """Ages, hours hosted and sessions below the wage, as a stationary market has them."""
    for i in range(len(creators)):
        c, n = creators[i], num[0]
        if c.state == RESERVE:
            continue
        pause = n.creators_entry * (n.creators_reserve - n.creators_dormant) / (1.0 - n.creators_reserve)
        days = -math.log(trait(now[0], c.key, 0, Decision.CREATOR_TRAITS, AGE)) / max(pause, 1e-6)
        c.started = -int(days)
        c.hours = days * c.frequency * c.hours_day
        if c.income < c.wage * c.room_share:
            c.below = int(trait(now[0], c.key, 0, Decision.CREATOR_TRAITS, PAST) * n.creators_patience)


@kernel
def _age_merchants(merchants: np.ndarray, num: np.ndarray, now: np.ndarray) -> None:
    """Ages and hours hosted of open firms, as a stationary market has them."""
    for i in range(len(merchants)):
        m, n = merchants[i], num[0]
        if m.state == RESERVE:
            continue
        exit_rate = n.merchants_entry * n.merchants_reserve / max(1.0 - n.merchants_reserve, 1e-6)
        days = -math.log(trait(now[0], m.key, 0, Decision.MERCHANT_TRAITS, AGE)) / max(exit_rate, 1e-6)
        m.started = -int(days)
        m.hours = days * m.frequency * m.hours_day


@kernel
def _know_goods(merchants: np.ndarray, products: np.ndarray, num: np.ndarray, shown: float) -> None:
    """What the recommender has learned of open firms and their goods, each good `shown` times a day since it began."""
    for i in range(len(merchants)):
        m = merchants[i]
        if m.state == RESERVE:
            continue
        seen = -m.started * shown
        error = 1.0 / math.sqrt(1.0 + seen / num[0].learning_item_weight)
        _read_again(num[0], m.position, m.learned, error)
        for j in range(m.first, m.first + m.count):
            products[j].seen = seen
            _read_again(num[0], products[j].position, products[j].learned, error)


@kernel
def _read_again(num: np.record, position: np.ndarray, learned: np.ndarray, error: float) -> None:
    """Shrink the error of a first reading (`traits.embed`) to a share `error` of it, length 1."""
    length = math.sqrt(1.0 + num.goods_content_noise ** 2)  # of position and error together, on average
    for k in range(DIM):
        learned[k] = position[k] + error * (length * learned[k] - position[k])
    normalise(learned)
