"""Phase: programmes hand out what policies promised: coupons, deals, traffic, training, insurance (platform)."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.audits import audit, keep_down, penalised
from sim.bills import Bill, affordable, allowance, charge, pay_out
from sim.jit import kernel
from sim.ledger import Account, Flow
from sim.outreach import acquire, invite_to_play, push
from sim.phases.policies import active, calendar_day, observe
from sim.programmes import (
    Acquire,
    Assortment,
    Audit,
    Boost,
    Contract,
    Deal,
    Grant,
    Insurance,
    Label,
    Lift,
    Membership,
    Programme,
    Push,
    Quota,
    Reward,
    Studio,
    Training,
    Visit,
)
from sim.rng import Venue
from sim.rules.coupons import give_coupon, is_drawn
from sim.segments import members, name_key
from sim.tables import NO_DEAL, NO_STUDIO
from sim.tally import Count
from sim.world import Loan

if TYPE_CHECKING:
    from sim.world import World

LAST_EXPIRY = np.iinfo(np.int16).max


def run(world: World) -> None:
    """Clear away yesterday's traffic, deals, venues and insurance, then carry out today's programmes by instance."""
    world.boost[:], world.studio[:], world.deals[:] = 0.0, NO_STUDIO, NO_DEAL
    world.cover["purse"], world.cover["share"] = -1, 0.0
    world.products["labels"], world.day.lent = 0, []
    keep_down(world, penalised(world))
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
        world.purses["refused"][row] += 1
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
        lent = np.zeros(len(world.boost))
        lent[first + inside] = what.log_odds
        world.day.lent.append(Loan(instance, scope, lent))


def lift(world: World, instance: str, what: Lift) -> None:
    """Lend traffic to the goods of a segment; what several programmes lend adds up."""
    lent = members(world, "products", what.segment, instance) * what.log_odds
    world.deals["lift"] += lent.astype(np.float32)
    world.day.lent.append(Loan(instance, None, lent))


def deal(world: World, instance: str, what: Deal) -> None:
    """Cut the price of the goods of a segment; of several cuts the largest counts, then the first."""
    row = world.ledger.purses.index(instance)
    if world.purses["left"][row] <= 0:
        world.purses["refused"][row] += 1
        return
    price = world.products["price"].astype(np.float64)
    share = np.full(len(price), what.share)
    if what.price_fen is not None:
        share = np.maximum(0.0, 1.0 - what.price_fen / np.maximum(price, 1.0))
    share = share.astype(np.float32)
    better = members(world, "products", what.segment, instance) & (share > world.deals["benefit"])
    world.deals["purse"][better], world.deals["benefit"][better] = row, share[better]
    world.deals["venues"][better] = sum(1 << Venue[name.upper()] for name in what.venues)


def assort(world: World, instance: str, what: Assortment) -> None:
    """Put goods of a pool among the offers of a segment's creators: the nearest to what each stands for."""
    pool = np.flatnonzero(members(world, "products", what.pool, instance))
    places = min(what.places, len(pool))
    for row in np.flatnonzero(members(world, "creators", what.segment, instance)) if places else ():
        offers = world.creators["offers"][row]
        kept = [good for good in offers if good >= 0 and good not in pool]
        fit = (world.products["position"][pool] * world.creators["position"][row]).sum(axis=1, dtype=np.float64)
        best = pool[np.argsort(-fit, kind="stable")[:places]]
        offers[:] = [*best, *kept, *[-1] * len(offers)][:len(offers)]


def label(world: World, instance: str, what: Label) -> None:
    """Mark the goods of a segment for today."""
    world.products["labels"][members(world, "products", what.segment, instance)] |= np.uint32(what.bit)


def equip(world: World, instance: str, what: Studio) -> None:
    """Lend venue and tools to the merchants of a segment; frequencies multiply, skills add up."""
    inside = members(world, "merchants", what.segment, instance)
    world.studio["frequency"][inside] *= what.frequency
    world.studio["skill"][inside] += what.skill


def train(world: World, instance: str, what: Training) -> None:
    """Train the merchants or creators of a segment, as many as today's allowance pays for, by a keyed draw."""
    rows = np.flatnonzero(members(world, what.kind, what.segment, instance))
    rows = affordable(world, instance, what.kind, rows, what.cost_fen)
    getattr(world, what.kind)["hours"][rows] += np.float32(what.hours)
    charge(world, instance, Bill(what.kind, rows, what.cost_fen, Account.LABOUR, Flow.TRAINING))


def subscribe(world: World, instance: str, what: Contract) -> None:
    """Serve the merchants of a segment today, as many as the allowance pays for; services multiply."""
    rows = np.flatnonzero(members(world, "merchants", what.segment, instance))
    rows = affordable(world, instance, "merchants", rows, what.fee_fen)
    world.studio["capacity"][rows] *= what.capacity
    world.studio["noise"][rows] *= what.noise
    charge(world, instance, Bill("merchants", rows, what.fee_fen, Account.PARTNERS, Flow.RENT))


def sign(world: World, instance: str, what: Membership) -> None:
    """Put the creators of a segment under contract with an MCN."""
    world.creators["mcn"][members(world, "creators", what.segment, instance)] = 1


def split(world: World, instance: str, what: Quota) -> None:
    """Set the split of effort of the merchants of a segment."""
    own, inside = world.merchants["budget"], members(world, "merchants", what.segment, instance)
    own[inside] += np.float32(what.weight) * (np.array(what.shares, np.float32) - own[inside])


def reward(world: World, instance: str, what: Reward) -> None:
    """Pay users, as many as today's allowance pays for."""
    count = min(what.count, allowance(world, instance) // max(what.amount_fen, 1))
    world.purses["refused"][world.ledger.purses.index(instance)] += what.count - count
    pay_out(world, instance, count * what.amount_fen, Account.HOUSEHOLDS, Flow.REWARD)


def insure(world: World, instance: str, what: Insurance) -> None:
    """Cover a share of the segment's freight insurance; of several offers the largest counts, then the first."""
    row = world.ledger.purses.index(instance)
    inside = members(world, "merchants", what.segment, instance)
    better = inside & (np.float32(what.share) > world.cover["share"])
    world.cover["purse"][better], world.cover["share"][better] = row, what.share


EXECUTE: dict[type, Callable[..., None]] = {
    Grant: grant, Boost: boost, Lift: lift, Assortment: assort, Deal: deal, Label: label, Studio: equip,
    Training: train, Insurance: insure, Membership: sign, Contract: subscribe, Quota: split, Audit: audit,
    Reward: reward, Push: push, Acquire: acquire, Visit: invite_to_play}
