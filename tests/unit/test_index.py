"""The search index: what it finds, what it must not depend on, and how much of the truth it finds at a glance."""
from __future__ import annotations

import re
from pathlib import Path

import numba
import numpy as np
import pytest
import yaml

from sim.agents import user
from sim.agents.user import DIM
from sim.numbers import numbers_record
from sim.parameters import World
from sim.population import make_dtype
from sim.recommenders.index import build, move_centres, nearest, tile_rows
from sim.recommenders.popularity import _ranked
from sim.recommenders.random_ import _directions
from sim.recommenders.recall import count_hits
from sim.rng import Venue, clock
from sim.rules.retrieve import best_items, probes_for, score_tile, shortlist_cards
from sim.schema import build as build_config
from sim.tables import INTEREST, MODES, ORACLE, POPULARITY, RANDOM, RECOMMENDER, TILE, Tables
from sim.world import Index

EXACT = 10**9
CONFIG = Path(__file__).parents[2] / "configs" / "world" / "default.yaml"


def vectors(n: int, seed: int = 0, clumps: int = 12) -> np.ndarray:
    """n unit vectors around a dozen directions, as goods lie around their categories."""
    source = np.random.default_rng(seed)
    middle = 0.6 * unit(source.normal(size=(clumps, DIM)))[source.integers(0, clumps, n)]
    return unit(middle + source.normal(size=(n, DIM)) / 4).astype("f4")


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def search(index: Index, query: np.ndarray, probes: int, keep: int) -> tuple[np.ndarray, np.ndarray]:
    """Items and scores that the index finds for a query."""
    ids, scores = np.empty(max(keep, 1), "i4"), np.empty(max(keep, 1))
    n = best_items(query.astype("f4"), index.start, index.ids, index.tiles, probes, keep, ids, scores)
    return ids[:n].copy(), scores[:n].copy()


def asked(kind: int, index: Index, users: int = 40, day: int = 0) -> Tables:
    """Users with tastes and beliefs before an index."""
    people = np.zeros(users, make_dtype(user.COLUMNS))
    people["key"] = np.arange(1, users + 1)
    people["taste"] = unit(np.random.default_rng(5).normal(size=(users, DIM)))
    people["learned"] = people["taste"]
    modes = np.zeros(MODES, np.int64)
    modes[RECOMMENDER] = kind
    num = numbers_record(build_config(World, yaml.safe_load(CONFIG.read_text("utf-8")), "world"))
    return Tables(users=people, num=num, now=np.asarray(clock(7, day)), modes=modes,
                  card_start=index.start, card_ids=index.ids, card_tiles=index.tiles)


def shortlist(t: Tables, i: int) -> np.ndarray:
    """The cards found for user i, in order."""
    ids, scores = np.empty(128, "i4"), np.empty(128)
    return ids[: shortlist_cards(t, i, ids, scores)].copy()


@pytest.mark.parametrize("n", [0, 1, 2, 31, 32, 33, 500, 1_000])
@pytest.mark.parametrize("keep", [1, 48, 128])
def test_a_small_catalogue_is_searched_whole(n: int, keep: int) -> None:
    items = vectors(n) if n else np.zeros((0, DIM), "f4")
    query = np.random.default_rng(n).normal(size=DIM).astype("f4")
    ids, scores = search(build(items, None, 1_000), query, 16, keep)
    exact = items @ query
    assert ids.tolist() == np.argsort(-exact, kind="stable")[:keep].tolist()
    np.testing.assert_allclose(scores, exact[ids], atol=1e-5)


def test_ties_go_to_the_lower_item_and_empty_places_are_never_found() -> None:
    items = np.zeros((77, DIM), "f4")
    items[:, 0] = -1.0  # an empty place, scored 0, would beat all of these
    items[40:, 0] = -0.5
    query = np.eye(DIM, dtype="f4")[0]
    assert search(build(items, None, 1_000), query, 16, 60)[0].tolist() == [*range(40, 77), *range(23)]
    assert search(build(items, None), query, 9, 60)[0].tolist() == [*range(40, 77), *range(23)]
    assert search(build(np.zeros((90, DIM), "f4"), None), query, 99, 50)[0].tolist() == list(range(50))


