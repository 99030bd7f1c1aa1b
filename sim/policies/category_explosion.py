"""One category or brand everywhere for some days (品类爆发): many hosts at once, at a negotiated price."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import VENUES, Deal, Lift, Programme
from sim.schema import number


@dataclass(frozen=True)
class CategoryExplosion(Policy):
    """For some days goods of the segment are lifted in feed, rooms and lists and cheaper everywhere.

    From the day it is announced merchants make room for the orders they expect.
    """

    null: ClassVar[Mapping[str, Any]] = {"lift": 0, "depth": 0, "uplift": 0}
    targets: ClassVar[str] = "products"
    group: ClassVar[str] = "excite"
    term: ClassVar[str] = "品类爆发"
    expect: ClassVar[str] = (
        "Orders of the segment peak in those days and lie below control for weeks after: wants served early, cupboards "
        "full.")
    tensions: ClassVar[str] = (
        "Other categories lose the exposure on the same days; warehouses that were not told ship late.")

    lift: float = number("logit", 0, 5, "A", "traffic for the goods; seed 000")
    depth: float = number("share off", 0, 0.9, "A", "negotiated with the merchants; seed 000")
    days: int = number("day", 1, 365, "A", "how long it lasts, never beyond stop")
    uplift: float = number("share", 0, 10, "A", "extra orders that merchants expect, all of them")
    lead: int = number("day", 1, 365, "A", "days from announce until they have that room; model.md §2.17")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """What merchants expect and have made room for so far."""
        if not self.active(day) or day >= self.start + self.days:
            return {}
        ready = min(1.0, (day - self.known + 1) / self.lead)
        return {"expected_demand": 1.0 + self.uplift * self.intensity * self.segment.share * ready}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Traffic and price of the goods, while it lasts."""
        level = self.level(day) if day < self.start + self.days else 0.0
        found: list[Programme] = []
        if level * self.lift > 0.0:
            found.append(Lift(self.segment, self.lift * level))
        if level * self.depth > 0.0:
            found.append(Deal(self.segment, self.depth * level, VENUES))
        return found
