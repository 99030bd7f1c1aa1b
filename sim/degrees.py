"""How many ties and followers everybody has on the first day: measured shapes, configured means.

Everything random here belongs to genesis: the caller passes a `numpy` generator.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.random import Generator

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

NEAR = 1e-4  # a fitted mean may miss by this share


@dataclass(frozen=True)
class TieSettings:
    """The numbers that shape the network of the first day; value used, grade and source behind each.

    `levels`, `friends`, `followees` are quantiles: a share `levels[q]` of users has at most `friends[q]`
    ties, `followees[q]` follows.
    """

    mean_ties: float  # users; 16, A
    mean_follows: float  # creators; 20, A
    mean_shops: float  # merchants; 4, A
    share_of_targets: float  # a mean never exceeds this share of all there are to tie; .3, A
    cap: int  # most a user holds of each relation; 200, A
    reach: float  # most one account holds, as a share of all users; .5, A
    tail_exponent: float  # of the density of followers; 2.1, V KuaiRand, P1
    body_exponent: float  # small accounts: P(followers < x) ~ x to this power; .12, C Gini .90 (P1)
    correlation: float  # rank correlation of a user's ties, follows and shops; .5, V KuaiRand
    clustering: float  # chance that two friends of a user with the mean ties are friends; .17, A
    clustering_decline: float  # its fall with the user's ties, an exponent; .2, A (Ugander et al. 2011)
    circle_density: float  # chance that two of one circle know each other; .6, A
    levels: tuple[float, ...]
    friends: tuple[float, ...]
    followees: tuple[float, ...]


def degree_targets(n_users: int, n_creators: int, n_merchants: int,
                   settings: TieSettings) -> tuple[list[float], list[int]]:
    """Means and caps of ties, follows and shops in a world of this size: nobody can know more than there are.

    Ties also stop at the square root of all tie ends: with larger hubs no graph without doubles is random
    (structural cut-off; Boguñá, Pastor-Satorras & Vespignani 2004). From 2,500 users on the cap of 200 is
    lower.
    """
    sizes = (max(0, n_users - 1), n_creators, n_merchants)
    wanted = (settings.mean_ties, settings.mean_follows, settings.mean_shops)
    means = [min(mean, settings.share_of_targets * size) for mean, size in zip(wanted, sizes, strict=True)]
    structural = round((means[0] * n_users) ** 0.5)
    return means, [min(settings.cap, most) for most in (min(sizes[0], structural), n_creators, n_merchants)]


def draw_degrees(n_users: int, means: list[float], caps: list[int], settings: TieSettings,
                 rng: Generator) -> tuple[list[Longs], list[float]]:
    """How many ties, follows and shops each user has, correlated by a Gaussian copula; and the three factors.

    Each marginal is a measured quantile function times one factor, which brings its mean to `means`; shops
    take the shape of follows. Returns int64 arrays of shape (n_users,) and the factors, for the manifest.
    """
    latent = 2 * np.sin(np.pi * settings.correlation / 6)  # normal correlation behind a rank correlation
    shared = np.sqrt(latent) * rng.standard_normal(n_users)
    degrees, factors = [], []
    shapes = (settings.friends, settings.followees, settings.followees)
    for values, mean, cap in zip(shapes, means, caps, strict=True):
        score = shared + np.sqrt(1 - latent) * rng.standard_normal(n_users)
        shape = quantile(ndtr(score), settings.levels, values)
        degree, factor = fit_mean(shape, rng.random(n_users), mean, cap)
        degrees.append(degree)
        factors.append(factor)
    return degrees, factors


def quantile(share: Floats, levels: tuple[float, ...], values: tuple[float, ...]) -> Floats:
    """The measured value that a share of users does not exceed, log-linear (in 1 + x) between the levels."""
    return np.expm1(np.interp(share, levels, np.log1p(values)))


def fit_mean(shape: Floats, rounding: Floats, mean: float, cap: int) -> tuple[Longs, float]:
    """Whole degrees `factor * shape`, randomly rounded and capped, whose mean is `mean`; and that factor."""
    wanted = round(len(shape) * mean)
    if wanted == 0 or cap == 0 or not shape.any():
        return np.zeros(len(shape), np.int64), 0.0
    low, high = 0.0, mean / shape.mean()
    while _scaled(shape, rounding, high, cap).sum() < wanted and high < 1e12:
        low, high = high, 2 * high
    for _ in range(60):
        factor = (low + high) / 2
        degree = _scaled(shape, rounding, factor, cap)
        excess = degree.sum() - wanted
        if abs(excess) <= NEAR * wanted:
            break
        low, high = (low, factor) if excess > 0 else (factor, high)
    return degree.astype(np.int64), factor


def _scaled(shape: Floats, rounding: Floats, factor: float, cap: int) -> Floats:
    """Degrees at one factor: rounded up with the chance of the fraction, at most `cap`."""
    return np.minimum(np.floor(factor * shape + rounding), cap)


def follower_counts(total: int, n_targets: int, n_users: int, settings: TieSettings, weight: Floats | None,
                    rng: Generator) -> Longs:
    """How many followers each account starts with: a double Pareto distribution, int64, summing to `total`.

    Above its knee the density falls with `tail_exponent`, below it accounts crowd near zero (Reed & Jorgensen
    2004). Counts are cut at `reach * n_users`. `weight` (positive, one an account) tilts who is large, not
    how large the largest is.
    """
    if n_targets == 0:
        return np.zeros(0, np.int64)
    rank = (np.arange(n_targets) + rng.random(n_targets)) / n_targets
    shape = double_pareto(rank, settings.tail_exponent - 1, settings.body_exponent)
    size = _cut_to(shape, total, settings.reach * n_users)
    turn = rng.exponential(size=n_targets) / (1.0 if weight is None else weight)
    placed = np.empty(n_targets)
    placed[np.argsort(turn, kind="stable")] = size[::-1]
    heap = np.cumsum(placed)
    return np.diff(np.rint(heap * (total / heap[-1])).astype(np.int64), prepend=0)


def double_pareto(rank: Floats, tail: float, body: float) -> Floats:
    """Quantile function with a power tail (survival exponent `tail`), a power body and its knee at 1."""
    above = body / (tail + body)
    small = np.minimum(rank / (1 - above), 1.0) ** (1 / body)
    return np.where(rank < 1 - above, small, (above / np.minimum(1 - rank, above)) ** (1 / tail))


def _cut_to(shape: Floats, total: int, most: float) -> Floats:
    """`shape` times the factor for which its values, cut at `most`, sum to `total`."""
    low, high = -700.0, 700.0
    for _ in range(100):
        factor = (low + high) / 2
        low, high = (low, factor) if _cut(shape, factor, most).sum() > total else (factor, high)
    return _cut(shape, factor, most)


def _cut(shape: Floats, log_factor: float, most: float) -> Floats:
    """`shape` times a factor, at most `most`; a positive floor keeps the sum away from zero."""
    return np.clip(shape * np.exp(log_factor), 1e-300, max(most, 1e-300))
