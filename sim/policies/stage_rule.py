"""A split of effort by the stage a shop is in: young, growing, grown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import LAST_DAY, Observed, Policy
from sim.programmes import Programme, Quota, check_split
from sim.schema import ConfigError, join, number

FACT = "F own rooms, A alliance, C campaigns, T top hosts, S search and mall"
STAGES = ("young", "growing", "grown")


@dataclass(frozen=True)
class StageRule(Policy):
    """Shops put their effort where the rule says, by days since they opened: young, growing or grown."""

    null: ClassVar[Mapping[str, Any]] = {"young": None, "growing": None, "grown": None}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "分阶段经营"
    expect: ClassVar[str] = (
        "Against a fixed split: better where young shops differ from grown ones in what pays; F first, then A and S.")
    tensions: ClassVar[str] = "A rule of thumb in the place of learning: right on average, wrong for many."

    young: tuple[float, ...] | None = number("share", 0, 1, "A", FACT, length=5)
    growing: tuple[float, ...] | None = number("share", 0, 1, "A", FACT, length=5)
    grown: tuple[float, ...] | None = number("share", 0, 1, "A", FACT, length=5)
    ages: tuple[int, ...] = number("day", 0, 30_000, "A", "at which a shop is growing, and grown", length=2)

    def check(self, path: str) -> None:
        """Raise ConfigError for shares that do not sum to 1, or ages the wrong way round."""
        super().check(path)
        for name in STAGES:
            check_split(join(path, name), getattr(self, name))
        if self.ages[0] > self.ages[1]:
            raise ConfigError(join(path, "ages"), list(self.ages), "must run from low to high")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The split of each stage that has one."""
        level, found = self.level(day), []
        ends = (0, *self.ages, LAST_DAY + 1)
        for name, low, high in zip(STAGES, ends, ends[1:], strict=False):
            shares = getattr(self, name)
            if level > 0.0 and shares:
                ranges = {**self.segment.ranges, "tenure": (float(low) if low else None, high - 1.0)}
                found.append(Quota(replace(self.segment, ranges=ranges), shares, level))
        return list[Programme](found)
