"""From content to the shelf: interest that did not become an order is led to a shop or the mall (承接)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import choice, number

LEVER = {"shop": "divert_shop", "search": "divert_search", "mall": "divert_mall", "forced": "divert_mall"}


@dataclass(frozen=True)
class StoreDiversion(Policy):
    """A product click without an order, with interest enough, leads on to the shelf; it reaches all users alike."""

    null: ClassVar[Mapping[str, Any]] = {"rate": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "catch"
    term: ClassVar[str] = "引导进店 / 进商城"
    expect: ClassVar[str] = (
        "Diverted visits and shelf orders rise with rate and match; a forced one sells less for each visit.")
    tensions: ClassVar[str] = (
        "Diversion taxes whoever paid for the content: cannibalised_gmv says what others had excited.")

    destination: str = choice(tuple(LEVER), "the good's shop, its category's results, the mall's home, or that forced")
    rate: float = number("prob", 0, 1, "A", "of those clicks that are led on; seed 002")
    match: float = number("×", 0, 2, "A", "fit of its list (sim/rules/shelf.py); seed 002 场景合理")
    match_forced: float = number("×", 0, 2, "A", "the same where it is forced")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """The rate of one diversion, and its match."""
        level = self.level(day)
        if level == 0.0:
            return {}
        match = self.match_forced if self.destination == "forced" else self.match
        return {LEVER[self.destination]: self.rate * level, "divert_match": match}
