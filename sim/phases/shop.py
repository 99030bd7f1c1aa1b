"""Phase: users visit shops and follow diversions (users)."""

from sim.jit import kernel
from sim.rules.common import full
from sim.rules.shelf import visit_shops


@kernel
def shop_rows(t, low, high):
    """Let the users of rows [low, high) visit shops."""
    for i in range(low, high):
        if full(t):
            return i
        visit_shops(t, i)
    return high
