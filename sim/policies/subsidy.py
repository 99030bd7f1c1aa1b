"""Coupons: the platform, merchants, creators or partners pay a part of the price."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Grant, Programme
from sim.schema import number


@dataclass(frozen=True)
class Subsidy(Policy):
    """A coupon with a share off from a minimum price on, for a part of the segment each day."""

    null: ClassVar[Mapping[str, Any]] = {"depth": 0}

    depth: float = number("share off", 0, 0.9, "V", "large-scale coupon trials: .13")
    threshold_yuan: float = number("yuan", 0, 1e6, "A", "least price the coupon is valid for")
    life: int = number("day", 0, 365, "A", "days after the day it was given; never beyond stop")
    daily_share: float = number("share", 0, 1, "C",
                                "of the segment gets one today; broadcast redemption near .06 at .11 orders a DAU-day")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's coupons; the ramp widens the circle of those who get one."""
        from sim.ledger import fen

        share = self.daily_share * self.level(day)
        if share == 0.0:
            return []
        life = self.life if self.stop is None else min(self.life, self.stop - 1 - day)
        return [Grant(self.segment, self.depth, fen(self.threshold_yuan), life, share)]
