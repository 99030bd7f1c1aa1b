"""Logistics break down: warehouses send less."""

from dataclasses import dataclass

from sim.schema import number
from sim.shocks.base import LastingShock


@dataclass(frozen=True)
class LogisticsCut(LastingShock):
    """All warehouses can send only a part of what they usually could, for some days."""

    factor: float = number("×", 0, 1, "A", "of the usual capacity; model.md §3: half")

    def levers(self, day: int) -> dict[str, float]:
        """Capacity while it lasts."""
        return {"capacity": self.factor} if self.lasts(day) else {}
