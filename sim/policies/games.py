"""Check-ins and orchards (签到, 果园): visits for the game's sake, with a little money for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Programme, Reward
from sim.schema import number


@dataclass(frozen=True)
class Games(Policy):
    """A game brings people to the app without any wish to buy; each of yesterday's visitors is paid a little."""

    null: ClassVar[Mapping[str, Any]] = {"pull": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "签到 / 种树小游戏"
    expect: ClassVar[str] = (
        "DAU and minutes rise at once, orders per DAU fall; contribution falls by the rewards: cost per added visit is "
        "large.")
    tensions: ClassVar[str] = (
        "Pays all visitors for those who would not have come; crowds the purse out of what wins orders.")

    pull: float = number("logit", 0, 5, "A", "log-odds of opening the app; seed 002")
    reward_yuan: float = number("yuan/visit", 0, 100, "A", "paid next day to each who opened; seed 002")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """The pull of the game; it rests while there is no money for rewards."""
        level = self.level(day)
        rests = self.reward_yuan > 0.0 and observed.budget_fen <= 0
        return {} if level == 0.0 or rests else {"game": self.pull * level}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Rewards for yesterday's visitors, from the second day on."""
        from sim.ledger import fen

        played = self.level(day - 1) > 0.0 and self.level(day) > 0.0
        visits = int(observed.metrics.get("dau", 0)) if played else 0
        return [Reward(visits, fen(self.reward_yuan))] if visits and self.reward_yuan > 0.0 else []
