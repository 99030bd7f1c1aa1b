"""Budget matching: the knob value with which an arm spends the same money as another, on paired worlds."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import root_scalar

from sim.compose import settled
from sim.config import SimConfig
from sim.lab.settings import Match
from sim.lab.stats.paired import Mean, paired_t
from sim.lab.study import Study
from sim.policies import policies_of
from sim.schema import ConfigError, build, declared, listed, near, to_plain

Spend = Callable[[str, SimConfig], np.ndarray]  # an arm's name and world -> yuan spent in each paired world, (n,)


class Matched(NamedTuple):
    """One arm after matching: its knob and value, what it spends (with its interval), whether that is the target.

    An arm that was left as it is has an empty knob, its value NaN.
    """

    arm: str
    knob: str
    value: float
    spend: Mean
    target: float
    reached: bool
    given: float  # yuan a world that it spends as it was given


@dataclass(frozen=True)
class Knob:
    """A number of an arm's configuration that is turned: its key, its value as given and its range."""

    key: str
    value: float
    low: float
    high: float


def match_arms(study: Study, spend: Spend) -> tuple[dict[str, SimConfig], list[Matched]]:
    """The study's arms with their knobs set so that every arm that spends spends the target.

    Arms that spend nothing stay as they are, as does the arm that gives the target.
    """
    match = study.match
    assert match is not None
    given = {arm: spend(arm, config) for arm, config in study.arms.items()}
    means = {arm: float(np.mean(values)) for arm, values in given.items()}
    target = target_of(match, means)
    arms, found = dict(study.arms), []
    for arm, config in study.arms.items():
        if means[arm] > 0 and abs(means[arm] - target) > match.tolerance * target:
            arms[arm], one = turned(arm, config, knob_of(arm, config, match), target, match, spend)
            found.append(one)
        elif means[arm] > 0:
            found.append(Matched(arm, "", float("nan"), paired_t(given[arm]), target, True, means[arm]))
    return arms, found


def target_of(match: Match, means: Mapping[str, float]) -> float:
    """Yuan a world that all shall spend: an arm's, a sum, or the least of those that spend at all."""
    spending = {arm: mean for arm, mean in means.items() if mean > 0}
    if match.to is None:
        if not spending:
            raise ConfigError("match.by", match.by, "none of the arms spends anything")
        return min(spending.values())
    if match.to in means:
        if match.to not in spending:
            raise ConfigError("match.to", match.to, "this arm spends nothing")
        return spending[match.to]
    return amount_of(match.to, means)


def amount_of(text: str, arms: Mapping[str, Any]) -> float:
    """Yuan written as a number; raises ConfigError for what is neither that nor an arm."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise ConfigError("match.to", text, f"must be an arm or yuan a world; {near(text, arms)}arms: {listed(arms)}")
    return value


def turned(arm: str, config: SimConfig, knob: Knob, target: float, match: Match,
           spend: Spend) -> tuple[SimConfig, Matched]:
    """The arm with its knob turned until it spends the target: Brent's method between the given value and an end.

    Where even the end of the range does not spend enough, or rounds run out, the nearest value found is kept.
    """
    tried: dict[float, np.ndarray] = {}

    def gap(value: float) -> float:
        if value not in tried:
            tried[value] = spend(arm, with_value(config, knob.key, value))
        off = float(np.mean(tried[value])) - target
        return 0.0 if abs(off) <= match.tolerance * target else off

    end = knob.low if gap(knob.value) > 0 else knob.high
    if gap(knob.value) * gap(end) < 0:
        root_scalar(gap, bracket=(knob.value, end), method="brentq", maxiter=match.rounds, xtol=1e-9 + 1e-6 * abs(end))
    best = min(tried, key=lambda value: abs(float(np.mean(tried[value])) - target))
    spent, reached = paired_t(tried[best]), gap(best) == 0.0
    return with_value(config, knob.key, best), Matched(arm, knob.key, best, spent, target, reached,
                                                       float(np.mean(tried[knob.value])))


# ---- knobs ---------------------------------------------------------------------------------------

def knob_of(arm: str, config: SimConfig, match: Match) -> Knob:
    """The knob that is named for an arm, or the intensity of its only policy; raises ConfigError for none."""
    key = match.knob(arm)
    if key is None:
        acting = [name for name, policy in policies_of(config.policy).items() if not policy.idle]
        if len(acting) != 1:
            raise ConfigError(f"match.knobs.{arm}", listed(acting), "name the knob to turn: there is not one policy")
        key = f"policy.{acting[0]}.intensity"
    return read_knob(key, config)


def read_knob(key: str, config: SimConfig) -> Knob:
    """A number under `policy.` or `world.` with its value and range; raises ConfigError for anything else."""
    part: Any = {"world": config.world, "policy": policies_of(config.policy)}
    rules: Mapping[str, Any] = {}
    for name in key.split("."):
        known = parts_of(part)
        if name not in known:
            raise ConfigError("match.knobs", key, f"no such key; {near(name, known)}keys here: {listed(known)}")
        part, rules = known[name]
    if not isinstance(part, int | float) or isinstance(part, bool) or "low" not in rules:
        raise ConfigError("match.knobs", key, "must be a number of a policy or of the world")
    return Knob(key, float(part), float(rules["low"]), float(rules["high"]))


def parts_of(part: Any) -> dict[str, tuple[Any, Mapping[str, Any]]]:
    """What is inside a mapping or a configuration, by name: value and declaration."""
    if isinstance(part, Mapping):
        return {str(name): (item, {}) for name, item in part.items()}
    if not is_dataclass(part):
        return {}
    return {name: (getattr(part, name), field.metadata) for name, field in declared(type(part)).items()}


def with_value(config: SimConfig, key: str, value: float) -> SimConfig:
    """The configuration with one number changed, checked like any other."""
    plain = part = to_plain(config)
    *path, last = key.split(".")
    for name in path:
        part = part[name]
    part[last] = value
    changed: SimConfig = build(SimConfig, plain)
    return replace(changed, policy={name: settled(name, knobs) for name, knobs in changed.policy.items()})
