"""Phase: users open the app."""

from sim.jit import kernel
from sim.rules.arrival import open_app


@kernel
def arrive_rows(t, low, high):
    """Let the users of rows [low, high) decide whether to open the app."""
    for i in range(low, high):
        open_app(t, i)
    return high
