"""Coupons: the platform, merchants, creators or partners pay a part of the price."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Bar, Grant, Programme
from sim.schema import choice, number

ALL, SMART = "all", "smart"
USED = 0.9  # of a day's allowance: a smart coupon's bar rises when more is spent, and falls when less


@dataclass(frozen=True)
class Subsidy(Policy):
    """A coupon with a share off from a minimum price on, for a part of the segment each day.

    From the day it is announced merchants make room in their warehouses for the orders they expect of it, little by
    little; capacity is all they can act on, for coupons cannot be used before they are given.

    A smart coupon (智能券) goes to those from whom the platform expects most new sales for a yuan of it. Their bar is
    the budget's shadow price: day by day it rises while the day's allowance is used up, else it falls.
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
    targeting: str = choice((ALL, SMART), "all: by lot among the segment; smart: among those above the bar")
    least: float = number("yuan/yuan", 0, 100, "A", "new sales a yuan of smart coupons must promise, whatever is left")
    step: float = number("log ratio", 0, 1, "A", "by which the bar moves in a day at most")
    elasticity: float = number("–", 0, 10, "D", "that the platform believes in; ε of model.md §3")

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
        bar = None
        if self.targeting == SMART:
            bar = Bar(observed.memory[0] if observed.memory else self.least, self.elasticity)
        return [Grant(self.segment, self.depth, fen(self.threshold_yuan), life, share, bar=bar)]

    def remember(self, day: int, observed: Observed) -> tuple[float, ...]:
        """The bar of the day, what is left of the budget this morning, and what of it may be spent today."""
        if self.targeting != SMART or self.level(day) == 0.0:
            return observed.memory
        bar, before, allowed = observed.memory or (self.least, math.nan, 0.0)
        if allowed > 0.0:
            gap = (before - observed.budget_fen) / allowed - USED
            bar *= math.exp(self.step * max(-1.0, min(1.0, gap / (1.0 - USED))))
        return max(self.least, bar), float(observed.budget_fen), float(observed.allowance_fen)
