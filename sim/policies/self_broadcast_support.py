"""Help for merchants who sell in rooms of their own (自播): before, during and after the broadcast."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import ROOMS, Boost, Insurance, Programme, Studio, Training
from sim.schema import number


@dataclass(frozen=True)
class SelfBroadcastSupport(Policy):
    """Merchants' own rooms: training before, traffic, venue and tools during, freight insurance after the broadcast.

    All of it goes to the segment, and traffic to its rooms alone: its videos are ranked as before.
    """

    null: ClassVar[Mapping[str, Any]] = {"training_hours": 0, "boost": 0, "live": 1, "tools": 0, "insurance": 0}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "商家自播扶持"
    expect: ClassVar[str] = (
        "Own rooms' share of live sales rises; insurance raises orders and the return rate, GMV_net either way.")
    tensions: ClassVar[str] = (
        "Traffic for own rooms is taken from creators' rooms; insurance brings orders and returns alike.")

    training_hours: float = number("hour", 0, 1000, "A", "practice that a course stands for, given as the ramp rises")
    training_yuan: float = number("yuan/merchant", 0, 1e5, "A", "price of the course; model.md §2.10")
    boost: float = number("logit", 0, 5, "A", "traffic for their rooms")
    live: float = number("×", 0, 10, "A", "frequency of own rooms where there is a venue")
    tools: float = number("0–1", 0, 1, "A", "hosting skill that tools lend")
    insurance: float = number("share", 0, 1, "A", "of the freight insurance premium")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Training as the level rises; traffic, venue, tools and insurance while it lasts."""
        from sim.ledger import fen

        level = self.level(day)
        step = level - self.level(day - 1)
        found: list[Programme] = []
        if step > 0.0 and self.training_hours > 0.0:
            found.append(Training(self.segment, self.training_hours * step, fen(self.training_yuan * step)))
        if level * self.boost > 0.0:
            found.append(Boost("merchants", self.segment, level * self.boost, (ROOMS,)))
        if level > 0.0 and (self.live != 1.0 or self.tools > 0.0):
            found.append(Studio(self.segment, 1.0 + (self.live - 1.0) * level, self.tools * level))
        if level * self.insurance > 0.0:
            found.append(Insurance(self.segment, level * self.insurance))
        return found
