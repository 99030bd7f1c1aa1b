"""Draws: the published generator, the promised distributions, and the independence of what is keyed apart."""
from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from sim import rng
from sim.jit import kernel
from sim.rng import Decision, Venue

ROOT = Path(__file__).resolve().parents[2]
N = 40_000

# kat_vectors of the Random123 library: counter, key, result
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]

DECISIONS = {
    "OPEN": 1, "MINUTES": 2, "NEED": 3, "SLOTS": 4, "EXPLORE": 5, "CONTENT": 6, "WATCH": 7, "LONG_VIEW": 8,
    "PRODUCT_CLICK": 9, "NEGATIVE": 10, "CARD_POSITION": 11, "POOL": 12,
    "LIST_NOISE": 20, "LIST_SHARED": 21, "OUTSIDE": 22, "BASKET": 23, "EXAMINE": 24, "PRIORITY": 25,
    "MALL_VISIT": 30, "SEARCH_NEED": 31, "SEARCH_INTENT": 32, "CLARITY": 33, "SHOP_VISIT": 34, "DIVERT": 35,
    "ROOM_ENTRY": 36, "ROOM_MINUTE": 37, "DWELL": 38, "GIFT": 39, "LIMITED": 40, "PITCH": 41,
    "FOLLOW": 50, "UNFOLLOW": 51, "SHARE": 52, "INVITE": 53, "DISSUADE": 54,
    "CANCEL": 60, "SHIP": 61, "DEFECT": 62, "SURPRISE": 63, "LATENT": 64, "FAILURE": 65,
    "COMPLAINT": 66, "RETURN": 67,
    "SURVEY": 70, "SURVEY_NOISE": 71, "RESPOND": 72, "DROPOUT": 73, "ARRIVE": 74, "THETA": 75, "TASTE": 76,
    "ADOPT": 77, "SHOPPER": 78, "LEAK_NEED": 79, "LEAK_EXCITED": 80, "SUGGEST": 81, "ASK_BACK": 82,
    "CREATOR_LIVE": 100, "CREATOR_START": 101, "CREATOR_OFFER": 102, "CREATOR_STYLE": 103,
    "CREATOR_EXIT": 104, "CREATOR_RETURN": 105, "CREATOR_TRAITS": 106, "CREATOR_HIT": 107,
    "MERCHANT_LIVE": 120, "MERCHANT_START": 121, "MERCHANT_PRICE": 122, "MERCHANT_BANDIT": 123,
    "MERCHANT_ENTRY": 124, "MERCHANT_TRAITS": 125, "MERCHANT_DRIFT": 126, "MERCHANT_NOISE": 127,
    "SEGMENT": 150, "GRANT": 151, "AUDIT": 152, "HYPE": 153, "PANEL": 154, "PUSH": 155, "SHOCK": 156,
    "ACQUIRE": 157, "GAME": 158,
    "GENESIS": 180, "SPARE": 200,
}


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_published_answers(counter: tuple, key: tuple, words: tuple) -> None:
    assert rng.philox4x32(*counter, *key) == words


def test_decisions_and_venues_keep_their_numbers() -> None:
    assert {name: int(member) for name, member in Decision.__members__.items()} == DECISIONS
    assert {name: int(member) for name, member in Venue.__members__.items()} == {
        "NONE": 0, "VIDEO": 1, "LIVE": 2, "MALL": 3, "SEARCH": 4, "SHOP": 5}


def test_the_counter_is_laid_out_as_documented() -> None:
    seed, day, who, thing, draw = 0x0123456789ABCDEF, 300, 0xFEDCBA98, 77, 2
    w0, w1, _, _ = rng.philox4x32(who, thing, day << 16 | draw, Decision.RETURN << 16 | Venue.LIVE,
                                  seed & 0xFFFFFFFF, seed >> 32)
    expected = ((w0 << 20 | w1 >> 12) + 0.5) / 2**52
    assert rng.uniform(rng.clock(seed, day)[0], who, thing, Decision.RETURN, Venue.LIVE, draw) == expected


