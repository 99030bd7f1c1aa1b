"""Who belongs to a segment today: ranges and ranks on columns, and a lasting keyed draw.

Beside its own columns a user has one of each category, `need_3` or `intent_11`, and a good those of its seller,
`seller_sales`; `tenure` is the same as `started`, in days. What nobody can see, such as quality, is no column.
"""
from __future__ import annotations

import importlib
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.user import CATEGORIES
from sim.jit import kernel
from sim.programmes import Segment, Span
from sim.rng import Decision, Venue, clock, uniform

if TYPE_CHECKING:
    from sim.world import World

HOMES = {"users": "user", "creators": "creator", "merchants": "merchant", "products": "merchant"}
TENURE, SELLER = "tenure", "seller_"
UNSEEN = ("key", "quality", "appeal")
NEVER = {"first_order": -1, "last_order": -1}  # day columns whose value may mean that it never happened


@cache
def columns_of(kind: str) -> dict[str, bool]:
    """The columns a segment may name, each with whether it holds a day: single numbers, and one a category."""
    home = importlib.import_module(f"sim.agents.{HOMES[kind]}")
    columns = home.PRODUCT_COLUMNS if kind == "products" else home.COLUMNS
    plain = [one for one in columns if one.dtype.names is None and one.name not in UNSEEN]
    found = {one.name: one.unit == "day" for one in plain if not one.shape}
    found |= {f"{one.name}_{k}": False for one in plain if one.shape == (CATEGORIES,) for k in range(CATEGORIES)}
    if kind == "products":
        return found | {SELLER + name: is_day for name, is_day in columns_of("merchants").items()}
    return found | {TENURE: True}


def members(world: World, kind: str, segment: Segment, instance: str, among: np.ndarray | None = None) -> np.ndarray:
    """Which agents of a kind belong to the segment of a policy instance today; bool, one entry a row.

    `among` says who is meant at all; by default who takes part.
    """
    agents = getattr(world, kind)
    there = takes_part(agents, kind) if among is None else among
    inside = there.copy()
    for column, span in segment.ranges.items():
        inside &= _within(_values(world, kind, column), span)
    for column, span in segment.ranks.items():
        inside &= _within(_ranks(_values(world, kind, column), agents["key"], there), span)
    if segment.share < 1.0:
        home = clock(int(world.now["seed"][0]))
        draw_share(agents["key"], home, name_key(segment.name or instance), segment.share, inside)
    return inside


def takes_part(agents: np.ndarray, kind: str) -> np.ndarray:
    """Who is there at all: users on the platform, active creators, open merchants, goods on sale yesterday."""
    if kind == "products":
        return agents["on_sale"] == 1
    return agents["state"] > 0 if kind == "users" else agents["state"] == 1


def name_key(name: str) -> int:
    """A name as the thing key of a draw, in [0, 2^32)."""
    return zlib.crc32(name.encode())


def _values(world: World, kind: str, column: str) -> np.ndarray:
    """A column as float64; a day as days ago, NaN for never."""
    values = _column(world, kind, column).astype(np.float64)
    if not columns_of(kind)[column]:
        return values
    never = values == NEVER[column] if column in NEVER else np.zeros(len(values), bool)
    return np.where(never, np.nan, world.today - values)


def _column(world: World, kind: str, column: str) -> np.ndarray:
    """A column by the name that segments know it by."""
    agents = getattr(world, kind)
    if column in agents.dtype.names:
        return agents[column]
    if column == TENURE:
        return agents["started"]
    if kind == "products":
        return _column(world, "merchants", column.removeprefix(SELLER))[agents["merchant"]]
    name, _, category = column.rpartition("_")
    return agents[name][:, int(category)]


def _ranks(values: np.ndarray, keys: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Each one's place in (0, 1) among those who are there, by value and then by key; NaN for the others."""
    rows = np.flatnonzero(there)
    ranks = np.full(len(values), np.nan)
    order = rows[np.lexsort((keys[rows], values[rows]))]
    ranks[order] = (np.arange(len(rows)) + 0.5) / max(len(rows), 1)
    return ranks


def _within(values: np.ndarray, span: Span) -> np.ndarray:
    """Which values lie in a closed range; an open end is None."""
    low, high = (bound if bound is not None else end for bound, end in zip(span, (-np.inf, np.inf), strict=True))
    return (values >= low) & (values <= high)


@kernel
def draw_share(keys: Any, home: Any, name: int, share: float, inside: np.ndarray) -> None:
    """Keep a share of those inside: each one's draw by (key, name) on day 0, so it lasts and shares are nested."""
    for i in range(len(keys)):
        if inside[i]:
            inside[i] = uniform(home[0], keys[i], name, Decision.SEGMENT, Venue.NONE, 0) < share
