"""Words that invite to search: under what was watched (看后搜), and as suggestions (猜你想搜)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import number


@dataclass(frozen=True)
class SearchPrompts(Policy):
    """What content excited is searched for more often, and a search is suggested and taken up."""

    null: ClassVar[Mapping[str, Any]] = {"after_view": 1, "suggest": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "catch"
    term: ClassVar[str] = "看后搜 / 猜你想搜"
    expect: ClassVar[str] = (
        "Searches after viewing and suggested ones rise in proportion; search orders too; fewer excited intents leak "
        "elsewhere.")
    tensions: ClassVar[str] = (
        "Leads from the account that excited the interest to whoever ranks first on the results page.")

    after_view: float = number("×", 0, 10, "A", "searching for what content excited; seed 002")
    suggest: float = number("prob/visit", 0, 1, "A", "a suggested search that is taken up; seed 003")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """Both kinds of prompts."""
        level = self.level(day)
        after = 1.0 + (self.after_view - 1.0) * level
        return {} if level == 0.0 else {"after_view": after, "suggest": self.suggest * level}
