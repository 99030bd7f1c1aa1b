"""Phase: users watch the rooms they entered and buy there (users)."""

from sim.jit import kernel
from sim.rules.common import full
from sim.rules.rooms import watch_rooms


@kernel
def watch_live_rows(t, low, high):
    """Let the users of rows [low, high) watch and shop live."""
    for i in range(low, high):
        if full(t):
            return i
        watch_rooms(t, i)
    return high
