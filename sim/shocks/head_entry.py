"""A star from elsewhere starts to host on the platform."""

from dataclasses import dataclass

from sim.schema import number
from sim.shocks.base import CREATORS, Debut, Effect, Shock, Target


@dataclass(frozen=True)
class HeadEntry(Shock):
    """A star begins to host: practised, gifted, and followed from the first day by a share of the users."""

    count: int = number("hosts", 1, 1000, "A", "how many stars begin; no more than rows in reserve")
    fans: float = number("share", 0, 1, "A", "of users on the platform who follow each, drawn by key")
    hours: float = number("hour", 0, 1e5, "A", "hours of hosting behind each; skill grows with them")
    talent: float = number("0–1", 0, 1, "A", "hosting skill born with")

    @property
    def target(self) -> Target:
        """Rows in reserve, on which new careers begin."""
        return Target(CREATORS, 0.0, self.count, waiting=True)

    def effects(self, day: int) -> list[Effect]:
        """The first day of the career; from then on the star lives as all hosts do."""
        return [Debut(self.fans, self.hours, self.talent)] if day == self.day else []