def test_every_part_of_the_key_makes_another_draw() -> None:
    base = [1, 1, 1, 1, 1, 1, 1]
    keys = [base] + [[*base[:i], 2, *base[i + 1:]] for i in range(7)]
    draws = {rng.uniform(rng.clock(seed, day)[0], *rest) for seed, day, *rest in keys}
    draws.add(rng.uniform(rng.clock(1 + 2**40, 1)[0], 1, 1, 1, 1, 1))
    assert len(draws) == len(keys) + 1


def test_integer_widths_and_enum_members_do_not_change_a_draw() -> None:
    now = rng.clock(9, 4)[0]
    plain = rng.uniform(now, 2**32 - 1, 5, 7, 2, 0)
    narrow = (np.uint32(2**32 - 1), np.int32(5), Decision.WATCH, Venue.LIVE, np.uint8(0))
    assert plain == rng.uniform(now, *narrow)
    assert plain == rng.uniform(now, -1, np.int64(5), np.int16(7), np.int64(2), np.int32(0))
    assert plain == _watch_draw(rng.clock(9, 4), np.array([2**32 - 1], "u4"), np.array([5], "i4"))


@kernel
def _watch_draw(now: np.ndarray, who: np.ndarray, thing: np.ndarray) -> float:
    return rng.uniform(now[0], who[0], thing[0], Decision.WATCH, Venue.LIVE, 0)


def sample(draw: Callable, *shape: float, n: int = N, decision: int = Decision.SPARE) -> np.ndarray:
    now = rng.clock(20240618, 12)[0]
    kind = int(decision)  # Python pays 70 us for an enum member
    return np.array([draw(*shape, now, who, 3, kind, 0, 0) for who in range(n)])


def test_uniform_is_uniform_and_never_touches_its_ends() -> None:
    draws = np.sort(sample(rng.uniform))
    gap = np.abs(draws - (np.arange(N) + 0.5) / N).max()
    assert gap < 1.63 / math.sqrt(N)  # Kolmogorov-Smirnov, 1 %
    assert rng._unit(0, 0) > 0.0 and rng._unit(2**32 - 1, 2**32 - 1) < 1.0
    assert rng._unit(0, 0) == 1.0 - rng._unit(2**32 - 1, 2**32 - 1)


@pytest.mark.parametrize(("draw", "mean", "variance"), [
    (rng.normal, 0.0, 1.0), (rng.exponential, 1.0, 1.0), (rng.gumbel, 0.5772156649, math.pi**2 / 6),
])
def test_mean_and_variance_are_those_of_the_law(draw: Callable, mean: float, variance: float) -> None:
    draws = sample(draw)
    assert abs(draws.mean() - mean) < 4 * math.sqrt(variance / N)
    assert abs(draws.var() / variance - 1.0) < 0.07


@pytest.mark.parametrize("mean", [0.03, 1.0, 7.5, 30.0])
def test_poisson_counts_have_equal_mean_and_variance(mean: float) -> None:
    counts = sample(rng.poisson, mean)
    assert abs(counts.mean() - mean) < 4 * math.sqrt(mean / N)
    assert abs(counts.var() / mean - 1.0) < 4 * math.sqrt((2 + 1 / mean) / N)


def test_poisson_never_falls_when_the_mean_rises() -> None:
    now = rng.clock(1)[0]
    means = np.linspace(0.0, 6.0, 25)
    counts = [[rng.poisson(mean, now, who, 0, 3, 0, 0) for mean in means] for who in range(300)]
    assert (np.diff(counts, axis=1) >= 0).all()
    assert (np.array(counts)[:, 0] == 0).all()


@pytest.mark.parametrize("mean", [math.nan, 1e9, math.inf])
def test_poisson_refuses_a_mean_it_cannot_invert(mean: float) -> None:
    with pytest.raises(ValueError, match="poisson"):
        rng.poisson(mean, rng.clock(1)[0], 0, 0, 0, 0, 0)


