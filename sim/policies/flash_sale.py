"""Flash sales (秒杀): a few cheap goods at ¥1 in rooms, on some days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Deal, Programme
from sim.schema import number


@dataclass(frozen=True)
class FlashSale(Policy):
    """Every few days goods of the segment, drawn anew each time, cost almost nothing in rooms.

    While units and money last: who gets one is a matter of lot, the others may buy at the usual price.
    """

    null: ClassVar[Mapping[str, Any]] = {"goods": 0}
    targets: ClassVar[str] = "products"
    group: ClassVar[str] = "excite"
    term: ClassVar[str] = "1 元秒杀"
    expect: ClassVar[str] = (
        "Rooms sell more that day; the buyers are those who mind prices most; the day's money is gone early "
        "(policy_refused).")
    tensions: ClassVar[str] = (
        "Remembered prices fall in those categories, so full prices feel dear; undoes the promise of mind_channel.")

    goods: float = number("share", 0, 1, "A", "of the segment that a session offers; seed 000")
    price_yuan: float = number("yuan", 0.01, 1e4, "A", "what they cost then; seed 000")
    units_per_1000: float | None = number("1/1000 users", 0, 1e4, "A", "of each good; null: no limit; seed 000")
    every: int = number("day", 1, 365, "A", "days from one session to the next")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's session, if there is one; a draw of its own decides what it offers."""
        from sim.ledger import fen

        level = self.level(day)
        if level == 0.0 or (day - self.start) % self.every:
            return []
        share = self.segment.share * self.goods * level
        offered = replace(self.segment, name=f"{self.segment.name or 'flash'} {day}", share=share)
        return [Deal(offered, 0.0, ("live",), fen(self.price_yuan), self.units_per_1000)]
