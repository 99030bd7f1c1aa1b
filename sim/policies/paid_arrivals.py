"""Arrivals bought outside (拉新投放): advertising elsewhere wins over people who are not on the platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Acquire, Programme
from sim.schema import number


@dataclass(frozen=True)
class PaidArrivals(Policy):
    """A share of the outsiders of the segment is won over each day, at a price for each.

    Whoever would have come unpaid is paid for, too; `arrivals_anyway` tells how many.
    """

    null: ClassVar[Mapping[str, Any]] = {"hazard": 0}
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "拉新投放"
    expect: ClassVar[str] = (
        "Arrivals rise at once, DAU by what stays of them; cac is far above the price of an arrival once those who "
        "would have come anyway are taken out.")
    tensions: ClassVar[str] = "Retention decides what an arrival is worth: buy none before governance and NPS."

    hazard: float = number("1/day", 0, 1, "A", "outsiders won over; the stationary hazard of arriving is near .018")
    cost_yuan: float = number("yuan/arrival", 0, 1e5, "A", "price of an arrival; order of magnitude of press reports")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The day's campaign."""
        from sim.ledger import fen

        hazard = self.hazard * self.level(day)
        return [Acquire(self.segment, hazard, fen(self.cost_yuan))] if hazard > 0.0 else []
