"""What programmes do for shops: services, training, accounts, venues, splits of effort, freight insurance."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.bills import Bill, affordable, charge
from sim.ledger import Account, Flow
from sim.programmes import Accounts, Coach, Contract, Insurance, Quota, Studio, Training
from sim.segments import members

if TYPE_CHECKING:
    from sim.world import World


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
    """Serve the merchants of a segment today, as many as the allowance pays for; factors multiply, log-odds add up."""
    rows = np.flatnonzero(members(world, "merchants", what.segment, instance))
    rows = affordable(world, instance, "merchants", rows, what.fee_fen)
    world.studio["capacity"][rows] *= what.capacity
    world.studio["noise"][rows] *= what.noise
    world.studio["attract"][rows] += what.attract
    world.studio["certificate"][rows] += what.certificate
    charge(world, instance, Bill("merchants", rows, what.fee_fen, Account.PARTNERS, Flow.RENT))


def coach(world: World, instance: str, what: Coach) -> None:
    """Raise the service of the merchants of a segment a step, at most to the best there is."""
    service, inside = world.merchants["service"], members(world, "merchants", what.segment, instance)
    service[inside] = np.minimum(np.float32(1.0), service[inside] + np.float32(what.step))


def open_accounts(world: World, instance: str, what: Accounts) -> None:
    """Let the merchants of a segment publish with so many accounts, as many as the allowance pays for.

    Of several programmes for a shop the first that asks for another number than one counts.
    """
    more, studio = what.sales + what.brand - 1, world.studio
    single = (studio["accounts"] == 1) & (studio["brand"] == 0)
    rows = np.flatnonzero(members(world, "merchants", what.segment, instance) & single)
    rows = affordable(world, instance, "merchants", rows, what.cost_fen * more)
    studio["accounts"][rows], studio["brand"][rows] = 1 + more, what.brand
    studio["brand_pull"][rows], studio["brand_follow"][rows] = what.pull, what.follow
    charge(world, instance, Bill("merchants", rows, what.cost_fen * more, Account.LABOUR, Flow.WAGES))


def split(world: World, instance: str, what: Quota) -> None:
    """Set the split of effort of the merchants of a segment."""
    own, inside = world.merchants["budget"], members(world, "merchants", what.segment, instance)
    own[inside] += np.float32(what.weight) * (np.array(what.shares, np.float32) - own[inside])


def insure(world: World, instance: str, what: Insurance) -> None:
    """Cover a share of the segment's freight insurance; of several offers the largest counts, then the first."""
    row = world.ledger.purses.index(instance)
    inside = members(world, "merchants", what.segment, instance)
    better = inside & (np.float32(what.share) > world.cover["share"])
    world.cover["purse"][better], world.cover["share"][better] = row, what.share
