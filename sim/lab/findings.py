"""What a study's worlds say: effects, curves, money, traffic, convergence, guardrails, returns and the verdict."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.lab.assumed import assumed
from sim.lab.effects import Comparison, Curve, Effect
from sim.lab.guardrails import Standing, rails_of, standings
from sim.lab.judge import GUARDRAIL, PRIMARY, SECONDARY, Pairs, adjusted, curve, plain_effects, primary_effects
from sim.lab.methods import methods
from sim.lab.phrases import phrases
from sim.lab.quantities import base_of
from sim.lab.stats.money import attributed_roi, incremental_roi, payback_day, per_newcomer
from sim.lab.stats.paired import half_widths
from sim.lab.stats.relative import UNDEFINED, Ratio
from sim.lab.stats.stopping import precise_at
from sim.lab.stats.variance import by_horizon
from sim.lab.study import Study
from sim.lab.verdict import verdict

MONEY = ("take_revenue", "ad_revenue", "contribution", "merchant_profit", "creator_income", "mcn_income")
PURSE = "policy_spent_"  # and the instance of a policy
TRAFFIC = ("merchants", "tail", "waist", "head", "ads", "explore")
CONTRIBUTION = "contribution_total"
NEWCOMERS = "adoptions_total"  # users who adopt shopping


class Worlds(NamedTuple):
    """What the store holds of a study, arms in the study's order, replications from 0; NaN where a world is missing.

    `values`: summary number -> (arms, n). `daily`: column -> (arms, n, days). `spend`: yuan a world that policies gave
    away of the platform's money, and `redeemed`: order value bought with a discount, both (arms, n).
    """

    values: Mapping[str, np.ndarray]
    days: np.ndarray
    daily: Mapping[str, np.ndarray]
    spend: np.ndarray
    redeemed: np.ndarray


class Return(NamedTuple):
    """What one arm's money earned: incremental and attributed ROI, per newcomer, the day from which it has paid back.

    `cac`: spend for each newcomer more; `ltv`: what the platform gained before the spend for each of them, yuan.
    """

    arm: str
    spend: float
    incremental: Ratio
    attributed: Ratio
    cac: Ratio
    ltv: Ratio
    payback_day: int | None

    def row(self) -> dict[str, Any]:
        """The same as one row of returns.csv."""
        ratios = {"roi_incremental": self.incremental, "roi_attributed": self.attributed, "cac": self.cac,
                  "ltv_incremental": self.ltv}
        named = {f"{kind}{part}": value for kind, ratio in ratios.items()
                 for part, value in zip(("", "_low", "_high"), ratio, strict=True)}
        return {"arm": self.arm, "spend": self.spend, **named, "payback_day": self.payback_day}


class Findings(NamedTuple):
    """A comparison as the report takes it, and the returns and guardrails behind its verdict.

    `pairing`: arm -> variance-reduction factor of the primary, cumulated up to each day, and its interval, (3, days).
    """

    comparison: Comparison
    returns: tuple[Return, ...]
    standings: tuple[Standing, ...]
    pairing: Mapping[str, np.ndarray]


def findings(study: Study, worlds: Worlds, manifest: Mapping[str, Any], failures: Sequence[str] = ()) -> Findings:
    """Everything a study's worlds say, by the rules it was asked under."""
    family = {name: pairs_of(study, worlds.values, name) for name in wanted(study, worlds.values)}
    effects = effects_of(study, family)
    rails = tuple(standings(effects, study.stats.margins))
    returns = tuple(returns_of(study, worlds))
    config, primary = study.config, family[study.primary]
    comparison = Comparison(
        question=study.key, arms=tuple(study.arms), control=study.control, primary=study.primary,
        n=max((one.n for one in effects), default=0), horizon=config.horizon, population=config.population.name,
        era=config.era.name, effects=tuple(effects), curves=tuple(curves_of(study, worlds)),
        pairs={name: np.asarray(worlds.values[name]) for name in family}, money=money_of(study, worlds),
        traffic=traffic_of(study, worlds), convergence=dict(convergence(primary, study.stats.confidence)),
        stop_reason=stop_reason(study, primary),
        verdict=verdict(study, effects, rails, {one.arm: one.incremental for one in returns}),
        guardrails=tuple((one.arm, one.sentence(study.lang), one.state == "kept") for one in rails),
        assumed=assumed(study.arms, study.control), methods=methods(study, primary.control.shape[0]),
        command=study.command,
        manifest={**manifest, "returns": [one.row() for one in returns]}, failures=tuple(failures))
    return Findings(comparison, returns, rails, pairing_of(study, worlds))


