"""What a creator, a firm or a good is born with: drawn anew for each career or firm by (key, spell), never by day.

One definition serves the first day and every later return from the reserve (architecture, contract 10).
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64

from sim.agents.merchant import PROFIT, REPURCHASE, TRAFFIC
from sim.agents.user import CATEGORIES, DIM
from sim.jit import kernel, typed_kernel
from sim.rng import CLOCK_TYPE, Decision, Venue, normal_quantile, philox4x32
from sim.rules.ship import return_odds, return_prob

LOW32 = 0xFFFFFFFF
ROOT_DIM = math.sqrt(DIM)
CENTRE = 0xFFFF0000  # first of the keys that belong to categories; agents' keys stay below
# Roberts (2018): steps of the plane's golden ratio spread any run of keys evenly over a square
GOLDEN_1, GOLDEN_2 = 0.7548776662466927, 0.5698402909980532

# draw numbers of one (key, spell)
LINE, ERROR, TALENT, SERVICE = 0, 16, 100, 300
CATEGORY, STANDING, QUALITY, PRICE, COST, OUTSIDE, APPEAL, ROLE = 32, 33, 34, 35, 36, 37, 38, 39
COMMISSION, INSURED, WAGE, STYLE, HYPE, MCN, SECOND, BLEND = 40, 41, 42, 43, 44, 45, 46, 47
PAST, REVIEWS, LUCK, AGE, ORIGIN = 48, 49, 50, 51, 52

TRIALS = 48  # of the gamma's rejection loop; all fail once in 1e60 draws
LEAST_SHARE, MOST_SHARE = 0.2, 0.95  # bounds of cost over list price
USUAL_BURDEN = 0.219  # of an average good: a third comes back, ¥75, parcel and freight as in model.md §3
MERCHANT_PART = math.sqrt(0.5)


@typed_kernel(float64(CLOCK_TYPE, int64, int64, int64, int64))
def trait(now: np.record, key: int, spell: int, decision: int, draw: int) -> float:
    """A number in the open (0, 1) that belongs to one stay of one agent: `rng.uniform` as drawn on day 0."""
    seed = int64(now.seed)
    high, low, _, _ = philox4x32(key, spell, draw & 0xFFFF, decision << 16, seed & LOW32, seed >> 32)
    return (float64((high << 20) | (low >> 12)) + 0.5) * 2.0**-52


@typed_kernel(float64(CLOCK_TYPE, int64, int64, int64, int64))
def bell(now: np.record, key: int, spell: int, decision: int, draw: int) -> float:
    """A standard normal number that belongs to one stay of one agent."""
    return normal_quantile(trait(now, key, spell, decision, draw))


@typed_kernel(float64(CLOCK_TYPE, int64, int64, int64, int64, float64))
def _gamma(now: np.record, key: int, spell: int, decision: int, draw: int, shape: float) -> float:
    """A gamma number of this shape and scale 1: rejection after Marsaglia and Tsang (2000)."""
    lift = 1.0 if shape < 1.0 else 0.0
    d = shape + lift - 1.0 / 3.0
    found = d
    for attempt in range(TRIALS):
        x = bell(now, key, spell, decision, draw + 2 * attempt + 1)
        v = (1.0 + x / math.sqrt(9.0 * d)) ** 3
        u = trait(now, key, spell, decision, draw + 2 * attempt + 2)
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            found = d * v
            break
    return found * trait(now, key, spell, decision, draw) ** (1.0 / shape) if lift else found


@typed_kernel(float64(CLOCK_TYPE, int64, int64, int64, int64, float64, float64))
def beta(now: np.record, key: int, spell: int, decision: int, draw: int, a: float, b: float) -> float:
    """A beta number with shapes a and b; takes the draw numbers from `draw` to `draw + 199`."""
    one = _gamma(now, key, spell, decision, draw, a)
    return one / (one + _gamma(now, key, spell, decision, draw + 100, b))


@typed_kernel(float64(CLOCK_TYPE, int64, int64, int64, int64, float64))
def spread(now: np.record, key: int, spell: int, decision: int, draw: int, step: float) -> float:
    """A uniform number that a run of keys takes evenly, shifted by a draw common to all keys of a spell."""
    return (key * step + trait(now, CENTRE, spell, decision, draw)) % 1.0


@kernel
def normalise(vector: np.ndarray) -> None:
    """Scale a vector of taste space to length 1."""
    square = 0.0
    for k in range(DIM):
        square += vector[k] * vector[k]
    for k in range(DIM):
        vector[k] = vector[k] / math.sqrt(square)


@kernel
def add_centre(now: np.record, category: int, weight: float, position: np.ndarray) -> None:
    """Add `weight` times the centre of a category, a fixed random direction of taste space."""
    square = 0.0
    for k in range(DIM):
        square += bell(now, CENTRE + category, 0, Decision.MERCHANT_TRAITS, LINE + k) ** 2
    scale = weight / math.sqrt(square)
    for k in range(DIM):
        position[k] += scale * bell(now, CENTRE + category, 0, Decision.MERCHANT_TRAITS, LINE + k)


@kernel
def scatter(now: np.record, key: int, spell: int, decision: int, draw: int, weight: float,
            position: np.ndarray) -> None:
    """Add `weight` times N(0, I/d), own noise of mean length near 1."""
    for k in range(DIM):
        position[k] += weight / ROOT_DIM * bell(now, key, spell, decision, draw + k)


@kernel
def embed(now: np.record, num: np.record, key: int, spell: int, decision: int, position: np.ndarray,
          learned: np.ndarray) -> None:
    """What the recommender believes of something new: its position read from content, with error, length 1."""
    for k in range(DIM):
        learned[k] = position[k]
    scatter(now, key, spell, decision, ERROR, num.goods_content_noise, learned)
    normalise(learned)


@kernel
def pick_category(num: np.record, u: float) -> int:
    """The category at place u in (0, 1) of the categories' shares."""
    total = 0.0
    for k in range(CATEGORIES):
        total += num.goods_share[k]
    left = u * total
    for k in range(CATEGORIES - 1):
        left -= num.goods_share[k]
        if left < 0.0:
            return k
    return CATEGORIES - 1


