"""Rights of newcomers (新人权益): three coupons, one for each of the first three orders of a stay."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Grant, Programme, Segment
from sim.schema import number


@dataclass(frozen=True)
class NewcomerRights(Policy):
    """Who came lately holds one coupon at a time, for the first order of the stay, the second or the third.

    It stays valid from day to day while the window lasts. A pool of cheap goods for newcomers is not part of it.
    """

    null: ClassVar[Mapping[str, Any]] = {"depths": (0, 0, 0)}
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "新人三单礼"
    expect: ClassVar[str] = (
        "First to third orders of newcomers rise (adoptions, p_next); what remains at day 90 depends on habit_gain "
        "alone.")
    tensions: ClassVar[str] = "Pays for first orders that would have come; habit from discounts may end with them."

    depths: tuple[float, ...] = number("share off", 0, 0.9, "A", "of orders one, two and three; seed 002", length=3)
    threshold_yuan: float = number("yuan", 0, 1e6, "A", "least price they are valid for")
    window: int = number("day", 1, 365, "A", "days from arrival in which they hold; seed 002")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's coupon of everyone inside the window, by how many orders the stay has seen."""
        from sim.ledger import fen

        level = self.level(day)
        if level == 0.0:
            return []
        return [Grant(self._after(n), depth, fen(self.threshold_yuan), 0, level)
                for n, depth in enumerate(self.depths) if depth > 0.0]

    def _after(self, orders: int) -> Segment:
        """Those of the segment who came within the window and have ordered so many times."""
        ranges = {**self.segment.ranges, "tenure": (None, float(self.window)), "orders_spell": (orders, orders)}
        return replace(self.segment, ranges=ranges)
