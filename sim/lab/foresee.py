"""A study's futures simulated and judged: what they will cost, each one's effects, and what the verdict owes them."""
from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from sim.lab import frames
from sim.lab.effects import Comparison, Ensemble
from sim.lab.futures import Dimension, Future, dimensions, future_items, futures_of
from sim.lab.item import Item
from sim.lab.judge import PRIMARY
from sim.lab.phrases import phrases
from sim.lab.plan import Plan
from sim.lab.robust import Verdicts, ensemble
from sim.lab.store import Store
from sim.lab.study import Study
from sim.lab.workshop import Workshop


class Outlook:
    """The futures of a study and their items."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.dims: list[Dimension] = dimensions(study, study.futures)
        self.futures = futures_of(study, self.dims, study.futures)
        pairs = [future_items(study, one, study.futures.n) for one in self.futures]
        self.items: list[Item] = list(chain.from_iterable(items for items, _ in pairs))
        self.warm: list[Item] = list(chain.from_iterable(warm for _, warm in pairs))

    @property
    def refused(self) -> list[str]:
        """Number and reason of each future that the configuration refuses."""
        return [f"{one.number} ({one.refused})" for one in self.futures if one.refused]

    def cost(self, workshop: Workshop, seconds: float) -> str:
        """What is to be simulated; `seconds`: what one of the study's own worlds took, NaN if unknown."""
        say, store = phrases("futures", self.study.lang), workshop.store
        needed = {item.parent for item in self.items if not store.has(item.key)}
        warm = [item for item in self.warm if item.key in needed and not store.holds(item)]
        todo = Plan(self.items, store).todo
        minutes = self._seconds(todo - len(warm), len(warm), seconds) / workshop.backend.processes / 60.0
        time = say["time"].format(minutes=math.ceil(minutes)) if todo and math.isfinite(minutes) else ""
        return say["cost"].format(k=len(self.futures), dims=len(self.dims), n=self.study.futures.n,
                                  worlds=len(self.items), warm=len(self.warm), todo=todo, time=time)

    def _seconds(self, worlds: int, warm: int, each: float) -> float:
        """One process's time for worlds of the horizon, and for burn-ins at the same pace a day."""
        config = self.study.config
        return each * (worlds + warm * config.burn_in / max(config.horizon, 1))

    def ensemble(self, workshop: Workshop, found: Comparison) -> Ensemble:
        """The verdict over the futures, once all are simulated that can be."""
        items = workshop.simulate(self.items, self.warm)
        lived = [one for one in self.futures if not one.refused]
        gains = effects_of(self.study, workshop.store, items, lived)
        numbers, values = [one.number for one in lived], np.array([one.values for one in lived])
        return ensemble(verdicts(self.study, found), self.dims, numbers, values.reshape(-1, len(self.dims)), gains,
                        self.study.futures.n, self.refused)


def announce(study: Study, workshop: Workshop, items: Sequence[Item]) -> None:
    """Say on the error stream what the futures will cost and which are refused, before any begins."""
    if study.futures.k:
        outlook, say = Outlook(study), phrases("futures", study.lang)
        print(outlook.cost(workshop, seconds_of(workshop.store, items)), file=sys.stderr, flush=True)
        if outlook.refused:
            told = say["refused"].format(count=len(outlook.refused), parts="; ".join(outlook.refused))
            print(f"icsim: {told}", file=sys.stderr, flush=True)


def seconds_of(store: Store, items: Sequence[Item]) -> float:
    """What a world took, mean over those of these items that are there; NaN of none."""
    took = [float(store.facts(item.key)["seconds"]) for item in items if store.has(item.key)]
    return sum(took) / len(took) if took else math.nan


def effects_of(study: Study, store: Store, items: Sequence[Item],
               lived: Sequence[Future]) -> dict[str, np.ndarray]:
    """Each treated arm's effect on the primary in each future, mean over its pairs, shape (futures,)."""
    cells: dict[int, list[Item]] = {one.number: [] for one in lived}
    place = {one.arm(arm): one.number for one in lived for arm in study.arms}
    for item in items:
        cells[place[item.arm]].append(item)
    rows = [_effects(study, store, one, cells[one.number]) for one in lived]
    return {arm: np.array([row[arm] for row in rows]) for arm in study.treated}


def _effects(study: Study, store: Store, future: Future, items: Sequence[Item]) -> dict[str, float]:
    """Each treated arm's effect in one future; NaN without a whole pair."""
    arms, values = frames.matrix(store, items, study.primary)
    rows = dict(zip(arms, values, strict=True))
    control, out = rows.get(future.arm(study.control)), {}
    for arm in study.treated:
        gain = rows.get(future.arm(arm), np.array(math.nan)) - (math.nan if control is None else control)
        known = gain[np.isfinite(gain)]
        out[arm] = float(known.mean()) if known.size else math.nan
    return out


def verdicts(study: Study, found: Comparison) -> Verdicts:
    """What the study itself says of its arms' primary effects."""
    effects: Mapping[str, tuple[float, float]] = {one.arm: (one.delta, one.p_adjusted) for one in found.effects
                                                  if one.role == PRIMARY}
    return Verdicts({arm: delta for arm, (delta, _) in effects.items()},
                    {arm: p <= 1.0 - study.stats.confidence for arm, (_, p) in effects.items()},
                    study.stats.confidence, study.lang)
