"""Help for niches: produce of farmers (三农), books, home-grown brands (国货), new designers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import CARDS, ROOMS, Boost, Programme, Training
from sim.schema import number


@dataclass(frozen=True)
class NicheSupport(Policy):
    """Merchants of chosen categories get traffic for cards and rooms, and a course once, as the ramp rises."""

    null: ClassVar[Mapping[str, Any]] = {"boost": 0, "training_hours": 0}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "三农 / 图书 / 国货扶持"
    expect: ClassVar[str] = (
        "Sales of the niche rise, others' fall by the traffic it gets; its hosts keep their skill when the help ends.")
    tensions: ClassVar[str] = "A niche that few want costs the attention of many: interest served falls."

    boost: float = number("logit", 0, 5, "A", "for cards and rooms of the segment; seed 001")
    training_hours: float = number("hour", 0, 1000, "A", "practice that a course stands for; seed 003")
    training_yuan: float = number("yuan/merchant", 0, 1e5, "A", "price of the course; model.md §2.10")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Traffic while it lasts; the course in steps as the level rises."""
        from sim.ledger import fen

        level = self.level(day)
        step = level - self.level(day - 1)
        found: list[Programme] = []
        if level * self.boost > 0.0:
            found.append(Boost("merchants", self.segment, level * self.boost, (CARDS, ROOMS)))
        if step > 0.0 and self.training_hours > 0.0:
            found.append(Training(self.segment, self.training_hours * step, fen(self.training_yuan * step)))
        return found
