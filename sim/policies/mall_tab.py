"""The mall's tab in the first row of the app (商城)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import number


@dataclass(frozen=True)
class MallTab(Policy):
    """The tab of the mall is more prominent, so more of those who open the app look in."""

    null: ClassVar[Mapping[str, Any]] = {"prominence": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "catch"
    term: ClassVar[str] = "商城一级入口"
    expect: ClassVar[str] = (
        "Mall visits rise at once; mall orders by less, for the newly come want less; minutes go out of the feed.")
    tensions: ClassVar[str] = "Minutes in the mall are missing in the feed, whose hosts and advertisers pay for it."

    prominence: float = number("logit", -5, 5, "A", "log-odds of a look into the mall; seed 003")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """How prominent the tab is."""
        level = self.level(day)
        return {} if level == 0.0 else {"mall_tab": self.prominence * level}
