"""Mindshare by prices (百亿补贴): a shelf that is steadily cheap becomes the place to buy; one that is dearer than it
was known to be loses that faster than it was won.

Off by default. What counts is the mean of ln(price/outside price) over the goods looked at in a list, at the price that
this user would pay, against what is remembered of the shelf.
"""
from __future__ import annotations

import numpy as np

from sim.jit import kernel
from sim.rules.price import price_log
from sim.rules.satisfy import on_shelf
from sim.tables import Record


@kernel
def minds_prices(num: Record, venue: int) -> bool:
    """Whether what a list asks moves mindshare here."""
    return num.lists_mind_gain > 0.0 and on_shelf(venue)


@kernel
def price_shown(paid: int, outside: int) -> float:
    """What a good of the list asks of the user against the same elsewhere: ln of the ratio."""
    return price_log(paid, np.float64(outside))


@kernel
def mind_step(num: Record, mindshare: float, level: float, remembered: float) -> float:
    """By how much a list at `level` moves mindshare: up if cheap and no dearer than remembered, else down."""
    gap = level - remembered
    if gap > num.lists_mind_slack:
        return -min(1.0, num.lists_mind_gain * num.lists_mind_loss * gap) * mindshare
    return min(1.0, num.lists_mind_gain * max(-level, 0.0)) * (1.0 - mindshare)


@kernel
def remember_shelf(num: Record, u: Record, level: float) -> None:
    """Let a list at `level` move the user's mindshare and memory of the shelf's price."""
    u.mindshare += mind_step(num, np.float64(u.mindshare), level, np.float64(u.shelf_price))
    u.shelf_price += num.lists_mind_step * (level - u.shelf_price)
