"""How a merchant splits its effort over channels (FACT+S): a softmax bandit on attributed return."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.merchant import CHANNELS
from sim.jit import kernel
from sim.rng import Decision, Venue, normal

WEEK = 7.0


@kernel
def shrunk_return(num: np.record, m: np.record, channel: int) -> float:
    """Sales attributed to a channel per yuan spent there since the last decision, shrunk to the mean of all channels.

    `bandit_prior` days of the firm's usual sales count as spread like its effort, at the mean return: a handful of
    orders moves no budget.
    """
    sales, cost = float(np.sum(m.channel_sales)), float(np.sum(m.channel_cost))
    if cost <= 0.0:
        return 0.0
    prior = 100.0 * m.sales * num.merchants_bandit_prior * m.budget[channel]
    spent = max(float(m.channel_cost[channel]), 1.0) + prior * cost / max(sales, 1.0)
    return (m.channel_sales[channel] + prior) / spent


@kernel
def seen_return(now: np.record, num: np.record, m: np.record, channel: int, noise: float) -> float:
    """A channel's return as the merchant reads it, with lognormal noise (`noise` × `bandit_noise` is its cv).

    Keyed (merchant, channel).
    """
    spread = math.sqrt(math.log(1.0 + (noise * num.merchants_bandit_noise)**2))
    luck = normal(now, m.key, channel, Decision.MERCHANT_BANDIT, Venue.NONE, 0)
    return shrunk_return(num, m, channel) * math.exp(spread * luck - 0.5 * spread * spread)


@kernel
def softmax_shares(num: np.record, returns: np.ndarray, shares: np.ndarray) -> None:
    """Shares of effort: softmax of returns over their mean, with a floor in each channel."""
    mean = max(np.sum(returns) / CHANNELS, 1e-12)
    top = np.max(returns) / mean
    for k in range(CHANNELS):
        shares[k] = math.exp((returns[k] / mean - top) / num.merchants_temperature)
    floor = num.merchants_bandit_floor
    total = np.sum(shares)
    for k in range(CHANNELS):
        shares[k] = floor + (1.0 - CHANNELS * floor) * shares[k] / total


@kernel
def split_effort(now: np.record, num: np.record, m: np.record, noise: float) -> None:
    """Once a week: channel returns take in the week, effort moves part of the way towards the softmax.

    `noise` × as noisily as without a data product.
    """
    pace = 1.0 - math.exp(-WEEK / num.merchants_bandit_memory)
    returns, shares = np.empty(CHANNELS), np.empty(CHANNELS)
    for k in range(CHANNELS):
        m.channel_return[k] += pace * (seen_return(now, num, m, k, noise) - m.channel_return[k])
        returns[k] = m.channel_return[k]
        m.channel_sales[k], m.channel_cost[k] = 0, 0
    if np.sum(returns) <= 0.0:
        return
    softmax_shares(num, returns, shares)
    for k in range(CHANNELS):
        m.budget[k] += pace * (shares[k] - m.budget[k])


@kernel
def imitate(num: np.record, m: np.record, example: np.ndarray) -> None:
    """The rival rule: once a week, effort moves part of the way towards that of the category's best earner.

    `example` holds its shares as of this evening's books; all 0 where the category has none.
    """
    pace = 1.0 - math.exp(-WEEK / num.merchants_bandit_memory)
    for k in range(CHANNELS):
        m.channel_sales[k], m.channel_cost[k] = 0, 0
        if example[0] > 0.0:
            m.budget[k] += pace * (example[k] - m.budget[k])
