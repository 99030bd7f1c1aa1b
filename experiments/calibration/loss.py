"""How far a pattern card lies from its calibrated bands."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FARTHEST = 5.0  # half-widths beyond which a value counts as no worse; an undefined one counts so (assumption)


def loss(card: Sequence[Mapping[str, Any]], role: str = "calibrated") -> float:
    """Sum of squared distances outside the bands of one role, in half-widths; every band weighs 1.

    A pattern that cannot be read, such as a ladder of too few new buyers, counts as the farthest value there is: a
    search must not gain by losing sight of a pattern, nor chase a single wild value at the cost of all others.
    """
    return float(sum(distance(line) ** 2 for line in card if line["role"] == role and line["low"] is not None))


def distance(line: Mapping[str, Any]) -> float:
    """Distance of a line's value outside its band in half-widths, at most FARTHEST; 0 inside, ends included."""
    value, low, high = line["value"], line["low"], line["high"]
    if value is None:
        return FARTHEST
    outside = max(low - value, value - high, 0.0)
    return min(outside / ((high - low) / 2), FARTHEST) if outside else 0.0
