"""Reminders to stock up (周期购): coupons for old users whose supply is running out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Grant, Programme, Segment
from sim.schema import number


@dataclass(frozen=True)
class Replenishment(Policy):
    """Who has bought in a category that is used up gets a coupon for its goods when the cupboard has sunk low."""

    null: ClassVar[Mapping[str, Any]] = {"depth": 0}
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "周期购"
    expect: ClassVar[str] = (
        "A coupon comes when a need is near: redeemed more often than one given at random, and only in those "
        "categories.")
    tensions: ClassVar[str] = (
        "Pays for orders that the need would have brought; cupboards filled today are orders missing next month.")

    depth: float = number("share off", 0, 0.9, "A", "of the coupon; seed 002")
    threshold_yuan: float = number("yuan", 0, 1e6, "A", "least price it is valid for")
    life: int = number("day", 0, 365, "A", "days after the day it was given; never beyond stop")
    categories: tuple[int, ...] = number("category", 0, 11, "A", "whose goods are used up (needs.replenish)")
    low: float = number("orders", 0, 10, "A", "cupboard below which the supply runs out; needs.cupboard_low is .37")
    gone: float = number("orders", 0, 10, "A", "cupboard below which it has run out long since")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's coupons, a programme for each category."""
        from sim.ledger import fen

        level = self.level(day)
        if level == 0.0:
            return []
        life = self.life if self.stop is None else min(self.life, self.stop - 1 - day)
        return [Grant(self._due(k), self.depth, fen(self.threshold_yuan), life, level, k) for k in self.categories]

    def _due(self, category: int) -> Segment:
        """Those of the segment whose supply of a category runs out."""
        ranges = {**self.segment.ranges, f"cupboard_{category}": (self.gone, self.low)}
        return replace(self.segment, ranges=ranges)
