"""A policy of one's own: the mall's tab is more prominent on some days of the week."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import number


@dataclass(frozen=True)
class WeekendMall(Policy):
    """The tab of the mall is lifted on two days in seven."""

    null: ClassVar[Mapping[str, Any]] = {"prominence": 0}  # the setting at which it does nothing
    targets: ClassVar[str] = ""  # a lever reaches all users alike, so there is no segment

    prominence: float = number("logit", 0, 5, "A", "log-odds of a look into the mall")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """What it moves today: `sim/levers.py` lists all levers, `sim/programmes.py` what else a policy may ask for."""
        return {"mall_tab": self.prominence * self.level(day)} if day % 7 >= 5 else {}
