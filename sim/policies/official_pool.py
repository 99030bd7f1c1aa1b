"""The official pool (官方货盘, 严选): screened goods for small hosts, vouched for by the platform."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import SELECTED, Assortment, Deal, Label, Programme, Segment
from sim.schema import number


@dataclass(frozen=True)
class OfficialPool(Policy):
    """Goods above a bar of reputation bear a label, and small hosts find those that fit best among their offers.

    In rooms they may be cheaper, and of the trust that an order of them earns the platform gets more.
    """

    null: ClassVar[Mapping[str, Any]] = {"places": 0, "discount": 0}
    targets: ClassVar[str] = "creators"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "官方选品池 / 严选"
    expect: ClassVar[str] = (
        "Orders per entry of the segment's hosts rise even without a discount; fewer disappointments; trust moves to "
        "the platform.")
    tensions: ClassVar[str] = (
        "Who sells from the pool builds no assortment of its own; small new shops have no record to be screened by.")

    places: int = number("goods", 0, 8, "A", "of a host\'s eight offers that come from the pool; seed 000")
    discount: float = number("share off", 0, 0.9, "A", "in rooms, negotiated with the merchants; may be 0; seed 000")
    bar: float = number("rank", 0, 1, "A", "of reputation above which goods enter; 70th percentile, model.md §3")
    omega: float = number("share", 0, 1, "A", "of trust that the platform earns with them; model.md §2.12")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """The trust that the platform earns with what it vouches for."""
        level = self.level(day)
        return {} if level == 0.0 else {"label_omega": self.omega * level}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Label, offers and price of the pool."""
        level, pool = self.level(day), Segment(None, 1.0, {}, {"reputation": (self.bar, 1.0)})
        if level == 0.0:
            return []
        found: list[Programme] = [Label(pool, SELECTED)]
        if self.places > 0:
            found.append(Assortment(replace(self.segment, share=self.segment.share * level), pool, self.places))
        if self.discount > 0.0:
            found.append(Deal(pool, self.discount * level, ("live",)))
        return found
