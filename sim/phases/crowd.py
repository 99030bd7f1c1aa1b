"""Phase: rooms count their viewers on a grid of ten minutes (platform)."""

import numpy as np

from sim.jit import kernel
from sim.tables import STEP
from sim.world import World


def run(world: World) -> None:
    """Count the day's stays into `rooms.viewer_minutes` and `rooms.entries`.

    Viewer-minutes are whole numbers and sum to the minutes stayed, so mean viewers × minutes open = Σ dwell exactly.
    """
    count_viewers(world.day.visits, world.day.rooms)


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
def spread(room: np.record, start: int, stop: int) -> None:
    """Add the minutes [start, stop) to the steps they fall into."""
    while start < stop:
        until = min(stop, (start // STEP + 1) * STEP)
        room.viewer_minutes[start // STEP] += until - start
        start = until
