"""The network of the first day against what was measured: means, tails, correlation, clustering."""
from __future__ import annotations

from dataclasses import asdict

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import ks_2samp, spearmanr

from sim.compose import configure
from sim.degrees import TieSettings, double_pareto, follower_counts, quantile
from sim.graph import CHILDREN, RELATIONS, SocialGraph, build_graph

SETTINGS = TieSettings(**asdict(configure().world.ties))
USERS, CREATORS, MERCHANTS = 100_000, 5_000, 3_000


def world(users: int, creators: int, merchants: int, seed: int, **options: object) -> SocialGraph:
    """A graph of the first day with its own named generators."""
    children = dict(zip(CHILDREN, np.random.default_rng(seed).spawn(len(CHILDREN)), strict=True))
    return build_graph(users, creators, merchants, SETTINGS, children, **options)


@pytest.fixture(scope="module")
def large() -> SocialGraph:
    """A hundred thousand users with many creators to follow."""
    return world(USERS, CREATORS, MERCHANTS, seed=1)


def degrees(graph: SocialGraph, relation: str) -> np.ndarray:
    """How many targets each user has."""
    return np.diff(graph.rows(relation)[0])


def gini(size: np.ndarray) -> float:
    """Gini coefficient: 0 all equal, 1 one has all."""
    ranked = np.sort(size)
    n = len(size)
    return float(2 * np.sum(np.arange(1, n + 1) * ranked) / (n * ranked.sum()) - 1 - 1 / n)


