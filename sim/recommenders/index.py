"""The search index over a catalogue, rebuilt every morning: clusters continued from yesterday's.

One pass puts every item to the nearest of yesterday's centres, then each centre moves to the mean of its items (one
step of Lloyd 1982, "Least squares quantization in PCM"). Means are integer sums, so nothing depends on the order
they are summed in. The first catalogue too large to search whole decides the number of clusters, √items.
"""
from __future__ import annotations

import numpy as np

from sim.agents.user import DIM
from sim.fixed import SCALE, to_fixed
from sim.jit import kernel
from sim.rules.retrieve import LANES, score_tile
from sim.tables import TILE
from sim.world import Index

FIRST_PASSES = 12  # Lloyd steps of the first clustering
SAMPLE = 64  # items a cluster that the first clustering looks at
APART = 1.0 / 1024.0  # by how much the two halves of a split cluster differ at first


def build(factors: np.ndarray, centres: np.ndarray | None, exact_below: int = 0) -> Index:
    """The index of a catalogue: `factors` (items, 16) and yesterday's `centres` (clusters, 16), or None before.

    At most `exact_below` items stay one cluster, searched whole; its centres rest. No items are legal.
    """
    factors = np.ascontiguousarray(factors, np.float32)
    centres = np.zeros((0, DIM), np.float32) if centres is None else centres
    if len(factors) <= max(exact_below, 1):
        return _lay_out(factors, centres, np.zeros(len(factors), np.int64), np.array([len(factors)]))
    if len(centres) == 0:
        centres = _first_centres(factors)
    home = nearest(tile_rows(factors), centres, len(factors))
    centres, counts = move_centres(factors, centres, home)
    return _lay_out(factors, centres, home, counts)


def _first_centres(factors: np.ndarray) -> np.ndarray:
    """√items centres found from an even sample of the catalogue, shape (clusters, 16)."""
    clusters = int(np.sqrt(len(factors)) + 0.5)
    sample = factors[:: max(1, len(factors) // (SAMPLE * clusters))]
    centres = sample[np.arange(clusters) * len(sample) // clusters].copy()
    tiles = tile_rows(sample)
    for _ in range(FIRST_PASSES):
        centres, _ = move_centres(sample, centres, nearest(tiles, centres, len(sample)))
    return centres


def move_centres(factors: np.ndarray, centres: np.ndarray, home: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each centre at the mean of its items, and the number of those; an empty cluster takes half of the largest."""
    sums, counts = _sum_members(factors, home, len(centres))
    means = sums / (SCALE * np.maximum(counts, 1)[:, None])
    moved = np.where(counts[:, None] > 0, means, centres).astype(np.float32)
    crowd = counts.copy()
    for empty in np.flatnonzero(counts == 0):
        largest = int(np.argmax(crowd))
        crowd[empty] = crowd[largest] // 2
        crowd[largest] -= crowd[empty]
        moved[empty] = moved[largest] * np.float32(1.0 + APART)
        moved[largest] *= np.float32(1.0 - APART)
    return moved, counts


def _lay_out(factors: np.ndarray, centres: np.ndarray, home: np.ndarray, counts: np.ndarray) -> Index:
    """Tiles of each cluster's items in row order; before them, with several clusters, tiles of the centres.

    `home` is the cluster of each item, `counts` the items of each. Clusters without items are never found.
    """
    several = len(counts) > 1
    head = -(-len(centres) // TILE) if several else 0
    start = head + np.concatenate([[0], np.cumsum(-(-counts // TILE))]).astype(np.int64)
    ids = np.full(start[-1] * TILE, -1, np.int32)
    tiles = np.full((start[-1], DIM, TILE), np.nan, np.float32)  # an empty place reaches no bar
    if several:
        known = np.where(counts[:, None] > 0, centres, np.float32(np.nan))
        _place(known, np.zeros(len(centres), np.int64), np.zeros(1, np.int64), ids, tiles)
    _place(factors, home, start[:-1], ids, tiles)
    return Index(centres, start, ids, tiles)


@kernel
def tile_rows(rows: np.ndarray) -> np.ndarray:
    """Rows (n, 16) as tiles (⌈n/32⌉, 16, 32) in their order, filled up with zeros."""
    tiles = np.zeros(((len(rows) + TILE - 1) // TILE, DIM, TILE), np.float32)
    for i in range(len(rows)):
        for k in range(DIM):
            tiles[i // TILE, k, i % TILE] = rows[i, k]
    return tiles


@kernel
def nearest(tiles: np.ndarray, centres: np.ndarray, n: int) -> np.ndarray:
    """The nearest centre of each of the first n items of `tiles`, int64 (n,); the first among equals."""
    flat, home = tiles.reshape(-1), np.empty(len(tiles) * TILE, np.int64)
    half = np.empty(len(centres), np.float32)
    for c in range(len(centres)):
        half[c] = 0.5 * (centres[c] * centres[c]).sum()
    scores, best, chosen = np.empty(TILE, np.float32), np.empty(TILE, np.float32), np.empty(TILE, np.int32)
    for tile in range(len(tiles)):
        best[:] = -np.inf
        for c in range(len(centres)):
            score_tile(centres[c], flat, tile, scores, 0)
            _keep_nearer(scores, half[c], np.int32(c), best, chosen)
        home[tile * TILE : (tile + 1) * TILE] = chosen
    return home[:n]


@kernel
def _keep_nearer(scores: np.ndarray, half: np.float32, c: np.int32, best: np.ndarray, chosen: np.ndarray) -> None:
    """Let items nearer to centre c than to their best so far choose it: |x − c|² = |x|² − 2(⟨x, c⟩ − |c|²/2)."""
    for lane in range(LANES):
        score = scores[lane] - half
        nearer = score > best[lane]
        best[lane] = score if nearer else best[lane]
        chosen[lane] = c if nearer else chosen[lane]


@kernel
def _sum_members(factors: np.ndarray, home: np.ndarray, clusters: int) -> tuple[np.ndarray, np.ndarray]:
    """Fixed-point sums (clusters, 16) and numbers (clusters,) of each cluster's items."""
    sums, counts = np.zeros((clusters, DIM), np.int64), np.zeros(clusters, np.int64)
    for i in range(len(factors)):
        counts[home[i]] += 1
        for k in range(DIM):
            sums[home[i], k] += to_fixed(factors[i, k])
    return sums, counts


@kernel
def _place(rows: np.ndarray, home: np.ndarray, first: np.ndarray, ids: np.ndarray, tiles: np.ndarray) -> None:
    """Write rows into the tiles of their clusters in row order, and their numbers into `ids`."""
    filled = np.zeros(len(first), np.int64)
    for i in range(len(rows)):
        place = first[home[i]] * TILE + filled[home[i]]
        filled[home[i]] += 1
        ids[place] = i
        for k in range(DIM):
            tiles[place // TILE, k, place % TILE] = rows[i, k]
