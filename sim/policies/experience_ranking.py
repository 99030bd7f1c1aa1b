"""The experience score (体验分) counts in ranking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import number


@dataclass(frozen=True)
class ExperienceRanking(Policy):
    """Cards, rooms and lists of merchants with a better score of goods, content and service come first."""

    null: ClassVar[Mapping[str, Any]] = {"weight": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "govern"
    term: ClassVar[str] = "体验分流量加权"
    expect: ClassVar[str] = (
        "CCR falls and latent NPS rises over months; GMV dips first; merchants invest in service where the score pays.")
    tensions: ClassVar[str] = (
        "GMV of today against satisfaction; small and new shops have scores shrunk to the mean and gain nothing.")

    weight: float = number("1/point", 0, 5, "A", "of a point of the score in organic and list ranking; seed 003")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """The weight of the score."""
        level = self.level(day)
        return {} if level == 0.0 else {"experience_weight": self.weight * level}
