"""Have every item of a study in the store: simulate what is missing, name what fails, lose nothing that is done."""
from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tqdm import tqdm

from sim.files import write_text
from sim.lab.backend import RETRY, STOP, Backend
from sim.lab.engines import Engine, close_engine, engine_of
from sim.lab.item import Item
from sim.lab.kernels import kernels_are_compiled, note_compiled
from sim.lab.plan import Plan
from sim.lab.roll import Cell, enrol
from sim.lab.store import SHOWN, Store
from sim.lab.work import Job, Report

__all__ = ["Backend", "Failure", "Outcome", "execute"]

FAILURES = "failures"


@dataclass(frozen=True)
class Failure:
    """A cell of the study that stays empty, and the last line of why."""

    key: str
    arm: str
    replication: int
    error: str


@dataclass(frozen=True)
class Outcome:
    """How a study went: worlds simulated now, warm ones among them; cells found in the store; cells that failed."""

    done: int
    skipped: int
    failures: tuple[Failure, ...]
    seconds: float


def execute(items: Sequence[Item], store: Store, backend: Backend, *, progress: bool = True,
            out: Path | None = None) -> Outcome:
    """Simulate every item that the store lacks, and the warm worlds that they need.

    Tracebacks of what fails go to `<out>/failures/<arm>-<replication>.txt`. Raises ConfigError, before anything is
    simulated, for a store that cannot be written or a scheduler that does not answer; KeyboardInterrupt stops
    whatever is being done, and all that is done stays.
    """
    started = perf_counter()
    store.require_writable()
    plan = Plan(items, store)
    if plan.todo:
        engine_of(backend)
    if out is not None:
        enrol(out, store, items)
    study = _Study(plan, store, backend, out)
    quiet = not (progress and sys.stderr.isatty())
    if plan.todo:
        with tqdm(total=plan.todo, unit="world", disable=quiet, dynamic_ncols=True) as bar:
            study.simulate(bar)
    return Outcome(study.done, plan.skipped, tuple(study.failures), perf_counter() - started)


class _Study:
    """A plan being carried out."""

    def __init__(self, plan: Plan, store: Store, backend: Backend, out: Path | None) -> None:
        self.plan, self.store, self.backend, self.out = plan, store, backend, out
        self.done, self.stopping, self.lost = 0, False, False
        self.tries: dict[str, int] = {}
        self.failures: list[Failure] = []
        for item in plan.orphans:
            self._name([item], f"its warm world {item.parent[:SHOWN]} is not in the store, and no item leads to it")

    def simulate(self, bar: Any) -> None:
        """Keep every place of the engine busy until nothing is left, or nothing more is to begin."""
        engine, whole = engine_of(self.backend), False
        try:
            self._go(engine, bar)
            whole = not self.lost
        finally:
            if not whole:
                close_engine(self.backend)

    def _go(self, engine: Engine, bar: Any) -> None:
        """Begin and settle jobs; until the kernels are compiled, one at a time, or each worker would compile them."""
        compiled, running = kernels_are_compiled(), 0
        while True:
            while self.plan.ready and running < (engine.slots if compiled else 1) and not self.stopping:
                engine.submit(self._job(self.plan.ready.popleft(), engine))
                running += 1
            if not running:
                return
            for job, report in engine.wait():
                running -= 1
                bar.update(self._settle(job, report))
                compiled = compiled or note_compiled(report)

    def _job(self, item: Item, engine: Engine) -> Job:
        """An item as a worker gets it."""
        at_once = min(engine.slots, self.plan.todo)
        return Job(item.key, item, str(self.store.root.absolute()), engine.lanes(at_once))

    def _settle(self, job: Job, report: Report) -> int:
        """Take note of a job's end; the number of items settled by it."""
        if self.store.holds(job.item):  # what is in the store is done, whatever became of its worker
            self.done += 1
            self.plan.done(job.key)
            self._forget(self.plan.owners[job.key])
            return 1
        error = report.error or f"nothing of it is in the store {self.store.root}: do workers see this folder?"
        if self._again(job, report):
            self.plan.ready.appendleft(job.item)
            return 0
        self.lost = self.lost or report.final
        self.stopping = self.lost or self.backend.on_error == STOP
        lost = self.plan.lost(job.key)
        self._name(lost, error)
        return len({item.key for item in lost})

    def _again(self, job: Job, report: Report) -> bool:
        """Whether a failed job is tried once more."""
        tries = self.tries[job.key] = self.tries.get(job.key, 0) + 1
        return self.backend.on_error == RETRY and tries <= self.backend.retries and not report.final

    def _forget(self, cells: Iterable[Item]) -> None:
        """Take away the stories of earlier failures of cells that are done now."""
        if self.out is not None:
            for item in cells:
                failure_path(self.out, item).unlink(missing_ok=True)

    def _name(self, cells: Iterable[Item], error: str) -> None:
        """Put failed cells on the list, and their whole story into files."""
        last = error.strip().splitlines()[-1]
        for item in cells:
            self.failures.append(Failure(item.key, item.arm, item.replication, last))
            if self.out is not None:
                with suppress(OSError):  # a full disk must not hide the error it caused
                    _write_story(failure_path(self.out, item), error)


def failure_path(out: Path, item: Item | Cell) -> Path:
    """Where the traceback of a failed cell is."""
    return out / FAILURES / f"{re.sub(r'[^-+=.,@\w]', '_', item.arm)}-{item.replication}.txt"


def _write_story(path: Path, error: str) -> None:
    """Write a traceback."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, error.rstrip() + "\n")
