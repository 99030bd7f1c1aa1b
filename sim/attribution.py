"""Whose content the day's orders go back to: origin, help to the shelf, orders led away from who excited them.

The definitions stand in `sim.metrics`; sums are of whole fen.
"""
from __future__ import annotations

import numpy as np

from sim.rng import Venue
from sim.rules.choose import BROWSE, EXCITED, NEED
from sim.rules.ship import FEN
from sim.tables import DIVERTED

SHELF = (Venue.MALL, Venue.SEARCH, Venue.SHOP)
ORIGINS = {"need": NEED, "interest": EXCITED, "browse": BROWSE}


def attribution(orders: np.ndarray, value: np.ndarray, creators: int, threshold: float) -> dict[str, float]:
    """GMV by origin and by exciter, yuan; `value` fen an order, `creators` the accounts before merchants' own.

    `threshold` is the trace from which an order counts as excited (`needs.excited`).
    """
    account, live = exciters(orders)
    row = {f"gmv_origin_{name}": yuan(value, orders["origin"] == code) for name, code in ORIGINS.items()}
    assisted = np.isin(orders["venue"], SHELF) & (orders["trace"] >= threshold) & (account >= 0)
    row["assisted_gmv"] = yuan(value, assisted)
    for who, own in (("creator", account < creators), ("merchant", account >= creators)):
        for where, place in (("video", ~live), ("live", live)):
            row[f"assisted_gmv_{who}_{where}"] = yuan(value, assisted & own & place)
    led_away = (orders["via"] == DIVERTED) & (account >= 0) & (account != creators + orders["merchant"])
    return row | {"cannibalised_gmv": yuan(value, led_away)}


def exciters(orders: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Account that first excited each order, -1 for none, and whether it did so live (`rules.excite.exciter`)."""
    code = orders["excited_by"].astype(np.int64)
    return code // 2 - 1, code % 2 == 1


def yuan(value: np.ndarray, chosen: np.ndarray) -> float:
    """The chosen orders' value."""
    return float(value[chosen].sum()) / FEN
