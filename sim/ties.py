"""Who knows whom and who follows whom on the first day: given degrees wired without loops or doubles.

Ties between users are wired in two parts: circles in which any two know each other with one probability
(which gives the clustering), and a configuration model of what is left. Below `NETWORKX_LIMIT` users networkx
generates both parts, above it compiled kernels do; the repair of loops and doubles is shared, so both routes
keep the same degrees. Follows are a bipartite configuration model, compiled at every size.
"""
from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.degrees import Longs, TieSettings
from sim.jit import kernel

if TYPE_CHECKING:
    from numpy.random import Generator

Ints = NDArray[np.int32]

NETWORKX_LIMIT = 50_000  # users; networkx needs 110 s and 2.3 GB for a million
TRIES = 200  # attempts to swap one loop or double away before the wiring gives in
STRIDE = 32  # entries between two marks of the guide that finds an entry's row


def pointers(degree: NDArray[Any]) -> Longs:
    """Where each row of a list with these degrees begins, and where the last ends; int64, one longer."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(degree, dtype=np.int64)))


# ---------------------------------------------------------------------------------------- ties between users
def wire_ties(degree: Longs, settings: TieSettings, rng: Generator,
              compiled: bool) -> tuple[Longs, Ints, int]:
    """Symmetric lists of a simple graph of these degrees, clustered as set: `ptr`, `idx`, ties given up.

    A tie is given up only where no simple graph can hold it: in a world of a few users.
    """
    degree = _even(degree)
    ptr = pointers(degree)
    idx, size = np.full(ptr[-1], -1, np.int32), np.zeros(len(degree), np.int64)
    members, bounds = circles(degree, settings, rng)
    if compiled:
        _wire_circles(ptr, idx, size, members, bounds, settings.circle_density, rng)
    else:
        _link_all(ptr, idx, size, _networkx_circles(members, bounds, settings.circle_density, rng))
    rest = degree - size
    lost = _wire_rest(ptr, idx, size, _shuffled(rest, rng) if compiled else _networkx_rest(rest, rng), rng)
    if lost:
        ptr, idx = pointers(size), idx[idx >= 0]
    sort_rows(ptr, idx)
    return ptr, idx, lost


def _even(degree: Longs) -> Longs:
    """Degrees with an even sum: the first user who has a tie gives one up if need be."""
    degree = degree.copy()
    if degree.sum() % 2:
        degree[np.argmax(degree > 0)] -= 1
    return degree


def circles(degree: Longs, settings: TieSettings, rng: Generator) -> tuple[Ints, Longs]:
    """Disjoint circles of users with like degrees: members, one circle after another, and where each begins.

    In a circle of g users with density p everyone has about (g - 1)p ties; g is chosen so that these are a
    share s of the member's ties. Two friends of a user are of its circle with chance s², so s² p is the
    clustering.
    """
    order = np.argsort(-(degree + rng.random(len(degree))), kind="stable").astype(np.int32)
    order = order[: np.count_nonzero(degree >= 2)]
    ties = degree[order]
    clustering = settings.clustering * (ties / settings.mean_ties) ** -settings.clustering_decline
    share = np.sqrt(np.minimum(1.0, clustering / settings.circle_density))
    wanted = 1 + share * ties / settings.circle_density + rng.random(len(order))
    return order, _cut_circles(np.maximum(3, wanted.astype(np.int64)))


@kernel
def _cut_circles(wanted: Longs) -> Longs:
    """Bounds of consecutive circles, each as large as its first member wants; the last takes what is left."""
    bounds = np.zeros(len(wanted) + 1, np.int64)
    count = 0
    while bounds[count] < len(wanted):
        bounds[count + 1] = min(bounds[count] + wanted[bounds[count]], len(wanted))
        count += 1
    return bounds[: count + 1].copy()


@kernel
def _wire_circles(ptr: Longs, idx: Ints, size: Longs, members: Ints, bounds: Longs, density: float,
                  rng: Generator) -> None:
    """Tie any two of one circle with chance `density`, as far as both have room."""
    for c in range(len(bounds) - 1):
        for i in range(bounds[c], bounds[c + 1]):
            for j in range(i + 1, bounds[c + 1]):
                if rng.random() < density:
                    link(ptr, idx, size, members[i], members[j])


@kernel
def link(ptr: Longs, idx: Ints, size: Longs, a: int, b: int) -> bool:
    """Tie users a and b if both have room and do not know each other yet; whether it was done."""
    if a == b or ptr[a] + size[a] == ptr[a + 1] or ptr[b] + size[b] == ptr[b + 1]:
        return False
    few, other = (a, b) if size[a] <= size[b] else (b, a)
    if place_of(ptr, idx, size, few, other) >= 0:
        return False
    idx[ptr[a] + size[a]] = b
    idx[ptr[b] + size[b]] = a
    size[a] += 1
    size[b] += 1
    return True


@kernel
def place_of(ptr: Longs, idx: Ints, size: Longs, a: int, b: int) -> int:
    """Where b stands in the filled part of a's row, or -1."""
    for k in range(ptr[a], ptr[a] + size[a]):
        if idx[k] == b:
            return k
    return -1


