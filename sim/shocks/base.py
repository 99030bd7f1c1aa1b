"""What all shocks share: the day they strike, how long they last, whom they strike, and what they may do."""
from __future__ import annotations

from dataclasses import dataclass

from sim.schema import SETTING, number

LAST_DAY = 30_000
CREATORS, MERCHANTS = "creators", "merchants"


@dataclass(frozen=True)
class Target:
    """Whom a shock strikes: `count` accounts of a kind, from a rank of trailing sales among those present downwards.

    Rank 1 is the best seller, 0 the smallest; of equals the lower key ranks higher. Chosen on the morning of the day
    and struck for good: a row that starts a new career or firm is another account. `waiting`: instead rows in reserve,
    by key.
    """

    kind: str
    rank: float
    count: int
    waiting: bool = False


@dataclass(frozen=True)
class Absence:
    """Creators are off the air today. `final`: they leave for good, and their followers with them."""

    final: bool


@dataclass(frozen=True)
class Comeback:
    """Creators who were kept off the air are back."""


@dataclass(frozen=True)
class Blame:
    """Public trust in accounts falls by `sd`."""

    sd: float


@dataclass(frozen=True)
class Hit:
    """What accounts show goes viral today: odds of being shown times e to `log_odds`."""

    log_odds: float


@dataclass(frozen=True)
class Debut:
    """A star begins a career on a row that is not active: practised, and followed by a `fans` share of the users."""

    fans: float
    hours: float
    talent: float


Effect = Absence | Comeback | Blame | Hit | Debut


@dataclass(frozen=True)
class Shock:
    """Something that happens to the market from outside on a day: from yaml, never changed.

    A subclass answers `levers` and `effects` on each day from its own on; it never sees an agent.
    """

    day: int = number("day", 0, LAST_DAY, SETTING, "on which it strikes; day 0 is the first after burn-in")

    @property
    def target(self) -> Target | None:
        """Whom it strikes, if it strikes accounts."""
        return None

    def levers(self, day: int) -> dict[str, float]:
        """The levers it moves on a day, by name (`sim.levers`)."""
        return {}

    def effects(self, day: int) -> list[Effect]:
        """What it does to those it struck on a day."""
        return []

    @property
    def span(self) -> tuple[int, int | None]:
        """First day of the shock and first day after it; None where it does not end."""
        return self.day, None


@dataclass(frozen=True)
class LastingShock(Shock):
    """A shock that passes after some days."""

    length: int = number("day", 1, LAST_DAY, SETTING, "days that it lasts")

    def lasts(self, day: int) -> bool:
        """Whether it is on."""
        return self.day <= day < self.day + self.length

    @property
    def span(self) -> tuple[int, int | None]:
        """First day of the shock and first day after it."""
        return self.day, self.day + self.length
