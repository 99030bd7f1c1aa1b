"""Phase: merchants open their shops, order stock and decide on own rooms."""
from __future__ import annotations

from sim.jit import kernel
from sim.rules.stock import open_shop
from sim.tables import Tables


@kernel
def open_shop_rows(t: Tables, low: int, high: int) -> int:
    """Let the merchants of rows [low, high) prepare the day."""
    for i in range(low, high):
        open_shop(t, i)
    return high
