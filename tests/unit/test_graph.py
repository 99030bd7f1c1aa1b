"""The social graph as a thing: its lists, a day's follows and unfollows, its window, its small worlds."""
from __future__ import annotations

from dataclasses import asdict

import networkx as nx
import numpy as np
import pytest

from sim.compose import configure
from sim.degrees import TieSettings
from sim.graph import CHANGE, CHILDREN, RELATIONS, SocialGraph, build_graph
from sim.ties import NETWORKX_LIMIT, pointers

SETTINGS = TieSettings(**asdict(configure().world.ties))


def world(users: int, creators: int, merchants: int, seed: int = 1, **options: object) -> SocialGraph:
    """A graph of the first day with its own named generators."""
    children = dict(zip(CHILDREN, np.random.default_rng(seed).spawn(len(CHILDREN)), strict=True))
    return build_graph(users, creators, merchants, SETTINGS, children, **options)


def listed(*rows: list[int], targets: int = 10, cap: int = 200) -> SocialGraph:
    """A graph written by hand: whom each user follows; no ties, no shops."""
    none, n = np.zeros(0, np.int32), len(rows)
    idx = np.array([target for row in rows for target in row], np.int32)
    return SocialGraph(np.zeros(n + 1, np.int64), none, pointers(np.array([len(row) for row in rows])), idx,
                       np.zeros(n + 1, np.int64), none, np.bincount(idx, minlength=targets).astype(np.int64),
                       np.zeros(0, np.int64), np.zeros(6), np.array([cap]))


def changes(*pairs: tuple[int, int]) -> np.ndarray:
    """A buffer of (user, target); a user's key is its row plus 1000."""
    return np.array([(user, target, user + 1000) for user, target in pairs], CHANGE)


def follows(graph: SocialGraph, relation: str = "follow") -> list[list[int]]:
    """The lists of all users."""
    ptr, idx = graph.rows(relation)
    return [part.tolist() for part in np.split(idx, ptr[1:-1])] if graph.n_users else []


def same(one: SocialGraph, two: SocialGraph) -> bool:
    """Whether two graphs are equal to the last bit."""
    other = two.arrays()
    return all(np.array_equal(array, other[name]) for name, array in one.arrays().items())


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("sizes", [(0, 0, 0), (0, 5, 5), (1, 5, 0), (3, 0, 4), (7, 1, 1), (200, 20, 12)])
def test_every_list_is_in_range_and_free_of_doubles_in_worlds_of_any_size(
        sizes: tuple[int, int, int], compiled: bool) -> None:
    graph = world(*sizes, compiled=compiled)
    for relation, far in zip(RELATIONS, (sizes[0], sizes[1], sizes[2]), strict=True):
        ptr, idx = graph.rows(relation)
        assert (ptr.dtype, idx.dtype, len(ptr), ptr[-1]) == (np.int64, np.int32, sizes[0] + 1, len(idx))
        assert all(row == sorted(set(row)) for row in follows(graph, relation))
        assert not len(idx) or 0 <= idx.min() <= idx.max() < far
    assert all(user not in row for user, row in enumerate(follows(graph, "tie")))


def test_knowing_each_other_is_mutual() -> None:
    rows = follows(world(300, 10, 10), "tie")
    assert all(user in rows[friend] for user, row in enumerate(rows) for friend in row)


def test_a_small_world_has_the_means_that_its_size_allows() -> None:
    graph = world(200, 20, 12)
    means = [np.diff(graph.rows(relation)[0]).mean() for relation in RELATIONS]
    assert means == pytest.approx([16, 0.3 * 20, 0.3 * 12], rel=0.01)
    assert graph.report()["ties_given_up"] == 0


@pytest.mark.parametrize("compiled", [False, True])
def test_one_seed_gives_one_graph_and_another_seed_another(compiled: bool) -> None:
    assert same(world(400, 20, 12, compiled=compiled), world(400, 20, 12, compiled=compiled))
    assert not same(world(400, 20, 12, compiled=compiled), world(400, 20, 12, seed=2, compiled=compiled))