def wanted(study: Study, known: Mapping[str, np.ndarray]) -> list[str]:
    """The summary numbers that are judged, the primary first, each once."""
    rails = [rail.metric for rail in rails_of(study.stats.margins)]
    return [name for name in dict.fromkeys((study.primary, *study.metrics, *rails)) if name in known]


def pairs_of(study: Study, values: Mapping[str, np.ndarray], metric: str) -> Pairs:
    """One summary number of all worlds."""
    rows = dict(zip(study.arms, values[metric], strict=True))
    return Pairs(metric, rows[study.control], {arm: rows[arm] for arm in study.treated})


def effects_of(study: Study, family: Mapping[str, Pairs]) -> list[Effect]:
    """Primary, then secondary metrics, then guardrails; a metric plays one role.

    The primary by max-t over arms, secondary metrics of all arms by Holm; in a sweep, which explores, both together by
    Benjamini-Hochberg. Guardrails are judged by their margins.
    """
    stats, primary = study.stats, family[study.primary]
    rails = [rail.metric for rail in rails_of(stats.margins) if rail.metric in family and rail.metric != study.primary]
    rest = plain_effects([pairs for name, pairs in family.items() if name not in (study.primary, *rails)], SECONDARY,
                         stats)
    kept = plain_effects([family[name] for name in rails], GUARDRAIL, stats)
    if study.verb == "sweep":
        return [*adjusted([*plain_effects([primary], PRIMARY, stats), *rest], "bh"), *kept]
    return [*primary_effects(primary, stats), *adjusted(rest, "holm"), *kept]


def curves_of(study: Study, worlds: Worlds) -> Iterator[Curve]:
    """Each treated arm's difference by day in every metric that is judged and has a daily column."""
    place = {arm: k for k, arm in enumerate(study.arms)}
    for name in dict.fromkeys(base_of(metric) for metric in wanted(study, worlds.values)):
        if name in worlds.daily:
            values = worlds.daily[name]
            for arm in study.treated:
                yield curve(arm, name, worlds.days, values[place[arm]], values[place[study.control]], study.stats)


def pairing_of(study: Study, worlds: Worlds) -> dict[str, np.ndarray]:
    """What pairing pays for the primary, by arm and horizon; nothing where it has no daily column."""
    daily = worlds.daily.get(base_of(study.primary))
    if daily is None:
        return {}
    rows = dict(zip(study.arms, daily, strict=True))
    lived = {arm: np.isfinite(values).any(axis=1) & np.isfinite(rows[study.control]).any(axis=1)
             for arm, values in rows.items()}
    return {arm: by_horizon(rows[arm][lived[arm]], rows[study.control][lived[arm]], study.stats.confidence)
            for arm in study.treated if lived[arm].sum() >= 2}


# ---- money, traffic, precision -------------------------------------------------------------------

def money_of(study: Study, worlds: Worlds) -> dict[str, dict[str, float]]:
    """Yuan a world that each policy gave away and each party has, mean over worlds."""
    purses = sorted(name for name in worlds.values if name.startswith(PURSE) and name.endswith("_total"))
    return means(study, worlds, [*purses, *(f"{name}_total" for name in MONEY)], "_total")


def traffic_of(study: Study, worlds: Worlds) -> dict[str, dict[str, float]]:
    """Impressions a day by whose content was shown, and those that boosts moved on the day itself; mean over worlds."""
    names = [*(f"impressions_{name}" for name in TRAFFIC), *(f"displaced_{name}" for name in TRAFFIC)]
    return means(study, worlds, names, "")


