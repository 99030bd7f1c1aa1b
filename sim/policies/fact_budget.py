"""A fixed split of effort over the FACT+S channels, in the place of what merchants learn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Programme, Quota, check_split
from sim.schema import join, number

FACT = "F own rooms, A alliance, C campaigns, T top hosts, S search and mall"


@dataclass(frozen=True)
class FactBudget(Policy):
    """Each day the segment's split moves to the given one by the share `intensity`; at 1 it is that split."""

    null: ClassVar[Mapping[str, Any]] = {"shares": None}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "FACT+ 全域经营"
    expect: ClassVar[str] = (
        "A split close to what pays does as well as learning; the further from it, the lower profit and GMV.")
    tensions: ClassVar[str] = "One split for all denies that shops differ; compare stage_rule and data_product."

    shares: tuple[float, ...] | None = number("share", 0, 1, "A", FACT, length=5)

    def check(self, path: str) -> None:
        """Raise ConfigError for shares that do not sum to 1."""
        super().check(path)
        check_split(join(path, "shares"), self.shares)

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The split of the day."""
        level = self.level(day)
        return [Quota(self.segment, self.shares, level)] if level > 0.0 and self.shares else []
