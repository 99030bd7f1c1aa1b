"""What a comparison found, as plain data: effects, curves over time, and all that a report tells of them."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Effect:
    """One arm against the control in one metric; money in yuan, shares 0 to 1; undefined is NaN."""

    arm: str
    metric: str
    unit: str
    role: str  # primary | secondary | guardrail
    n: int
    control: float  # means over the paired worlds
    treated: float
    delta: float  # mean of the paired differences and its 95 % CI
    low: float
    high: float
    relative: float  # ratio of means - 1, Fieller or delta; NaN when the control is about 0
    relative_low: float
    relative_high: float
    p: float
    p_adjusted: float
    adjustment: str  # "" | holm | max-t | bh
    better: float  # P(difference > 0) with Wilson's 95 % interval
    better_low: float
    better_high: float
    vrf: float  # variance-reduction factor: Var(independent difference) / Var(paired difference)
    method: str  # "paired t" | "studentised bootstrap"
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Curve:
    """Difference over time of one arm in one metric; arrays of shape (days,)."""

    arm: str
    metric: str
    unit: str
    days: np.ndarray
    delta: np.ndarray
    low: np.ndarray  # pointwise 95 %
    high: np.ndarray
    band_low: np.ndarray  # simultaneous 95 %
    band_high: np.ndarray
    vrf: np.ndarray  # variance-reduction factor by horizon: of values cumulated up to the day


@dataclass(frozen=True)
class Robustness:
    """One arm's primary effect over the futures; arrays of shape (futures,) and (parameters,), NaN where undefined."""

    arm: str
    sign: int  # of the study's own effect: -1, 0, 1
    effects: np.ndarray  # mean of the paired differences in each future
    holds: float  # share of futures with the study's sign, and Wilson's interval
    holds_low: float
    holds_high: float
    correlation: np.ndarray  # Spearman's, of each parameter with the effect
    p_adjusted: np.ndarray  # Holm over all arms and parameters
    sentence: str


@dataclass(frozen=True)
class Ensemble:
    """The verdict over futures of the grade-A parameters; refused futures are in none of the arrays."""

    n: int  # paired worlds a future
    parameters: tuple[str, ...]
    low: np.ndarray  # of each parameter's range, (parameters,)
    high: np.ndarray
    sources: tuple[str, ...]
    numbers: np.ndarray  # of the futures, from 1, (futures,)
    values: np.ndarray  # (futures, parameters)
    arms: tuple[Robustness, ...]
    refused: tuple[str, ...]  # future and why
    alpha: float  # adjusted p up to which a correlation is significant


@dataclass(frozen=True)
class Comparison:
    """Everything a report needs; plain data, picklable."""

    question: str
    arms: tuple[str, ...]
    control: str
    primary: str
    n: int
    horizon: int
    population: str
    era: str
    effects: tuple[Effect, ...]
    curves: tuple[Curve, ...]
    pairs: dict[str, np.ndarray]  # metric: (arms, replications) values, in the order of `arms`
    money: dict[str, dict[str, float]]  # arm: purse or flow: yuan a world, mean
    traffic: dict[str, dict[str, float]]  # arm: impressions_<group>: mean a day
    convergence: dict[str, np.ndarray]  # arm: half width of the primary's CI after 2 … n pairs
    stop_reason: str
    verdict: str  # one sentence a manager can read
    guardrails: tuple[tuple[str, str, bool], ...]  # arm, guardrail in words, whether it holds
    assumed: tuple[tuple[str, float, str], ...]  # grade-A parameters in play: key, value, source
    methods: str
    command: str
    manifest: dict[str, Any]
    failures: tuple[str, ...]
    futures: Ensemble | None = None
