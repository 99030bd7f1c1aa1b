"""Audits of merchants (治理): penalties or removal for low experience scores, mistakes, and a bar at the entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Audit, Programme, Screen
from sim.schema import number, switch

LOWEST = 1.0  # the experience score runs from 1 to 5
VALUE_DAYS = 180.0  # days of sales that a shop is worth to its owner: the window of the loss that ends one, model.md §3


@dataclass(frozen=True)
class Governance(Policy):
    """Each day a part of the merchants below a threshold is examined, and then seen less for a time or closed down.

    With a bar at the entry (准入) every firm that opens is examined first, and stays out when it promises less.
    """

    null: ClassVar[Mapping[str, Any]] = {"rate": 0, "entry_bar": 1}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "govern"
    term: ClassVar[str] = "商家治理 / 处罚清退"
    expect: ClassVar[str] = (
        "GMV_gross dips in the first month; CCR falls by day 60 and latent NPS rises over half a year.")
    tensions: ClassVar[str] = (
        "False positives cost good shops their exposure; few shops below the threshold means paying for nothing.")

    rate: float = number("share/day", 0, 1, "A", "of low scores examined; .01, model.md §3")
    threshold: float = number("points", 1, 5, "A", "of the experience score, below which a shop is wanting; seed 004")
    factor: float = number("×", 0.01, 1, "A", "odds of being shown under a penalty; .5, model.md §3")
    days: int = number("day", 1, 3650, "A", "how long a penalty lasts")
    remove: bool = switch("close down those found wanting instead")
    false_positive: float = number("share", 0, 1, "A", "of the rate at which others suffer it; .02, model.md §3")
    audit_yuan: float = number("yuan", 0, 1e4, "A", "cost of an audit; 30, model.md §2.10")

    entry_bar: float = number("points", 1, 5, "A", "that a new firm must promise; 1 refuses nobody; seed 003")
    entry_noise: float = number("points", 0, 2, "A", "error in reading what it promises")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """What is known of the audits: the bar, and what a shop below it stands to lose a day (`sim.rules.invest`)."""
        level = self.level(day)
        if level == 0.0:
            return {}
        lost = VALUE_DAYS if self.remove else (1.0 - self.factor) * self.days
        return {"audit_bar": self.threshold, "audit_loss": self.rate * level * lost}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's audits; the ramp scales how many."""
        from sim.ledger import fen

        level = self.level(day)
        if level == 0.0:
            return []
        found: list[Programme] = []
        if self.rate > 0.0:
            found.append(Audit(self.segment, self.rate * level, self.threshold, self.false_positive,
                               fen(self.audit_yuan), self.factor, self.days, self.remove))
        if self.entry_bar > LOWEST:
            bar = LOWEST + (self.entry_bar - LOWEST) * level
            found.append(Screen(self.segment, bar, self.entry_noise, fen(self.audit_yuan)))
        return found
