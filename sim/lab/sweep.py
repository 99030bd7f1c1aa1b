"""`icsim sweep`: dose and response. One key at a time moves over its doses; the control has every key at its first."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.lab.arms import arm
from sim.lab.ask import Asked, Question, require_map
from sim.lab.effects import Effect
from sim.lab.findings import CONTRIBUTION, Worlds
from sim.lab.stats.money import incremental_roi
from sim.lab.stats.multiple import max_t
from sim.lab.stats.relative import UNDEFINED, Ratio
from sim.lab.study import Study
from sim.listing import value as typed
from sim.schema import ConfigError


@dataclass(frozen=True, kw_only=True)
class SweepAsked(Asked):
    """What `sweep` takes."""

    doses: Any


class Sweep(Question):
    """`icsim sweep`."""

    verb, settings = "sweep", SweepAsked

    def study(self, asked: SweepAsked, base: Sequence[str], common: Mapping[str, Any]) -> Study:
        """An arm a dose against the arm that has every key at its first dose."""
        doses = require_map("doses", asked.doses, 2)
        start = [setting(key, values[0]) for key, values in doses.items()]
        told = {CONTROL: start}
        for key, values in doses.items():
            others = [one for one in start if one != setting(key, values[0])]
            told |= {arm_name(key, dose, doses): [*others, setting(key, dose)] for dose in values[1:]}
        arms = {name: arm(name, overrides, base) for name, overrides in told.items()}
        return Study(verb=self.verb, arms=arms, control=CONTROL, design={"doses": doses}, told=told, **common)


CONTROL = "control"


def setting(key: str, dose: Any) -> str:
    """The override that sets a key to a dose."""
    if isinstance(dose, Mapping):
        raise ConfigError(key, dict(dose), "a dose is a value, not a group of keys")
    return f"{key}={typed(dose)}"


def arm_name(key: str, dose: Any, doses: Mapping[str, Any]) -> str:
    """`depth=0.1`; the whole key where two keys end alike."""
    last = key.rpartition(".")[2]
    alike = [other for other in doses if other.rpartition(".")[2] == last]
    return f"{last if len(alike) == 1 else key}={typed(dose)}"


# ---- what it found -------------------------------------------------------------------------------

class Dose(NamedTuple):
    """One dose: its effect on the primary metric, what a yuan brought since the control and since the dose before."""

    value: Any
    effect: Effect
    roi: Ratio
    marginal: Ratio


class Response(NamedTuple):
    """One key's doses, the first (the control) left out; best dose with the doses that cannot be told from it."""

    key: str
    first: Any
    doses: tuple[Dose, ...]
    best: tuple[Any, ...]  # one dose; none where too few worlds have all of them
    as_good: tuple[Any, ...]
    unprofitable: Any  # first dose with incremental ROI < 1; None if there is none


def responses(study: Study, worlds: Worlds, effects: Sequence[Effect]) -> Iterator[Response]:
    """The response to each key; `effects`: what the findings say of the primary metric."""
    doses, said = study.design["doses"], {one.arm: one for one in effects if one.metric == study.primary}
    rows = dict(zip(study.arms, worlds.values[study.primary], strict=True))
    for key, values in doses.items():
        arms = [CONTROL, *(arm_name(key, dose, doses) for dose in values[1:])]
        found = tuple(Dose(values[k], said[arms[k]], *_returns(study, worlds, arms, k)) for k in range(1, len(arms)))
        best, good = best_of(values, np.array([rows[name] for name in arms]), study)
        poor = next((dose.value for dose in found if dose.roi.value < 1.0), None)
        yield Response(key, values[0], found, best, good, poor)


def _returns(study: Study, worlds: Worlds, arms: Sequence[str], k: int) -> tuple[Ratio, Ratio]:
    """Incremental ROI of the k-th arm against the control and against the arm before it."""
    place = {name: row for row, name in enumerate(study.arms)}
    gain, spend = worlds.values[CONTRIBUTION], worlds.spend
    out = []
    for before in (arms[0], arms[k - 1]):
        more, given = (rows[place[arms[k]]] - rows[place[before]] for rows in (gain, spend))
        known = np.isfinite(more + given)
        enough = known.sum() >= 2
        out.append(incremental_roi(more[known], given[known], study.stats.confidence) if enough else UNDEFINED)
    return out[0], out[1]


def best_of(values: Sequence[Any], rows: np.ndarray, study: Study) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The dose with the highest mean, (doses, n), and all doses that max-t cannot tell from it.

    The set holds the truly best dose with the study's confidence: Hsu (1984), Annals of Statistics 12. Empty
    where fewer than two worlds have all doses.
    """
    whole = rows[:, np.isfinite(rows).all(axis=0)]
    if whole.shape[1] < 2:
        return (), ()
    top = int(whole.mean(axis=1).argmax())
    others = [k for k in range(len(values)) if k != top]
    p = max_t(whole[top] - whole[others], seed=study.stats.seed)
    kept = {top, *(k for k, one in zip(others, p, strict=True) if one > 1.0 - study.stats.confidence)}
    return (values[top],), tuple(value for k, value in enumerate(values) if k in kept)
