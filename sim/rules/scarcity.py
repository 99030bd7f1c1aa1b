"""Scarcity in rooms: a good about to run out, or offered as a limited lot, is bought now or not at all (model.md §2.6).

What is left is counted in days of the good's expected sales, as it stands in the morning. A limited lot (限量) is the
host's to announce; a room goes on selling when it is gone, as hosts do, so it changes wishes and not the stock.
"""
from __future__ import annotations

import math

from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.stock import daily_demand
from sim.tables import Record


@kernel
def is_limited(now: Record, num: Record, host: int, good: int) -> bool:
    """Whether the host offers the good as a limited lot today, keyed (host, good)."""
    return uniform(now, host, good, Decision.LIMITED, Venue.LIVE, 0) < num.rooms_limited


@kernel
def urgency(num: Record, cover: float) -> float:
    """How urgent `cover` days of sales make a good: 1 with the last unit, 1/e at `scarce_days`, in the end 0."""
    return math.exp(-cover / num.rooms_scarce_days)


@kernel
def urgency_in_room(now: Record, num: Record, host: int, p: Record, age: int) -> float:
    """The urgency of good p in a host's room today; its firm has been open for `age` days."""
    daily = daily_demand(num, p, age)
    cover = p.stock / daily if daily > 0.0 else math.inf
    return urgency(num, min(cover, num.rooms_lot) if is_limited(now, num, host, p.key) else cover)


@kernel
def scarcity_utility(num: Record, room: Record, place: int) -> float:
    """What its urgency adds to the good at a place of a room's list, logit; 0 on average over goods seen in rooms."""
    return num.rooms_scarcity * (room.urgency[place] - num.rooms_mean_urgency)
