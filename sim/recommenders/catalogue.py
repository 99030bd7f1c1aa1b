"""The morning's work of the recommender: index today's cards and the goods on sale."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.recommenders.base import Recommender
from sim.recommenders.index import build
from sim.recommenders.interest import Interest
from sim.recommenders.oracle import Oracle
from sim.recommenders.popularity import Popularity
from sim.recommenders.random_ import Random
from sim.tables import RECOMMENDER, TILE

if TYPE_CHECKING:
    from sim.world import World

BY_MODE: dict[int, Recommender] = {kind.mode: kind for kind in (Interest(), Popularity(), Random(), Oracle())}


def recommender_of(world: World) -> Recommender:
    """The kind of recommender at work."""
    return BY_MODE[int(world.modes[RECOMMENDER])]


def index_catalogue(world: World) -> None:
    """Index today's cards and the goods on sale by their vectors. Call once the cards stand, before users look."""
    kind, exact_below = recommender_of(world), int(world.num["learning_exact_below"][0])
    world.card_index = build(kind.card_vectors(world), world.card_index.centres, exact_below)
    rows = np.flatnonzero(world.products["on_sale"])
    world.good_index = build(kind.good_vectors(world, rows), world.good_index.centres, exact_below)
    _name_goods(world.good_index.ids, world.good_index.start, rows)


def _name_goods(ids: np.ndarray, start: np.ndarray, rows: np.ndarray) -> None:
    """Turn places among the goods on sale into rows of the products' table; the tiles of centres stay."""
    goods = ids[start[0] * TILE :]
    goods[goods >= 0] = rows[goods[goods >= 0]]
