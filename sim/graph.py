"""The social graph: who knows whom, who follows which creator and which shop.

Three relations, each a compressed sparse row list (CSR): row u of `ptr`, `idx` lists the targets of user u in
ascending order. `tie` joins users and is symmetric, so it is its own reverse; `follow` leads to creators,
`shop` to merchants, and of these two the reverse is kept as follower counts only. 184 bytes a user at the
default means.

The day's follows and unfollows are buffered and merged at its end. `to_networkx` shows a window as networkx.
"""
from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.degrees import Floats, Longs, TieSettings, degree_targets, draw_degrees, follower_counts
from sim.jit import kernel
from sim.rng import mix32
from sim.ties import NETWORKX_LIMIT, Ints, pointers, wire_follows, wire_ties

if TYPE_CHECKING:
    import networkx
    from numpy.random import Generator

Bools = NDArray[np.bool_]

RELATIONS = ("tie", "follow", "shop")
CHILDREN = ("degree", *RELATIONS)  # the generators that `build_graph` takes from the caller
NOTES = ("tie_factor", "follow_factor", "shop_factor", "ties_given_up", "follows_moved", "shops_moved")
CHANGE = np.dtype([("user", "i4"), ("target", "i4"), ("user_key", "u4")], align=True)

LISTS = {"tie": ("ties_ptr", "ties_idx"), "follow": ("follow_ptr", "follow_idx"),
         "shop": ("shop_ptr", "shop_idx")}
COUNTS = {"follow": "creator_followers", "shop": "shop_followers"}
FAR_KIND = {"tie": "user", "follow": "creator", "shop": "merchant"}


