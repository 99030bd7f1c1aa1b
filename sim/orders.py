"""The order book, and the counter at which wishes become orders and orders become money.

`World.orders` holds the open orders in the order they were written: by day, then user row, product key and
venue. Final ones move to `World.closed` on the day they end.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.jit import kernel
from sim.rng import Venue
from sim.tables import CANCELLED, DELIVERED, EVENT, REFUNDED, SETTLED

if TYPE_CHECKING:
    from sim.world import World


POOR = 2  # stars up to which a good counts as a bad one


class Desk(NamedTuple):
    """What clearing and money read and write: `desk` in every rule of an order's life.

    Numbers, levers, clock; the parties; purses, freight covers and deals; the ledger's balances and flows with the
    rows at which merchants', creators' and purses' accounts begin.
    """

    num: np.ndarray
    lev: np.ndarray
    now: np.ndarray
    users: np.ndarray
    creators: np.ndarray
    merchants: np.ndarray
    products: np.ndarray
    purses: np.ndarray
    cover: np.ndarray
    deals: np.ndarray
    balances: np.ndarray
    moved: np.ndarray
    merchants_at: int
    creators_at: int
    purses_at: int


def desk_of(world: World) -> Desk:
    """The world's arrays as the rules of an order's life see them."""
    books = world.ledger
    return Desk(
        world.num, world.lev, world.now, world.users, world.creators, world.merchants, world.products,
        world.purses, world.cover, world.deals, books.balances, books.moved, books.merchants_at, books.creators_at,
        books.purses_at,
    )


def delivered_today(orders: np.ndarray, today: int) -> np.ndarray:
    """Places in the order book of the parcels delivered today, sorted by user row, day and product key."""
    places = np.flatnonzero((orders["due"] == today) & (orders["status"] == DELIVERED))
    return places[np.argsort(orders["user"][places], kind="stable")]


def quality_return(orders: np.ndarray) -> np.ndarray:
    """Which judged orders go back because the good is bad: defective, or so rated; bool (n,)."""
    return (orders["returned"] > 0) & ((orders["defect"] > 0) | (orders["stars"] <= POOR))


def poor_service(orders: np.ndarray) -> np.ndarray:
    """Which judged orders came late or ended in a complaint; bool (n,)."""
    return (orders["late"] > 0) | (orders["complained"] > 0)


def complained_of(orders: np.ndarray) -> np.ndarray:
    """Which judged orders count in the CCR: late, 1–2 stars, quality return or complaint; bool (n,)."""
    return poor_service(orders) | (orders["stars"] <= POOR) | quality_return(orders)


def take_final(world: World) -> None:
    """Move the orders that ended today from the book to `world.closed`, in the book's order."""
    final = is_final(world.orders)
    world.closed = world.orders[final]
    world.orders = world.orders[:_close_ranks(world.orders, final)]


def is_final(orders: np.ndarray) -> np.ndarray:
    """Which orders have ended: settled, refunded or cancelled; bool (n,)."""
    status = orders["status"]
    return (status == SETTLED) | (status == REFUNDED) | (status == CANCELLED)


@kernel
def _close_ranks(orders: np.ndarray, gone: np.ndarray) -> int:
    """Move the orders that stay to the front, in place and in their order; their number."""
    kept = 0
    for i in range(len(orders)):
        if not gone[i]:
            if kept < i:
                orders[kept] = orders[i]
            kept += 1
    return kept


def events_of(orders: np.ndarray, flag: int) -> np.ndarray:
    """One log entry an order from a video, for the recommender to learn from: who, whose offer, which good, what."""
    orders = orders[orders["venue"] == Venue.VIDEO]
    events = np.zeros(len(orders), EVENT)
    for name in ("user", "presenter", "product"):
        events[name] = orders[name]
    events["flags"], events["slot"] = flag, -1
    return events
