"""`python -m sim.lab.bench [items]`: what the lab costs beside the worlds it simulates, targets beside.

Queries of 1,000 items of 365 days; planner, store and queries against simulated time; a study on Dask against the same
one on local processes. Seconds belong to the machine that prints them, ratios travel.
"""
from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from sim.bench import Line
from sim.compose import configure
from sim.lab import frames
from sim.lab.backend import DASK, LOCAL, Backend
from sim.lab.engines import close_engines
from sim.lab.execute import execute
from sim.lab.item import Item
from sim.lab.plan import Plan
from sim.lab.store import Result, Store
from sim.lab.work import simulate

TOY = ("population=toy", "burn_in=0", "progress=false")
ARMS = {"baseline": (), "subsidy": ("policy=[subsidy]",)}
METRIC = "gmv_net"
ROUNDS = 5


def study(n: int, horizon: int) -> list[Item]:
    """`n` paired toy worlds."""
    configs = {arm: configure(*TOY, f"horizon={horizon}", *policy) for arm, policy in ARMS.items()}
    return [Item(arm, replace(config, replication=k)) for arm, config in configs.items() for k in range(n)]


def queries(folder: Path) -> Line:
    """Paired effects and daily differences of 500 pairs of a year, out of a store that this process never saw."""
    items = study(500, 365)
    first = simulate(items[0], Store(folder))
    for item in items:
        _write_alike(Store(folder), item, first)
    started = perf_counter()
    store = Store(folder)
    _, totals = frames.matrix(store, items, f"{METRIC}_total")
    _, _, days = frames.curves(store, items, METRIC)
    effect, daily = (totals[1] - totals[0]).mean(), (days[1] - days[0]).mean(axis=0)
    seconds = perf_counter() - started
    assert np.isfinite(effect) and daily.shape == (365,)
    what = "paired effects out of 1,000 items × 365 days, never seen before"
    return Line(what, f"{seconds:.2f} s", "< 2 s", seconds < 2.0)


def _write_alike(store: Store, item: Item, found: Result) -> None:
    """Another world's result in the place of an item, every number a little different."""
    factor = 1.0 + item.replication / 1000.0
    daily = {name: column if name == "day" else column * factor for name, column in found.daily.items()}
    summary = {name: value * factor for name, value in found.summary.items()}
    store.write(item.key, daily, found.meta | {"summary": summary})


def overhead(folder: Path, n: int) -> Line:
    """All that is not simulation, in one process, over the simulated time."""
    items, store = study(n, 60), Store(folder)
    results = [simulate(item, store) for item in items[:1] + items]  # the first one loads the kernels
    lived = sum(result.meta["seconds"] for result in results[1:])
    started = perf_counter()
    fresh = study(n, 60)
    Plan(fresh, store)
    for result in results[1:]:
        store.write(result.key, result.daily, result.meta)
    Plan(fresh, store)
    for reader in (frames.runs_table, frames.daily_table):
        reader(store, fresh)
    frames.matrix(store, fresh, f"{METRIC}_total")
    frames.curves(store, fresh, METRIC)
    share = 100.0 * (perf_counter() - started) / lived
    what = f"planner, store and queries, of the time of {len(items)} toy worlds"
    return Line(what, f"{share:.1f} %", "< 5 %", share < 5.0)


def engines(folder: Path, n: int) -> list[Line]:
    """The same study on two local processes and on a Dask cluster of two workers, starting them included.

    Interleaved in rounds, so that what else the machine does weighs on both.
    """
    took = dict.fromkeys((LOCAL, DASK), 0.0)
    items = study(n // 2, 60)
    for part in range(ROUNDS):
        for kind in took:
            outcome = execute(items[part::ROUNDS], Store(folder / kind), Backend(kind=kind, workers=2, threads=1))
            took[kind] += outcome.seconds
            assert (outcome.done, outcome.failures) == (len(items[part::ROUNDS]), ())
    close_engines()
    more = 100.0 * (took[DASK] / took[LOCAL] - 1.0)
    worlds = f"{len(items)} toy worlds of 60 days"
    return [Line(f"{worlds} on two local processes", f"{took[LOCAL]:.1f} s", "reported", None),
            Line(f"{worlds} on Dask with two workers", f"{more:+.1f} %", "≤ +25 %", more <= 25.0)]


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    n = int(arguments[0]) if arguments else 200
    print(f"the lab's own costs; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(queries(folder / "queries"), flush=True)
        print(overhead(folder / "overhead", 20), flush=True)
        for line in engines(folder / "engines", n):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
