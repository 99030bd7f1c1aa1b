"""Phase: creators renew offers and decide on live rooms."""
from __future__ import annotations

from sim.jit import kernel
from sim.rules.host import go_live
from sim.tables import Tables


@kernel
def live_rows(t: Tables, low: int, high: int) -> int:
    """Let the creators of rows [low, high) decide."""
    for i in range(low, high):
        go_live(t, i)
    return high