@kernel
def draw_career(now: np.record, num: np.record, c: np.record) -> None:
    """Give creator c the traits of its present career."""
    who, spell, what = c.key, c.spell, Decision.CREATOR_TRAITS
    c.mcn = trait(now, who, spell, what, MCN) < num.creators_mcn_share
    c.talent = beta(now, who, spell, what, TALENT, num.creators_skill_a, num.creators_skill_b)
    c.wage = num.creators_wage_median * math.exp(num.creators_wage_sd * bell(now, who, spell, what, WAGE))
    c.style = num.creators_style_sd * bell(now, who, spell, what, STYLE)
    c.hype = num.creators_hype_sd * bell(now, who, spell, what, HYPE)
    c.style_kept = c.style
    c.hours_day = num.rooms_hours
    _draw_content(now, num, c)


@kernel
def _draw_content(now: np.record, num: np.record, c: np.record) -> None:
    """Where a creator's content lies: around one category, or between two."""
    who, spell, what = c.key, c.spell, Decision.CREATOR_TRAITS
    c.position[:] = 0.0
    blend = max(0.0, 2.0 * trait(now, who, spell, what, BLEND) - 1.0)
    first = pick_category(num, spread(now, who, spell, what, CATEGORY, GOLDEN_1))
    second = pick_category(num, trait(now, who, spell, what, SECOND))
    add_centre(now, first, num.goods_category_pull * (1.0 - 0.5 * blend), c.position)
    add_centre(now, second, num.goods_category_pull * 0.5 * blend, c.position)
    scatter(now, who, spell, what, LINE, 1.0, c.position)
    normalise(c.position)
    embed(now, num, who, spell, what, c.position, c.learned)


@kernel
def born_service(now: np.record, num: np.record, m: np.record) -> float:
    """Service a firm starts with, and falls back to when it stops investing."""
    a, b = num.merchants_service_a, num.merchants_service_b
    return beta(now, m.key, m.spell, Decision.MERCHANT_TRAITS, SERVICE, a, b)


@kernel
def born_commission(now: np.record, num: np.record, m: np.record) -> float:
    """Commission a firm is used to offering, within two standard deviations of the mean."""
    away = max(-2.0, min(2.0, bell(now, m.key, m.spell, Decision.MERCHANT_TRAITS, COMMISSION)))
    return max(0.0, num.merchants_cps_mean + num.merchants_cps_sd * away)


@kernel
def born_quality(now: np.record, m: np.record, p: np.record) -> float:
    """Quality of a good without investment: half the firm's, half its own (variance), in all N(0, 1)."""
    own = bell(now, p.key, m.spell, Decision.MERCHANT_TRAITS, QUALITY)
    return MERCHANT_PART * (own + bell(now, m.key, m.spell, Decision.MERCHANT_TRAITS, QUALITY))


