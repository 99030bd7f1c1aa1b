"""Data for merchants (罗盘): what their channels really bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Contract, Programme
from sim.schema import number


@dataclass(frozen=True)
class DataProduct(Policy):
    """Merchants of the segment read the return of their channels less noisily, for a fee."""

    null: ClassVar[Mapping[str, Any]] = {"noise": 1}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "抖音罗盘"
    expect: ClassVar[str] = (
        "Effort moves to the channels that pay within weeks; profit rises by less than the fee where all buy it.")
    tensions: ClassVar[str] = "Who reads the same data makes the same moves: what pays today is crowded tomorrow."

    noise: float = number("×", 0, 1, "A", "of attributed returns; cv .6 without it and .3 with, model.md §2.17")
    fee_yuan: float = number("yuan/day", 0, 1e5, "A", "subscription, owed to the provider; seed 003")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The subscription."""
        from sim.ledger import fen

        level = self.level(day)
        noise = 1.0 - (1.0 - self.noise) * level
        return [] if level == 0.0 else [Contract(self.segment, fen(self.fee_yuan), 1.0, noise)]
