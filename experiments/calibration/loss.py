"""How far a pattern card lies from its calibrated bands."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UNDEFINED = 3.0  # half-widths that a value which is undefined counts as (assumption)


def loss(card: Sequence[Mapping[str, Any]], role: str = "calibrated") -> float:
    """Sum of squared distances outside the bands of one role, in half-widths; every band weighs 1."""
    return float(sum(distance(line) ** 2 for line in card if line["role"] == role and line["low"] is not None))


def distance(line: Mapping[str, Any]) -> float:
    """Distance of a line's value outside its band in half-widths of the band; 0 inside, ends included."""
    value, low, high = line["value"], line["low"], line["high"]
    if value is None:
        return UNDEFINED
    outside = max(low - value, value - high, 0.0)
    return outside / ((high - low) / 2) if outside else 0.0
