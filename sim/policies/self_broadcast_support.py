"""Help for merchants who sell in rooms of their own (自播): before, during and after the broadcast."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Boost, Insurance, Programme, Training
from sim.schema import number


@dataclass(frozen=True)
class SelfBroadcastSupport(Policy):
    """Merchants' own rooms: training before, traffic, venue and tools during, freight insurance after the broadcast.

    Training, traffic and insurance go to the segment; venue and tools (`live`, `tools`) are open to all merchants.
    """

    null: ClassVar[Mapping[str, Any]] = {"training_hours": 0, "boost": 0, "live": 1, "tools": 0, "insurance": 0}
    targets: ClassVar[str] = "merchants"

    training_hours: float = number("hour", 0, 1000, "A", "practice that a course stands for, given as the ramp rises")
    training_yuan: float = number("yuan/merchant", 0, 1e5, "A", "price of the course; model.md §2.10")
    boost: float = number("logit", 0, 5, "A", "traffic for their accounts")
    live: float = number("×", 0, 10, "A", "frequency of own rooms where there is a venue")
    tools: float = number("0–1", 0, 1, "A", "hosting skill that tools lend")
    insurance: float = number("share", 0, 1, "A", "of the freight insurance premium")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """Venue and tools."""
        level = self.level(day)
        return {"merchant_live": 1.0 + (self.live - 1.0) * level, "merchant_tools": self.tools * level}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Training as the level rises, traffic and insurance while it lasts."""
        from sim.ledger import fen

        level = self.level(day)
        step = level - self.level(day - 1)
        found: list[Programme] = []
        if step > 0.0 and self.training_hours > 0.0:
            found.append(Training(self.segment, self.training_hours * step, fen(self.training_yuan * step)))
        if level * self.boost > 0.0:
            found.append(Boost("merchants", self.segment, level * self.boost))
        if level * self.insurance > 0.0:
            found.append(Insurance(self.segment, level * self.insurance))
        return found
