"""What programmes do for goods: prices for all and for newcomers, traffic, labels, places among hosts' offers."""
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.bills import is_broke
from sim.programmes import Assortment, Deal, Label, Lift, Welcome
from sim.rng import Venue
from sim.segments import members
from sim.tables import ENDLESS
from sim.world import Loan

if TYPE_CHECKING:
    from sim.world import World


def lift(world: World, instance: str, what: Lift) -> None:
    """Lend traffic to the goods of a segment; what several programmes lend adds up."""
    lent = members(world, "products", what.segment, instance) * what.log_odds
    world.deals["lift"] += lent.astype(np.float32)
    world.day.lent.append(Loan(instance, None, lent))


def deal(world: World, instance: str, what: Deal) -> None:
    """Cut the price of the goods of a segment; of several cuts the largest counts, then the first."""
    if is_broke(world, instance):
        return
    share = np.full(len(world.products), what.share) if what.price_fen is None else cut_to(world, what.price_fen)
    share, deals = share.astype(np.float32), world.deals
    better = members(world, "products", what.segment, instance) & (share > deals["benefit"])
    deals["purse"][better], deals["benefit"][better] = world.ledger.purses.index(instance), share[better]
    deals["venues"][better], deals["units"][better] = bits(what.venues), units(world, what.units_per_1000)


def welcome(world: World, instance: str, what: Welcome) -> None:
    """Make goods of a pool cheap for newcomers; of several cuts the largest counts, then the first."""
    if is_broke(world, instance):
        return
    share, deals = cut_to(world, what.price_fen).astype(np.float32), world.deals
    better = members(world, "products", what.pool, instance) & (share > deals["entry_benefit"])
    deals["entry_purse"][better], deals["entry_benefit"][better] = world.ledger.purses.index(instance), share[better]
    deals["entry_venues"][better], deals["entry_pull"][better] = bits(what.venues), what.pull
    deals["entry_days"][better], deals["entry_orders"][better] = what.days, what.orders


def cut_to(world: World, price_fen: int) -> np.ndarray:
    """The share off with which each good costs so many fen, float64 (products,)."""
    price = world.products["price"].astype(np.float64)
    return np.maximum(0.0, 1.0 - price_fen / np.maximum(price, 1.0))


def bits(venues: Sequence[str]) -> int:
    """Venues as bits by their number."""
    return sum(1 << Venue[name.upper()] for name in venues)


def units(world: World, per_1000: float | None) -> int:
    """Units of each good for so many a 1,000 users on the platform, at least one."""
    if per_1000 is None:
        return ENDLESS
    return max(1, round(per_1000 * int((world.users["state"] > 0).sum()) / 1000))


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
