"""Goods in three roles in rooms: traffic goods bring viewers, profit goods wait for the peak, repurchase goods serve
followers (引流, 利润, 复购; model.md §2.6).

A host pitches one good in each ten minutes. Which one is the host's lot of the day, in which traffic goods weigh more
while the room is emptier than on average, and profit goods while it is fuller.
"""
from __future__ import annotations

import numpy as np

from sim.agents.merchant import PROFIT, REPURCHASE, TRAFFIC
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.tables import FOLLOWED_ROOM, STEP, Record


@kernel
def traffic_share(room: Record, products: np.ndarray) -> float:
    """The share of traffic goods in a room's list."""
    count = 0
    for j in range(room.count):
        count += products[room.goods[j]].role == TRAFFIC
    return count / max(room.count, 1)


@kernel
def entry_pull(num: Record, room: Record) -> float:
    """What a room's traffic goods add to the log-odds of entering it; 0 at their usual share."""
    return num.rooms_entry_traffic * (room.traffic - num.rooms_mean_traffic)


@kernel
def dwell_pull(num: Record, room: Record) -> float:
    """What they add to the logarithm of the stay."""
    return num.rooms_dwell_traffic * (room.traffic - num.rooms_mean_traffic)


@kernel
def fullness(num: Record, room: Record, step: int) -> float:
    """How full a room is in a step against its average, to the power `pitch_crowd`; a viewer more on either side."""
    usual = room.viewer_minutes.sum() / max(room.minutes, 1)
    return ((room.viewer_minutes[step] / STEP + 1.0) / (usual + 1.0)) ** num.rooms_pitch_crowd


@kernel
def pitch_weight(role: int, full: float) -> float:
    """The weight of a good in the host's lot where the room is `full`."""
    if role == PROFIT:
        return full
    return 1.0 / full if role == TRAFFIC else 1.0


@kernel
def good_pitched(room: Record, products: np.ndarray, full: float, luck: float) -> int:
    """The place of the good that the host's lot falls on."""
    total = 0.0
    for j in range(room.count):
        total += pitch_weight(products[room.goods[j]].role, full)
    left = luck * total
    for j in range(room.count - 1):
        left -= pitch_weight(products[room.goods[j]].role, full)
        if left < 0.0:
            return j
    return room.count - 1


@kernel
def pitch_goods(now: Record, num: Record, room: Record, products: np.ndarray) -> None:
    """Write which good the host pitches in each step of the room's time, keyed (host, step)."""
    for step in range((room.minutes + STEP - 1) // STEP):
        luck = uniform(now, room.key, step, Decision.PITCH, Venue.LIVE, 0)
        room.pitch[step] = good_pitched(room, products, fullness(num, room, step), luck)


@kernel
def is_pitched(room: Record, visit: Record, place: int) -> bool:
    """Whether the good at a place of the room's list is pitched during a visit."""
    for step in range(visit.minute // STEP, (visit.minute + visit.dwell - 1) // STEP + 1):
        if room.pitch[step] == place:
            return True
    return False


@kernel
def pitched_share(room: Record, visit: Record) -> float:
    """The share of the room's goods that are pitched during a visit."""
    count = 0
    for j in range(room.count):
        count += is_pitched(room, visit, j)
    return count / max(room.count, 1)


@kernel
def pitch_utility(num: Record, room: Record, visit: Record, place: int, share: float) -> float:
    """What the host's pitch adds to a good during a visit, logit; over the room's goods it sums to 0."""
    return num.rooms_pitch * (is_pitched(room, visit, place) - share)


@kernel
def loyal_utility(num: Record, p: Record, via: int) -> float:
    """What a repurchase good gains with those who came because they follow, logit; 0 on average over visits."""
    if p.role != REPURCHASE:
        return 0.0
    return num.rooms_loyal * ((via == FOLLOWED_ROOM) - num.rooms_mean_followed)
