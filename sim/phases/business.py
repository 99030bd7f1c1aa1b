"""Phase: merchants end the day: books, bids, budgets, prices, investment, closing and opening."""
from __future__ import annotations

from sim.jit import kernel
from sim.rules.business import run_firm
from sim.tables import Tables


@kernel
def business_rows(t: Tables, low: int, high: int) -> int:
    """Let the merchants of rows [low, high) end the day."""
    for i in range(low, high):
        run_firm(t, i)
    return high
