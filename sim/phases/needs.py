"""Phase: needs arise and stocks fade (users)."""

from sim.jit import kernel
from sim.rules.needs import wake


@kernel
def needs_rows(t, low, high):
    """Wake the users of rows [low, high)."""
    for i in range(low, high):
        wake(t, i)
    return high
