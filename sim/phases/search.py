"""Phase: users search (users)."""

from sim.jit import kernel
from sim.rules.common import full
from sim.rules.shelf import search


@kernel
def search_rows(t, low, high):
    """Let the users of rows [low, high) search."""
    for i in range(low, high):
        if full(t):
            return i
        search(t, i)
    return high