@pytest.mark.parametrize("n", [2, 40, 3_000])
def test_every_item_has_one_place_with_its_own_factors(n: int) -> None:
    items = vectors(n)
    index = build(items, build(items, None).centres)
    places = np.flatnonzero(index.ids[index.start[0] * TILE :] >= 0) + index.start[0] * TILE
    assert sorted(index.ids[places]) == list(range(n))
    np.testing.assert_array_equal(index.tiles[places // TILE, :, places % TILE], items[index.ids[places]])
    assert index.start[-1] == len(index.tiles) == len(index.ids) / TILE


def test_all_clusters_probed_find_what_a_search_of_everything_finds() -> None:
    items = vectors(4_000)
    clustered, whole = build(items, None), build(items, None, EXACT)
    for query in vectors(20, seed=9):
        far, near = search(clustered, query, 999, 48), search(whole, query, 999, 48)
        np.testing.assert_array_equal(far[0], near[0])
        np.testing.assert_array_equal(far[1], near[1])


def test_centres_do_not_depend_on_the_order_of_items() -> None:
    items, order = vectors(2_000), np.random.default_rng(2).permutation(2_000)
    centres = build(items, None).centres
    np.testing.assert_array_equal(build(items, centres).centres, build(items[order], centres).centres)


def test_clusters_go_on_from_yesterday() -> None:
    items = vectors(3_000)
    first = build(items, None)
    drifted = unit(items + 0.02 * np.random.default_rng(3).normal(size=items.shape)).astype("f4")
    second = build(drifted[:2_600], first.centres)
    assert len(second.centres) == len(first.centres) == round(3_000**0.5)
    before = nearest(tile_rows(items[:2_600]), first.centres, 2_600)
    after = nearest(tile_rows(drifted[:2_600]), second.centres, 2_600)
    assert (before == after).mean() > 0.85


def test_an_empty_cluster_takes_half_of_the_largest() -> None:
    items, far = vectors(400), np.full((3, DIM), 90.0, "f4")
    centres = np.concatenate([build(items, None).centres, far])
    for _ in range(6):
        centres, counts = move_centres(items, centres, nearest(tile_rows(items), centres, 400))
    assert counts.min() > 0 and counts.sum() == 400
    np.testing.assert_array_equal(search(build(items, np.concatenate([centres, far])), items[0], 99, 1)[0], [0])


def test_a_catalogue_that_shrinks_to_nothing_and_returns() -> None:
    items = vectors(2_000)
    index = build(items, None, 1_000)
    for n in (500, 0, 1, 2_000):
        index = build(items[:n], index.centres, 1_000)
        assert len(search(index, items[0], 16, 48)[0]) == min(n, 48)
    assert len(index.centres) == round(2_000**0.5)


@pytest.mark.parametrize("n", [500, 5_000, 30_000])
def test_recall_of_the_best_twenty_is_at_least_nine_tenths(n: int) -> None:
    items = vectors(n)
    index = build(items, None)
    t = asked(INTEREST, index, users=120)
    probes = int(probes_for(t.num[0], len(index.start) - 1))
    hits, found = count_hits(t, np.arange(120), index.start, index.ids, index.tiles, probes)
    assert found == 120 * 20 and hits / found >= 0.90


def test_popularity_shows_everybody_what_is_wanted_most() -> None:
    wanted = np.random.default_rng(4).gamma(0.3, 5.0, 700).astype("f4")
    index = build(_ranked(wanted, np.arange(700), 3), None, 1_000)
    t = asked(POPULARITY, index)
    assert shortlist(t, 0).tolist() == shortlist(t, 17).tolist()
    assert shortlist(t, 0).tolist() == np.argsort(-wanted, kind="stable")[:48].tolist()


def test_random_lists_give_every_card_its_turn_and_nobody_another_one() -> None:
    shown = np.zeros(300)
    for day in range(60):
        now = clock(7, day)
        t = asked(RANDOM, build(_directions(now, np.arange(300, dtype="u4"), Venue.VIDEO), None, 1_000), day=day)
        lists = [shortlist(t, i) for i in range(40)]
        np.add.at(shown, np.concatenate(lists), 1)
    assert len({tuple(one) for one in lists}) == 40
    assert shown.sum() == 60 * 40 * 48
    assert (shown / shown.mean()).min() > 0.65 and (shown / shown.mean()).max() < 1.4


def test_one_card_less_moves_a_random_list_by_that_card_only() -> None:
    keys, now = np.arange(300, dtype="u4"), clock(7, 0)
    t = asked(RANDOM, build(_directions(now, keys, Venue.VIDEO), None, 1_000))
    fewer = asked(RANDOM, build(_directions(now, keys[:-1], Venue.VIDEO), None, 1_000))
    for i in range(40):
        left = [card for card in shortlist(t, i).tolist() if card != 299]
        assert shortlist(fewer, i).tolist()[: len(left)] == left


def test_scores_are_expected_interest_or_nothing() -> None:
    items = vectors(300)
    index = build(items, None, 1_000)
    ids, scores = np.empty(128, "i4"), np.empty(128)
    t = asked(ORACLE, index)
    n = shortlist_cards(t, 3, ids, scores)
    known = t.num["interest_learnable"][0] * 4.0 * (items @ t.users["taste"][3])
    np.testing.assert_allclose(scores[:n], known[ids[:n]], rtol=1e-5)
    n = shortlist_cards(asked(RANDOM, index), 3, ids, scores)
    assert not scores[:n].any()


def test_scoring_works_on_several_items_at_a_time() -> None:
    afresh = numba.njit(error_model="numpy")(score_tile.py_func)
    afresh(np.zeros(DIM, "f4"), np.zeros(512, "f4"), 0, np.zeros(TILE, "f4"), 0)
    assembly = "".join(afresh.inspect_asm().values())
    if "mulss" not in assembly and "mulps" not in assembly:
        pytest.skip("reads x86 assembly")
    assert len(re.findall(r"\bv?mulps\b", assembly)) >= DIM
