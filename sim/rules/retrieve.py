"""Retrieval: from a whole catalogue to the few items worth scoring, by clustered inner products (model.md §2.4).

The catalogue is cut into clusters of similar items; a query looks into the clusters whose centres match best and keeps
the best items found there (an inverted file, as in Johnson, Douze and Jégou 2019, "Billion-scale similarity search
with GPUs"). A small catalogue is one cluster, searched whole. `sim.recommenders.index` builds the index each morning.

Items lie in tiles of 32, factor by factor, and the 16 products are one expression with unsigned constant offsets: so
the compiler works on eight items at a time (measured 1 ns an item against 4 row by row). Without fastmath the sum
has one fixed order, so every machine finds the same bits.
"""

import math

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.recommenders.interest import interest_query
from sim.recommenders.oracle import oracle_query
from sim.recommenders.popularity import popularity_query
from sim.recommenders.random_ import random_query
from sim.scratch import scratch
from sim.tables import INTEREST, ORACLE, POPULARITY, RECOMMENDER, TILE, Record, Tables

LANES = np.uint64(TILE)
F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15 = (np.uint64(TILE * k) for k in range(1, DIM))
BLOCK = np.uint64(DIM * TILE)  # numbers in a tile
NOTHING = np.float32(-np.inf)
ZERO = np.float32(0.0)
LOW32 = 0xFFFFFFFF
SIGN = 0x7FFFFFFF
HALF = np.float32(0.5)
GROUPS = 2.5  # groups an item wanted; more make the bar sharper and slower to find
HALVINGS = 10
PLACES = TILE + 1


@kernel
def score_tile(q: np.ndarray, x: np.ndarray, tile: int, scores: np.ndarray, to: int) -> None:
    """Inner products of a query (16 float32) with the 32 items of a tile, into `scores` from place 32·`to` on.

    `x` float32 holds the tiles one after another. Whole arrays and offsets: slices would be slower by half.
    """
    q0, q1, q2, q3, q4, q5, q6, q7 = q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7]
    q8, q9, q10, q11, q12, q13, q14, q15 = q[8], q[9], q[10], q[11], q[12], q[13], q[14], q[15]
    at, out = np.uint64(tile) * BLOCK, np.uint64(to) * LANES
    for lane in range(LANES):
        i = at + lane
        scores[out + lane] = (
            q0 * x[i] + q1 * x[i + F1] + q2 * x[i + F2] + q3 * x[i + F3]
            + q4 * x[i + F4] + q5 * x[i + F5] + q6 * x[i + F6] + q7 * x[i + F7]
            + q8 * x[i + F8] + q9 * x[i + F9] + q10 * x[i + F10] + q11 * x[i + F11]
            + q12 * x[i + F12] + q13 * x[i + F13] + q14 * x[i + F14] + q15 * x[i + F15]
        )


@kernel
def best_items(query: np.ndarray, start: np.ndarray, ids: np.ndarray, tiles: np.ndarray, probes: int, keep: int,
               out_ids: np.ndarray, out_scores: np.ndarray) -> int:
    """The `keep` items with the largest inner product, best first, ties by lower item; returns how many.

    Looks into the `probes` clusters whose centres match `query` (16 float32) best; `start`, `ids`, `tiles` as in
    `sim.world.Index`. Writes items and float64 scores. Finds fewer when the clusters hold fewer.
    """
    flat = tiles.reshape(-1)
    if start[0] == 0:
        return _best_in(query, np.arange(start[-1]), ids, flat, keep, out_ids, out_scores)
    clusters, matches = np.empty(probes, np.int32), np.empty(probes)
    found = _best_in(query, np.arange(start[0]), ids, flat, probes, clusters, matches)
    return _best_in(query, _tiles_of(clusters[:found], start), ids, flat, keep, out_ids, out_scores)


