"""What a worker does with an item: simulate its world and put what it left into the store."""
from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.config import OUTSIDE_THE_WORLD, Record, SimConfig, question_key, to_plain
from sim.files import columns_of
from sim.lab.item import Item
from sim.lab.store import Result, Store, StoreError
from sim.record import with_day

if TYPE_CHECKING:
    from sim.model import InterestCommerceModel


PANEL = 2000  # users whose answers and later orders are followed (P15), as `icsim patterns` does


@dataclass(frozen=True)
class Job:
    """An item to be simulated: where it is kept, and how many threads it may take."""

    key: str
    item: Item
    root: str
    threads: int = 1


class Report(NamedTuple):
    """How a job ended: an empty error, or a traceback; `final`: the store takes no more."""

    error: str = ""
    final: bool = False


def attempt(job: Job) -> Report:
    """Do a job; whatever goes wrong comes back as a report."""
    try:
        carry_out(job)
    except StoreError as error:
        return Report(str(error), final=True)
    except Exception:
        return Report(traceback.format_exc())
    return Report()


def carry_out(job: Job) -> None:
    """Simulate an item unless the store has it by now: another study or an earlier try may have been faster.

    Raises RuntimeError in a worker whose model is not the study's.
    """
    item, store = job.item, Store(Path(job.root))
    if question_key(item.config, item.parent) != job.key:
        raise RuntimeError("this worker runs other sources of icsim than the study; install the same version")
    if store.holds(item):
        return
    if item.is_world:
        store.write_world(job.key, warm_world(item, job.threads).world)
        return
    found = simulate(item, store, job.threads)
    store.write(job.key, found.daily, found.meta)


def settings_of(config: SimConfig, threads: int) -> SimConfig:
    """A configuration as a worker carries it out: quiet, all orders and the panel's answers recorded, in memory."""
    record = Record(burn_in=False, orders=True, panel=PANEL, checkpoint=0, traffic=True)
    return replace(config, record=record, threads=threads, progress=False, out=None, overwrite=False)


def warm_world(item: Item, threads: int) -> InterestCommerceModel:
    """The model of an item on the morning of day 0."""
    from sim.model import InterestCommerceModel

    model = InterestCommerceModel(settings_of(item.config, threads))
    while model.day < 0:
        model.step()
    return model


def simulate(item: Item, store: Store, threads: int = 1) -> Result:
    """An item's world, lived from its warm world or from genesis to its horizon."""
    from sim.runner import add_open_orders, live_day, sampled_rows

    started = perf_counter()
    model, notes = model_of(item, store, threads), Notes()
    sample = sampled_rows(model.world, PANEL)
    while model.day < item.config.horizon:
        live_day(model, notes, model.day, sample)
    add_open_orders(model, notes)
    return result_of(item, model, notes, perf_counter() - started)


def model_of(item: Item, store: Store, threads: int) -> InterestCommerceModel:
    """The model of an item, on the first day that is to be lived."""
    from sim.checkpoint import load
    from sim.model import InterestCommerceModel

    config = settings_of(item.config, threads)
    return InterestCommerceModel(config, load(store.world_path(item.parent), config) if item.parent else None)


class Notes:
    """The scribe of an item: its days from day 0 and all orders that end in them, in memory."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float | int]] = []
        self.orders: list[np.ndarray] = []
        self.answers: list[np.ndarray] = []

    def add_day(self, row: Mapping[str, float | int], day: int) -> None:
        """Take the day's metrics row."""
        if day >= 0:
            self.rows.append({"day": day} | dict(row))

    def add_orders(self, batches: Iterable[np.ndarray], day: int) -> None:
        """Take the orders that became final on `day`."""
        if day >= 0:
            self.orders.extend(batches)

    def add_panel(self, rows: np.ndarray, day: int) -> None:
        """Take the sampled users' answers to the survey; the rest of their days is a run's own affair."""
        if day >= 0:
            self.answers.append(with_day(rows[rows["answer"] >= 0][["key", "answer"]], day))

    def add_traffic(self, batches: Iterable[np.ndarray], day: int) -> None:
        """The daily table has its sums."""

    def add_cohorts(self, rows: np.ndarray, day: int) -> None:
        """Cohorts are a run's own affair."""


def result_of(item: Item, model: InterestCommerceModel, notes: Notes, seconds: float) -> Result:
    """What an item leaves: tables, summary numbers, facts."""
    from sim.summary import summarise

    daily, orders = columns_of(notes.rows), np.concatenate(notes.orders)
    summary = summarise(daily, orders, creators=len(model.creators))
    meta = {"key": item.key, "parent": item.parent, "config": to_plain(item.config), "summary": summary,
            "redeemed": redeemed(orders), "spend": spend(model),
            "patterns": patterns_of(item.config, model, notes, summary), "seconds": round(seconds, 3)}
    return Result(item.key, daily, summary, meta | surroundings(model))


def patterns_of(config: SimConfig, model: InterestCommerceModel, notes: Notes,
                summary: dict[str, float]) -> dict[str, float]:
    """The pattern card's values of a world, NaN where undefined."""
    from sim.books import book_columns
    from sim.lab.patterns.finished import Run
    from sim.lab.patterns.measures import read_patterns

    orders, answers = (columns_in(rows) for rows in (notes.orders, notes.answers))
    run = Run(Path(), to_plain(config), summary, columns_of(notes.rows), orders, answers, book_columns(model.world))
    return read_patterns(run)


def columns_in(batches: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Rows noted in batches as columns; none of no batch."""
    if not batches:
        return {}
    rows = np.concatenate(batches)
    return {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}


def surroundings(model: InterestCommerceModel) -> dict[str, Any]:
    """What a study says about its worlds: recall, thickness, the recommender before and after, versions."""
    from sim.record import machinery
    from sim.runner import facts_of
    from sim.sources import source_digest

    return facts_of(model) | machinery() | {"sources": source_digest(OUTSIDE_THE_WORLD)}


def redeemed(orders: np.ndarray) -> float:
    """Order value bought from day 0 on with a discount that somebody else funded, yuan."""
    bought = orders[(orders["subsidy_fen"] > 0) & (orders["day"] >= 0)]
    return float(bought["paid_fen"].sum(dtype=np.int64) + bought["subsidy_fen"].sum(dtype=np.int64)) / 100.0


def spend(model: InterestCommerceModel) -> dict[str, float]:
    """The platform's share of what each policy instance has given away by now, returned goods' part apart, yuan."""
    from sim.ledger import fen
    from sim.phases.policies import BUDGET, NO_LIMIT
    from sim.policies import policies_of

    world, spent = model.world, {}
    for name, policy in policies_of(model.cfg.policy).items():
        row = world.ledger.purses.index(name)
        start = NO_LIMIT if policy.budget_yuan is None else fen(policy.budget_yuan)
        left = int(world.policy_state[name][BUDGET]) if name in world.policy_state else start
        spent[name] = (start - left + int(world.purses["spent"][row])) * policy.funders.platform / 100.0
    return spent