@kernel
def draw_firm(now: np.record, num: np.record, m: np.record) -> None:
    """Give merchant m the traits of its present firm; its goods are drawn by `draw_good`."""
    who, spell, what = m.key, m.spell, Decision.MERCHANT_TRAITS
    m.category = pick_category(num, spread(now, who, spell, what, CATEGORY, GOLDEN_1))
    m.insured = trait(now, who, spell, what, INSURED) < num.merchants_insured_share
    m.domestic = trait(now, who, spell, what, ORIGIN) < num.goods_domestic
    m.service = born_service(now, num, m)
    m.talent = beta(now, who, spell, what, TALENT, num.creators_skill_a, num.creators_skill_b)
    m.commission = born_commission(now, num, m)
    m.hours_day = num.rooms_hours
    m.position[:] = 0.0
    add_centre(now, m.category, num.goods_category_pull, m.position)
    scatter(now, who, spell, what, LINE, 1.0, m.position)
    normalise(m.position)
    embed(now, num, who, spell, what, m.position, m.learned)


@kernel
def draw_good(now: np.record, num: np.record, m: np.record, p: np.record) -> None:
    """Give product p of merchant m its traits; they change with the firm."""
    who, spell, what = p.key, m.spell, Decision.MERCHANT_TRAITS
    p.category, p.domestic = m.category, m.domestic
    p.quality = born_quality(now, m, p)
    p.appeal = num.choice_appeal_sd * bell(now, who, spell, what, APPEAL)
    p.position[:] = m.position
    scatter(now, who, spell, what, LINE, num.goods_within, p.position)
    normalise(p.position)
    embed(now, num, who, spell, what, p.position, p.learned)
    _draw_price(now, num, spell, p)


@kernel
def _draw_price(now: np.record, num: np.record, spell: int, p: np.record) -> None:
    """List price, role, cost and price elsewhere: the cheapest goods draw traffic and leave a thin margin."""
    who, what = p.key, Decision.MERCHANT_TRAITS
    place = trait(now, who, spell, what, PRICE)
    price = num.goods_median_price[p.category] * math.exp(num.goods_price_sd * normal_quantile(place))
    p.list_price = max(1, int(100.0 * price + 0.5))
    p.price = p.list_price
    p.role = _role(num, place, trait(now, who, spell, what, ROLE))
    share = num.goods_cost_mean + num.goods_cost_sd * (bell(now, who, spell, what, COST) + _thinness(num, p.role))
    share *= math.exp(num.goods_quality_cost * p.quality)
    share -= burden(num, p.category, price) - USUAL_BURDEN
    p.unit_cost = max(1, int(p.list_price * min(max(share, LEAST_SHARE), MOST_SHARE) + 0.5))
    elsewhere = num.goods_outside_sd * bell(now, who, spell, what, OUTSIDE) - num.goods_outside_discount
    p.outside_price = max(1, int(p.list_price * math.exp(elsewhere) + 0.5))


@kernel
def burden(num: np.record, category: int, price: float) -> float:
    """What handling and returns take of a kept sale, as a share of its price (yuan).

    Competition leaves cheap goods, and goods that often come back, as good a margin as others: they cost less to make.
    """
    back = 0.0
    for venue, part in ((Venue.MALL, 0.4), (Venue.VIDEO, 0.1), (Venue.LIVE, 0.5)):
        back += part * return_prob(num, return_odds(num, category, venue, 0), num.satisfy_mean)
    freight = (1.0 - num.fulfil_cancel_share) * back * num.merchants_return_freight
    return (num.merchants_ads + (num.merchants_parcel + freight) / price) / (1.0 - back)


@kernel
def _role(num: np.record, place: float, luck: float) -> int:
    """Traffic goods are the cheapest of their category, repurchase goods a share of the others."""
    if place < num.goods_role_traffic:
        return TRAFFIC
    return REPURCHASE if luck * (1.0 - num.goods_role_traffic) < num.goods_role_repurchase else PROFIT


@kernel
def _thinness(num: np.record, role: int) -> float:
    """How many standard deviations of cost traffic goods lie above, and the others below, to keep the mean."""
    traffic = num.goods_role_traffic
    if traffic >= 1.0:
        return 0.0
    return 1.0 if role == TRAFFIC else -traffic / (1.0 - traffic)
