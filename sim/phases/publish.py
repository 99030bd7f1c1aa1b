"""Phase: the day's cards, rooms and lists go up, and the search indexes over them (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.user import CATEGORIES
from sim.recommenders.catalogue import index_catalogue
from sim.rules.lists import fill_pages, fill_pools, lottery
from sim.rules.show import Stage, open_rooms, publish_cards
from sim.tables import CARD, RANDOM, RECOMMENDER, ROOM

if TYPE_CHECKING:
    from sim.world import World


def run(world: World) -> None:
    """Publish: cards of all accounts, rooms on air, rooms' pools, results pages, indexes of cards and goods."""
    day, stage = world.day, stage_of(world)
    day.cards = np.zeros(publish_cards(stage, np.zeros(0, CARD)), CARD)
    publish_cards(stage, day.cards)
    on_air = int(world.creators["live"].sum(dtype=np.int64) + world.merchants["live"].sum(dtype=np.int64))
    rooms = np.zeros(on_air + 1, ROOM)
    day.rooms = rooms[:open_rooms(stage, rooms)]
    day.room_of = places_of(day.rooms["presenter"], len(world.creators) + len(world.merchants))
    day.card_of = places_of(day.cards["product"], len(world.products))
    day.young = shelf_of_young(world)
    day.pools = pools_of(world)
    day.pages, day.page_size = pages_of(world)
    world.platform["rooms_open"] = len(day.rooms)
    index_catalogue(world)


def stage_of(world: World) -> Stage:
    """The world's arrays as publishing sees them."""
    return Stage(world.num, world.now, world.creators, world.merchants, world.products, world.recommender,
                 world.boost, world.studio, world.deals)


def places_of(owners: np.ndarray, n: int) -> np.ndarray:
    """For each of n owners the first row that names it, or -1; int32 (n,)."""
    found = np.full(n, -1, np.int32)
    found[owners[::-1]] = np.arange(len(owners), dtype=np.int32)[::-1]
    return found


def shelf_of_young(world: World) -> np.ndarray:
    """Rows of cards little seen from which exploration draws today: at most `feed_explore_cards`, by keyed lot."""
    young = np.flatnonzero(world.day.cards["young"])
    most = int(world.num["feed_explore_cards"][0])
    keys = world.day.cards["key"][young]
    order = np.lexsort((keys, lottery(world.now, keys)))
    return np.sort(young[order[:most]]).astype(np.int32)


def pools_of(world: World) -> np.ndarray:
    """Each audience cell's rooms of the day by row, shape (cells, pool), -1 where empty.

    All rooms where they fit; else the pool is drawn without replacement in proportion to weight, keyed (cell, room,
    day): the largest of ln weight + Gumbel noise (Efraimidis and Spirakis 2006).
    """
    num = world.num[0]
    pools = np.full((int(num["feed_cells"]), int(num["feed_pool"])), -1, np.int32)
    if len(world.day.rooms):
        even = world.modes[RECOMMENDER] == RANDOM
        fill_pools(world.now, world.day.rooms, even, pools)
    return pools


def pages_of(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Goods on sale that each category's results page chooses from: (categories, candidates) and their numbers.

    Where there are more than places, best sellers come first and a share of the places goes by lot.
    """
    num = world.num[0]
    pages = np.full((CATEGORIES, int(num["lists_candidates"])), -1, np.int32)
    sizes = np.zeros(CATEGORIES, np.int32)
    drawn = min(1.0, float(num["feed_explore_share"]) + float(world.lev["explore"][0]))
    if world.modes[RECOMMENDER] == RANDOM:
        drawn = 1.0
    for k in range(CATEGORIES):
        goods = np.flatnonzero((world.products["category"] == k) & (world.products["on_sale"] == 1))
        chosen = fill_pages(world.now, world.num, world.products, goods, pages.shape[1], drawn)
        pages[k, :len(chosen)], sizes[k] = chosen, len(chosen)
    return pages, sizes
