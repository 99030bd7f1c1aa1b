"""Phase: programmes hand out what policies promised: coupons, traffic, training, insurance (platform)."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.jit import kernel
from sim.ledger import Account, Flow, split_discount
from sim.outreach import acquire, invite_to_play, push
from sim.phases.fund import fill
from sim.phases.policies import PAID, active, calendar_day, observe
from sim.programmes import Acquire, Boost, Grant, Insurance, Programme, Push, Studio, Training, Visit
from sim.rng import Decision, Venue, uniform
from sim.rules.coupons import give_coupon, is_drawn
from sim.segments import members, name_key
from sim.tables import FUNDERS, NO_STUDIO
from sim.tally import Count

if TYPE_CHECKING:
    from sim.world import World

LAST_EXPIRY = np.iinfo(np.int16).max


def run(world: World) -> None:
    """Clear away yesterday's traffic, venues and insurance, then carry out today's programmes by instance name."""
    world.boost[:], world.studio[:] = 0.0, NO_STUDIO
    world.cover["purse"], world.cover["share"] = -1, 0.0
    for instance, programme in todays(world):
        EXECUTE[type(programme)](world, instance, programme)


def todays(world: World) -> Iterator[tuple[str, Programme]]:
    """Today's programmes, each with the policy instance that pays for it."""
    day = calendar_day(world)
    for name, policy in active(world):
        for programme in policy.programmes(day, observe(world, name)):
            yield name, programme


def grant(world: World, instance: str, what: Grant) -> None:
    """Give coupons to those of the segment who are drawn today; an empty purse gives none."""
    row = world.ledger.purses.index(instance)
    if world.purses["left"][row] <= 0:
        return
    inside = members(world, "users", what.segment, instance)
    expiry = min(world.today + what.life_days, LAST_EXPIRY)
    world.tally[Count.COUPONS_GIVEN] += hand_out(
        world.users, inside, world.now, name_key(instance), what.share, row, what.benefit, what.threshold_fen, expiry)


@kernel
def hand_out(users: Any, inside: np.ndarray, now: Any, instance: int, share: float, row: int, benefit: float,
             threshold: int, expiry: int) -> int:
    """Draw among the users inside and give each one drawn a coupon; how many were given."""
    given = 0
    for i in range(len(users)):
        if inside[i] and is_drawn(now[0], users[i], instance, share):
            give_coupon(users[i], row, benefit, threshold, expiry)
            given += 1
    return given


def boost(world: World, instance: str, what: Boost) -> None:
    """Lend traffic to the accounts of a segment; what several programmes lend adds up."""
    first = len(world.creators) if what.kind == "merchants" else 0
    inside = np.flatnonzero(members(world, what.kind, what.segment, instance))
    for scope in what.scope:
        world.boost[scope][first + inside] += np.float32(what.log_odds)


def equip(world: World, instance: str, what: Studio) -> None:
    """Lend venue and tools to the merchants of a segment; frequencies multiply, skills add up."""
    inside = members(world, "merchants", what.segment, instance)
    world.studio["frequency"][inside] *= what.frequency
    world.studio["skill"][inside] += what.skill


def train(world: World, instance: str, what: Training) -> None:
    """Train the merchants of a segment, as many as today's allowance pays for, by a keyed draw."""
    row = world.ledger.purses.index(instance)
    rows = np.flatnonzero(members(world, "merchants", what.segment, instance))
    if what.cost_fen > 0:
        rows = in_turn(world, rows, instance)[:int(world.purses["left"][row]) // what.cost_fen]
    world.merchants["hours"][rows] += np.float32(what.hours)
    pay_training(world, row, instance, rows, what.cost_fen)


def in_turn(world: World, rows: np.ndarray, instance: str) -> np.ndarray:
    """Merchants in the order in which a scarce programme reaches them today: keyed, ties by key."""
    keys = world.merchants["key"][rows]
    return rows[np.lexsort((keys, draws(world.now, keys, name_key(instance))))]


@kernel
def draws(now: Any, keys: Any, instance: int) -> np.ndarray:
    """Today's draw of each key for a policy instance."""
    found = np.empty(len(keys))
    for i in range(len(keys)):
        found[i] = uniform(now[0], keys[i], instance, Decision.GRANT, Venue.NONE, 0)
    return found


def pay_training(world: World, row: int, instance: str, rows: np.ndarray, cost: int) -> None:
    """Pay `cost` fen a merchant, split over the funders; no creator is involved, so that part is the merchant's."""
    shares, ledger, n = np.zeros(FUNDERS, np.int64), world.ledger, len(rows)
    split_discount(cost, world.purses["funders"][row], shares)
    platform, merchant, creator, partner = (int(share) for share in shares)
    fill(world, row, platform * n)
    ledger.transfer(ledger.purse(instance), int(Account.LABOUR), platform * n, Flow.TRAINING)
    ledger.transfer(ledger.merchant(rows), int(Account.LABOUR), merchant + creator, Flow.TRAINING)
    ledger.transfer(int(Account.PARTNERS), int(Account.LABOUR), partner * n, Flow.TRAINING)
    world.purses["left"][row] -= cost * n
    world.purses["spent"][row] += cost * n
    world.policy_state[instance][PAID] += cost * n


def insure(world: World, instance: str, what: Insurance) -> None:
    """Cover a share of the segment's freight insurance; of several offers the largest counts, then the first."""
    row = world.ledger.purses.index(instance)
    inside = members(world, "merchants", what.segment, instance)
    better = inside & (np.float32(what.share) > world.cover["share"])
    world.cover["purse"][better], world.cover["share"][better] = row, what.share


EXECUTE: dict[type, Callable[..., None]] = {
    Grant: grant, Boost: boost, Studio: equip, Training: train, Insurance: insure,
    Push: push, Acquire: acquire, Visit: invite_to_play}
