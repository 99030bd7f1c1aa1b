"""Popularity: the same list for everybody, most wanted first (热门榜)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.recommenders.base import Recommender
from sim.rng import mix32
from sim.tables import POPULARITY, Tables

if TYPE_CHECKING:
    from sim.world import World

TIE = 1e-6 / 2.0**32  # far less than one click a year, to order goods that nobody has wanted yet


class Popularity(Recommender):
    """One number an item in the first coordinate and the same query for all. Videos by the trailing clicks of
    their good, goods on the shelf by trailing orders. It knows nobody's interest, so its scores are 0.
    """

    mode = POPULARITY

    def card_vectors(self, world: World) -> np.ndarray:
        """Trailing product clicks a day of each card's good."""
        cards = world.day.cards
        return _ranked(world.products["clicks"][cards["product"]], cards["key"], world.today)

    def good_vectors(self, world: World, rows: np.ndarray) -> np.ndarray:
        """Trailing orders a day of each good."""
        return _ranked(world.products["sold"][rows], world.products["key"][rows], world.today)


@kernel
def _ranked(wanted: np.ndarray, keys: np.ndarray, day: int) -> np.ndarray:
    """ln of how much each item is wanted, ties by key and day, in the first coordinate; float32 (n, 16)."""
    vectors = np.zeros((len(wanted), DIM), np.float32)
    for j in range(len(wanted)):
        vectors[j, 0] = np.log(1e-6 + wanted[j] + TIE * mix32(keys[j], day))
    return vectors


@kernel
def popularity_query(t: Tables, i: int, out: np.ndarray) -> None:
    """The query that ranks by popularity alone, the same for every user, into `out` (16)."""
    out[:] = 0.0
    out[0] = 1.0
