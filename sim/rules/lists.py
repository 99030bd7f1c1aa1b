"""Lists that the platform makes each morning: pools of rooms, results pages, shelves of new cards."""
from __future__ import annotations

import math

import numpy as np

from sim.jit import kernel
from sim.rng import Decision, Venue, gumbel, uniform


@kernel
def lottery(now: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Today's lot of each card or good, uniform and keyed by it alone; float64 (n,)."""
    lots = np.empty(len(keys))
    for i in range(len(keys)):
        lots[i] = uniform(now[0], keys[i], 0, Decision.EXPLORE, Venue.NONE, 0)
    return lots


@kernel
def fill_pools(now: np.ndarray, rooms: np.ndarray, even: bool, pools: np.ndarray) -> None:
    """Draw each cell's pool of rooms; `even` gives every room the same weight."""
    scores = np.empty(len(rooms))
    highest = np.max(rooms["boost"])
    for cell in range(len(pools)):
        for j in range(len(rooms)):
            pull = 0.0 if even else math.log(rooms[j].weight) + rooms[j].boost - highest
            scores[j] = pull + gumbel(now[0], cell, rooms[j].key, Decision.POOL, Venue.LIVE, 1)
        best = np.argsort(-scores, kind="mergesort")[: pools.shape[1]]
        best.sort()
        pools[cell, : len(best)] = best


@kernel
def _page_scores(num: np.ndarray, products: np.ndarray, goods: np.ndarray) -> np.ndarray:
    """How a page ranks goods before it knows the user: sales and reputation, as lists do."""
    scores = np.empty(len(goods))
    for i in range(len(goods)):
        p = products[goods[i]]
        scores[i] = num[0].lists_popularity * math.log(1.0 + p.sold) + num[0].choice_quality * p.reputation
    return scores


def fill_pages(now: np.ndarray, num: np.ndarray, products: np.ndarray, goods: np.ndarray, most: int,
               drawn: float) -> np.ndarray:
    """The goods of one results page, rows in ascending order: all, or the best and a share `drawn` by lot."""
    if len(goods) <= most:
        return goods
    keys = products["key"][goods]
    best = np.lexsort((keys, -_page_scores(num, products, goods)))
    sure, others = best[: most - round(drawn * most)], best[most - round(drawn * most):]
    lots = np.lexsort((keys[others], lottery(now, keys[others])))
    return np.sort(goods[np.concatenate([sure, others[lots[: most - len(sure)]]])])
