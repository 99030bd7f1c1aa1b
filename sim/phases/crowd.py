"""Phase: rooms count their viewers on a grid of ten minutes, and hosts pitch goods accordingly (platform)."""

import numpy as np

from sim.jit import kernel
from sim.rules.roles import pitch_goods
from sim.tables import STEP
from sim.world import World


def run(world: World) -> None:
    """Count the day's stays into `rooms.viewer_minutes` and `rooms.entries`; hosts then plan what they pitch.

    Viewer-minutes are whole numbers and sum to the minutes stayed, so mean viewers × minutes open = Σ dwell exactly.
    """
    count_viewers(world.day.visits, world.day.rooms)
    plan_pitches(world.now, world.num, world.day.rooms, world.products)


@kernel
def count_viewers(visits: np.ndarray, rooms: np.ndarray) -> None:
    """Spread every stay over the steps of its room's grid, minute by minute."""
    for i in range(visits.shape[0]):
        for slot in range(visits.shape[1]):
            visit = visits[i, slot]
            if visit.dwell == 0:
                break
            room = rooms[visit.room]
            room.entries += 1
            spread(room, visit.minute, visit.minute + visit.dwell)


@kernel
def plan_pitches(now: np.ndarray, num: np.ndarray, rooms: np.ndarray, products: np.ndarray) -> None:
    """Every host's pitches of the day."""
    for r in range(len(rooms)):
        pitch_goods(now[0], num[0], rooms[r], products)


@kernel
def spread(room: np.record, start: int, stop: int) -> None:
    """Add the minutes [start, stop) to the steps they fall into."""
    while start < stop:
        until = min(stop, (start // STEP + 1) * STEP)
        room.viewer_minutes[start // STEP] += until - start
        start = until