def tail_exponent(size: np.ndarray) -> float:
    """Exponent of a power-law density above the threshold that fits best (Clauset, Shalizi & Newman 2009)."""
    ranked, fits = np.sort(size[size > 0]), []
    for count in np.unique(np.geomspace(50, len(ranked) // 2, 40).astype(int)):
        start, above = ranked[-count - 1], ranked[-count:]
        exponent = 1 + count / np.log(above / start).sum()
        gap = np.abs(1 - (above / start) ** (1 - exponent) - np.arange(count) / count).max()
        fits.append((gap, exponent))
    return float(min(fits)[1])


def clustering(graph: SocialGraph, sample: int = 10_000) -> tuple[float, float]:
    """Transitivity, and the mean of users' own coefficients (0 below two ties), of a sample of users."""
    ties = csr_array((np.ones(len(graph.ties_idx), np.int32), graph.ties_idx, graph.ties_ptr),
                     shape=(graph.n_users, graph.n_users))
    chosen = np.sort(np.random.default_rng(0).permutation(graph.n_users)[:sample])
    degree, own = degrees(graph, "tie")[chosen], ties[chosen]
    closed = np.asarray((own @ ties).multiply(own).sum(axis=1)).ravel()
    pairs = degree * (degree - 1)
    mean = np.divide(closed, pairs, out=np.zeros(len(degree)), where=pairs > 0).mean()
    return closed.sum() / pairs.sum(), mean


def test_mean_degrees_are_the_configured_ones(large: SocialGraph) -> None:
    means = [degrees(large, relation).mean() for relation in RELATIONS]
    assert means == pytest.approx([16, 20, 4], rel=1e-3)


def test_no_user_passes_the_cap_and_memory_stays_small(large: SocialGraph) -> None:
    assert max(degrees(large, relation).max() for relation in RELATIONS) == SETTINGS.cap
    assert sum(array.nbytes for array in large.arrays().values()) / USERS <= 240


@pytest.mark.parametrize(("relation", "measured"), [("tie", "friends"), ("follow", "followees")])
def test_degrees_are_the_measured_quantiles_times_one_factor(
        large: SocialGraph, relation: str, measured: str) -> None:
    levels = np.array([0.25, 0.5, 0.75, 0.9, 0.95])
    factor = large.report()[f"{relation}_factor"]
    expected = factor * quantile(levels, SETTINGS.levels, getattr(SETTINGS, measured))
    found = np.quantile(degrees(large, relation), levels)
    assert np.all(np.abs(found - np.minimum(expected, SETTINGS.cap)) <= 1 + 0.04 * expected)


def test_followees_equal_followers(large: SocialGraph) -> None:
    assert degrees(large, "follow").sum() == large.creator_followers.sum()
    assert degrees(large, "shop").sum() == large.shop_followers.sum()
    assert np.array_equal(np.bincount(large.follow_idx, minlength=CREATORS), large.creator_followers)


def test_followers_have_the_tail_and_the_concentration_of_the_platform(large: SocialGraph) -> None:
    for followers in (large.creator_followers, large.shop_followers):
        assert 1.9 < tail_exponent(followers) < 2.4
        assert 0.85 < gini(followers) < 0.95


@pytest.mark.parametrize(("users", "creators"), [(200_000, 920), (1_000_000, 4_600), (10_000_000, 46_000)])
def test_drawn_followers_are_as_concentrated_at_the_real_ratio(users: int, creators: int) -> None:
    drawn = follower_counts(20 * users, creators, users, SETTINGS, None, np.random.default_rng(1))
    assert drawn.sum() == 20 * users
    assert drawn.max() <= SETTINGS.reach * users + 1
    assert 0.85 < gini(drawn) < 0.95
    assert 1.9 < tail_exponent(drawn) < 2.4


def test_the_double_pareto_has_both_exponents() -> None:
    rank = (np.arange(1_000_000) + 0.5) / 1_000_000
    size = double_pareto(rank, 1.1, 0.5)
    assert np.mean(size > 100) / np.mean(size > 10) == pytest.approx(10**-1.1, rel=0.02)
    assert np.mean(size < 0.01) / np.mean(size < 0.1) == pytest.approx(10**-0.5, rel=0.02)


def test_users_with_many_friends_follow_many(large: SocialGraph) -> None:
    for one, two in (("tie", "follow"), ("tie", "shop"), ("follow", "shop")):
        assert 0.4 < spearmanr(degrees(large, one), degrees(large, two))[0] < 0.55


def test_ties_are_mutual_and_friends_of_friends_are_often_friends(large: SocialGraph) -> None:
    users = np.repeat(np.arange(USERS), degrees(large, "tie"))
    there, back = users * USERS + large.ties_idx, large.ties_idx.astype(np.int64) * USERS + users
    assert np.array_equal(there, np.sort(back))
    transitivity, local = clustering(large)
    assert 0.1 < transitivity < 0.2
    assert 0.1 < local < 0.2


def test_networkx_and_the_compiled_generator_agree() -> None:
    small, compiled = (world(6_000, 100, 80, seed, compiled=way) for seed, way in ((1, False), (2, True)))
    assert small.report()["ties_given_up"] == compiled.report()["ties_given_up"] == 0
    for relation in RELATIONS:
        assert ks_2samp(degrees(small, relation), degrees(compiled, relation)).pvalue > 0.001
    assert clustering(small) == pytest.approx(clustering(compiled), abs=0.02)
    mixing = [degree_correlation(graph) for graph in (small, compiled)]
    assert mixing[0] == pytest.approx(mixing[1], abs=0.05)


def degree_correlation(graph: SocialGraph) -> float:
    """Correlation of the degrees at the two ends of a tie."""
    degree = degrees(graph, "tie")
    return float(np.corrcoef(np.repeat(degree, degree), degree[graph.ties_idx])[0, 1])


def test_both_generators_keep_the_degrees_that_were_drawn() -> None:
    small, compiled = (world(3_000, 100, 80, 7, compiled=way) for way in (False, True))
    assert np.array_equal(small.ties_ptr, compiled.ties_ptr)
    assert not np.array_equal(small.ties_idx, compiled.ties_idx)


def test_clustering_is_what_networkx_says() -> None:
    graph = world(500, 5, 5, 3)
    friends = graph.to_networkx(relations=("tie",))
    assert clustering(graph) == pytest.approx((nx.transitivity(friends), nx.average_clustering(friends)))
