"""Phase: users go through the feed's videos (users)."""

from sim.jit import kernel
from sim.rules.common import full
from sim.rules.feed import browse


@kernel
def feed_rows(t, low, high):
    """Let the users of rows [low, high) browse the feed."""
    for i in range(low, high):
        if full(t):
            return i
        browse(t, i)
    return high
