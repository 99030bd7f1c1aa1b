"""Check-ins and orchards (签到, 果园): visits for the game's sake, with a little money for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Programme, Visit
from sim.schema import number


@dataclass(frozen=True)
class Games(Policy):
    """A game in the mall brings users of the segment there without any wish to buy; who plays is paid a little."""

    null: ClassVar[Mapping[str, Any]] = {"pull": 0}
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "签到 / 种树小游戏"
    expect: ClassVar[str] = (
        "DAU and mall visits rise at once, orders per DAU fall; contribution falls by the rewards: cost per added "
        "visit is large.")
    tensions: ClassVar[str] = (
        "Pays all visitors for those who would not have come; crowds the purse out of what wins orders.")

    pull: float = number("logit", 0, 5, "A", "log-odds of opening the app and of a mall visit; seed 002")
    reward_yuan: float = number("yuan/visit", 0, 100, "A", "paid to each who plays; seed 002")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The game of the day."""
        from sim.ledger import fen

        pull = self.pull * self.level(day)
        return [Visit(self.segment, pull, fen(self.reward_yuan))] if pull > 0.0 else []
