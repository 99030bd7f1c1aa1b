"""Plans that raise those above a bar (UP计划): merchants, new brands, creators or goods."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import CARDS, ROOMS, Boost, Lift, Programme
from sim.schema import choice, number


@dataclass(frozen=True)
class UpPlans(Policy):
    """The best of a kind by rank get traffic: accounts for cards and rooms, goods in cards, rooms and lists.

    Bars are ranks, never counts (the seeds' 1,000 of 3 M merchants, 100 k of 5 M creators), so that worlds compare.
    """

    null: ClassVar[Mapping[str, Any]] = {"boost": 0}
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "UP计划"
    expect: ClassVar[str] = (
        "Who lies above the bar sells more, who lies just below sells less; concentration rises with a high bar.")
    tensions: ClassVar[str] = (
        "Winners are chosen by sales, which traffic made: the rich get richer, against traffic_floor.")

    who: str = choice(("merchants", "creators", "products"), "whom the plan is for; the segment describes these")
    boost: float = number("logit", 0, 5, "A", "traffic for those above the bar; seeds 001, 004")

    @property
    def kind(self) -> str:
        """The kind that the segment describes."""
        return self.who

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Traffic for those above the bar."""
        lent = self.boost * self.level(day)
        if lent == 0.0:
            return []
        goods = self.who == "products"
        return [Lift(self.segment, lent) if goods else Boost(self.who, self.segment, lent, (CARDS, ROOMS))]