def test_followers_go_to_the_creators_with_more_weight() -> None:
    weight = np.where(np.arange(100) < 10, 1000.0, 1.0)
    tilted, level = world(2000, 100, 0, creator_weight=weight), world(2000, 100, 0)
    assert tilted.creator_followers[:10].sum() > 2 * level.creator_followers[:10].sum()
    assert tilted.creator_followers.sum() == level.creator_followers.sum()


def test_a_user_without_ties_leaves_everybody_else_as_they_are() -> None:
    graph = world(200, 20, 12)
    longer = graph.append_user()
    for relation in RELATIONS:
        assert follows(longer, relation) == [*follows(graph, relation), []]
    assert np.array_equal(longer.creator_followers, graph.creator_followers)
    assert graph.n_users == 200


def test_the_checkpoint_gives_the_same_graph_back() -> None:
    graph = world(200, 20, 12)
    saved = {name: array.copy() for name, array in graph.arrays().items()}
    assert same(SocialGraph.from_arrays(saved), graph)


def test_a_day_of_follows_and_unfollows_is_judged_by_the_lists_of_the_morning() -> None:
    graph = listed([1, 3], [], [0, 5])
    added, dropped = changes((0, 2), (0, 3), (1, 9), (2, 5), (1, 9)), changes((0, 1), (2, 5), (2, 7))
    net = graph.merge("follow", added, dropped)
    assert follows(graph) == [[2, 3], [9], [0]]  # 3 was followed already, 7 never; 5 was followed, so it goes
    assert net.tolist() == [0, -1, 1, 0, 0, -1, 0, 0, 0, 1]
    assert graph.creator_followers.tolist() == [1, 0, 1, 1, 0, 0, 0, 0, 0, 1]


def test_a_merge_leaves_the_arrays_of_the_morning_alone() -> None:
    graph = listed([1, 3], [])
    ptr, idx = graph.rows("follow")
    graph.merge("follow", changes((1, 4)), changes((0, 1)))
    assert (ptr.tolist(), idx.tolist()) == ([0, 2, 2], [1, 3])


def test_nobody_follows_more_than_the_cap_and_an_unfollow_makes_room() -> None:
    graph = listed([0, 1, 2], [4], cap=4)
    graph.merge("follow", changes((0, 5), (0, 6), (0, 7), (0, 8), (1, 5)), changes((0, 1)))
    kept = follows(graph)
    assert len(kept[0]) == 4
    assert set(kept[0]) > {0, 2}  # those of the morning stay, newcomers stay out
    assert kept[1] == [4, 5]


def test_a_list_above_a_lowered_cap_loses_nobody_and_admits_nobody() -> None:
    graph = listed([0, 1, 2], cap=2)
    assert not graph.merge("follow", changes((0, 7), (0, 8)), changes()).any()
    assert follows(graph) == [[0, 1, 2]]


def test_the_order_of_a_buffer_and_how_it_was_cut_do_not_matter() -> None:
    source = np.random.default_rng(3)
    added, dropped = (changes(*zip(source.integers(0, 60, 900), source.integers(0, 40, 900), strict=True))
                      for _ in range(2))
    results = []
    for _ in range(4):
        graph = world(60, 40, 0)
        graph.cap = np.array([15])
        net = graph.merge("follow", source.permutation(np.concatenate((added, added[:50]))),
                          source.permutation(dropped))
        results.append((follows(graph), net.tolist()))
    assert all(result == results[0] for result in results)


def test_users_who_change_rows_with_their_keys_keep_their_lists() -> None:
    source = np.random.default_rng(4)
    added = changes(*zip(source.integers(0, 30, 500), source.integers(0, 40, 500), strict=True))
    row_of = source.permutation(30)
    moved = added.copy()
    moved["user"] = row_of[added["user"]]
    here, there = (listed(*[[]] * 30, targets=40, cap=8) for _ in range(2))
    assert here.merge("follow", added, changes()).tolist() == there.merge("follow", moved, changes()).tolist()
    assert follows(here) == [follows(there)[row] for row in row_of]


