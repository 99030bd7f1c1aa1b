"""Phase: parcels arrive, are judged and kept or sent back (users)."""
from __future__ import annotations

from sim.jit import kernel
from sim.rules.common import own_range
from sim.rules.satisfy import open_parcel
from sim.tables import Tables


@kernel
def receive_rows(t: Tables, low: int, high: int) -> int:
    """Let the users of rows [low, high) open their parcels of the day, which lie together by user row."""
    place, _ = own_range(t.parcels, low)
    while place < len(t.parcels) and t.parcels[place].user < high:
        open_parcel(t, place)
        place += 1
    return high
