"""Phase: cancellations, dispatch and delivery (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.jit import kernel
from sim.orders import Desk, delivered_today, desk_of
from sim.rules.payment import refund, send
from sim.tables import CANCELLED, DELIVERED, PAID, SENT, Record

if TYPE_CHECKING:
    from sim.world import World


def run(world: World) -> None:
    """Move the open orders a day on; what arrives today lies in `day.parcels`, by its receiver's row."""
    advance_all(desk_of(world), world.orders)
    world.day.parcels = world.orders[delivered_today(world.orders, world.today)]


@kernel
def advance_all(desk: Desk, orders: np.ndarray) -> None:
    """Advance every open order."""
    for i in range(len(orders)):
        advance(desk, orders[i])


@kernel
def advance(desk: Desk, order: Record) -> None:
    """Move one order a day on: cancelled or dispatched the day after payment, delivered when due."""
    today = desk.now[0].day
    if order.status == PAID and order.dispatch <= today:
        if order.due < 0:
            _cancel(desk, order, today)
        else:
            send(desk, order)
            order.status = SENT
    if order.status == SENT and order.due <= today:
        order.status = DELIVERED


@kernel
def _cancel(desk: Desk, order: Record, today: int) -> None:
    """Cancel before dispatch: everybody has their money back and the good stays on the shelf."""
    refund(desk, order)
    desk.products[order.product].stock += 1
    order.status, order.final = CANCELLED, today
