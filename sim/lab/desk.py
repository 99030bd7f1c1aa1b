"""A study's folder from the first file to the last: what was asked, before anything runs; tables and report after."""
from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.config import OUTSIDE_THE_WORLD
from sim.files import atomic, write_json, write_yaml
from sim.lab import frames
from sim.lab.ask import Task
from sim.lab.findings import Findings, findings
from sim.lab.foresee import Outlook
from sim.lab.item import Item
from sim.lab.outputs import (
    PAIRING_COLUMNS,
    manifest_of,
    pairing_rows,
    write_csv,
    write_effects,
    write_pairs,
    write_returns,
)
from sim.lab.workshop import Workshop, workshop_of
from sim.record import package_versions
from sim.sources import source_digest


@dataclass
class Desk:
    """A task at work: its workshop, and what the manifest says so far."""

    task: Task
    workshop: Workshop
    facts: dict[str, Any]  # deterministic: the question, the program
    status: dict[str, Any] = field(default_factory=dict)  # what may differ from run to run

    def write_manifest(self, status: str) -> None:
        """The manifest as of now; its `key` is what keeps another question out of the folder."""
        written = datetime.now(UTC).isoformat(timespec="seconds")
        write_json(self.task.out / "manifest.json", self.facts | self.status | {"status": status, "written": written})

    def findings(self, items: Sequence[Item]) -> Findings:
        """What the worlds of these items say."""
        self.facts["recommender"] = self.workshop.recommender(list(self.task.study.arms), items)
        found = findings(self.task.study, self.workshop.worlds(self.task.study, items), self.facts, self._failures())
        return self._foreseen(found) if self.task.study.futures.k else found

    def _foreseen(self, found: Findings) -> Findings:
        """The same with the verdict repeated over the futures, which may fail on their own."""
        futures = Outlook(self.task.study).ensemble(self.workshop, found.comparison)
        return found._replace(comparison=replace(found.comparison, futures=futures, failures=self._failures()))

    def _failures(self) -> tuple[str, ...]:
        """Each cell that failed, and why."""
        return tuple(f"{one.arm}, world {one.replication}: {one.error}" for one in self.workshop.failures.values())

    def can_tell(self, items: Sequence[Item]) -> bool:
        """Whether the control has the primary metric in two worlds or more."""
        study = self.task.study
        values = self.workshop.values(list(study.arms), items).get(study.primary)
        return values is not None and bool(np.isfinite(values[list(study.arms).index(study.control)]).sum() >= 2)

    def write_tables(self, items: Sequence[Item]) -> None:
        """runs.parquet and daily.parquet, a row a world and a row a day, in the order of arms and replications."""
        for name, rows in (("runs", frames.runs_table), ("daily", frames.daily_table)):
            write_table(self.task.out / f"{name}.parquet", rows(self.workshop.store, items))


def write_table(path: Any, table: pa.Table) -> None:
    """An Arrow table as Parquet, whole or not at all."""
    with atomic(path) as draft:
        pq.write_table(table, draft, compression="zstd")


@contextmanager
def desk(task: Task) -> Iterator[Desk]:
    """The folder of a task while it is worked on: study.yaml and the primary's hash first, the outcome last."""
    program = {"sources": source_digest(OUTSIDE_THE_WORLD), "packages": package_versions()}
    here = Desk(task, workshop_of(task), manifest_of(task.study) | program)
    task.out.mkdir(parents=True, exist_ok=True)
    write_yaml(task.out / "study.yaml", {"command": task.study.command, **task.asked})
    here.write_manifest("running")
    try:
        yield here
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | BrokenPipeError)
        here.write_manifest("interrupted" if stopped else "failed")
        raise
    shop = here.workshop
    here.status |= {"seconds": round(shop.seconds, 3), "simulated": shop.done, "failed": len(shop.failures)}
    here.write_manifest("incomplete" if shop.failures else "done")


def write_comparison(here: Desk, found: Findings, items: Sequence[Item]) -> None:
    """Every table of a comparison, and its report."""
    from sim.lab.report import write_report

    out = here.task.out
    here.write_tables(items)
    write_effects(out / "comparison.csv", found.comparison.effects)
    write_pairs(out / "pairs.parquet", found.comparison)
    if found.pairing:
        write_csv(out / "variance_reduction.csv", PAIRING_COLUMNS, pairing_rows(found))
    if found.returns:
        write_returns(out / "returns.csv", found.returns)
    write_report(found.comparison, out, here.task.study.lang)


def failed(workshop: Workshop) -> int:
    """Name what failed; the exit code: 0 for nothing, 1 for something."""
    for one in workshop.failures.values():
        print(f"icsim: {one.arm}, world {one.replication} failed: {one.error}", file=sys.stderr)
    return int(bool(workshop.failures))
