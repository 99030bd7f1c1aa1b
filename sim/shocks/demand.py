"""Demand jumps or slumps: needs arise faster or slower."""

from dataclasses import dataclass

from sim.schema import number
from sim.shocks.base import LastingShock


@dataclass(frozen=True)
class Demand(LastingShock):
    """Needs arise at another rate for some days; nobody saw it coming."""

    factor: float = number("×", 0, 100, "A", "of the usual rate: 8 a peak such as 11-11, below 1 a slump")

    def levers(self, day: int) -> dict[str, float]:
        """The rate of needs while it lasts."""
        return {"need": self.factor} if self.lasts(day) else {}
