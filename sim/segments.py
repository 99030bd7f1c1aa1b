"""Who belongs to a segment today: ranges and ranks on columns, and a lasting keyed draw."""
from __future__ import annotations

import importlib
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.jit import kernel
from sim.programmes import Segment, Span
from sim.rng import Decision, Venue, clock, uniform

if TYPE_CHECKING:
    from sim.world import World

HOMES = {"users": "user", "creators": "creator", "merchants": "merchant"}
NEVER = {"first_order": -1, "last_order": -1}  # day columns whose value may mean that it never happened


@cache
def columns_of(kind: str) -> dict[str, bool]:
    """The columns a segment may name, each with whether it holds a day: all single numbers but the key."""
    columns = importlib.import_module(f"sim.agents.{HOMES[kind]}").COLUMNS
    return {one.name: one.unit == "day" for one in columns
            if one.dtype.names is None and not one.shape and one.name != "key"}


def members(world: World, kind: str, segment: Segment, instance: str, among: np.ndarray | None = None) -> np.ndarray:
    """Which agents of a kind belong to the segment of a policy instance today; bool, one entry a row.

    `among` says who is meant at all; by default who takes part.
    """
    agents = getattr(world, kind)
    there = takes_part(agents, kind) if among is None else among
    inside = there.copy()
    for column, span in segment.ranges.items():
        inside &= _within(_values(agents, kind, column, world.today), span)
    for column, span in segment.ranks.items():
        inside &= _within(_ranks(_values(agents, kind, column, world.today), agents["key"], there), span)
    if segment.share < 1.0:
        home = clock(int(world.now["seed"][0]))
        draw_share(agents["key"], home, name_key(segment.name or instance), segment.share, inside)
    return inside


def takes_part(agents: np.ndarray, kind: str) -> np.ndarray:
    """Who is there at all: users on the platform, active creators, open merchants."""
    return agents["state"] > 0 if kind == "users" else agents["state"] == 1


def name_key(name: str) -> int:
    """A name as the thing key of a draw, in [0, 2^32)."""
    return zlib.crc32(name.encode())


def _values(agents: np.ndarray, kind: str, column: str, today: int) -> np.ndarray:
    """A column as float64; a day as days ago, NaN for never."""
    values = agents[column].astype(np.float64)
    if not columns_of(kind)[column]:
        return values
    never = values == NEVER[column] if column in NEVER else np.zeros(len(values), bool)
    return np.where(never, np.nan, today - values)


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
