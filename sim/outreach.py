"""Reaching people: messages to users, arrivals bought outside, games that bring visits; out of policies' purses."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.user import OUTSIDE
from sim.bills import allowance, draws, in_turn, paid_for, pay_out
from sim.ledger import Account, Flow
from sim.programmes import BROADCAST, EXPIRY, LOGISTICS, REFUND, SIGN_OFF, Acquire, Push, Visit
from sim.rng import Decision
from sim.segments import members, name_key
from sim.tables import PAID as PAID_FOR
from sim.tables import RETURNING, SENT
from sim.tally import Count

if TYPE_CHECKING:
    from sim.world import World

MOST_PUSHES = np.iinfo(np.uint8).max
THOUSAND = 1000


# ---- messages ------------------------------------------------------------------------------------

def push(world: World, instance: str, what: Push) -> None:
    """Send the day's messages to a segment, user by user in keyed order as far as today's allowance pays for them."""
    counts = occasions(world, what)
    counts[~members(world, "users", what.segment, instance)] = 0
    rows = in_turn(world, instance, "users", np.flatnonzero(counts), Decision.PUSH, 1)
    if what.cost_fen_per_1000 > 0:
        most = allowance(world, instance) * THOUSAND // what.cost_fen_per_1000
        rows = rows[np.cumsum(counts[rows]) <= most]
    pushes, sent = world.users["pushes"], int(counts[rows].sum())
    pushes[rows] = np.minimum(MOST_PUSHES, pushes[rows] + counts[rows])
    world.tally[Count.MESSAGES] += sent
    pay_out(world, instance, sent * what.cost_fen_per_1000 // THOUSAND, Account.PARTNERS, Flow.MARKETING)


def occasions(world: World, what: Push) -> np.ndarray:
    """How many messages each user has to get today, int64 (users,)."""
    counts = np.zeros(len(world.users), np.int64)
    for about in what.about:
        if about == BROADCAST:
            counts += 1
        elif about == EXPIRY:
            counts += coupons_ending(world.users, world.today, what.lead_days)
        else:
            np.add.at(counts, world.orders["user"][parcels_about(world, about)], 1)
    return counts


def parcels_about(world: World, about: str) -> np.ndarray:
    """Which open orders there is something to tell of today; bool (orders,)."""
    orders, today = world.orders, world.today
    status, due = orders["status"], orders["due"]
    waiting = (status == PAID_FOR) & (orders["dispatch"] <= today)
    if about == LOGISTICS:
        return waiting & (due >= 0)
    if about == SIGN_OFF:
        return (due == today) & (waiting | (status == SENT))
    if about == REFUND:
        back = due + int(world.num["fulfil_return_days"][0])
        return (waiting & (due < 0)) | ((status == RETURNING) & (back <= today))
    raise ValueError(f"no messages about {about!r}")


def coupons_ending(users: np.ndarray, today: int, lead: int) -> np.ndarray:
    """How many of each user's coupons have their last day within `lead` days, int64 (users,)."""
    coupons = users["coupons"]
    ends = coupons["expiry"].astype(np.int64) - today
    return ((coupons["benefit"] > 0.0) & (ends >= 0) & (ends <= lead)).sum(axis=1, dtype=np.int64)


# ---- paid arrivals -------------------------------------------------------------------------------

def acquire(world: World, instance: str, what: Acquire) -> None:
    """Win over outsiders of a segment, each against its own draw, as many as today's allowance pays for."""
    users = world.users
    outside = members(world, "users", what.segment, instance, users["state"] == OUTSIDE) & (users["reached"] == 0)
    rows = np.flatnonzero(outside)
    rows = rows[draws(world.now, users["key"][rows], name_key(instance), int(Decision.ACQUIRE), 0) < what.hazard]
    rows = paid_for(world, instance, "users", rows, what.cost_fen, Decision.ACQUIRE, 1)
    users["reached"][rows] = 1
    world.tally[Count.ACQUIRED_FEN] += len(rows) * what.cost_fen
    pay_out(world, instance, len(rows) * what.cost_fen, Account.PARTNERS, Flow.MARKETING)


# ---- games ---------------------------------------------------------------------------------------

def invite_to_play(world: World, instance: str, what: Visit) -> None:
    """Open a game to the users of a segment, as many as could be rewarded; who has one already keeps it."""
    row, users = world.ledger.purses.index(instance), world.users
    free = members(world, "users", what.segment, instance) & (users["game_of"] == 0)
    rows = paid_for(world, instance, "users", np.flatnonzero(free), what.reward_fen, Decision.GAME, 1)
    users["game"][rows], users["game_of"][rows] = what.log_odds, row + 1
    world.day.rewards[instance] = what.reward_fen
