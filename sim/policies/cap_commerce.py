"""A ceiling, or a floor, on the share of the feed that sells (电商化率)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import number

USUAL = 0.08  # share of the feed that sells without this policy, model.md §3


@dataclass(frozen=True)
class CapCommerce(Policy):
    """Commerce takes another share of the feed than 8 %: fewer or more goods and rooms among what users watch."""

    null: ClassVar[Mapping[str, Any]] = {"share": 0.08}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "excite"
    term: ClassVar[str] = "电商化率上限"
    expect: ClassVar[str] = (
        "A lower share: fewer impressions of goods and less GMV at once; fatigue sinks within weeks, visits and "
        "retention rise.")
    tensions: ClassVar[str] = (
        "At odds with every policy that sells in the feed; GMV of the quarter against visits of the year.")

    share: float = number("share", 0, 0.5, "V", "of the feed; .08 without it, LatePost 2022 via press")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """What is added to the commerce share of the feed."""
        level = self.level(day)
        return {} if level == 0.0 else {"commerce_share": (self.share - USUAL) * level}
