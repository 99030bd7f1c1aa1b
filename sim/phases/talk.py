"""Phase: friends' opinions reach users (users)."""

from sim.jit import kernel
from sim.rules.survey import listen


@kernel
def talk_rows(t, low, high):
    """Let the users of rows [low, high) listen to their friends."""
    for i in range(low, high):
        listen(t, i)
    return high
