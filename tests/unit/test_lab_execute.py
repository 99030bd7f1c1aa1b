"""What carrying out a study promises: every world once, whoever simulates it; failures named, the rest done."""
from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.lab import frames
from sim.lab.backend import Backend
from sim.lab.engines import close_engines, engine_of
from sim.lab.engines.local import LocalEngine
from sim.lab.execute import Outcome, execute
from sim.lab.item import Item
from sim.lab.kernels import note_compiled
from sim.lab.plan import Plan
from sim.lab.store import Store
from sim.lab.work import Job, Report, attempt
from sim.runtime import lanes_of
from sim.schema import ConfigError
from tests.unit.lab_items import ONE, files, study, without_clock


@pytest.fixture(autouse=True, scope="module")
def _no_workers_left() -> Iterator[None]:
    """End the workers of these tests with them."""
    yield
    close_engines()


def outcome(items: list[Item], root: Path, backend: Backend = ONE, out: Path | None = None) -> Outcome:
    """A study carried out."""
    return execute(items, Store(root), backend, progress=False, out=out)


def tables(items: list[Item], root: Path) -> bytes:
    """A study's tables as they are written."""
    sink = io.BytesIO()
    for table in (frames.runs_table(Store(root), items), frames.daily_table(Store(root), items)):
        pq.write_table(table, sink)
    return sink.getvalue()


def longer(item: Item, horizon: int) -> Item:
    """The item's world until a later day."""
    return replace(item, config=replace(item.config, horizon=horizon))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the worlds of `study()`, made by one worker."""
    root = tmp_path_factory.mktemp("store")
    found = outcome(study(), root)
    assert (found.done, found.skipped, found.failures) == (6, 0, ())
    return root


# ---- once each

def test_what_is_done_is_skipped_and_more_worlds_top_up(done: Path) -> None:
    before = files(done)
    again = outcome(study(), done)
    assert (again.done, again.skipped, again.failures) == (0, 4, ())
    assert files(done) == before
    more = outcome(study(3), done)
    assert (more.done, more.skipped) == (3, 4)
    assert files(done).items() >= before.items()


def test_neither_order_nor_number_of_workers_nor_threads_change_a_world(done: Path, tmp_path: Path) -> None:
    items = study()
    outcome(items[::-1], tmp_path, Backend(workers=2, threads=1))
    for item in items:
        mine, theirs = Store(tmp_path).read(item.key), Store(done).read(item.key)
        assert {name: column.tobytes() for name, column in mine.daily.items()} == {
            name: column.tobytes() for name, column in theirs.daily.items()}
        assert str(without_clock(mine.meta)) == str(without_clock(theirs.meta))
    assert tables(items, tmp_path) == tables(items, done)


def test_arms_with_the_same_question_share_one_world(done: Path) -> None:
    twins = [replace(item, arm=f"twin {k}") for k in range(12) for item in study() if item.arm == "baseline"]
    found = outcome(twins, done)
    assert (found.done, found.skipped) == (0, 24)
    arms, values = frames.matrix(Store(done), twins, "gmv_gross_total")
    assert len(arms) == 12 and np.isfinite(values).all()
    assert (values == values[0]).all()


def test_warm_worlds_come_first_and_once(tmp_path: Path) -> None:
    plan = Plan(study(3), Store(tmp_path))
    worlds = list(plan.ready)
    assert [item.is_world for item in worlds] == [True] * 3 and plan.todo == 9
    for world in worlds:
        plan.done(world.key)
    assert [item.arm for item in plan.ready] == ["warm"] * 3 + ["baseline", "subsidy"] * 3


def test_workers_times_threads_never_exceed_the_cores() -> None:
    cores = lanes_of(0)
    for workers in (0, 1, 2, 3, 500):
        for threads in (0, 1, 2, 3, 500):
            backend = Backend(workers=workers, threads=threads)
            for at_once in range(1, backend.processes + 1):
                assert 1 <= at_once * backend.lanes(at_once) <= max(cores, at_once)
            assert 1 <= backend.processes * backend.lanes(backend.processes) <= cores


# ---- failures

def test_a_failed_item_is_named_and_the_rest_goes_on(done: Path, tmp_path: Path) -> None:
    items = study()
    bad = replace(items[0], arm="other/past", config=replace(items[0].config, burn_in=5))
    found = outcome([bad, *items], done, out=tmp_path)
    [failure] = found.failures
    assert (failure.arm, failure.replication, failure.key) == ("other/past", 0, bad.key)
    assert "burn_in=5: a branch cannot change it" in failure.error
    story = (tmp_path / "failures" / "other_past-0.txt").read_text("utf-8")
    assert story.startswith("Traceback") and failure.error in story
    assert found.skipped == 4
    (tmp_path / "failures" / "baseline-0.txt").write_text("an earlier failure")
    outcome([longer(items[0], 5)], done, out=tmp_path)
    assert [path.name for path in (tmp_path / "failures").iterdir()] == ["other_past-0.txt"]


def test_a_lost_warm_world_is_every_branch_s_failure(tmp_path: Path) -> None:
    items = [replace(item, parent="ab" * 32) for item in study(1)]
    found = outcome(items, tmp_path)
    assert [one.arm for one in found.failures] == ["baseline", "subsidy"]
    assert all("warm world abababababab is not in the store" in one.error for one in found.failures)


def test_on_error_decides_what_happens_to_the_others(done: Path, tmp_path: Path) -> None:
    items = study()
    bad = replace(items[0], arm="bad", config=replace(items[0].config, burn_in=5))
    fresh = [longer(item, 7) for item in items]
    stopped = outcome([bad, *fresh], done, Backend(workers=1, on_error="stop"))
    assert (stopped.done, len(stopped.failures)) == (0, 1)
    skipped = outcome([bad, *fresh], done, Backend(workers=1, on_error="skip"))
    assert (skipped.done, len(skipped.failures)) == (4, 1)


def test_an_item_that_takes_too_long_is_named_and_its_worker_replaced(done: Path) -> None:
    items = study()
    endless = longer(items[0], 20_000)
    found = outcome([endless, *(longer(item, 8) for item in items)], done,
                    Backend(workers=1, timeout=20, on_error="skip"))
    assert found.done == 4
    assert [one.error for one in found.failures] == ["timed out after 20 s"]


@pytest.mark.slow
@pytest.mark.parametrize(("on_error", "failures"), [("retry", 0), ("skip", 1)])
def test_a_killed_worker_costs_its_item_at_most(done: Path, on_error: str, failures: int) -> None:
    days = 150 if on_error == "skip" else 151
    items = [longer(item, days) for item in study()]
    backend, killed = Backend(workers=1, on_error=on_error), []

    def kill() -> None:
        while not killed:
            time.sleep(0.05)
            for worker in engine_of(backend).busy:
                time.sleep(0.5)
                os.kill(worker.process.pid, signal.SIGKILL)
                killed.append(worker.process.pid)

    hunter = threading.Thread(target=kill)
    hunter.start()
    found = outcome(items, done, backend)
    hunter.join()
    assert len(killed) == 1
    assert (found.done, len(found.failures)) == (4 - failures, failures)
    assert all("was killed (SIGKILL)" in one.error for one in found.failures)


class Here(LocalEngine):
    """An engine that does its jobs in this process, one after another."""

    slots = 2

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self.jobs: list[Job] = []
        self.at_once: list[int] = []

    def submit(self, job: Job) -> None:
        self.jobs.append(job)

    def wait(self) -> list[tuple[Job, Report]]:
        self.at_once.append(len(self.jobs))
        job = self.jobs.pop(0)
        return [(job, attempt(job))]


@pytest.mark.parametrize("compiled", [False, True])
def test_one_worker_alone_compiles(compiled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a cold cache nobody else begins before the first world has been lived."""
    engine = Here(Backend())
    monkeypatch.setattr("sim.lab.kernels.cache_home", lambda: tmp_path)
    monkeypatch.setattr("sim.lab.execute.engine_of", lambda backend: engine)
    if compiled:
        note_compiled(Report())
    assert not outcome(study(), tmp_path / "store").failures
    assert engine.at_once[:2] == ([2, 2] if compiled else [1, 2])


