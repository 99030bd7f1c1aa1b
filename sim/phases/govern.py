"""Phase: merchants' experience scores (体验分)."""
from __future__ import annotations

from sim.jit import kernel
from sim.rules.govern import rate_service
from sim.tables import Tables


@kernel
def govern_rows(t: Tables, low: int, high: int) -> int:
    """Rate the merchants of rows [low, high)."""
    for i in range(low, high):
        rate_service(t, i)
    return high
