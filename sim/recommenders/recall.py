"""Recall: the share of the truly best items that clustered retrieval finds. Stated beside every speed."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.user import DIM, OUTSIDE
from sim.jit import kernel
from sim.lanes import Lane
from sim.rng import mix32
from sim.rules.retrieve import best_items, probes_for, query_of
from sim.tables import TILE, Tables

if TYPE_CHECKING:
    from sim.world import Index, World

BEST = 20  # recall@20
SAMPLE_KEY = 0x5EC4  # orders users for the sample, the same ones every day


def measured_recall(world: World, sample: int = 256) -> dict[str, float]:
    """Recall@20 of today's indexes over a keyed sample of the users on the platform, cards and goods apart.

    Keys `recall_cards`, `recall_goods` (shares), and for each the items, clusters and clusters searched. An index
    searched whole has recall 1, and so has one that nobody asks or that holds nothing.
    """
    lane = Lane()
    t = world.tables(lane.buffers, lane.fill, world.new_tally())
    rows = _sampled(world.users["key"], np.flatnonzero(world.users["state"] != OUTSIDE), sample)
    found: dict[str, float] = {}
    for name, index in (("cards", world.card_index), ("goods", world.good_index)):
        clusters = len(index.start) - 1
        probes = min(clusters, int(probes_for(world.num[0], clusters)))
        hits, asked = count_hits(t, rows, index.start, index.ids, index.tiles, probes)
        found |= {f"recall_{name}": hits / asked if asked else 1.0, f"indexed_{name}": float(_size(index)),
                  f"clusters_{name}": float(clusters), f"probes_{name}": float(probes)}
    return found


def _size(index: Index) -> int:
    """Items in an index."""
    return int(np.count_nonzero(index.ids[index.start[0] * TILE :] >= 0))


@kernel
def _sampled(keys: np.ndarray, rows: np.ndarray, sample: int) -> np.ndarray:
    """The `sample` rows that come first in a keyed order, so that more users do not change who is asked much."""
    order = np.empty(len(rows), np.int64)
    for j in range(len(rows)):
        order[j] = mix32(keys[rows[j]], SAMPLE_KEY)
    return rows[np.argsort(order)[:sample]]


@kernel
def count_hits(t: Tables, rows: np.ndarray, start: np.ndarray, ids: np.ndarray, tiles: np.ndarray,
               probes: int) -> tuple[int, int]:
    """How many of the best 20 items of the users in `rows` a search of `probes` clusters finds, and of how many."""
    query, scores = np.empty(DIM, np.float32), np.empty(BEST)
    quick, exact = np.empty(BEST, np.int32), np.empty(BEST, np.int32)
    hits, asked = 0, 0
    for i in rows:
        query_of(t, i, query)
        n = best_items(query, start, ids, tiles, probes, BEST, quick, scores)
        m = best_items(query, start, ids, tiles, len(start) - 1, BEST, exact, scores)
        asked += m
        for item in exact[:m]:
            hits += 1 if np.any(quick[:n] == item) else 0
    return hits, asked
