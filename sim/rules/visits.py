"""Who goes to the mall, to search and into shops by themselves today, and the minutes it takes (model.md §2.4).

Every one of these draws is keyed by what is visited and reads nothing that the day can raise, so the feed can leave
time for a visit before it comes; a need met or a coupon used on the way can only call it off.
"""

import numpy as np

from sim.agents.user import CATEGORIES, KNOWN_SHOPS
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.arrival import needs_open
from sim.rules.common import logistic, venue_open
from sim.rules.discounts import holds_coupon


@kernel
def mall_logit(num, lev, u):
    """Log-odds of visiting the mall: b0 + tab + γ_B B + need + coupon."""
    pull = num.lists_mall_visit + lev.mall_tab + num.arrival_mindshare * u.mindshare
    return pull + num.lists_mall_need * min(needs_open(u), 3) + num.lists_mall_coupon * holds_coupon(u)


@kernel
def goes_to_mall(num, lev, now, u):
    """Whether the user visits the mall today."""
    return uniform(now, u.key, 0, Decision.MALL_VISIT, Venue.MALL, 0) < logistic(mall_logit(num, lev, u))


@kernel
def comes_to_play(num, lev, now, u):
    """Whether the user visits the mall today for a game alone, by the draw that decides on a visit of its own."""
    if u.game <= 0.0 or goes_to_mall(num, lev, now, u):
        return False
    luck = uniform(now, u.key, 0, Decision.MALL_VISIT, Venue.MALL, 0)
    return luck < logistic(mall_logit(num, lev, u) + u.game)


@kernel
def search_chance(num, u, k):
    """P(search category k today for a need): 1 − (1 − p_need)^needs."""
    return 1.0 - (1.0 - num.lists_search_need) ** u.need[k]


@kernel
def searches(num, now, u, k):
    """Whether an open need of category k is searched for today, keyed (user, category)."""
    if u.need[k] == 0:
        return False
    return uniform(now, u.key, k, Decision.SEARCH_NEED, Venue.SEARCH, 0) < search_chance(num, u, k)


@kernel
def after_view_chance(num, lev, u, k):
    """P(search category k today for what was seen) (看后搜): 1 − (1 − p_vs)^trace, p_vs as policies move it."""
    return 1.0 - (1.0 - min(1.0, num.lists_search_intent * lev.after_view)) ** u.intent[k]


@kernel
def searches_after_view(num, lev, now, u, k):
    """Whether the user searches category k for what content showed, keyed (user, category)."""
    if u.intent[k] <= 0.0:
        return False
    return uniform(now, u.key, k, Decision.SEARCH_INTENT, Venue.SEARCH, 0) < after_view_chance(num, lev, u, k)


@kernel
def looks_in(t, u, m, chance):
    """Whether the user looks into the shop of merchant m today by itself, keyed (user, merchant)."""
    if t.merchants[m].state == 0:
        return False
    return uniform(t.now[0], u.key, t.merchants[m].key, Decision.SHOP_VISIT, Venue.SHOP, 0) < chance


@kernel
def known_shop(t, i, place):
    """The shop at a place of those user i has bought at, if it is not followed; else -1."""
    m = np.int64(t.users[i].bought[place])
    for e in range(t.shop_ptr[i], t.shop_ptr[i + 1]):
        if t.shop_idx[e] == m:
            return np.int64(-1)
    return m


@kernel
def planned_minutes(t, i):
    """Minutes that user i will spend on the mall, on searches for needs and in shops known or followed."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    minutes = 0.0
    if venue_open(t, Venue.MALL) and (goes_to_mall(num, t.lev[0], now, u) or comes_to_play(num, t.lev[0], now, u)):
        minutes += num.lists_mall_minutes
    if venue_open(t, Venue.SEARCH):
        for k in range(CATEGORIES):
            minutes += num.lists_search_minutes * searches(num, now, u, k)
    return minutes + (_shop_minutes(t, i) if venue_open(t, Venue.SHOP) else 0.0)


@kernel
def _shop_minutes(t, i):
    """Minutes in shops followed and known."""
    u, num = t.users[i], t.num[0]
    visits = 0
    for e in range(t.shop_ptr[i], t.shop_ptr[i + 1]):
        visits += looks_in(t, u, t.shop_idx[e], num.lists_shop_visit)
    for place in range(KNOWN_SHOPS):
        m = known_shop(t, i, place)
        visits += m >= 0 and looks_in(t, u, m, num.lists_shop_again)
    return num.lists_shop_minutes * visits
