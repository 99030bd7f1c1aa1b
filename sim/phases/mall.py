"""Phase: users visit the mall (users)."""

from sim.jit import kernel
from sim.rules.common import full
from sim.rules.shelf import visit_mall


@kernel
def mall_rows(t, low, high):
    """Let the users of rows [low, high) visit the mall."""
    for i in range(low, high):
        if full(t):
            return i
        visit_mall(t, i)
    return high
