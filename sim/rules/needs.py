"""Needs that arise, stocks that fade, intent that leaks to other shops: the morning of a user."""

from sim.agents.user import CATEGORIES, COUPON_SLOTS, OUTSIDE
from sim.jit import kernel
from sim.rng import Decision, Venue, poisson, uniform
from sim.rules.common import keep
from sim.rules.survey import NOT_ASKED
from sim.tally import Count

MONTHS, YEAR = 12, 365
MOST_NEEDS = 100  # an int8 column holds them


@kernel
def wake(t, i):
    """Start user i's day: decay the stocks, let needs arise and intent leak, refill the wallet once a week."""
    u = t.users[i]
    u.opened = 0
    u.minutes = 0
    u.clicked = -1
    u.weighed = 0
    u.answer = NOT_ASKED
    u.pushes = u.game_of = u.played = 0
    u.game = 0.0
    u.shared = u.sharing
    u.sharing = -1
    if u.state == OUTSIDE:
        return
    num, now = t.num[0], t.now[0]
    _fade(num, u)
    _expire(now, u)
    if (now.day + u.key) % 7 == 0:
        u.wallet = u.wallet_week
    for k in range(CATEGORIES):
        _need(t, num, now, u, k)
        _intent(t, num, now, u, k)


@kernel
def _fade(num, u):
    """Daily decay of satisfaction, habit and mindshare."""
    u.satisfaction *= keep(num.satisfy_memory)
    u.habit *= keep(num.satisfy_habit_memory)
    u.mindshare *= keep(num.needs_mindshare_memory)


@kernel
def _expire(now, u):
    """Drop the coupons whose last day has passed."""
    for slot in range(COUPON_SLOTS):
        if u.coupons[slot].benefit > 0 and u.coupons[slot].expiry < now.day:
            u.coupons[slot].benefit = 0.0


@kernel
def season(num, day, k):
    """The level of needs in category k in the month of an absolute day; day 0 is New Year's Day of 365-day years."""
    month = day % YEAR * MONTHS // YEAR
    return num.needs_season[month * CATEGORIES + k]


@kernel
def due(num, before, after, k):
    """Whether a used-up good falls due: the cupboard has just sunk below the mark in a replenished category."""
    low = num.needs_cupboard_low
    return num.needs_replenish[k] > 0 and before >= low and after < low


@kernel
def _need(t, num, now, u, k):
    """Needs of category k: unserved ones leave, new ones arise, a used-up good falls due."""
    for n in range(u.need[k]):
        if uniform(now, u.key, k, Decision.LEAK_NEED, Venue.NONE, n) < num.needs_leave:
            u.need[k] -= 1
            t.tally[Count.LEAK_NEED] += 1
    rate = u.need_rate[k] * season(num, now.day, k) * num.arrival_weekday[now.day % 7] * t.lev[0].need
    fresh = poisson(rate, now, u.key, k, Decision.NEED, Venue.NONE, 0)
    if u.cupboard[k] > 0.0:
        before = u.cupboard[k]
        u.cupboard[k] = before * keep(num.needs_cycle[k])
        fresh += due(num, before, u.cupboard[k], k)
    t.tally[Count.NEEDS] += fresh
    u.need[k] = min(MOST_NEEDS, u.need[k] + fresh)


@kernel
def _intent(t, num, now, u, k):
    """The trace of interest in category k halves every few days and may end as an order elsewhere."""
    u.weariness[k] = int(u.weariness[k] * num.needs_weariness_keep)
    if u.intent[k] <= 1e-3:
        u.intent[k] = 0.0
        u.excited_by[k] = 0
        return
    lost = 1.0 - (1.0 - num.needs_intent_leak) ** u.intent[k]
    if uniform(now, u.key, k, Decision.LEAK_EXCITED, Venue.NONE, 0) < lost:
        u.intent[k] = max(0.0, u.intent[k] - 1.0)
        t.tally[Count.LEAK_EXCITED] += 1
    u.intent[k] *= 0.5 ** (1.0 / num.needs_intent_half_life)
