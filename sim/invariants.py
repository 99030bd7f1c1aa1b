"""What must hold at the end of every day, whatever the policy. Checked in tests, and in runs with `check=true`."""

from collections.abc import Callable

import numpy as np

from sim.agents.user import BUYER, OUTSIDE, VISIT_SLOTS, VISITOR
from sim.metrics import MINUTES
from sim.tally import Count
from sim.world import World


class InvariantError(AssertionError):
    """A day ended in a state that cannot be."""


def check(world: World) -> None:
    """Hold the world against every invariant. Raises InvariantError naming the day and what broke."""
    for law in LAWS:
        if not law(world):
            raise InvariantError(f"day {world.today - world.cfg.burn_in}: {law.__doc__}")


def books_close(world: World) -> bool:
    """All accounts together sum to zero fen."""
    return world.ledger.total() == 0


def escrow_holds_open_orders(world: World) -> bool:
    """Escrow holds exactly what open orders are worth."""
    open_value = int((world.orders["paid"].astype(np.int64) + world.orders["subsidy"]).sum())
    return world.ledger.balance("escrow") == open_value


def outlay_is_accounted(world: World) -> bool:
    """Outlay + subsidies = settled + fees + commission + refunds + change of escrow."""
    flows = world.day.flows
    paid = flows["order_payment"] + flows["subsidy"]
    out = sum(flows[name] for name in ("settlement", "fee", "cps", "refund_user", "refund_purse"))
    return paid == out + flows["net_escrow"]


def purses_not_overdrawn(world: World) -> bool:
    """No purse has spent more than its budget."""
    accounts = [world.ledger.balance(f"purse:{name}") for name in world.ledger.purses]
    return bool((world.purses["left"] >= 0).all()) and all(balance >= 0 for balance in accounts)


def stock_not_negative(world: World) -> bool:
    """No good has negative stock."""
    return bool((world.products["stock"] >= 0).all())


def wallets_not_negative(world: World) -> bool:
    """No user has spent more than the week's money."""
    return bool((world.users["wallet"] >= 0).all())


def dwell_is_conserved(world: World) -> bool:
    """Viewer-minutes of all rooms equal the minutes that users stayed."""
    visits, stayed = world.day.visits, 0
    for slot in range(VISIT_SLOTS):
        stayed += int(visits["dwell"][:, slot].astype(np.int64).sum())
    return int(world.day.rooms["viewer_minutes"].sum()) == stayed


def minutes_are_conserved(world: World) -> bool:
    """The minutes of all visits are those spent in rooms, mall, search and shops, and those left for the feed."""
    left = world.users["minutes"].astype(np.int64)
    spent = sum(int(world.tally[count]) for count in MINUTES.values())
    return bool((left >= 0).all()) and int(left.sum()) + spent == int(world.tally[Count.MINUTES])


def nobody_is_lost(world: World) -> bool:
    """Everyone is outside, visitor or buyer, and as many users are marked as visiting today as opened the app."""
    known = bool(np.isin(world.users["state"], (OUTSIDE, VISITOR, BUYER)).all())
    return known and int(world.users["opened"].sum(dtype=np.int64)) == int(world.tally[Count.OPENED])


def stocks_are_finite(world: World) -> bool:
    """Every real-valued column of every population is a finite number."""
    return all(_finite(array) for array in (world.users, world.creators, world.merchants, world.products))


def _finite(array: np.ndarray) -> bool:
    """Whether all float columns are finite."""
    names = array.dtype.names or ()
    return all(np.isfinite(array[name]).all() for name in names if array[name].dtype.kind == "f")


def graph_is_consistent(world: World) -> bool:
    """Follower counts equal the rows of the graph."""
    counts = np.bincount(world.graph.follow_idx, minlength=len(world.creators))
    return bool((counts == world.creators["followers"]).all())


LAWS: tuple[Callable[[World], bool], ...] = (
    books_close, escrow_holds_open_orders, outlay_is_accounted, purses_not_overdrawn, stock_not_negative,
    wallets_not_negative, dwell_is_conserved, minutes_are_conserved, nobody_is_lost, stocks_are_finite,
    graph_is_consistent,
)
