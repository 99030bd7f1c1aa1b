"""Coupons: the platform, merchants, creators or partners pay a part of the price."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Grant, Programme
from sim.schema import number


@dataclass(frozen=True)
class Subsidy(Policy):
    """A coupon with a share off from a minimum price on, for a part of the segment each day.

    From the day it is announced merchants make room in their warehouses for the orders they expect of it, little by
    little; capacity is all they can act on, for coupons cannot be used before they are given.
    """

    null: ClassVar[Mapping[str, Any]] = {"depth": 0}
    group: ClassVar[str] = "excite"
    term: ClassVar[str] = "补贴 / 优惠券"
    expect: ClassVar[str] = (
        "Orders and spending rise with depth, GMV per yuan falls with it; remembered prices sink, so a gap "
        "follows.")
    tensions: ClassVar[str] = (
        "Pays for orders that would have come; deep coupons lower remembered prices and with them what "
        "mind_channel is worth.")

    depth: float = number("share off", 0, 0.9, "V", "large-scale coupon trials: .13")
    threshold_yuan: float = number("yuan", 0, 1e6, "A", "least price the coupon is valid for")
    life: int = number("day", 0, 365, "A", "days after the day it was given; never beyond stop")
    daily_share: float = number("share", 0, 1, "C",
                                "of the segment gets one today; broadcast redemption near .06 at .11 orders a DAU-day")
    uplift: float = number("share", 0, 10, "A", "extra orders that merchants expect where all users are meant")
    lead: int = number("day", 1, 365, "A", "days from announce until they have that room; model.md §2.17")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """What merchants expect, in proportion to intensity and share announced, and have made room for so far."""
        if not self.active(day):
            return {}
        ready = min(1.0, (day - self.known + 1) / self.lead)
        return {"expected_demand": 1.0 + self.uplift * self.intensity * self.segment.share * ready}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's coupons; the ramp widens the circle of those who get one."""
        from sim.ledger import fen

        share = self.daily_share * self.level(day)
        if share == 0.0:
            return []
        life = self.life if self.stop is None else min(self.life, self.stop - 1 - day)
        return [Grant(self.segment, self.depth, fen(self.threshold_yuan), life, share)]
