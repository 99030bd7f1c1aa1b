"""Rights of newcomers (新人权益): coupons for the first three orders of a stay, and a pool of cheap goods."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Grant, Programme, Segment, Welcome
from sim.schema import number

SHELF = ("mall", "search", "shop")


@dataclass(frozen=True)
class NewcomerRights(Policy):
    """Who came lately holds one coupon at a time, for the first order of the stay, the second or the third.

    It stays valid from day to day while the window lasts. Until their first order newcomers see a pool of goods at a
    price for them alone, earlier in the lists of the shelf, which rank it by what they like. The pool is ruled by what
    the trade names: shops long open, well reviewed and of few goods, goods that sell, cheap and bought without much
    thought.
    """

    null: ClassVar[Mapping[str, Any]] = {"depths": (0, 0, 0), "pool_price_yuan": None}
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "新人三单礼"
    expect: ClassVar[str] = (
        "First to third orders of newcomers rise (adoptions, p_next); what remains at day 90 depends on habit_gain "
        "alone.")
    tensions: ClassVar[str] = "Pays for first orders that would have come; habit from discounts may end with them."

    depths: tuple[float, ...] = number("share off", 0, 0.9, "A", "of orders one, two and three; seed 002", length=3)
    threshold_yuan: float = number("yuan", 0, 1e6, "A", "least price they are valid for")
    window: int = number("day", 1, 365, "A", "days from arrival in which they hold; seed 002")

    pool_price_yuan: float | None = number("yuan", 0, 1e4, "A", "of the pool, for a first order; null: none; seed 002")
    pool_pull: float = number("logit", 0, 5, "A", "place of the pool in newcomers' lists; seed 002")
    pool_dearest: float = number("rank", 0, 1, "A", "of price, up to which goods enter; seed 002 ¥0 / ¥1")
    pool_sold: float = number("rank", 0, 1, "A", "of sales from which goods enter; seed 002 > 10 k a month")
    pool_age: int = number("day", 0, 30_000, "A", "that their shop must be old; seed 002")
    pool_score: float = number("rank", 0, 1, "A", "of their shop's experience score; seed 002 after-sales record")
    pool_goods: int = number("goods", 1, 10_000, "A", "that their shop has at most; seed 002 few SKUs")
    pool_categories: tuple[int, ...] = number("category", 0, 11, "A", "of little decision cost; choice.cost is 0 there")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """Today's coupon of everyone inside the window, by how many orders the stay has seen."""
        from sim.ledger import fen

        level = self.level(day)
        if level == 0.0:
            return []
        found: list[Programme] = [Grant(self._after(n), depth, fen(self.threshold_yuan), 0, level)
                                  for n, depth in enumerate(self.depths) if depth > 0.0]
        if self.pool_price_yuan is not None:
            price, pull = fen(self.pool_price_yuan), self.pool_pull * level
            found += [Welcome(self._pool(k), price, SHELF, self.window, 1, pull) for k in self.pool_categories]
        return found

    def _pool(self, category: int) -> Segment:
        """Goods of a category that the pool takes."""
        ranges = {"category": (category, category), "seller_started": (float(self.pool_age), None),
                  "seller_count": (None, float(self.pool_goods))}
        ranks = {"price": (0.0, self.pool_dearest), "sold": (self.pool_sold, 1.0),
                 "seller_score": (self.pool_score, 1.0)}
        return Segment(None, 1.0, ranges, ranks)

    def _after(self, orders: int) -> Segment:
        """Those of the segment who came within the window and have ordered so many times."""
        ranges = {**self.segment.ranges, "tenure": (None, float(self.window)), "orders_spell": (orders, orders)}
        return replace(self.segment, ranges=ranges)
