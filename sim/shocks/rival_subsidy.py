"""A rival platform subsidises the same goods."""

from dataclasses import dataclass

from sim.schema import number
from sim.shocks.base import LastingShock


@dataclass(frozen=True)
class RivalSubsidy(LastingShock):
    """The same goods are cheaper elsewhere for some days."""

    depth: float = number("share off", 0, 0.9, "A", "of prices elsewhere; model.md §3: 10 % for 30 days")

    def levers(self, day: int) -> dict[str, float]:
        """Prices outside while it lasts."""
        return {"outside_price": 1.0 - self.depth} if self.lasts(day) else {}
