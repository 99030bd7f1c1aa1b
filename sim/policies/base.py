"""What all policies share: when they act, how strongly, for whom, and out of whose money."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, ClassVar

from sim.programmes import Programme, Segment
from sim.schema import SETTING, ConfigError, choice, join, number, to_plain

EVEN, FREE = "even", "free"
LAST_DAY = 30_000
GROUPS = {"excite": "激发", "catch": "承接", "supply": "供给", "govern": "治理", "grow": "增长"}
ROUNDING = 1e-9  # slack in a sum of shares typed as decimals


@dataclass(frozen=True)
class Observed:
    """All that a policy may know: yesterday's metrics row, its own budget and memory, and the date.

    `budget_fen` is what is left of it, `allowance_fen` what of it may be spent today; `date` the day of a year of 365,
    from 0 on New Year's Day; `memory` what `remember` returned yesterday.
    """

    metrics: Mapping[str, float]
    budget_fen: int
    date: int = 0
    memory: tuple[float, ...] = ()
    allowance_fen: int = 0


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
    targets: ClassVar[str] = "users"  # what its segment describes; "" for a policy that reaches all alike
    group: ClassVar[str] = "excite"  # one of GROUPS
    term: ClassVar[str] = ""  # what the trade calls it
    expect: ClassVar[str] = ""  # what to look for in a comparison, and which way it should go
    tensions: ClassVar[str] = ""  # what it is at odds with

    funders: Funders
    segment: Segment
    announce: int | None = number("day", 0, LAST_DAY, SETTING, "first day on which anyone may know; null: start")
    start: int = number("day", 0, LAST_DAY, SETTING, "first day with an effect")
    stop: int | None = number("day", 0, LAST_DAY, SETTING, "first day without it again; null: never")
    ramp: int = number("day", 0, LAST_DAY, SETTING, "days from start to full intensity, linear")
    intensity: float = number("×", 0, 1, SETTING, "strength; 0 does nothing")
    budget_yuan: float | None = number("yuan", 0, 1e12, SETTING, "all funders together; null: no limit")
    budget_yuan_per_1000: float | None = number(
        "yuan/1000 users/day", 0, 1e9, SETTING, "most of a day, per 1,000 users on the platform; null: no limit")
    pacing: str = choice((EVEN, FREE), "even: what is left spread over the days that are left; free: first come")

    def check(self, path: str) -> None:
        """Raise ConfigError for settings that contradict each other; `path` is the policy's own key."""
        if self.announce is not None and self.announce > self.start:
            raise ConfigError(join(path, "announce"), self.announce, f"must not be after start={self.start}")
        if self.stop is not None and self.stop < self.start:
            raise ConfigError(join(path, "stop"), self.stop, f"must not be before start={self.start}")
        self.funders.check(join(path, "funders"))
        if self.kind:
            self.segment.check(self.kind, join(path, "segment"))
        elif not self.segment.whole and self.segment.share > 0.0:
            why = "reaches all users alike; share: 1, ranges: {}, ranks: {}, or share: 0 for none"
            raise ConfigError(join(path, "segment"), to_plain(self.segment), why)

    @property
    def kind(self) -> str:
        """What its segment describes, a table of the world; empty where it reaches all alike."""
        return self.targets

    @property
    def known(self) -> int:
        """The first day on which anyone may know of it."""
        return self.start if self.announce is None else self.announce

    @property
    def idle(self) -> bool:
        """Whether the settings make it do nothing on any day."""
        at_null = bool(self.null) and all(getattr(self, name) == value for name, value in self.null.items())
        no_money = 0 in (self.budget_yuan, self.budget_yuan_per_1000)
        return at_null or self.intensity == 0 or no_money or self.segment.share == 0

    def active(self, day: int) -> bool:
        """Whether the policy may make any difference on a day: from announce until stop, unless it is idle."""
        return not self.idle and self.known <= day and (self.stop is None or day < self.stop)

    def level(self, day: int) -> float:
        """How strongly it acts on a day, from 0 to `intensity`: nothing before start, then rising along the ramp."""
        if not self.active(day) or day < self.start:
            return 0.0
        return self.intensity * min(1.0, (day - self.start + 1) / max(self.ramp, 1))

    def allowance(self, left_fen: int, day: int, users: int, horizon: int) -> int:
        """What may be spent today of the budget that is left, fen, with so many users, in a run of so many days."""
        if self.level(day) == 0.0:
            return 0
        most = max(0, left_fen) // self.days_to_share(day, horizon)
        if self.budget_yuan_per_1000 is None:
            return most
        return min(most, int(100 * self.budget_yuan_per_1000 * users / 1000))

    def days_to_share(self, day: int, horizon: int) -> int:
        """Over how many days, from this one on, what is left is spread: until stop, without one until the run ends."""
        if self.pacing == FREE or self.budget_yuan is None:
            return 1
        return max(1, (horizon if self.stop is None else self.stop) - day)

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """The levers it moves today, by name (`sim.levers`)."""
        return {}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """What it has done to agents today."""
        return []

    def remember(self, day: int, observed: Observed) -> tuple[float, ...]:
        """What it wants to know tomorrow, asked before `levers` and `programmes`, which see it as `observed.memory`."""
        return ()
