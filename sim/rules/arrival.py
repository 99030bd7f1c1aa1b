"""Whether a user opens the app today, and how deep the feed gets."""

import math
from typing import NamedTuple

import numpy as np

from sim.agents.user import CATEGORIES, OUTSIDE
from sim.jit import kernel
from sim.rng import Decision, Venue, normal, uniform
from sim.rules.common import keep, logistic
from sim.tally import Count

MOST_SLOTS = 100  # commerce slots a day; the cap binds for one user-day in a million


class Pull(NamedTuple):
    """The terms of the log-odds of opening the app, each with its sign."""

    activity: float  # a_u
    satisfaction: float  # γ_S z
    habit: float  # γ_H H
    mindshare: float  # γ_B B
    push: float
    nuisance: float  # of more than two messages
    weekday: float
    fatigue: float  # −½ λ₈ [ḡ − knee]₊
    play: float  # of a game


@kernel
def open_terms(num, u, day):
    """The terms of the log-odds of opening the app."""
    return Pull(
        u.activity, num.arrival_satisfaction * u.satisfaction, num.arrival_habit * u.habit,
        num.arrival_mindshare * u.mindshare, num.arrival_push * min(u.pushes, 2.0),
        -num.arrival_nuisance * max(u.pushes - 2.0, 0.0), math.log(num.arrival_weekday[day % 7]),
        -0.5 * num.arrival_fatigue * max(u.fatigue - u.knee, 0.0), u.game,
    )


@kernel
def open_logit(num, u, day):
    """Log-odds of opening the app: the sum of their terms."""
    one = open_terms(num, u, day)
    return (one.activity + one.satisfaction + one.habit + one.mindshare + one.push + one.nuisance + one.weekday
            + one.fatigue + one.play)


@kernel
def feed_slots(num, lev, u, luck):
    """Expected commerce slots of a visit; grows with the commerce share, the user's activity and the day's luck."""
    share = num.arrival_commerce_share + lev.commerce_share
    depth, noise = num.arrival_depth_activity, num.arrival_depth_noise
    level = depth * u.score - 0.5 * depth * depth + noise * luck - 0.5 * noise * noise
    return num.arrival_slots * share / num.arrival_commerce_share * math.exp(level) * patience(num, u)


@kernel
def patience(num, u):
    """What fatigue with commerce leaves of a visit: 1 − the half of it that does not keep people from opening."""
    return 1.0 - min(0.5 * num.arrival_fatigue * max(u.fatigue - u.knee, 0.0), 0.9)


@kernel
def time_budget(num, u):
    """Whole minutes of a visit, all venues together: 110·(1 − the other half of fatigue)."""
    return max(1, int(num.arrival_minutes * patience(num, u) + 0.5))


@kernel
def spend(t, u, minutes, count):
    """Take up to so many whole minutes out of what is left of the day and count them; how many they are."""
    taken = min(np.int64(minutes), np.int64(u.minutes))
    u.minutes -= taken
    t.tally[count] += taken
    return taken


@kernel
def opens_to_play(u, day, pull, draw):
    """Whether one who opens at log-odds of `pull` would not have without the game, by the same draw."""
    return u.game > 0.0 and day != u.started and draw >= logistic(pull - u.game)


@kernel
def open_app(t, i):
    """Decide whether user i opens the app today and how many commerce slots the visit has."""
    u = t.users[i]
    if u.state == OUTSIDE:
        return
    num, lev, now = t.num[0], t.lev[0], t.now[0]
    pull = open_logit(num, u, now.day)
    chance = logistic(pull)
    if now.day == u.started:
        chance = 1.0  # arriving is opening
    draw = uniform(now, u.key, 0, Decision.OPEN, Venue.NONE, 0)
    u.opened = draw < chance
    t.tally[Count.OPENED_FOR_GAME] += u.opened and opens_to_play(u, now.day, pull, draw)
    if u.opened == 0:
        u.slots = 0
        tire(num, lev, u)
        return
    u.last_open = now.day
    luck = normal(now, u.key, 0, Decision.SLOTS, Venue.NONE, 0)
    rest = uniform(now, u.key, 0, Decision.SLOTS, Venue.NONE, 1)
    u.slots = min(MOST_SLOTS, int(feed_slots(num, lev, u, luck) + rest))
    tire(num, lev, u)
    u.minutes = time_budget(num, u)
    t.tally[Count.MINUTES] += u.minutes
    t.tally[Count.OPENED] += 1
    t.tally[Count.SLOTS] += u.slots


@kernel
def tire(num, lev, u):
    """One day of the slow stock of commerce seen: a mean over days, of which those spent elsewhere count nothing.

    A visit counts the more, the rarer visits are: who opens as often as users do holds the feed's commerce share, who
    opens daily more, and who stays away recovers.
    """
    dose = u.opened * (num.arrival_commerce_share + lev.commerce_share) / num.arrival_usual_open
    held = keep(num.arrival_fatigue_memory)
    u.fatigue = held * u.fatigue + (1.0 - held) * dose


@kernel
def needs_open(u):
    """Open needs of a user over all categories."""
    total = 0
    for k in range(CATEGORIES):
        total += u.need[k]
    return total