@kernel
def _link_all(ptr: Longs, idx: Ints, size: Longs, pairs: Ints) -> None:
    """Tie the pairs (shape (m, 2)) in their order, as far as there is room."""
    for k in range(len(pairs)):
        link(ptr, idx, size, pairs[k, 0], pairs[k, 1])


@kernel
def _wire_rest(ptr: Longs, idx: Ints, size: Longs, stubs: Ints, rng: Generator) -> int:
    """Tie stubs 2k and 2k+1; loops and doubles swap ends with a random tie. Returns the ties given up."""
    failed = 0
    for k in range(0, len(stubs), 2):
        if not link(ptr, idx, size, stubs[k], stubs[k + 1]):
            stubs[failed], stubs[failed + 1] = stubs[k], stubs[k + 1]
            failed += 2
    lost = 0
    for k in range(0, failed, 2):
        lost += not _swap_ends(ptr, idx, size, stubs[k], stubs[k + 1], rng)
    return lost


@kernel
def _swap_ends(ptr: Longs, idx: Ints, size: Longs, a: int, b: int, rng: Generator) -> bool:
    """Instead of the impossible tie (a, b) turn a random tie (x, y) into (a, x) and (b, y); degrees stay."""
    for _ in range(TRIES):
        q = int(rng.random() * len(idx))
        x, y = int(np.searchsorted(ptr, q, side="right")) - 1, int(idx[q])
        if y < 0 or a == x or b == y:
            continue
        if place_of(ptr, idx, size, a, x) >= 0 or place_of(ptr, idx, size, b, y) >= 0:
            continue
        size[x] = _drop(ptr, idx, size, x, y)
        size[y] = _drop(ptr, idx, size, y, x)
        link(ptr, idx, size, a, x)
        link(ptr, idx, size, b, y)
        return True
    return False


@kernel
def _drop(ptr: Longs, idx: Ints, size: Longs, a: int, b: int) -> int:
    """Take b out of a's row; the row's new size."""
    last = ptr[a] + size[a] - 1
    idx[place_of(ptr, idx, size, a, b)] = idx[last]
    idx[last] = -1
    return size[a] - 1


def _networkx_circles(members: Ints, bounds: Longs, density: float, rng: Generator) -> Ints:
    """The pairs of all circles from networkx's fast G(n, p) generator, shape (m, 2)."""
    import networkx as nx

    found = [_edges(nx.fast_gnp_random_graph(int(stop - start), density, seed=_seed(rng))) + start
             for start, stop in pairwise(bounds)]
    return members[np.concatenate(found)] if found else np.zeros((0, 2), np.int32)


def _networkx_rest(rest: Longs, rng: Generator) -> Ints:
    """Stubs paired by networkx's configuration model, loops and doubles included."""
    import networkx as nx

    return _edges(nx.configuration_model(rest.tolist(), seed=_seed(rng))).astype(np.int32).ravel()


