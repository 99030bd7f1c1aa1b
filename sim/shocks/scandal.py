"""A scandal: the head hosts lose trust and are off the air for some days."""

from dataclasses import dataclass

from sim.schema import number
from sim.shocks.base import CREATORS, Absence, Blame, Comeback, Effect, LastingShock, Target


@dataclass(frozen=True)
class Scandal(LastingShock):
    """The best-selling hosts lose public trust, show nothing for the length, and come back."""

    count: int = number("hosts", 1, 1000, "A", "how many are struck, from the best seller down")
    trust: float = number("sd", 0, 5, "A", "public trust that each loses")

    @property
    def target(self) -> Target:
        """The best sellers of the day."""
        return Target(CREATORS, 1.0, self.count)

    def effects(self, day: int) -> list[Effect]:
        """Trust on the day; off the air while it lasts; back on the day after."""
        if day == self.day + self.length:
            return [Comeback()]
        off: list[Effect] = [Absence(final=False)] if self.lasts(day) else []
        return [Blame(self.trust), *off] if day == self.day else off
