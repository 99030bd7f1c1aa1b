"""A floor of traffic for small creators and new goods (流量扶持)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import CARDS, ROOMS, Boost, Programme
from sim.schema import number


@dataclass(frozen=True)
class TrafficFloor(Policy):
    """Cards and rooms of creators of the segment, the tail by default, are lifted; new goods get more exploration."""

    null: ClassVar[Mapping[str, Any]] = {"boost": 0, "explore": 0}
    targets: ClassVar[str] = "creators"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "流量扶持 / 冷启动"
    expect: ClassVar[str] = (
        "Impressions of the tail rise, the head's fall; Gini of creators falls; GMV per impression falls at first.")
    tensions: ClassVar[str] = (
        "Traffic is conserved: what the small gain the large lose; the shadow cost says what ads would have brought.")

    boost: float = number("logit", 0, 5, "A", "for cards and rooms of the segment; seed 001")
    explore: float = number("share", 0, 0.5, "A", "added to the exploration share, for new goods; seed 003")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """More exploration, for goods little seen."""
        level = self.level(day)
        return {} if level == 0.0 else {"explore": self.explore * level}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Traffic for the segment's accounts."""
        lent = self.boost * self.level(day)
        return [Boost("creators", self.segment, lent, (CARDS, ROOMS))] if lent > 0.0 else []
