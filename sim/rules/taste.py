"""Taste moves: a random walk of its own, and a pull towards what was viewed long or merely shown (model.md §1).

The pull narrows taste: goods near a taste crowd on the side of the nearest category, so each step leads there. How far
exploration slows that depends on what pulls. Long views do not let in what does not please, so goods shown at random
hardly add to them; where what is shown pulls by itself (mere exposure, Zajonc 1968), they replace the feed's own.
"""
import math

import numpy as np

from sim.agents.user import DIM, OUTSIDE
from sim.jit import kernel
from sim.rng import Decision, Venue, normal
from sim.rules.common import dot, own_range
from sim.rules.host import is_weekday_of
from sim.scratch import scratch
from sim.tables import LONG


@kernel
def move(taste, step):
    """Move a taste by the part of a step that lies in the sphere's tangent plane, and back onto the sphere."""
    along = dot(taste, step)
    for k in range(DIM):
        step[k] = taste[k] + step[k] - along * taste[k]
    length = math.sqrt(dot(step, step))
    for k in range(DIM):
        taste[k] = step[k] / length


@kernel
def wander(now, num, u):
    """The week's random step, about `interest_drift` radians long, keyed (user, day)."""
    step = scratch(DIM, np.float64)
    for k in range(DIM):
        step[k] = num.interest_drift / math.sqrt(DIM - 1.0) * normal(now, u.key, k, Decision.TASTE, Venue.NONE, 0)
    move(u.taste, step)


@kernel
def pull_of(num, event):
    """How far one entry of the log pulls taste towards its good: a long view, and a video shown at all."""
    shown = event.slot >= 0 and event.product >= 0
    return num.interest_pull * (event.flags & LONG > 0) + num.interest_exposure * shown


@kernel
def follow_views(t, u, low, high):
    """The steps towards the goods of today's entries [low, high) of the log, as one."""
    step, seen = scratch(DIM, np.float64), 0
    step[:] = 0.0
    for e in range(low, high):
        pull = pull_of(t.num[0], t.log[e])
        if pull > 0.0:
            seen += 1
            position = t.products[t.log[e].product].position
            for k in range(DIM):
                step[k] += pull * position[k]
    if seen:
        move(u.taste, step)


@kernel
def move_taste(t, i):
    """One day of user i's taste; without drift and pull it stays as it is, to the last bit."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.state == OUTSIDE:
        return
    if num.interest_pull + num.interest_exposure > 0.0 and u.opened:
        low, high = own_range(t.log, i)
        follow_views(t, u, low, high)
    if num.interest_drift > 0.0 and is_weekday_of(now.day, u.key):
        wander(now, num, u)
