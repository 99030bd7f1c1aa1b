"""Numbers as a report writes them: thousands set apart, a true minus, as many digits as the interval supports."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sim.lab.report.words import Words

SHARES = {"share", "%"}
MOST_PLACES = 6
DASH = "–"


class Scale(NamedTuple):
    """How a metric's values are shown: factor, unit of a level, unit of a difference."""

    factor: float
    level: str
    difference: str

    @property
    def after(self) -> str:
        """What follows a difference: points of a share are named, other units stand in the heading."""
        return f" {self.difference}" if self.level != self.difference else ""


def scale_of(unit: str, words: Words) -> Scale:
    """Shares 0 to 1 are shown in per cent and their differences in percentage points; the rest as it is."""
    if unit in SHARES:
        return Scale(100.0, "%", words("points_pp"))
    return Scale(1.0, words.unit(unit), words.unit(unit))


def places_for(spread: float, digits: int = 2) -> int:
    """Decimals that show `digits` digits of an interval's half width; 0 where there is none."""
    if not (math.isfinite(spread) and spread > 0):
        return 0
    return min(max(digits - 1 - math.floor(math.log10(spread)), 0), MOST_PLACES)


def places_of(low: float, high: float, value: float) -> int:
    """Decimals for an estimate with its interval; without one, three digits of the estimate."""
    if math.isfinite(high - low) and high > low:
        return places_for((high - low) / 2)
    return places_for(abs(value), 3) if value else 0


def shared_places(intervals: Sequence[tuple[float, float, float]]) -> int:
    """Decimals for estimates (low, high, value) below each other: the narrowest's, at most one beyond the widest's."""
    places = [places_of(*one) for one in intervals if math.isfinite(one[2])]
    return min(max(places), min(places) + 1) if places else 0


def fixed(value: float, places: int, sign: bool = False) -> str:
    """A number with so many decimals; an en dash if undefined; `sign` also shows a plus."""
    if not math.isfinite(value):
        return DASH
    text = f"{value:{'+' if sign else ''},.{places}f}"
    if float(text.replace(",", "")) == 0:  # no sign on a zero
        text = text.lstrip("+-")
    return text.replace("-", "−")


def interval(low: float, high: float, places: int, sign: bool = False) -> str:
    """An interval in brackets; an en dash if undefined."""
    if math.isnan(low) and math.isnan(high):
        return DASH
    return f"[{fixed(low, places, sign)}, {fixed(high, places, sign)}]"


def p_value(p: float) -> str:
    """A p-value with three decimals, `< 0.001` below."""
    return "< 0.001" if p < 0.0005 else fixed(p, 3)


def percent(value: float, places: int = 1, sign: bool = True) -> str:
    """A share in per cent, an en dash if undefined."""
    return f"{fixed(100 * value, places, sign)}\u00a0%" if math.isfinite(value) else DASH


def plain(value: float) -> str:
    """A number alone: five digits where it has them, thousands set apart."""
    if not math.isfinite(value):
        return DASH
    if value and not 1e-4 <= abs(value) < 1e15:
        return f"{value:.5g}".replace("-", "−")
    places = places_for(abs(value), 5)
    text = fixed(value, places)
    return text.rstrip("0").rstrip(".") if places else text
