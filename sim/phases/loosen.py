"""Phase: users drop hosts and shops (users)."""

from sim.jit import kernel
from sim.rules.common import full
from sim.rules.loosen import loosen


@kernel
def loosen_rows(t, low, high):
    """Let the users of rows [low, high) drop ties."""
    for i in range(low, high):
        if full(t):
            return i
        loosen(t, i)
    return high
