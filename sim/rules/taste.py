"""Taste moves: a random walk of its own, and a pull towards what was viewed long (model.md §1).

The pull is what narrows taste: a feed that shows only what already pleases pulls it further there, and exploration
elsewhere.
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
def follow_views(t, u, low, high):
    """A step of `interest_pull` towards each good viewed long today, entries [low, high) of the log."""
    step, seen = scratch(DIM, np.float64), 0
    step[:] = 0.0
    for e in range(low, high):
        if t.log[e].flags & LONG:
            seen += 1
            position = t.products[t.log[e].product].position
            for k in range(DIM):
                step[k] += t.num[0].interest_pull * position[k]
    if seen:
        move(u.taste, step)


@kernel
def move_taste(t, i):
    """One day of user i's taste; without drift and pull it stays as it is, to the last bit."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.state == OUTSIDE:
        return
    if num.interest_pull > 0.0 and u.opened:
        low, high = own_range(t.log, i)
        follow_views(t, u, low, high)
    if num.interest_drift > 0.0 and is_weekday_of(now.day, u.key):
        wander(now, num, u)
