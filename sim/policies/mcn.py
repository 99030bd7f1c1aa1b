"""Contracts with agencies (MCN): assortment and training for a share of commission."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Membership, Programme, Training
from sim.schema import number


@dataclass(frozen=True)
class Mcn(Policy):
    """Creators of the segment sign with an MCN, for good, and are trained once, as the ramp rises.

    Who has signed sees twice as many goods a week, and pays the MCN its cut of commission.
    """

    null: ClassVar[Mapping[str, Any]] = {"signed": 0, "training_hours": 0}
    targets: ClassVar[str] = "creators"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "MCN 机构"
    expect: ClassVar[str] = (
        "Offers fit better and hosts get skilled: sales of those signed rise; their income by less, for the MCN takes "
        "its cut.")
    tensions: ClassVar[str] = (
        "The MCN earns on hosts who would have grown anyway; it does not end when the policy does.")

    signed: float = number("share", 0, 1, "A", "of the segment that signs; seed 000")
    training_hours: float = number("hour", 0, 1000, "A", "practice that a course stands for; seed 000")
    training_yuan: float = number("yuan/creator", 0, 1e5, "A", "price of the course; model.md §2.10")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Contracts, and the course in steps as the level rises."""
        from sim.ledger import fen

        level = self.level(day)
        step = level - self.level(day - 1)
        found: list[Programme] = []
        if level * self.signed > 0.0:
            found.append(Membership(replace(self.segment, share=self.segment.share * self.signed * level)))
        if step > 0.0 and self.training_hours > 0.0:
            cost = fen(self.training_yuan * step)
            found.append(Training(self.segment, self.training_hours * step, cost, "creators"))
        return found
