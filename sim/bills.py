"""What policies pay apart from orders: for as many agents as today's allowance reaches, split over the funders."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.jit import kernel
from sim.ledger import Account, Flow, split_discount
from sim.phases.fund import fill
from sim.rng import Decision, Venue, uniform
from sim.segments import name_key
from sim.tables import FUNDERS, PARTNER
from sim.world import PAID

if TYPE_CHECKING:
    from sim.world import World


class Bill(NamedTuple):
    """What is due for some agents of a kind: `cost` fen each, to an outside account."""

    kind: str
    rows: np.ndarray
    cost: int
    account: Account
    flow: Flow


def charge(world: World, instance: str, bill: Bill) -> None:
    """Pay a bill, split over the instance's funders; the parts of merchant and creator are those of whom it is for."""
    row, ledger, n = world.ledger.purses.index(instance), world.ledger, len(bill.rows)
    shares = np.zeros(FUNDERS, np.int64)
    split_discount(bill.cost, world.purses["funders"][row], shares)
    platform, merchant, creator, partner = (int(share) for share in shares)
    fill(world, row, platform * n)
    account = ledger.merchant if bill.kind == "merchants" else ledger.creator
    ledger.transfer(ledger.purse(instance), int(bill.account), platform * n, bill.flow)
    ledger.transfer(account(bill.rows), int(bill.account), merchant + creator, bill.flow)
    ledger.transfer(int(Account.PARTNERS), int(bill.account), partner * n, bill.flow)
    book(world, instance, bill.cost * n)


def pay_out(world: World, instance: str, amount: int, account: Account, flow: Flow) -> None:
    """Let an instance's funders pay fen that are for no merchant and no creator: their parts fall to the platform."""
    row, ledger = world.ledger.purses.index(instance), world.ledger
    partner = int(amount * world.purses["funders"][row, PARTNER])
    fill(world, row, amount - partner)
    ledger.transfer(ledger.purse(instance), int(account), amount - partner, flow)
    ledger.transfer(int(Account.PARTNERS), int(account), partner, flow)
    book(world, instance, amount)


def book(world: World, instance: str, amount: int) -> None:
    """Take fen that were paid apart from orders out of an instance's allowance."""
    row = world.ledger.purses.index(instance)
    world.purses["left"][row] -= amount
    world.purses["spent"][row] += amount
    world.policy_state[instance][PAID] += amount


def allowance(world: World, instance: str) -> int:
    """Fen that an instance may still spend today."""
    return max(0, int(world.purses["left"][world.ledger.purses.index(instance)]))


def is_broke(world: World, instance: str) -> bool:
    """Whether nothing is left of an instance's allowance today, which then counts as a refusal."""
    row = world.ledger.purses.index(instance)
    broke = bool(world.purses["left"][row] <= 0)
    world.purses["refused"][row] += broke
    return broke


def affordable(world: World, instance: str, kind: str, rows: np.ndarray, cost: int) -> np.ndarray:
    """Those of some agents for whom today's allowance pays `cost` fen each, by a keyed draw; the others are refused."""
    reached = paid_for(world, instance, kind, rows, cost)
    world.purses["refused"][world.ledger.purses.index(instance)] += len(rows) - len(reached)
    return reached


def paid_for(world: World, instance: str, kind: str, rows: np.ndarray, cost: int, decision: Decision = Decision.GRANT,
             draw: int = 0) -> np.ndarray:
    """Those of some agents for whom today's allowance pays `cost` fen each, by a keyed draw."""
    if cost <= 0:
        return rows
    return in_turn(world, instance, kind, rows, decision, draw)[:allowance(world, instance) // cost]


def in_turn(world: World, instance: str, kind: str, rows: np.ndarray, decision: Decision, draw: int) -> np.ndarray:
    """Agents in the order in which something scarce reaches them today: keyed, ties by key."""
    keys = getattr(world, kind)["key"][rows]
    return rows[np.lexsort((keys, draws(world.now, keys, name_key(instance), int(decision), draw)))]


@kernel
def draws(now: Any, keys: Any, instance: int, decision: int, draw: int) -> np.ndarray:
    """Today's draw of each key for a policy instance, uniform (n,)."""
    found = np.empty(len(keys))
    for i in range(len(keys)):
        found[i] = uniform(now[0], keys[i], instance, decision, Venue.NONE, draw)
    return found
