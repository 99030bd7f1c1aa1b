"""Made-up studies for the lab's tests: real configurations, drawn outcomes."""
from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from sim.config import SimConfig
from sim.lab.arms import arms_of
from sim.lab.findings import Worlds
from sim.lab.settings import Statistics
from sim.lab.stats.draws import generator
from sim.lab.study import SECONDARY, Study
from sim.schema import build

WORLD = ("population=toy", "horizon=20", "burn_in=0")
SETTINGS: Mapping[str, Any] = {
    "confidence": 0.95, "half_width": "0.5%", "n_min": 10, "look_ahead": 5, "skew": 1.0, "resamples": 999,
    "relative": "fieller", "seed": 1, "margins": {"nps": 1.0, "d30": 0.003, "ccr": 0.001}}


@cache
def _arms(names: tuple[str, ...]) -> dict[str, SimConfig]:
    return arms_of(list(names), WORLD)


def statistics(**changed: Any) -> Statistics:
    """The default rules of judging, some of them changed."""
    return build(Statistics, {**SETTINGS, **changed}, "stats")


def study(*arms: str, n: int = 12, primary: str = "gmv_net_total", **changed: Any) -> Study:
    """A comparison of these arms, the first of them the control."""
    names = arms or ("baseline", "subsidy", "placebo")
    options = {"verb": "compare", "metrics": SECONDARY, "stats": statistics()} | changed
    return Study(arms=_arms(names), control=names[0], primary=primary, n=n, **options)


def outcomes(asked: Study, lifts: Mapping[str, float], days: int = 20, noise: float = 2.0) -> Worlds:
    """Worlds in which each arm adds `lifts[arm]` % to every flow of the control; an arm without one changes nothing."""
    draws = generator(3)
    shape = (asked.n, days)
    control = 100 + 10 * draws.standard_normal((asked.n, 1)) + draws.standard_normal(shape)
    rows = {arm: control * (1 + lifts[arm] / 100) + noise / days * draws.standard_normal(shape) if arm in lifts
            else control for arm in asked.arms}
    daily = np.array([rows[arm] for arm in asked.arms])
    flows = ("gmv_net", "gmv_gross", "orders", "contribution", "take_revenue")
    levels = {"nps_latent": 30 + daily.mean(axis=2) / 10, "visitor_d30": 0.5 + 0 * daily.mean(axis=2),
              "ccr": 0.1 + 0 * daily.mean(axis=2)}
    spend = np.array([np.full(asked.n, 500.0 * (arm in lifts)) for arm in asked.arms])
    values = {f"{name}_total": daily.sum(axis=2) for name in flows} | levels
    return Worlds(values, np.arange(days), dict.fromkeys(flows, daily), spend, 4 * spend)
