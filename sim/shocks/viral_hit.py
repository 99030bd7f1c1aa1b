"""A creator or a brand has a hit: what it shows goes viral for some days."""

import math
from dataclasses import dataclass

from sim.schema import choice, number
from sim.shocks.base import CREATORS, MERCHANTS, Effect, Hit, LastingShock, Target

KINDS = {"creator": CREATORS, "brand": MERCHANTS}


@dataclass(frozen=True)
class ViralHit(LastingShock):
    """What accounts in the middle of the market show is spread by the feed for the length, in videos and rooms."""

    who: str = choice(tuple(KINDS), "creators, or merchants' own accounts")
    rank: float = number("rank", 0, 1, "A", "of trailing sales among those present: 1 the best seller, .5 the middle")
    count: int = number("accounts", 1, 1000, "A", "how many, from that rank down")
    times: float = number("×", 1, 100, "A", "odds of being shown; seed cases grew ×3–4 (model.md §4, P24)")

    @property
    def target(self) -> Target:
        """The lucky ones."""
        return Target(KINDS[self.who], self.rank, self.count)

    def effects(self, day: int) -> list[Effect]:
        """Traffic while it lasts."""
        return [Hit(math.log(self.times))] if self.lasts(day) else []