def means(study: Study, worlds: Worlds, names: Sequence[str], cut: str) -> dict[str, dict[str, float]]:
    """Means over worlds by arm and name; what an arm does not have is left out."""
    out: dict[str, dict[str, float]] = {arm: {} for arm in study.arms}
    for name in names:
        for arm, row in zip(study.arms, worlds.values.get(name, ()), strict=False):
            if np.isfinite(row).any():
                out[arm][name.removesuffix(cut)] = float(np.nanmean(row))
    return out


def convergence(pairs: Pairs, confidence: float) -> Iterator[tuple[str, np.ndarray]]:
    """Each arm's half width after 2 ... n pairs, in the metric's unit."""
    for arm, values in pairs.treated.items():
        differences = values - pairs.control
        yield arm, half_widths(differences[np.isfinite(differences)], confidence)


def precise(study: Study, pairs: Pairs) -> bool:
    """Whether every arm's primary effect has become as precise as asked; never without a target."""
    stats = study.stats
    known = np.isfinite(pairs.control)
    if stats.precision is None or not known.any():
        return False
    target = stats.precision.target(float(pairs.control[known].mean()))
    differences = [values - pairs.control for values in pairs.treated.values()]
    return all(precise_at(one[np.isfinite(one)], target, stats.n_min, stats.look_ahead, stats.confidence) is not None
               for one in differences)


def stop_reason(study: Study, pairs: Pairs) -> str:
    """Why the sampling ended, with the precision that was reached."""
    say, n = phrases("stop", study.lang), len(pairs.control)
    control = float(np.nanmean(pairs.control)) if np.isfinite(pairs.control).any() else float("nan")
    widths = [float(found[-1]) for _, found in convergence(pairs, study.stats.confidence) if len(found)]
    reached = f"{100 * max(widths, default=float('nan')) / abs(control):.2g} %" if control else "–"
    reason = "all" if study.stats.precision is None else "precise" if precise(study, pairs) else "short"
    return say[reason].format(n=n, reached=reached, target=study.stats.half_width)


def returns_of(study: Study, worlds: Worlds) -> Iterator[Return]:
    """What the money of every arm that spends more than the control brought back."""
    if CONTRIBUTION not in worlds.values:
        return
    place = {arm: k for k, arm in enumerate(study.arms)}
    own = place[study.control]
    for arm in study.treated:
        k = place[arm]
        spend, gain = (rows[k] - rows[own] for rows in (worlds.spend, worlds.values[CONTRIBUTION]))
        known = np.isfinite(spend + gain)
        if known.sum() >= 2 and spend[known].any():
            confidence = study.stats.confidence
            yield Return(arm, float(spend[known].mean()), incremental_roi(gain[known], spend[known], confidence),
                         attributed_roi(worlds.redeemed[k][known], worlds.spend[k][known], confidence),
                         *_per_newcomer(worlds, k, own, gain, spend, confidence), _payback(worlds, k, own, known))


def _per_newcomer(worlds: Worlds, arm: int, control: int, gain: np.ndarray, spend: np.ndarray,
                  confidence: float) -> tuple[Ratio, Ratio]:
    """CAC and incremental LTV of an arm; `gain`, `spend`: paired differences in contribution and spend, (n,)."""
    if NEWCOMERS not in worlds.values:
        return UNDEFINED, UNDEFINED
    more = worlds.values[NEWCOMERS][arm] - worlds.values[NEWCOMERS][control]
    known = np.isfinite(more + gain + spend)
    if known.sum() < 2:
        return UNDEFINED, UNDEFINED
    more, gain, spend = more[known], gain[known], spend[known]
    return per_newcomer(spend, more, confidence), per_newcomer(gain + spend, more, confidence)


def _payback(worlds: Worlds, arm: int, control: int, known: np.ndarray) -> int | None:
    """The day from which the mean cumulated difference in contribution stays at 0 or above."""
    daily = worlds.daily.get(base_of(CONTRIBUTION))
    return None if daily is None else payback_day((daily[arm] - daily[control])[known])


def daily_names(study: Study, known: Mapping[str, np.ndarray]) -> list[str]:
    """The daily columns that the findings need: those judged, and the contribution's."""
    return list(dict.fromkeys(base_of(name) for name in (*wanted(study, known), CONTRIBUTION)))
