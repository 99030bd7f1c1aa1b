"""Reaching people: messages to users, arrivals bought outside, games that bring visits; out of policies' purses."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.user import OUTSIDE
from sim.jit import kernel
from sim.ledger import Account, Flow
from sim.phases.fund import fill
from sim.phases.policies import PAID
from sim.programmes import BROADCAST, EXPIRY, LOGISTICS, REFUND, SIGN_OFF, Acquire, Push, Visit
from sim.rng import Decision, Venue, uniform
from sim.segments import members, name_key
from sim.tables import PAID as PAID_FOR
from sim.tables import RETURNING, SENT
from sim.tally import Count

if TYPE_CHECKING:
    from sim.world import World

MOST_PUSHES = np.iinfo(np.uint8).max
PARTNER = 3  # place among a purse's funders
THOUSAND = 1000


def pay_out(world: World, instance: str, amount: int, account: Account, flow: Flow) -> None:
    """Let an instance's funders pay fen into an outside account.

    No good is sold, so what a merchant or creator would fund falls to the platform.
    """
    row, ledger = world.ledger.purses.index(instance), world.ledger
    partner = int(amount * world.purses["funders"][row, PARTNER])
    fill(world, row, amount - partner)
    ledger.transfer(ledger.purse(instance), int(account), amount - partner, flow)
    ledger.transfer(int(Account.PARTNERS), int(account), partner, flow)
    world.purses["left"][row] -= amount
    world.purses["spent"][row] += amount
    world.policy_state[instance][PAID] += amount


def allowance(world: World, instance: str) -> int:
    """Fen that an instance may still spend today."""
    return max(0, int(world.purses["left"][world.ledger.purses.index(instance)]))


# ---- messages ------------------------------------------------------------------------------------

def push(world: World, instance: str, what: Push) -> None:
    """Send the day's messages to a segment, user by user in keyed order as far as today's allowance pays for them."""
    counts = occasions(world, what)
    counts[~members(world, "users", what.segment, instance)] = 0
    rows = in_turn(world, np.flatnonzero(counts), instance, Decision.PUSH)
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
    rows = rows[lots(world.now, users["key"][rows], name_key(instance), int(Decision.ACQUIRE), 0) < what.hazard]
    rows = paid_for(world, instance, rows, what.cost_fen, Decision.ACQUIRE)
    users["reached"][rows] = 1
    world.tally[Count.ACQUIRED_FEN] += len(rows) * what.cost_fen
    pay_out(world, instance, len(rows) * what.cost_fen, Account.PARTNERS, Flow.MARKETING)


# ---- games ---------------------------------------------------------------------------------------

def invite_to_play(world: World, instance: str, what: Visit) -> None:
    """Open a game to the users of a segment, as many as could be rewarded; who has one already keeps it."""
    row, users = world.ledger.purses.index(instance), world.users
    free = members(world, "users", what.segment, instance) & (users["game_of"] == 0)
    rows = paid_for(world, instance, np.flatnonzero(free), what.reward_fen, Decision.GAME)
    users["game"][rows], users["game_of"][rows] = what.log_odds, row + 1
    world.day.rewards[instance] = what.reward_fen


# ---- what a purse pays for -----------------------------------------------------------------------

def paid_for(world: World, instance: str, rows: np.ndarray, cost: int, decision: Decision) -> np.ndarray:
    """Those of some users for whom today's allowance pays `cost` fen each, by a keyed draw."""
    if cost <= 0:
        return rows
    return in_turn(world, rows, instance, decision)[:allowance(world, instance) // cost]


def in_turn(world: World, rows: np.ndarray, instance: str, decision: Decision) -> np.ndarray:
    """Users in the order in which something scarce reaches them today: keyed, ties by key."""
    keys = world.users["key"][rows]
    return rows[np.lexsort((keys, lots(world.now, keys, name_key(instance), int(decision), 1)))]


@kernel
def lots(now: Any, keys: Any, instance: int, decision: int, draw: int) -> np.ndarray:
    """Today's draw of each key for a policy instance, uniform (n,)."""
    found = np.empty(len(keys))
    for i in range(len(keys)):
        found[i] = uniform(now[0], keys[i], instance, decision, Venue.NONE, draw)
    return found
