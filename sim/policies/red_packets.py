"""Red packets (红包): an amount off the next order, handed out at random each day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Grant, Programme
from sim.schema import number


@dataclass(frozen=True)
class RedPackets(Policy):
    """A part of the segment gets an amount off an order above a threshold, soon; hosts and partners may pay."""

    null: ClassVar[Mapping[str, Any]] = {"amount_yuan": 0}
    group: ClassVar[str] = "excite"
    term: ClassVar[str] = "红包"
    expect: ClassVar[str] = (
        "Orders just above the threshold rise, most of them cheap goods; the amount matters little to dear goods.")
    tensions: ClassVar[str] = "Takes the place of deeper coupons in the hand; users learn to wait (reference price)."

    amount_yuan: float = number("yuan", 0, 1e4, "A", "off one order; seed 000")
    threshold_yuan: float = number("yuan", 0, 1e6, "A", "least price it is valid for")
    life: int = number("day", 0, 365, "A", "days after the day it was given; never beyond stop")
    daily_share: float = number("share", 0, 1, "A", "of the segment gets one today; seed 000: so many a day")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's red packets; the ramp widens the circle of those who get one."""
        from sim.ledger import fen

        share = self.daily_share * self.level(day)
        if share == 0.0:
            return []
        life = self.life if self.stop is None else min(self.life, self.stop - 1 - day)
        return [Grant(self.segment, float(fen(self.amount_yuan)), fen(self.threshold_yuan), life, share)]
