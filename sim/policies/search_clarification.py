"""An unclear query is asked back before the results come (二次确认)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import number


@dataclass(frozen=True)
class SearchClarification(Policy):
    """Of queries that may mean two things a part is asked back: the results then fit, at the price of a step."""

    null: ClassVar[Mapping[str, Any]] = {"rate": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "catch"
    term: ClassVar[str] = "搜索二次确认"
    expect: ClassVar[str] = (
        "Queries asked back rise; orders per search move either way: what fits is weighed against who drops out.")
    tensions: ClassVar[str] = (
        "Every question loses some of those asked (lists.step_drop); pays only where queries are unclear.")

    rate: float = number("prob", 0, 1, "A", "of unclear queries that are asked back; seed 003")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """How often it is asked back."""
        level = self.level(day)
        return {} if level == 0.0 else {"clarify": self.rate * level}
