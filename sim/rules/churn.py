"""Coming and going: dropout, return, adoption of shopping (model.md §2.13–14)."""

import math

from sim.agents.user import CATEGORIES, COUPON_SLOTS, KNOWN_SHOPS, OUTSIDE, VISITOR
from sim.jit import kernel
from sim.rng import Decision, Venue, normal, normal_cdf, uniform
from sim.tally import Count

YEAR = 365.0
ARRIVALS = 0  # row of the quantile table of θ


@kernel
def dropout_chance(num, u):
    """Hazard of leaving today: 1 − (1 − max(θ, floor))^exp(−γ_z z − γ_Hh H); never above 1 whatever z."""
    stay = 1.0 - max(u.theta, num.churn_floor)
    return 1.0 - stay ** math.exp(-num.churn_satisfaction * u.satisfaction - num.churn_habit * u.habit)


@kernel
def arrival_chance(num, lev, reach, net_invites):
    """Hazard of (re)arriving from outside: the stationary one plus the net pull of friends."""
    pull = lev.invite if net_invites > 0 else 1.0
    return min(1.0, max(0.0, reach + num.survey_invite * pull * net_invites))


@kernel
def adoption_chance(num, peers):
    """Bass hazard of starting to shop: 1 − exp(−(p + q·share of shopping friends)/365)."""
    return 1.0 - math.exp(-(num.churn_bass_p + num.churn_bass_q * peers) / YEAR)


@kernel
def lapse_chance(num, u, day):
    """Hazard of giving up shopping: none until a shopper has gone `churn_idle` days without an order in this stay."""
    since = max(u.last_order, u.started, 0)  # orders before the first day are not on record
    return num.churn_lapse if day - since >= num.churn_idle else 0.0


@kernel
def theta_at(table, p):
    """θ at probability p from a quantile table on an even grid, by linear interpolation."""
    place = p * (len(table) - 1)
    low = min(int(place), len(table) - 2)
    return table[low] + (place - low) * (table[low + 1] - table[low])


@kernel
def correlated_theta(num, table, lenience, luck):
    """θ of a spell, correlated with the person's leniency (the baseline of satisfaction) by a Gaussian copula."""
    rho = num.churn_correlation
    score = rho * lenience / max(num.satisfy_person_sd, 1e-9) + math.sqrt(1.0 - rho * rho) * luck
    return theta_at(table, normal_cdf(score))


@kernel
def come_or_go(t, i):
    """Dropout, return and adoption of user i, each against its own draw."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.state == OUTSIDE:
        reach = t.platform[0].reach_hazard
        chance = arrival_chance(num, t.lev[0], reach, u.net_invites)
        comes = uniform(now, u.key, 0, Decision.ARRIVE, Venue.NONE, 0) < chance
        t.tally[Count.ARRIVALS_PAID] += u.reached
        t.tally[Count.ARRIVALS_ANYWAY] += u.reached and comes
        if comes or u.reached:
            begin_spell(t, num, now, u)
            u.reached = 0
        return
    _take_up_or_drop(t, num, now, u)
    if uniform(now, u.key, 0, Decision.DROPOUT, Venue.NONE, 0) < dropout_chance(num, u):
        u.state = OUTSIDE
        t.tally[Count.DROPOUTS] += 1


@kernel
def _take_up_or_drop(t, num, now, u):
    """Adopt shopping, or give it up."""
    if u.shopper:
        if uniform(now, u.key, 0, Decision.ADOPT, Venue.NONE, 1) < lapse_chance(num, u, now.day):
            u.shopper = 0
            t.tally[Count.LAPSES] += 1
    elif uniform(now, u.key, 0, Decision.ADOPT, Venue.NONE, 0) < adoption_chance(num, u.peers):
        u.shopper = 1
        t.tally[Count.ADOPTIONS] += 1


@kernel
def begin_spell(t, num, now, u):
    """A new stay from tomorrow: θ is drawn by (key, spell) and what a stay builds up starts from nothing.

    Key, taste, learned factors, activity, price sensitivity, buyer effect and ties are the person's and stay.
    """
    u.spell += 1
    u.started = now.day + 1
    u.state = VISITOR
    u.theta = correlated_theta(num, t.theta[ARRIVALS], u.leniency, spell_normal(now, u))
    u.shopper = uniform(now, u.key, u.spell, Decision.SHOPPER, Venue.NONE, 0) < t.platform[0].shopping_share
    u.satisfaction = u.habit = u.mindshare = u.shelf_price = 0.0
    u.fatigue = num.arrival_commerce_share  # as on the first day
    u.orders_spell = 0
    for place in range(KNOWN_SHOPS):
        u.bought[place] = -1
    u.first_order = u.last_order = -1
    u.wallet = u.wallet_week
    for slot in range(COUPON_SLOTS):
        u.coupons[slot].benefit = 0.0
    for k in range(CATEGORIES):
        u.need[k] = u.excited_by[k] = u.weariness[k] = 0
        u.cupboard[k] = u.intent[k] = u.reference[k] = 0.0
    t.tally[Count.ARRIVALS] += 1
    t.tally[Count.ARRIVALS_NEW] += u.spell == 1
    t.tally[Count.INVITED] += u.net_invites > 0 and u.reached == 0


@kernel
def spell_normal(now, u):
    """The luck of a spell's θ, keyed (user, spell)."""
    return normal(now, u.key, u.spell, Decision.THETA, Venue.NONE, 0)
