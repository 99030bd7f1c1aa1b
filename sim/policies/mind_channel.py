"""A channel that is the place to buy (百亿补贴, 热搜): steady deep deals on the shelf, and a list of what is hot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Deal, Lift, Programme
from sim.schema import number


@dataclass(frozen=True)
class MindChannel(Policy):
    """Goods of the segment, best sellers by default, are cheaper on the shelf every day and come first in its lists.

    Shelf orders make the platform a place to buy in the minds of those who place them (mindshare).
    """

    null: ClassVar[Mapping[str, Any]] = {"depth": 0, "lift": 0}
    targets: ClassVar[str] = "products"
    group: ClassVar[str] = "catch"
    term: ClassVar[str] = "百亿补贴 / 热搜榜"
    expect: ClassVar[str] = (
        "Shelf orders and their share rise at once; mindshare and mall visits follow and outlast the money for a "
        "while.")
    tensions: ClassVar[str] = (
        "Prices remembered from the channel make the same goods feel dear elsewhere; ¥1 sales of flash_sale undo its "
        "promise.")

    depth: float = number("share off", 0, 0.9, "A", "on the shelf, every day; seeds 002, 003")
    lift: float = number("logit", 0, 5, "A", "place in lists and feed: a hot list; seed 003")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The day's deals, and the hot list."""
        level = self.level(day)
        found: list[Programme] = []
        if level * self.depth > 0.0:
            found.append(Deal(self.segment, self.depth * level, ("mall", "search", "shop")))
        if level * self.lift > 0.0:
            found.append(Lift(self.segment, self.lift * level))
        return found