@pytest.mark.parametrize("lam", [0.2, 0.4, 0.8])
def test_stable_has_the_laplace_transform_that_defines_it(lam: float) -> None:
    draws = sample(rng.stable, lam)
    for t in (0.1, 1.0, 4.0):
        values = np.exp(-t * draws)
        assert abs(values.mean() - math.exp(-(t**lam))) < 4 * values.std() / math.sqrt(N)


def test_stable_with_index_one_is_the_number_one() -> None:
    assert (sample(rng.stable, 1.0, n=10) == 1.0).all()


def test_gumbel_and_stable_compose_to_one_gumbel() -> None:
    """Cardell: lam * g + lam * ln S is again standard Gumbel, so nests leave each item's own noise as it
    was."""
    lam = 0.4
    own = sample(rng.gumbel, decision=Decision.LIST_NOISE)
    shared = sample(rng.stable, lam, decision=Decision.LIST_SHARED)
    noise = np.sort(lam * own + lam * np.log(shared))
    gap = np.abs(np.exp(-np.exp(-noise)) - (np.arange(N) + 0.5) / N).max()
    assert gap < 1.63 / math.sqrt(N)


def test_erlang_is_a_sum_of_independent_waiting_times() -> None:
    draws = sample(rng.gamma_erlang, 4)
    assert abs(draws.mean() - 4.0) < 4 * math.sqrt(4.0 / N)
    assert abs(draws.var() / 4.0 - 1.0) < 0.06
    first = sample(rng.gamma_erlang, 1)
    assert (first == sample(rng.exponential)).all() and (draws > first).all()


def test_draws_of_different_purposes_are_uncorrelated() -> None:
    noise = [sample(rng.normal, n=20_000, decision=decision) for decision in (1, 2, 3, 256, 512)]
    off = np.corrcoef(noise) - np.eye(5)
    assert np.abs(off).max() < 4.5 / math.sqrt(20_000)


def test_normal_quantile_agrees_with_the_standard_library() -> None:
    for p in (1e-300, 1e-16, 1e-9, 0.01, 0.075, 0.3, 0.6, 0.925, 0.99, 1 - 1e-15):
        assert rng.normal_quantile(p) == pytest.approx(NormalDist().inv_cdf(p), rel=4e-16)
    assert rng.normal_quantile(0.5) == 0.0
    assert (rng.normal_quantile(0.0), rng.normal_quantile(1.0)) == (-math.inf, math.inf)


def test_normal_cdf_undoes_its_quantile_even_far_out() -> None:
    for p in (1e-200, 1e-12, 0.2, 0.5, 0.9):
        assert rng.normal_cdf(rng.normal_quantile(p)) == pytest.approx(p, rel=1e-11)


def test_pair_keys_spread_and_depend_on_order_and_all_bits() -> None:
    keys = {rng.mix32(a, b) for a in range(200) for b in range(50)}
    assert len(keys) >= 9_998 and all(0 <= key < 2**32 for key in keys)
    assert abs(np.mean(list(keys)) / 2**31 - 1.0) < 0.03
    assert len({rng.mix32(1, 2), rng.mix32(2, 1), rng.mix32(1 + 2**32, 2), rng.mix32(1, 2 - 2**40)}) == 4


PRINT = """
from sim import rng
now = rng.clock(2**63 + 5, 3)[0]
at = (now, 2**32 - 1, -3, rng.Decision.OPEN, rng.Venue.LIVE, 1)
print([float(f(*at)).hex() for f in (rng.uniform, rng.normal, rng.exponential, rng.gumbel)],
      int(rng.poisson(3.0, *at)), float(rng.stable(0.4, *at)).hex(), float(rng.gamma_erlang(4, *at)).hex(),
      int(rng.mix32(-3, 2**62)))
"""


def test_draws_are_the_same_bits_compiled_and_uncompiled() -> None:
    results = {_run(PRINT, **extra) for extra in ({}, {"NUMBA_DISABLE_JIT": "1"})}
    assert len(results) == 1


def _run(code: str, **extra: str) -> str:
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, env={**os.environ, **extra},
                         capture_output=True, text=True, check=True)
    return run.stdout