@kernel
def _tiles_of(clusters: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The tiles of some clusters."""
    count = 0
    for c in clusters:
        count += start[c + 1] - start[c]
    walk, n = np.empty(count, np.int64), 0
    for c in clusters:
        for tile in range(start[c], start[c + 1]):
            walk[n] = tile
            n += 1
    return walk


@kernel
def _best_in(query: np.ndarray, walk: np.ndarray, ids: np.ndarray, flat: np.ndarray, keep: int, out_ids: np.ndarray,
             out_scores: np.ndarray) -> int:
    """The best items among the tiles of `walk`."""
    scores = np.empty(len(walk) * TILE, np.float32)
    for j in range(len(walk)):
        score_tile(query, flat, walk[j], scores, j)
    keys = np.empty(len(scores), np.int64)
    n = _collect(scores, walk, ids, _bar(scores, keep), keys)
    if n > 2 * keep:
        n = _select(keys, n, keep)
    return _report(keys, n, keep, out_ids, out_scores)


@kernel
def _bar(scores: np.ndarray, keep: int) -> np.float32:
    """A score that at least `keep` items reach, and not many more.

    The items are dealt into groups, a few times as many as wanted. The best of a group are different items, so what
    `keep` of these reach is such a bar; it is found by halving, without sorting anything.
    """
    best = np.full(np.uint64(TILE * (int(GROUPS * keep) // TILE + 1)), NOTHING)
    for start in range(np.uint64(0), np.uint64(len(scores)), np.uint64(len(best))):
        for j in range(min(np.uint64(len(best)), np.uint64(len(scores)) - start)):
            score, before = scores[start + j], best[j]
            best[j] = (score if score > before else before) + ZERO  # else compiled to masked stores, seven times slower
    low, high = best[0], best[0]
    for one in best:
        low, high = min(low, one), max(high, one)
    for _ in range(HALVINGS):
        middle = HALF * (low + high)
        if _reach(best, np.uint64(0), np.uint64(len(best)), middle) >= keep:
            low = middle
        else:
            high = middle
    return low


@kernel
def _collect(scores: np.ndarray, walk: np.ndarray, ids: np.ndarray, bar: np.float32, keys: np.ndarray) -> int:
    """Keys of the items that reach the bar; how many."""
    bits, lanes, n = scores.view(np.int32), scratch(PLACES, np.int64), 0
    for j in range(len(walk)):
        first = np.uint64(j) * LANES
        if _reach(scores, first, first + LANES, bar) == 0:
            continue
        for at in range(_pick(scores, first, bar, lanes)):
            scores[j * TILE + lanes[at]] += ZERO  # makes -0 a 0, whose bits would rank differently
            keys[n] = _key(bits[j * TILE + lanes[at]], ids[walk[j] * TILE + lanes[at]])
            n += 1
    return n


@kernel
def _reach(scores: np.ndarray, low: np.uint64, high: np.uint64, bar: np.float32) -> np.int32:
    """How many of the scores [low, high) reach the bar; in most tiles of a large catalogue none does."""
    count = np.int32(0)
    for j in range(low, high):
        count += np.int32(1) if scores[j] >= bar else np.int32(0)
    return count


@kernel
def _pick(scores: np.ndarray, first: np.uint64, bar: np.float32, lanes: np.ndarray) -> np.uint64:
    """The lanes of the tile from `first` on that reach the bar, into `lanes`; their number.

    Without branches, which would be guessed wrong.
    """
    count = np.uint64(0)
    for lane in range(LANES):
        lanes[count] = lane
        count += np.uint64(1) if scores[first + lane] >= bar else np.uint64(0)
    return count


@kernel
def _key(bits: int, item: int) -> np.int64:
    """One integer that sorts by score, then by lower item: the score's bits, made monotone, above the item."""
    high = np.int64(bits)
    return ((high ^ ((high >> 31) & SIGN)) << 32) | (LOW32 - np.int64(item))


@kernel
def _select(keys: np.ndarray, n: int, keep: int) -> int:
    """Move the largest `keep` of n different keys to the front (quickselect, Hoare 1961); returns `keep`."""
    low, high = 0, n
    while high - low > 1:
        pivot, edge = keys[(low + high) // 2], low
        keys[(low + high) // 2] = keys[high - 1]
        for j in range(low, high - 1):
            keys[j], keys[edge], edge = keys[edge], keys[j], edge + (keys[j] > pivot)
        keys[high - 1], keys[edge] = keys[edge], pivot
        low, high = (edge + 1, high) if edge < keep else (low, edge)
    return keep


@kernel
def _report(keys: np.ndarray, n: int, keep: int, out_ids: np.ndarray, out_scores: np.ndarray) -> int:
    """Write the best `keep` of n keys as items and scores; how many there are. Each goes to its rank."""
    score = scratch(1, np.float32)
    bits = score.view(np.int32)
    for j in range(n):
        rank = _above(keys, n, keys[j])
        if rank < keep:
            high = keys[j] >> 32
            bits[0] = np.int32(high ^ ((high >> 31) & SIGN))
            out_ids[rank], out_scores[rank] = LOW32 - (keys[j] & LOW32), score[0]
    return min(n, keep)


@kernel
def _above(keys: np.ndarray, n: int, key: int) -> int:
    """How many of the first n keys are larger."""
    count = 0
    for j in range(np.uint64(n)):
        count += 1 if keys[j] > key else 0
    return count


@kernel
def query_of(t: Tables, i: int, out: np.ndarray) -> None:
    """The vector that user i is matched with today, by the kind of recommender, into `out` (16 float32)."""
    kind = t.modes[RECOMMENDER]
    if kind == INTEREST:
        interest_query(t, i, out)
    elif kind == ORACLE:
        oracle_query(t, i, out)
    elif kind == POPULARITY:
        popularity_query(t, i, out)
    else:
        random_query(t, i, out)


@kernel
def probes_for(num: Record, clusters: int) -> int:
    """How many clusters a query looks into. More of them in larger catalogues, or the recall would fall with size."""
    return max(int(num.learning_probes), math.ceil(num.learning_probes_root * math.sqrt(clusters)))


@kernel
def _shortlist(t: Tables, i: int, start: np.ndarray, ids: np.ndarray, tiles: np.ndarray, out_ids: np.ndarray,
               out_scores: np.ndarray) -> int:
    """The shortlist of one index; scores are expected interest m, and 0 where the kind expects nothing."""
    if len(tiles) == 0:
        return 0
    query = scratch(DIM, np.float32)
    query_of(t, i, query)
    keep = min(int(t.num[0].feed_shortlist), len(out_ids))
    n = best_items(query, start, ids, tiles, probes_for(t.num[0], len(start) - 1), keep, out_ids, out_scores)
    kind = t.modes[RECOMMENDER]
    if kind != INTEREST and kind != ORACLE:
        out_scores[:n] = 0.0
    return n


@kernel
def shortlist_cards(t: Tables, i: int, out_ids: np.ndarray, out_scores: np.ndarray) -> int:
    """The cards worth scoring for user i: rows of `t.cards` and expected interest, best first; returns how many.

    `out_ids` int32 and `out_scores` float64 have room for `feed_shortlist` entries.
    """
    return _shortlist(t, i, t.card_start, t.card_ids, t.card_tiles, out_ids, out_scores)


@kernel
def shortlist_goods(t: Tables, i: int, out_ids: np.ndarray, out_scores: np.ndarray) -> int:
    """The goods on sale worth scoring for user i: rows of `t.products` and expected interest, best first."""
    return _shortlist(t, i, t.good_start, t.good_ids, t.good_tiles, out_ids, out_scores)