def test_merged_lists_equal_sets_kept_by_hand() -> None:
    source, graph = np.random.default_rng(5), world(80, 30, 0)
    for _ in range(5):
        before = [set(row) for row in follows(graph)]
        added, dropped = (list(zip(source.integers(0, 80, 200), source.integers(0, 30, 200), strict=True))
                          for _ in range(2))
        was = graph.creator_followers
        net = graph.merge("follow", changes(*added), changes(*dropped))
        after = [(row - {t for v, t in dropped if v == u}) | ({t for v, t in added if v == u} - row)
                 for u, row in enumerate(before)]
        assert follows(graph) == [sorted(row) for row in after]
        assert np.array_equal(was + net, np.bincount(graph.follow_idx, minlength=30))


def test_a_change_outside_the_lists_is_refused_by_name() -> None:
    graph = listed([1], [2])
    with pytest.raises(ValueError, match="user rows 2 to 2 outside 0 to 1"):
        graph.merge("follow", changes((2, 1)), changes())
    with pytest.raises(ValueError, match="target rows -1 to 10 outside 0 to 9"):
        graph.merge("follow", changes(), changes((0, 10), (0, -1)))
    assert follows(graph) == [[1], [2]]


def test_a_returning_creator_begins_without_followers() -> None:
    graph = listed([1, 3], [3], [0, 3, 5])
    assert graph.clear("follow", np.arange(10) == 3).tolist() == [0, 0, 0, -3, 0, 0, 0, 0, 0, 0]
    assert follows(graph) == [[1], [], [0, 5]]


def test_a_window_is_a_networkx_graph_around_its_center_and_always_the_same() -> None:
    graph = world(2000, 80, 60)
    center = int(np.argmax(np.diff(graph.ties_ptr)))
    window = graph.to_networkx(center, n=300)
    assert type(window) is nx.Graph
    assert len(window) == 300
    assert nx.is_connected(window)
    assert set(follows(graph, "tie")[center]) <= set(window[center])
    again = graph.to_networkx(center, n=300)
    assert list(window.nodes(data=True)) == list(again.nodes(data=True))
    assert list(window.edges(data=True)) == list(again.edges(data=True))


def test_vertices_say_who_they_are() -> None:
    graph = world(50, 10, 8)
    keys = {"user": np.arange(50) + 7000, "creator": np.arange(10) + 8000, "merchant": np.arange(8) + 9000}
    whole = graph.to_networkx(keys=keys)
    assert whole.nodes[50] == {"kind": "creator", "row": 0, "key": 8000}
    assert whole.nodes[60] == {"kind": "merchant", "row": 0, "key": 9000}
    assert graph.to_networkx().nodes[4] == {"kind": "user", "row": 4, "key": 4}


def test_the_whole_graph_has_every_tie_once() -> None:
    graph = world(200, 20, 12)
    whole = graph.to_networkx()
    assert len(whole) == 232
    count = {name: sum(edge == name for _, _, edge in whole.edges(data="relation")) for name in RELATIONS}
    assert count["tie"] == len(graph.ties_idx) // 2
    assert (count["follow"], count["shop"]) == (len(graph.follow_idx), len(graph.shop_idx))
    friends = graph.to_networkx(relations=("tie",))
    assert len(friends) == 200
    assert {kind for _, kind in friends.nodes(data="kind")} == {"user"}


def test_a_graph_too_large_for_networkx_names_the_limit_and_still_has_a_window() -> None:
    rows = NETWORKX_LIMIT + 1
    graph = listed(*[[]] * rows)
    with pytest.raises(ValueError, match="50000 users"):
        graph.to_networkx()
    assert list(graph.to_networkx(rows - 1)) == [rows - 1]
    with pytest.raises(ValueError, match=f"center={rows} is no user"):
        graph.to_networkx(rows)
