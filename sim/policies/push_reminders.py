"""Messages on the telephone: logistics, sign-off, refunds, coupons about to expire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import OCCASIONS, Programme, Push
from sim.schema import number


@dataclass(frozen=True)
class PushReminders(Policy):
    """Users of the segment hear of their parcels, their money and their coupons, and of nothing in particular.

    The first two messages a day bring some of them back, more annoy.
    """

    null: ClassVar[Mapping[str, Any]] = {
        "broadcast": False, "logistics": False, "sign_off": False, "refund": False, "expiry": False}
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "推送提醒"
    expect: ClassVar[str] = (
        "DAU rises with the first two messages a day and falls with more; orders follow visits; coupons are used on "
        "their last days.")
    tensions: ClassVar[str] = "Attention is one: a policy that sends messages spoils those of all others."

    broadcast: bool = number("switch", 0, 1, "A", "a message a day to everyone; seed 002")
    logistics: bool = number("switch", 0, 1, "A", "a parcel is on its way; seed 002")
    sign_off: bool = number("switch", 0, 1, "A", "a parcel arrives; seed 002")
    refund: bool = number("switch", 0, 1, "A", "money comes back; seed 002")
    expiry: bool = number("switch", 0, 1, "A", "a coupon expires within `lead_days`; seed 002")
    lead_days: int = number("day", 0, 60, "A", "before a coupon's last day")
    cost_yuan_per_1000: float = number("yuan", 0, 1000, "A", "for a thousand messages, to the carrier")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The day's messages; below full intensity a keyed share of the segment gets them."""
        from dataclasses import replace

        from sim.ledger import fen

        level = self.level(day)
        about = tuple(name for name in OCCASIONS if getattr(self, name))
        if level == 0.0 or not about:
            return []
        segment = replace(self.segment, share=self.segment.share * level)
        return [Push(segment, about, self.lead_days, fen(self.cost_yuan_per_1000))]
