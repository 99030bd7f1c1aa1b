"""Phase: users enter live rooms (users)."""

from sim.jit import kernel
from sim.rules.common import full
from sim.rules.rooms import enter_rooms


@kernel
def enter_rows(t, low, high):
    """Let the users of rows [low, high) enter rooms."""
    for i in range(low, high):
        if full(t):
            return i
        enter_rooms(t, i)
    return high
