"""Random: every user a fresh random list a day; the floor that any recommender must beat.

Items and users get independent random directions, keyed (item, day) and (user, day). Inner products of such
directions put the catalogue in a random order for each user, every item equally likely at each place, without a
pass over the catalogue. A list depends on nothing but the keys: an item more or less moves others by one place,
another user moves nothing.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.recommenders.base import Recommender
from sim.rng import Decision, Venue, normal
from sim.tables import RANDOM, Tables

if TYPE_CHECKING:
    from sim.world import World


class Random(Recommender):
    """Random unit vectors against random queries, new every day. Scores are 0: nothing is known."""

    mode = RANDOM

    def card_vectors(self, world: World) -> np.ndarray:
        """Random directions keyed (card, day)."""
        return _directions(world.now, world.day.cards["key"], Venue.VIDEO)

    def good_vectors(self, world: World, rows: np.ndarray) -> np.ndarray:
        """Random directions keyed (good, day)."""
        return _directions(world.now, world.products["key"][rows], Venue.MALL)


@kernel
def _directions(now: np.ndarray, keys: np.ndarray, venue: int) -> np.ndarray:
    """A random unit vector for each key today, float32 (n, 16). Equal lengths, or long ones would win."""
    vectors = np.empty((len(keys), DIM), np.float32)
    for j in range(len(keys)):
        square = 0.0
        for k in range(DIM):
            step = normal(now[0], 0, keys[j], Decision.POOL, venue, k)
            vectors[j, k] = step
            square += step * step
        for k in range(DIM):
            vectors[j, k] /= np.sqrt(square)
    return vectors


@kernel
def random_query(t: Tables, i: int, out: np.ndarray) -> None:
    """A random direction for user i today, into `out` (16)."""
    for k in range(DIM):
        out[k] = normal(t.now[0], t.users[i].key, 0, Decision.POOL, Venue.NONE, k)
