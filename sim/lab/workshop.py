"""Where a study's worlds are made and read back: items planned, the engine told, the store's tables gathered."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.checkpoint import refuse_other_past
from sim.config import SimConfig
from sim.lab import frames
from sim.lab.ask import Task
from sim.lab.backend import Backend
from sim.lab.execute import Failure, execute
from sim.lab.findings import Worlds, daily_names, pairs_of, precise
from sim.lab.item import Item, warm_item
from sim.lab.stats.stopping import batches
from sim.lab.store import Store
from sim.lab.study import Study
from sim.lab.worlds import saved_parents
from sim.schema import ConfigError
from sim.summary import mean

NOT_NUMBERS = {"arm", "replication", "seed", "key", "block"}


class Workshop:
    """A store, an engine and the folder for failures; remembers what failed."""

    def __init__(self, store: Path, backend: Backend, out: Path, progress: bool = True) -> None:
        self.store, self.backend, self.out, self.progress = Store(store), backend, out, progress
        self.failures: dict[str, Failure] = {}
        self.seconds, self.done = 0.0, 0

    def simulate(self, items: Sequence[Item], warm: Sequence[Item] = ()) -> list[Item]:
        """Have every item in the store that can be simulated; warm worlds only where an item still needs one."""
        missing = {item.parent for item in items if not self.store.has(item.key)}
        wanted = [*(one for one in warm if one.key in missing), *items]
        outcome = execute(wanted, self.store, self.backend, progress=self.progress, out=self.out)
        self.seconds += outcome.seconds
        self.done += outcome.done
        self.failures |= {one.key: one for one in outcome.failures}
        return list(items)

    def worlds(self, study: Study, items: Sequence[Item]) -> Worlds:
        """What the store holds of these items, in the order of arms and replications."""
        values = self.values(list(study.arms), items)
        daily = {name: frames.curves(self.store, items, name) for name in daily_names(study, values)}
        days = next((days for _, days, _ in daily.values()), np.arange(study.config.horizon))
        facts = self.facts(list(study.arms), items)
        return Worlds(values, days, {name: rows for name, (_, _, rows) in daily.items()}, facts[0], facts[1])

    def values(self, arms: Sequence[str], items: Sequence[Item]) -> dict[str, np.ndarray]:
        """Every summary number, (arms, n)."""
        table = frames.runs_table(self.store, items)
        if not len(table):
            return {}
        place = {arm: k for k, arm in enumerate(arms)}
        rows = [place[arm] for arm in table["arm"].to_pylist()]
        columns = table["replication"].to_numpy()
        shape = (len(place), 1 + max(item.replication for item in items))
        out = {}
        for name in table.column_names:
            if name not in NOT_NUMBERS:
                out[name] = np.full(shape, np.nan)
                out[name][rows, columns] = table[name].to_numpy()
        return out

    def facts(self, arms: Sequence[str], items: Sequence[Item]) -> np.ndarray:
        """Spend of the policies' purses and order value bought with a discount, yuan a world, (2, arms, n)."""
        place = {arm: k for k, arm in enumerate(arms)}
        out = np.full((2, len(place), 1 + max(item.replication for item in items)), np.nan)
        for item in items:
            if self.store.has(item.key):
                meta = self.store.facts(item.key)
                out[:, place[item.arm], item.replication] = sum(meta["spend"].values()), meta["redeemed"]
        return out


    def recommender(self, arms: Sequence[str], items: Sequence[Item]) -> dict[str, dict[str, float]]:
        """The recommender's lift and the interest it serves, means over worlds: before day 0 and on each last day."""
        found: dict[str, list[Mapping[str, float]]] = {name: [] for name in (BEFORE, *arms)}
        for item in items:
            if self.store.has(item.key):
                meta = self.store.facts(item.key)
                found[BEFORE].append(meta["genesis"].get("before", {}))
                found[item.arm].append(meta["recommender"])
        return {name: {fact: mean(np.array([one.get(fact, np.nan) for one in rows])) for fact in LEARNT}
                for name, rows in found.items() if rows}


BEFORE, LEARNT = "before day 0", ("reco_lift", "mean_interest_served")


def workshop_of(task: Task) -> Workshop:
    """The workshop of a task; saved worlds that its arms go on from are taken into the store."""
    shop = Workshop(task.store, task.backend, task.out, task.config.progress)
    if task.config.warm:
        shop.store.require_writable()
        for config in task.study.arms.values():
            saved_parents(config, range(task.study.n), shop.store)
    return shop


# ---- items ---------------------------------------------------------------------------------------

def items_of(arms: Mapping[str, SimConfig], control: str, replications: Iterable[int]) -> tuple[list[Item], list[Item]]:
    """The items of these replications in the order of arms, and the warm worlds from which they branch."""
    numbers, saved = list(replications), arms[control].warm
    warm = {k: warm_item(replace(arms[control], replication=k)) for k in numbers if arms[control].burn_in and not saved}
    items = []
    for arm, config in arms.items():
        branches = warm and can_branch(arms[control], config)
        parents = saved_parents(config, numbers) if saved else {k: warm[k].key for k in numbers if branches}
        items += [Item(arm, replace(config, replication=k, warm=None), parents.get(k, "")) for k in numbers]
    return items, list(warm.values()) if any(item.parent for item in items) else []


def can_branch(control: SimConfig, config: SimConfig) -> bool:
    """Whether an arm has the control's past, so that both go on from one warm world."""
    try:
        refuse_other_past(control, config)
    except ConfigError:
        return False
    return True


def sample(study: Study, workshop: Workshop) -> list[Item]:
    """Simulate pairs until the primary is precise or all `n` are done; the items of all of them, done or failed."""
    stats = study.stats
    for n in batches(study.n, stats.n_min, stats.look_ahead) if stats.precision else [study.n]:
        items = workshop.simulate(*items_of(study.arms, study.control, range(n)))
        values = workshop.values(list(study.arms), items)
        if study.primary in values and precise(study, pairs_of(study, values, study.primary)):
            break
    return items
