"""What all policies share: when they act, how strongly, for whom, and out of whose money."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, ClassVar

from sim.programmes import Programme, Segment
from sim.schema import SETTING, ConfigError, choice, join, number, to_plain

EVEN, FREE = "even", "free"
LAST_DAY = 30_000
ROUNDING = 1e-9  # slack in a sum of shares typed as decimals


@dataclass(frozen=True)
class Observed:
    """All that a policy may know: yesterday's metrics row, and what is left of its own budget."""

    metrics: Mapping[str, float]
    budget_fen: int


@dataclass(frozen=True)
class Funders:
    """Who pays for what a policy gives away. A creator's share falls to the merchant where no creator is involved."""

    platform: float = number("share", 0, 1, "A", "out of the policy's purse")
    merchant: float = number("share", 0, 1, "A", "the good's merchant")
    creator: float = number("share", 0, 1, "A", "the creator who sold the good")
    partner: float = number("share", 0, 1, "A", "a partner outside, such as a payment service")

    def check(self, path: str) -> None:
        """Raise ConfigError unless the shares sum to 1."""
        total = sum(self.shares)
        if abs(total - 1.0) > ROUNDING:
            raise ConfigError(path, to_plain(self), f"the shares must sum to 1, not {total:g}")

    @property
    def shares(self) -> tuple[float, ...]:
        """The four shares by their places in `sim.tables`: PLATFORM, MERCHANT, CREATOR, PARTNER."""
        return astuple(self)


@dataclass(frozen=True)
class Policy:
    """Something the platform's operator can switch on: from yaml, never changed, without memory of its own.

    Days count from the first day after burn-in. A subclass answers two hooks, `levers` and `programmes`, on each day
    on which it is active, from what it observes; it never sees an agent.
    """

    null: ClassVar[Mapping[str, Any]] = {}  # the setting of its knobs at which a policy does nothing
    targets: ClassVar[str] = "users"  # the kind of agent that its segment describes

    funders: Funders
    segment: Segment
    announce: int | None = number("day", 0, LAST_DAY, SETTING, "first day on which anyone may know; null: start")
    start: int = number("day", 0, LAST_DAY, SETTING, "first day with an effect")
    stop: int | None = number("day", 0, LAST_DAY, SETTING, "first day without it again; null: never")
    ramp: int = number("day", 0, LAST_DAY, SETTING, "days from start to full intensity, linear")
    intensity: float = number("×", 0, 1, SETTING, "strength; 0 does nothing")
    budget_yuan: float | None = number("yuan", 0, 1e12, SETTING, "all funders together; null: no limit")
    pacing: str = choice((EVEN, FREE), "even: what is left spread over the days until stop; free: first come")
    def check(self, path: str) -> None:
        """Raise ConfigError for settings that contradict each other; `path` is the policy's own key."""
        if self.announce is not None and self.announce > self.start:
            raise ConfigError(join(path, "announce"), self.announce, f"must not be after start={self.start}")
        if self.stop is not None and self.stop < self.start:
            raise ConfigError(join(path, "stop"), self.stop, f"must not be before start={self.start}")
        self.funders.check(join(path, "funders"))
        self.segment.check(self.targets, join(path, "segment"))

    @property
    def known(self) -> int:
        """The first day on which anyone may know of it."""
        return self.start if self.announce is None else self.announce

    @property
    def idle(self) -> bool:
        """Whether the settings make it do nothing on any day."""
        at_null = bool(self.null) and all(getattr(self, name) == value for name, value in self.null.items())
        return at_null or self.intensity == 0 or self.budget_yuan == 0 or self.segment.share == 0

    def active(self, day: int) -> bool:
        """Whether the policy may make any difference on a day: from announce until stop, unless it is idle."""
        return not self.idle and self.known <= day and (self.stop is None or day < self.stop)

    def level(self, day: int) -> float:
        """How strongly it acts on a day, from 0 to `intensity`: nothing before start, then rising along the ramp."""
        if not self.active(day) or day < self.start:
            return 0.0
        return self.intensity * min(1.0, (day - self.start + 1) / max(self.ramp, 1))

    def allowance(self, left_fen: int, day: int) -> int:
        """What may be spent today of the budget that is left, fen."""
        if self.level(day) == 0.0:
            return 0
        days = self.stop - day if self.pacing == EVEN and self.stop is not None and self.budget_yuan is not None else 1
        return max(0, left_fen) // days

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """The levers it moves today, by name (`sim.levers`)."""
        return {}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """What it has done to agents today."""
        return []