def _edges(graph: Any) -> Longs:
    """A networkx graph's edges as an array of shape (m, 2)."""
    return np.array(list(graph.edges()), dtype=np.int64).reshape(-1, 2)


def _seed(rng: Generator) -> int:
    """A fresh seed for a networkx generator."""
    return int(rng.integers(2**32))


# ------------------------------------------------------------------------------------------------- follows
def wire_follows(degree: Longs, followers: Longs, rng: Generator) -> tuple[Longs, Ints, int]:
    """Each user's distinct accounts, a configuration model of both sides: `ptr`, `idx`, follows moved.

    Users keep their degrees. Accounts keep theirs too, except where no list without doubles exists (worlds in
    which few accounts hold most follows): there a follow moves to another account, drawn by popularity.
    """
    ptr, idx = pointers(degree), _shuffled(followers, rng)
    guide = np.searchsorted(ptr, np.arange(0, len(idx), STRIDE), side="right") - 1
    moved = untangle(ptr, idx, guide, len(followers), rng)
    sort_rows(ptr, idx)
    return ptr, idx, moved


@kernel
def untangle(ptr: Longs, idx: Ints, guide: Longs, n_targets: int, rng: Generator) -> int:
    """Make the accounts of every row distinct by swaps between rows; returns how many follows had to move.

    `guide[i]` is the row of entry `i * STRIDE`.
    """
    seen = np.full(n_targets, -1, np.int64)
    moved = 0
    for user in range(len(ptr) - 1):
        for k in range(_gather_doubles(idx, seen, user, ptr[user], ptr[user + 1]), ptr[user + 1]):
            if not _trade(ptr, idx, guide, seen, user, k, rng):
                idx[k] = _other_account(idx, seen, user, rng)
                moved += 1
            seen[idx[k]] = user
    return moved


@kernel
def _gather_doubles(idx: Ints, seen: Longs, user: int, start: int, stop: int) -> int:
    """Mark a user's accounts in `seen` and move doubles to the row's end; where they begin."""
    while start < stop:
        if seen[idx[start]] == user:
            stop -= 1
            idx[start], idx[stop] = idx[stop], idx[start]
        else:
            seen[idx[start]] = user
            start += 1
    return stop


@kernel
def _trade(ptr: Longs, idx: Ints, guide: Longs, seen: Longs, user: int, k: int, rng: Generator) -> bool:
    """Exchange entry k with a random entry of another row, if neither row then holds an account twice."""
    for _ in range(TRIES):
        q = int(rng.random() * len(idx))
        if seen[idx[q]] != user and not _follows(ptr, idx, _row_of(ptr, guide, q), idx[k]):
            idx[k], idx[q] = idx[q], idx[k]
            return True
    return False


@kernel
def _row_of(ptr: Longs, guide: Longs, q: int) -> int:
    """The row that entry q belongs to."""
    row = guide[q // STRIDE]
    while ptr[row + 1] <= q:
        row += 1
    return row


@kernel
def _follows(ptr: Longs, idx: Ints, row: int, account: int) -> bool:
    """Whether an unsorted row holds an account."""
    for k in range(ptr[row], ptr[row + 1]):
        if idx[k] == account:
            return True
    return False


@kernel
def _other_account(idx: Ints, seen: Longs, user: int, rng: Generator) -> int:
    """An account that the user does not follow yet: by popularity, else the next free one."""
    for _ in range(TRIES):
        account = idx[int(rng.random() * len(idx))]
        if seen[account] != user:
            return account
    account = int(rng.random() * len(seen))
    while seen[account] == user:
        account = (account + 1) % len(seen)
    return account


def _shuffled(count: Longs, rng: Generator) -> Ints:
    """Every row's number as often as `count` says, in random order."""
    stubs = np.repeat(np.arange(len(count), dtype=np.int32), count)
    rng.shuffle(stubs)
    return stubs


@kernel
def sort_rows(ptr: Longs, idx: Ints) -> None:
    """Sort the targets within every row, in place."""
    for row in range(len(ptr) - 1):
        idx[ptr[row] : ptr[row + 1]].sort()
