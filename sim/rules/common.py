"""Small mathematics that every rule shares."""

import math

from sim.agents.user import DIM
from sim.jit import kernel
from sim.rng import Decision, Venue, normal
from sim.tables import CHANGES, EVENTS, INTENTS, ROW_MOST, VENUES

ROOT_DIM = math.sqrt(DIM)


@kernel
def logistic(x):
    """The logistic function 1 / (1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-x))


@kernel
def logit(p):
    """Log-odds of a probability inside (0, 1)."""
    return math.log(p / (1.0 - p))


@kernel
def dot(a, b):
    """Inner product of two vectors of taste space."""
    total = 0.0
    for k in range(DIM):
        total += a[k] * b[k]
    return total


@kernel
def keep(days):
    """The share of a stock that a day leaves when its memory is `days`."""
    return math.exp(-1.0 / days)


@kernel
def interest(now, num, user, position, thing):
    """m, a user's interest today in something at `position`, in standard deviations over random pairs.

    Part of it no recommender can learn: with ρ_m = `interest_learnable`, m = ρ_m √d ⟨taste, position⟩ +
    √(1 − ρ_m²) ξ with ξ ~ N(0, 1) keyed (user, thing, day). Random pairs on the sphere give √d ⟨·,·⟩ mean 0 and
    standard deviation 1, so no constants are needed.
    """
    known = num.interest_learnable
    luck = normal(now, user.key, thing, Decision.CONTENT, Venue.NONE, 0)
    return known * ROOT_DIM * dot(user.taste, position) + math.sqrt(1.0 - known * known) * luck


@kernel
def own_range(rows, user):
    """First and last+1 place of a user's entries in an array sorted by its field `user`."""
    low = _first_at_least(rows, user)
    high = low
    while high < len(rows) and rows[high].user == user:
        high += 1
    return low, high


@kernel
def among(ids, count, one):
    """Whether something is among the first `count` of a list."""
    for j in range(count):
        if ids[j] == one:
            return True
    return False


@kernel
def _first_at_least(rows, user):
    """Binary search for the first entry whose user is not below `user`."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle].user < user:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def venue_open(t, venue):
    """Whether the era has this venue."""
    return t.modes[VENUES] >> venue & 1


@kernel
def full(t):
    """Whether a lane's buffers may not hold what one more row could add; the driver then empties them."""
    return (
        t.fill[EVENTS] > len(t.events) - ROW_MOST
        or t.fill[INTENTS] > len(t.intents) - ROW_MOST
        or t.fill[CHANGES] > len(t.changes) - ROW_MOST
    )
