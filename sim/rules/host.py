"""Whether a creator or a merchant opens a live room today, when, and how well it is hosted."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.creator import ACTIVE
from sim.agents.merchant import CHANNELS
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.offers import drop_offers, renew_offers
from sim.tables import GRID, STEP, Tables

DAY_MINUTES = 1440
WEEK = 7
OWN_ROOMS = 0  # place of F in a merchant's budget


@kernel
def skill(num: np.record, talent: float, hours: float) -> float:
    """Hosting skill: talent and what hours in front of the camera taught, k_max(1 − e^(−hours/H0))."""
    return talent + num.rooms_skill_max * (1.0 - math.exp(-hours / num.rooms_skill_hours))


@kernel
def room_minutes(hours: float) -> int:
    """Whole minutes a room of so many hours stays open, within the grid on which viewers are counted."""
    return max(STEP, min(GRID * STEP, int(60.0 * hours + 0.5)))


@kernel
def room_start(now: np.record, key: int, minutes: int, decision: int) -> int:
    """Minute of the day a room opens: the later of two draws, so most rooms run in the evening."""
    late = max(uniform(now, key, 0, decision, Venue.LIVE, 0), uniform(now, key, 0, decision, Venue.LIVE, 1))
    return int(late * (DAY_MINUTES - minutes))


@kernel
def is_weekday_of(day: int, key: int) -> bool:
    """Whether today is the weekday on which the agent with this key reconsiders; an even seventh do each day."""
    return (day + key) % WEEK == 0


@kernel
def open_room(now: np.record, who: np.record, start: int) -> None:
    """Open the room of a creator or merchant today; decision `start` keys the hour."""
    who.live = 1
    who.minutes = room_minutes(who.hours_day)
    who.start = room_start(now, who.key, who.minutes, start)


@kernel
def has_offers(who: np.record) -> bool:
    """Whether a presenter carries any good."""
    return np.max(who.offers) >= 0


@kernel
def go_live(t: Tables, i: int) -> None:
    """Creator i renews its offers once a week and decides whether to open a room today."""
    c, now = t.creators[i], t.now[0]
    c.live, c.minutes = 0, 0
    if c.state != ACTIVE:
        drop_offers(c)
        return
    if is_weekday_of(now.day, c.key) or not has_offers(c):
        renew_offers(t, c)
    chance = c.frequency * t.lev[0].creator_live
    if uniform(now, c.key, 0, Decision.CREATOR_LIVE, Venue.LIVE, 0) < chance and has_offers(c):
        open_room(now, c, Decision.CREATOR_START)


@kernel
def effort(m: np.record, channel: int) -> float:
    """Effort in a channel against an even split; returns diminish as a square root."""
    return math.sqrt(CHANNELS * m.budget[channel])


@kernel
def host_own_room(now: np.record, num: np.record, lent: float, m: np.record) -> None:
    """A merchant decides whether to open its own room today; it needs goods to show and to be worth the wage.

    A venue `lent` by a programme multiplies the chance; 1 is none.
    """
    m.live, m.minutes = 0, 0
    if m.worth < 100.0 * num.merchants_host_wage * m.hours_day * m.room_share or not has_offers(m):
        return
    chance = m.frequency * lent * effort(m, OWN_ROOMS)
    if uniform(now, m.key, 0, Decision.MERCHANT_LIVE, Venue.LIVE, 0) < chance:
        open_room(now, m, Decision.MERCHANT_START)
