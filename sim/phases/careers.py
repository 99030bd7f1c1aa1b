"""Phase: creators end the day: skill, income, styles, breaks and new careers."""
from __future__ import annotations

from sim.jit import kernel
from sim.rules.career import end_day
from sim.tables import Tables


@kernel
def careers_rows(t: Tables, low: int, high: int) -> int:
    """Let the creators of rows [low, high) end the day."""
    for i in range(low, high):
        end_day(t, i)
    return high