@dataclass
class SocialGraph:
    """The network of users, creators and merchants as plain arrays that kernels read.

    `*_ptr` int64, shape (users + 1,); `*_idx` int32, row after row; follower counts int64; `notes` float64 in
    the order of `NOTES`, what the manifest says of the first day; `cap` int64, shape (1,), most that a user
    follows of each kind. A merge puts fresh arrays in place and never writes into the old ones.
    """

    ties_ptr: Longs
    ties_idx: Ints
    follow_ptr: Longs
    follow_idx: Ints
    shop_ptr: Longs
    shop_idx: Ints
    creator_followers: Longs
    shop_followers: Longs
    notes: Floats
    cap: Longs

    @property
    def n_users(self) -> int:
        """How many users have a row."""
        return len(self.ties_ptr) - 1

    def rows(self, relation: str) -> tuple[Longs, Ints]:
        """The CSR pair `ptr`, `idx` of `tie`, `follow` or `shop`."""
        ptr, idx = LISTS[relation]
        return getattr(self, ptr), getattr(self, idx)

    def followers(self, relation: str) -> Longs:
        """Follower counts of creators (`follow`) or merchants (`shop`), int64."""
        counts: Longs = getattr(self, COUNTS[relation])
        return counts

    def report(self) -> dict[str, float]:
        """Factors on the measured degrees, and where the wiring had to give in, by name, for the manifest."""
        return dict(zip(NOTES, self.notes.tolist(), strict=True))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The whole state as named arrays, for the checkpoint."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> SocialGraph:
        """The graph that `arrays` described."""
        return cls(**{field.name: np.asarray(arrays[field.name]) for field in fields(cls)})

    def append_user(self) -> SocialGraph:
        """The same graph with one more user, last in row order, who knows and follows nobody."""
        longer = {name: np.append(ptr := getattr(self, name), ptr[-1]) for name, _ in LISTS.values()}
        return replace(self, **longer)

    def merge(self, relation: str, follows: NDArray[Any], unfollows: NDArray[Any]) -> Longs:
        """Apply a day's buffered changes to `follow` or `shop` at once; the net change of followers, int64.

        Both buffers have dtype `CHANGE`, any order, doubles allowed. Each change is judged by the lists of
        the morning: following a followed account and unfollowing another do nothing. Where newcomers would
        pass the cap, those with the highest mix of (user key, target) stay out. So neither the order of the
        buffer nor that of the rows matters. One pass over the lists. Raises ValueError for a row out of
        range.
        """
        ptr, idx = self.rows(relation)
        added, dropped = _in_order(follows), _in_order(unfollows)
        for changes in (added, dropped):
            _check_rows(changes, self.n_users, len(self.followers(relation)))
        leaves, joins = judge(ptr, idx, added, dropped)
        keep_cap(ptr, leaves, joins, added, int(self.cap[0]))
        return self._put(relation, *rebuild(ptr, idx, leaves, added[joins]))

    def clear(self, relation: str, gone: Bools) -> Longs:
        """End all follows of the accounts marked in `gone` (one bool an account); net change of followers."""
        ptr, idx = self.rows(relation)
        stays = ~gone[idx]
        return self._put(relation, pointers(stays)[ptr], idx[stays])

    def _put(self, relation: str, ptr: Longs, idx: Ints) -> Longs:
        """Put fresh lists and their follower counts in place; the net change of followers."""
        before = self.followers(relation)
        after = np.bincount(idx, minlength=len(before)).astype(np.int64)
        for name, array in zip((*LISTS[relation], COUNTS[relation]), (ptr, idx, after), strict=True):
            setattr(self, name, array)
        return after - before

    def to_networkx(self, center: int | None = None, n: int = 300, relations: tuple[str, ...] = RELATIONS,
                    keys: Mapping[str, NDArray[Any]] | None = None) -> networkx.Graph:
        """A networkx graph of the n vertices nearest to user `center`, or of everything if `center` is None.

        Vertices are numbered users first, then creators, then merchants, the same in every window; they carry
        `kind`, `row` and `key` (`keys[kind][row]`, else the row), edges `relation`. Nearest is breadth first,
        relations in the given order, targets ascending, so a window never varies. Accounts are leaves: the
        way from an account to its followers is not stored. Raises ValueError for the whole of a graph of more
        than 50,000 users, and for a center that is no user.
        """
        import networkx as nx

        if center is None and self.n_users > NETWORKX_LIMIT:
            raise ValueError(f"the whole graph goes to networkx up to {NETWORKX_LIMIT} users, this one has "
                             f"{self.n_users}; center= gives a window of n vertices")
        inside = self._everyone(relations) if center is None else self._nearest(center, n, relations)
        graph = nx.Graph()
        for vertex in inside:
            kind, row = self._locate(vertex)
            graph.add_node(vertex, kind=kind, row=row, key=int(keys[kind][row]) if keys else row)
        for vertex in inside:
            graph.add_edges_from((vertex, other, {"relation": relation})
                                 for relation, other in self._neighbours(vertex, relations) if other in graph)
        return graph

    def _everyone(self, relations: tuple[str, ...]) -> list[int]:
        """All users and all accounts of the given relations, by their numbers."""
        everyone = list(range(self.n_users))
        for relation in (name for name in COUNTS if name in relations):
            first = self._first(relation)
            everyone += range(first, first + len(self.followers(relation)))
        return everyone

    def _nearest(self, center: int, n: int, relations: tuple[str, ...]) -> list[int]:
        """The first n vertices of a breadth-first walk from a user."""
        if not 0 <= center < self.n_users:
            raise ValueError(f"center={center} is no user; rows are 0 to {self.n_users - 1}")
        found, queue = {center: None}, deque([center])
        while queue and len(found) < n:
            for _, other in self._neighbours(queue.popleft(), relations):
                if other not in found and len(found) < n:
                    found[other] = None
                    queue.append(other)
        return list(found)

    def _neighbours(self, vertex: int, relations: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        """Relation and number of every vertex on a user's lists; nothing for creators and merchants."""
        for relation in relations if vertex < self.n_users else ():
            ptr, idx = self.rows(relation)
            first = self._first(relation)
            for target in idx[ptr[vertex] : ptr[vertex + 1]].tolist():
                yield relation, first + target

    def _first(self, relation: str) -> int:
        """The number of the first vertex at the far end of a relation."""
        shops = self.n_users + len(self.creator_followers)
        return {"tie": 0, "follow": self.n_users, "shop": shops}[relation]

    def _locate(self, vertex: int) -> tuple[str, int]:
        """Kind and row of a numbered vertex."""
        relation = max((name for name in RELATIONS if vertex >= self._first(name)), key=RELATIONS.index)
        return FAR_KIND[relation], vertex - self._first(relation)


# -------------------------------------------------------------------------------------------------- first day
def build_graph(n_users: int, n_creators: int, n_merchants: int, settings: TieSettings,
                rng_children: Mapping[str, Generator], creator_weight: Floats | None = None,
                compiled: bool | None = None) -> SocialGraph:
    """The network of the first day: degrees from measured quantiles, wired without loops or doubles.

    `rng_children` holds one generator for each of `CHILDREN`. `creator_weight` (positive, one a creator)
    tilts who has the followers, not how many the largest has. Ties come from networkx's generators below
    `NETWORKX_LIMIT` users and from compiled ones above; `compiled` chooses by hand. Any size may be 0.
    """
    means, caps = degree_targets(n_users, n_creators, n_merchants, settings)
    degrees, factors = draw_degrees(n_users, means, caps, settings, rng_children["degree"])
    by_kernel = n_users >= NETWORKX_LIMIT if compiled is None else compiled
    ties_ptr, ties_idx, given_up = wire_ties(degrees[0], settings, rng_children["tie"], by_kernel)
    follow = _follow_lists(degrees[1], n_creators, settings, creator_weight, rng_children["follow"])
    shop = _follow_lists(degrees[2], n_merchants, settings, None, rng_children["shop"])
    notes = np.array([*factors, given_up, follow[3], shop[3]], np.float64)
    cap = np.array([settings.cap], np.int64)
    return SocialGraph(ties_ptr, ties_idx, *follow[:2], *shop[:2], follow[2], shop[2], notes, cap)


def _follow_lists(degree: Longs, n_targets: int, settings: TieSettings, weight: Floats | None,
                  rng: Generator) -> tuple[Longs, Ints, Longs, int]:
    """Who follows which of `n_targets` accounts: `ptr`, `idx`, follower counts, follows moved elsewhere."""
    wanted = follower_counts(int(degree.sum()), n_targets, len(degree), settings, weight, rng)
    ptr, idx, moved = wire_follows(degree, wanted, rng)
    return ptr, idx, np.bincount(idx, minlength=n_targets).astype(np.int64), moved


# ----------------------------------------------------------------------------------------------- daily merge
def _in_order(changes: NDArray[Any]) -> NDArray[Any]:
    """Buffered changes without doubles, by row and target: the order of the lists they are merged into."""
    code = changes["user"].astype(np.int64) << 32 | changes["target"].astype(np.int64)
    _, first = np.unique(code, return_index=True)
    return changes[first].astype(CHANGE, copy=False).view(np.recarray)


def _check_rows(changes: NDArray[Any], n_users: int, n_targets: int) -> None:
    """Refuse a change outside the lists."""
    for name, size in (("user", n_users), ("target", n_targets)):
        column = changes[name]
        if len(column) and (column.min() < 0 or column.max() >= size):
            raise ValueError(f"{name} rows {column.min()} to {column.max()} outside 0 to {size - 1}")


@kernel
def judge(ptr: Longs, idx: Ints, added: NDArray[Any], dropped: NDArray[Any]) -> tuple[Bools, Bools]:
    """Which entries of `idx` leave and which of `added` join, judged by the lists of the morning."""
    leaves, joins = np.zeros(len(idx), np.bool_), np.zeros(len(added), np.bool_)
    for k in range(len(dropped)):
        place = find(ptr, idx, dropped[k].user, dropped[k].target)
        if place >= 0:
            leaves[place] = True
    for k in range(len(added)):
        joins[k] = find(ptr, idx, added[k].user, added[k].target) < 0
    return leaves, joins


@kernel
def find(ptr: Longs, idx: Ints, user: int, target: int) -> int:
    """Where a target stands in `idx`, by bisection of the user's row, or -1."""
    low, high = ptr[user], ptr[user + 1]
    while low < high:
        middle = (low + high) // 2
        if idx[middle] < target:
            low = middle + 1
        else:
            high = middle
    return low if low < ptr[user + 1] and idx[low] == target else -1


@kernel
def keep_cap(ptr: Longs, leaves: Bools, joins: Bools, added: NDArray[Any], cap: int) -> None:
    """Keep each user's list within the cap: in `joins`, additions last in line no longer join."""
    start = 0
    while start < len(added):
        user, stop = added[start].user, start
        while stop < len(added) and added[stop].user == user:
            stop += 1
        held = ptr[user + 1] - ptr[user] - leaves[ptr[user] : ptr[user + 1]].sum()
        newcomers = joins[start:stop].sum()
        for _ in range(min(newcomers, held + newcomers - cap)):
            joins[last_in_line(joins, added, start, stop)] = False
        start = stop


@kernel
def last_in_line(joins: Bools, added: NDArray[Any], start: int, stop: int) -> int:
    """The joining addition of [start, stop) with the highest mix of (user key, target)."""
    worst, worst_mix = start, -1
    for k in range(start, stop):
        if joins[k]:
            mix = mix32(added[k].user_key, added[k].target)
            if mix > worst_mix:
                worst, worst_mix = k, mix
    return worst


@kernel
def rebuild(ptr: Longs, idx: Ints, leaves: Bools, joining: NDArray[Any]) -> tuple[Longs, Ints]:
    """The lists without those who leave and with those who join, each row ascending; one pass."""
    fresh_ptr = np.zeros_like(ptr)
    fresh = np.empty(len(idx) - leaves.sum() + len(joining), idx.dtype)
    at = j = 0
    for user in range(len(ptr) - 1):
        for k in range(ptr[user], ptr[user + 1]):
            while j < len(joining) and joining[j].user == user and joining[j].target < idx[k]:
                fresh[at] = joining[j].target
                at, j = at + 1, j + 1
            if not leaves[k]:
                fresh[at] = idx[k]
                at += 1
        while j < len(joining) and joining[j].user == user:
            fresh[at] = joining[j].target
            at, j = at + 1, j + 1
        fresh_ptr[user + 1] = at
    return fresh_ptr, fresh
