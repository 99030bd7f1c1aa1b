"""The head hosts leave the platform for good."""

from dataclasses import dataclass

from sim.schema import number
from sim.shocks.base import CREATORS, Absence, Effect, Shock, Target


@dataclass(frozen=True)
class HeadExit(Shock):
    """The best-selling hosts leave for good; who followed them follows nobody instead."""

    count: int = number("hosts", 1, 1000, "A", "how many leave, from the best seller down")

    @property
    def target(self) -> Target:
        """The best sellers of the day."""
        return Target(CREATORS, 1.0, self.count)

    def effects(self, day: int) -> list[Effect]:
        """On the day they are gone."""
        return [Absence(final=True)] if day == self.day else []