def test_a_full_disk_stops_the_study_in_one_line_and_keeps_what_is_done(
    done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    before = files(done)
    monkeypatch.setattr("sim.lab.execute.engine_of", lambda backend: Here(backend))
    monkeypatch.setattr("sim.lab.store.Store.require_writable", lambda self: None)
    monkeypatch.setattr(Path, "write_bytes", full)
    found = outcome([longer(item, 9) for item in study()], done, Backend(workers=1))
    assert found.done == 0 and len(found.failures) == Here.slots
    assert {one.error for one in found.failures} == {f"the store {done} cannot be written: No space left on device"}
    assert files(done) == before


def test_an_address_without_a_scheduler_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"backend.address=tcp://here:1: only backend=dask has a scheduler"):
        Backend(address="tcp://here:1")


# ---- reading

def test_frames_have_the_study_s_order_and_are_nan_where_nothing_is(done: Path) -> None:
    items = study(5)[:5] + study(2)[2:]  # three baseline worlds at most are in the store, two with the policy
    store = Store(done)
    there = [item for item in items if store.has(item.key)]
    table = frames.runs_table(store, items)
    assert table["key"].to_pylist() == [item.key for item in there]
    assert table["arm"].to_pylist() == [item.arm for item in there]
    arms, values = frames.matrix(store, items, "orders_total")
    assert arms == ["baseline", "subsidy"] and values.shape == (2, 5)
    for item in items:
        expected = store.read(item.key).summary["orders_total"] if item in there else np.nan
        assert values[arms.index(item.arm), item.replication] == pytest.approx(expected, rel=0, nan_ok=True)
    arms, days, rows = frames.curves(store, items, "subsidy_subsidy")
    assert rows.shape == (2, 5, 6) and days.tolist() == [0, 1, 2, 3, 4, 5]
    assert np.isnan(rows[0]).all() and np.isfinite(rows[1, :2]).all()
    assert (rows[1, 1] == store.read(there[-1].key).daily["subsidy_subsidy"]).all()


def test_the_daily_table_holds_every_item_s_days(done: Path) -> None:
    items, store = study(), Store(done)
    table = frames.daily_table(store, items)
    assert len(table) == 24 and table.column_names[:3] == ["arm", "replication", "day"]
    for place, item in enumerate(items):
        rows = table.slice(6 * place, 6)
        assert rows["arm"].to_pylist() == [item.arm] * 6 and rows["replication"].to_pylist() == [item.replication] * 6
        for name, column in store.read(item.key).daily.items():
            assert np.array_equal(rows[name].to_numpy(), column, equal_nan=True), name
    assert np.isnan(table["subsidy_subsidy"].to_numpy()[:12]).all()


def test_no_world_is_an_empty_table(tmp_path: Path) -> None:
    store, items = Store(tmp_path), study()
    assert len(frames.runs_table(store, items)) == len(frames.daily_table(store, items)) == 0
    assert np.isnan(frames.matrix(store, items, "orders")[1]).all()
