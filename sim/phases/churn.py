"""Phase: users leave, arrive and start to shop (users)."""

from sim.jit import kernel
from sim.rules.churn import come_or_go


@kernel
def churn_rows(t, low, high):
    """Let the users of rows [low, high) come or go."""
    for i in range(low, high):
        come_or_go(t, i)
    return high
