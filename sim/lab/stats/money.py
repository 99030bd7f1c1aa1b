"""What a subsidy earns: incremental and attributed return, lifetime value, payback."""
from __future__ import annotations

import numpy as np

from sim.lab.stats.paired import CONFIDENCE
from sim.lab.stats.relative import UNDEFINED, Ratio, fieller


def incremental_roi(contribution: np.ndarray, spend: np.ndarray, confidence: float = CONFIDENCE) -> Ratio:
    """Yuan that come back for each yuan more spent; below 1 the policy loses money. Shapes (n,), paired differences.

    `contribution`: the platform's contribution, arm minus control, after the spend; `spend`: the platform's money
    given away, arm minus control. The spend is added back: (contribution + spend) / spend, a ratio of means with
    Fieller's interval. NaN where the spend cannot be told from 0. Lewis and Rao (2015), QJE 130, on why it is noisy.
    """
    d = np.asarray(spend, float)
    return fieller(np.asarray(contribution) + d, d, confidence) if np.any(d) else UNDEFINED


def attributed_roi(redeemed: np.ndarray, spend: np.ndarray, confidence: float = CONFIDENCE) -> Ratio:
    """What dashboards show: order value bought with a discount / the discounts, shapes (n,), yuan a world.

    Counts orders that would have come anyway; put it beside the incremental return, never instead of it. NaN where
    nothing was redeemed: money given otherwise than as a discount on an order is attributed to none.
    """
    known = np.any(spend) and np.any(redeemed)
    return fieller(np.asarray(redeemed, float), np.asarray(spend, float), confidence) if known else UNDEFINED


def per_newcomer(money: np.ndarray, newcomers: np.ndarray, confidence: float = CONFIDENCE) -> Ratio:
    """Yuan for each newcomer more, shapes (n,), paired differences: arm minus control, over the horizon.

    With `money` the spend it is what a newcomer cost (CAC); with contribution + spend, contribution being counted after
    the spend, what the platform gained on all users for each of them (incremental LTV of the days seen). Fieller's
    interval; NaN unless the arm has more newcomers beyond doubt.
    """
    more = np.asarray(newcomers, float)
    return fieller(np.asarray(money, float), more, confidence) if more.mean() > 0 else UNDEFINED


def ltv(contribution: np.ndarray, newcomers: np.ndarray, yearly_rate: float = 0.0,
        confidence: float = CONFIDENCE) -> Ratio:
    """Contribution a newcomer over the days seen, yuan, discounted daily; shapes (n, days) and (n,).

    A ratio of means over worlds, not a mean of ratios. Gupta, Lehmann and Stuart (2004), J. Marketing Res. 41.
    """
    days = np.arange(np.shape(contribution)[1])
    present = np.asarray(contribution, float) @ (1.0 + yearly_rate) ** (-days / 365.0)
    return fieller(present, np.asarray(newcomers, float), confidence)


def payback_day(difference: np.ndarray) -> int | None:
    """First day from which the mean cumulated difference in contribution stays at 0 or above; None if it never does.

    `difference`: (n, days), arm minus control by day, yuan. Day 0 where it never falls below.
    """
    total = np.cumsum(np.mean(difference, axis=0))
    below = np.flatnonzero(total < 0)
    first = int(below[-1]) + 1 if len(below) else 0
    return first if first < len(total) else None
