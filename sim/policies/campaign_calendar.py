"""The year's campaigns (好物节, 618, 宠粉节, 双11, 年货节): known dates, sizes and prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import VENUES, Deal, Programme
from sim.schema import ConfigError, join, number

YEAR, MOST = 365, 0.9


@dataclass(frozen=True)
class CampaignCalendar(Policy):
    """On the dates of a calendar more is wanted, commerce takes more of the feed, and goods of the segment are cheaper.

    Merchants know the calendar and make room. Dates are days of a year of 365 days whose day 0 is New Year's Day; the
    first day after a burn-in of 90 days is 1 April.
    """

    null: ClassVar[Mapping[str, Any]] = {"depth": 0, "wants": 0, "commerce": 0}
    targets: ClassVar[str] = "products"
    group: ClassVar[str] = "excite"
    term: ClassVar[str] = "好物节 / 618 / 宠粉节 / 双11 / 年货节"
    expect: ClassVar[str] = (
        "GMV of a campaign's days rises with its size; the weeks after lie below; late parcels and returns rise with "
        "the peak.")
    tensions: ClassVar[str] = (
        "Sales are moved in time more than made; a calendar that everybody knows teaches to wait.")

    depth: float = number("share off", 0, 0.9, "A", "on every day of a campaign of size 1; seeds 001, 003")
    wants: float = number("share", 0, 10, "A", "more needs on these days, of size 1")
    commerce: float = number("share", 0, 0.5, "A", "added to the commerce share of the feed, of size 1")
    dates: tuple[int, ...] = number("day of year", 0, 364, "A", "first days, as the platform has held them")
    sizes: tuple[float, ...] = number("×", 0, 10, "D", "80 : 187 : 208 of 好物节, 宠粉节, 年货节 (seeds 001, 003)")
    days: int = number("day", 1, 60, "A", "how long each lasts")
    lead: int = number("day", 1, 60, "A", "days before its start from which merchants make room")

    def check(self, path: str) -> None:
        """Raise ConfigError for a date without a size."""
        super().check(path)
        if len(self.dates) != len(self.sizes):
            raise ConfigError(join(path, "sizes"), list(self.sizes), f"needs one for each of {len(self.dates)} dates")

    def size(self, date: int, before: int = 0) -> float:
        """The size of the largest campaign that is on, or begins within so many days; 0 for none."""
        since = [(date - first) % YEAR for first in self.dates]
        on = [size for days, size in zip(since, self.sizes, strict=True) if days < self.days or days >= YEAR - before]
        return max(on, default=0.0)

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """More wants and more commerce on the days of a campaign; room for the orders before and during it."""
        level = self.level(day)
        strength, near = self.size(observed.date) * level, self.size(observed.date, self.lead) * level
        if near == 0.0:
            return {}
        return {"expected_demand": 1.0 + self.wants * near, "need": 1.0 + self.wants * strength,
                "commerce_share": self.commerce * strength}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The day's prices."""
        cut = min(MOST, self.depth * self.size(observed.date) * self.level(day))
        return [Deal(self.segment, cut, VENUES)] if cut > 0.0 else []
