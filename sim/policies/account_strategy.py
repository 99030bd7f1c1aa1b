"""How many accounts shops publish with, and whether these sell or stand for a brand (矩阵号, 品牌号)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Accounts, Programme
from sim.schema import ConfigError, choice, join, number

SALES, BRAND, DUAL = "sales", "brand", "dual"


@dataclass(frozen=True)
class AccountStrategy(Policy):
    """Merchants of the segment run one to four accounts, each with cards of its own: for sales, for the brand, or both.

    A sales account offers goods. A brand account offers nothing: it is watched more, leaves a trace of interest, and
    who views it long may follow the shop, whose rooms and list followers visit. With dual accounts half of them,
    rounded down, are the brand's. Rooms, lists and advertising stay one per shop; the recommender knows all accounts of
    a shop as one presenter.
    """

    null: ClassVar[Mapping[str, Any]] = {"purpose": SALES, "accounts": 1}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "品牌号 / 营销号 / 矩阵号"
    expect: ClassVar[str] = (
        "More sales accounts: more impressions of shops' own cards, less of hosts'. Brand accounts: followers of shops "
        "rise within weeks, orders from videos fall at once and visits of followers make up for it, or do not.")
    tensions: ClassVar[str] = (
        "Slots are conserved: where all shops run four accounts nobody is seen more often than the others; brand "
        "content costs sales today for followers later.")

    purpose: str = choice((SALES, BRAND, DUAL), "what the accounts are for; seeds 003, 004")
    accounts: int = number("accounts", 1, 4, "V", "1–4 a shop, seeds 003, 004")
    cost_yuan: float = number("yuan/day", 0, 1e5, "A", "that each account beyond the first costs the shop")
    pull: float = number("logit", 0, 5, "A", "that what a brand shows is watched more than an offer")
    follow: float = number("prob", 0, 1, "A", "of a follow after a long view of a brand, once a day and shop")

    def check(self, path: str) -> None:
        """Raise ConfigError for dual accounts of which there is one."""
        super().check(path)
        if self.purpose == DUAL and self.accounts < 2:
            raise ConfigError(join(path, "accounts"), self.accounts, f"must be at least 2 with purpose={DUAL}")

    @property
    def brand(self) -> int:
        """How many of the accounts are the brand's."""
        return {SALES: 0, BRAND: self.accounts, DUAL: self.accounts // 2}[self.purpose]

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The accounts of the day; below full level a keyed share of the segment has them."""
        from sim.ledger import fen

        level = self.level(day)
        if level == 0.0:
            return []
        segment = replace(self.segment, share=self.segment.share * level)
        sales = self.accounts - self.brand
        return [Accounts(segment, sales, self.brand, fen(self.cost_yuan), self.pull, self.follow)]
