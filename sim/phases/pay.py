"""Phase: standing intents become paid orders (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.ledger import Account, Flow
from sim.orders import desk_of, events_of
from sim.rules.purchase import order_all
from sim.tables import INTENT, ORDER, ORDERED, STANDS
from sim.tally import Count

if TYPE_CHECKING:
    from sim.world import World


def run(world: World) -> None:
    """Write and pay the day's orders, buyer by buyer; they join the order book and stand in `day.orders`.

    What was bought elsewhere is paid there.
    """
    day = world.day
    intents = standing(world)
    orders = np.zeros(len(intents), ORDER)
    merchants = world.products["merchant"][intents["product"]]
    counts = np.bincount(merchants, minlength=len(world.merchants))
    world.tally[Count.ADOPTIONS] += order_all(desk_of(world), intents, counts[merchants], orders)
    world.orders = np.concatenate([world.orders, orders])
    day.orders = orders
    day.events.append(events_of(orders, ORDERED))
    lost = int(world.tally[Count.LEAK_CHOICE_FEN])
    world.ledger.transfer(int(Account.HOUSEHOLDS), int(Account.OTHER_SHOPS), lost, Flow.OUTSIDE_PURCHASE)


def standing(world: World) -> np.ndarray:
    """The intents that stand, by user row, product key and venue: each buyer's in an order of their own."""
    intents = np.concatenate([*world.day.intents, np.zeros(0, INTENT)])
    intents = intents[intents["status"] == STANDS]
    keys = world.products["key"][intents["product"]]
    return intents[np.lexsort([intents["priority"], intents["venue"], keys, intents["user"]])]
