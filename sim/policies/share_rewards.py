"""Rewards for bringing friends (分享有礼): invitations along ties."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Programme, Reward
from sim.schema import number


@dataclass(frozen=True)
class ShareRewards(Policy):
    """Promoters ask outside friends more often, and each who came after an invitation is paid for the next day."""

    null: ClassVar[Mapping[str, Any]] = {"pull": 1}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "分享有礼"
    expect: ClassVar[str] = (
        "Invited arrivals rise in proportion, DAU slowly; pays also for those whom friends would have brought anyway.")
    tensions: ClassVar[str] = "Word of mouth needs promoters: what lowers NPS also dries up invitations."

    pull: float = number("×", 1, 10, "A", "promoters' pull on outside friends; seed 000")
    reward_yuan: float = number("yuan/arrival", 0, 1000, "A", "for each arrival after an invitation; seed 000")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """How much harder promoters pull; not at all while there is no money for rewards."""
        level = self.level(day)
        rests = self.reward_yuan > 0.0 and observed.budget_fen <= 0
        return {} if level == 0.0 or rests else {"invite": 1.0 + (self.pull - 1.0) * level}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Rewards for those who were brought yesterday, from the second day on."""
        from sim.ledger import fen

        played = self.level(day - 1) > 0.0 and self.level(day) > 0.0
        brought = int(observed.metrics.get("invited", 0)) if played else 0
        return [Reward(brought, fen(self.reward_yuan))] if brought and self.reward_yuan > 0.0 else []
