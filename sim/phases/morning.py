"""Before the first phase: yesterday's paper is cleared away."""

import numpy as np

from sim.world import World


def open_day(world: World) -> None:
    """Empty the day's buffers and counts; cards, rooms and lists stand until they are published anew."""
    day = world.day
    day.events, day.intents, day.changes = [], [], []
    day.orders, day.parcels, day.log = day.orders[:0], day.parcels[:0], day.log[:0]
    day.lapsed_budget = day.lapsed_stock = 0
    day.flows, day.rewards, day.traffic = {}, {}, []
    world.closed = world.closed[:0]
    world.tally = np.zeros_like(world.tally)
