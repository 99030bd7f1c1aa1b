"""Phase: tastes wander, and follow what was viewed long (users)."""

from sim.jit import kernel
from sim.rules.taste import move_taste


@kernel
def taste_rows(t, low, high):
    """Move the tastes of the users of rows [low, high)."""
    for i in range(low, high):
        move_taste(t, i)
    return high
