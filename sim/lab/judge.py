"""From paired worlds to effects: each metric's difference with its interval, tests adjusted by the metric's role."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.lab.effects import Curve, Effect
from sim.lab.quantities import has_ratio, unit_of
from sim.lab.settings import Statistics
from sim.lab.stats.bands import band
from sim.lab.stats.bootstrap import mean_difference
from sim.lab.stats.multiple import benjamini_hochberg, holm, max_t
from sim.lab.stats.proportions import positive
from sim.lab.stats.relative import UNDEFINED, relative
from sim.lab.stats.variance import by_horizon, from_pairs

PRIMARY, SECONDARY, GUARDRAIL = "primary", "secondary", "guardrail"
FEW = 10  # pairs below which an interval leans on the normal law; lab.md section 3
NONE = float("nan")


class Pairs(NamedTuple):
    """One metric in all worlds: the control's values and each treated arm's, shape (n,) each, NaN where missing."""

    metric: str
    control: np.ndarray
    treated: Mapping[str, np.ndarray]


def effect(arm: str, pairs: Pairs, role: str, stats: Statistics) -> Effect:
    """One arm's effect on one metric over the worlds in which both values exist; NaN with fewer than two."""
    known = np.isfinite(pairs.control) & np.isfinite(pairs.treated[arm])
    control, treated = pairs.control[known], pairs.treated[arm][known]
    empty = Effect(arm=arm, metric=pairs.metric, unit=unit_of(pairs.metric), role=role, n=len(control),
                   **dict.fromkeys(NUMBERS, NONE), adjustment="", method="", flags=("undefined",))
    return _measured(empty, treated, control, len(known), stats) if len(control) >= 2 else empty


NUMBERS = ("control", "treated", "delta", "low", "high", "relative", "relative_low", "relative_high", "p", "p_adjusted",
           "better", "better_low", "better_high", "vrf")


def _measured(empty: Effect, treated: np.ndarray, control: np.ndarray, worlds: int, stats: Statistics) -> Effect:
    """The same effect with its numbers."""
    differences = treated - control
    mean, method, flags = mean_difference(differences, stats.confidence, stats.skew, stats.resamples, stats.seed)
    ratio = relative(treated, control, stats.confidence, stats.relative) if has_ratio(empty.metric) else UNDEFINED
    share = positive(differences, stats.confidence)
    return replace(
        empty, control=float(control.mean()), treated=float(treated.mean()), delta=float(mean.delta),
        low=float(mean.low), high=float(mean.high), relative=ratio.value, relative_low=ratio.low,
        relative_high=ratio.high, p=float(mean.p), p_adjusted=float(mean.p), better=share.value,
        better_low=share.low, better_high=share.high, vrf=from_pairs(treated, control, stats.confidence).value,
        method=method, flags=(*flags, *_flags(differences, worlds)))


def _flags(differences: np.ndarray, worlds: int) -> tuple[str, ...]:
    """What a reader should know of the pairs."""
    n = len(differences)
    return (*((f"few pairs ({n})",) if n < FEW else ()),
            *((f"undefined in {worlds - n} of {worlds} worlds",) if n < worlds else ()),
            *(("all worlds equal",) if not differences.any() else ()))


# ---- several at once -----------------------------------------------------------------------------

def primary_effects(pairs: Pairs, stats: Statistics) -> list[Effect]:
    """Every arm's effect on the primary metric; with several arms p is adjusted by max-t over their common worlds."""
    found = [effect(arm, pairs, PRIMARY, stats) for arm in pairs.treated]
    known = [one for one in found if one.n >= 2]
    differences = np.array([pairs.treated[one.arm] - pairs.control for one in known])
    if len(known) < 2:
        return found
    common = differences[:, np.isfinite(differences).all(axis=0)]
    p = max_t(common, seed=stats.seed) if common.shape[1] >= 2 else np.ones(len(known))
    told = {one.arm: replace(one, p_adjusted=max(one.p, float(value)), adjustment="max-t")
            for one, value in zip(known, p, strict=True)}
    return [told.get(one.arm, one) for one in found]


def plain_effects(family: Sequence[Pairs], role: str, stats: Statistics) -> list[Effect]:
    """Every arm's effect on these metrics, p not yet adjusted."""
    return [effect(arm, pairs, role, stats) for pairs in family for arm in pairs.treated]


def adjusted(effects: Sequence[Effect], by: str) -> list[Effect]:
    """The effects with p adjusted as one family: `holm` or `bh`."""
    rule = {"holm": holm, "bh": benjamini_hochberg}[by]
    values = rule(np.array([one.p for one in effects]))
    return [replace(one, p_adjusted=float(p), adjustment=by) for one, p in zip(effects, values, strict=True)]


def curve(arm: str, metric: str, days: np.ndarray, treated: np.ndarray, control: np.ndarray,
          stats: Statistics) -> Curve:
    """One arm's difference over time; `treated`, `control`: (n, days), worlds with a missing arm left out."""
    present = np.isfinite(treated).any(axis=1) & np.isfinite(control).any(axis=1)
    x, y = treated[present], control[present]
    if len(x) < 2:
        return Curve(arm, metric, unit_of(metric), days, *np.full((6, len(days)), NONE))
    found = band(x - y, stats.confidence, seed=stats.seed)
    return Curve(arm, metric, unit_of(metric), days, *found, by_horizon(x, y)[0])
