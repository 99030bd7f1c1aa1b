"""Processes of this machine, spawned and kept: a worker that dies costs the job it had, and another takes its place.

Workers end with the process that began them, however that ends, and leave an interrupt to it.
"""
from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection
from time import monotonic

from sim.lab.backend import Backend
from sim.lab.work import Job, Report, attempt

SPAWN = get_context("spawn")
GRACE = 0.2  # seconds in which a process that has closed its pipe is given to leave on its own


class LocalEngine:
    """So many processes as the backend allows, each begun when there is first something to do for it."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.idle: list[Worker] = []
        self.busy: list[Worker] = []

    @property
    def slots(self) -> int:
        """Processes there may be."""
        return self.backend.processes

    def lanes(self, at_once: int) -> int:
        """Threads of each job, so that all together take the cores and no more."""
        return self.backend.lanes(at_once)

    def submit(self, job: Job) -> None:
        """Give a job to a worker who has none."""
        worker = self.idle.pop() if self.idle else Worker()
        worker.begin(job, self.backend.timeout)
        self.busy.append(worker)

    def wait(self) -> list[tuple[Job, Report]]:
        """The jobs that have ended, at least one; those that took too long are ended."""
        while True:
            first = min(worker.deadline for worker in self.busy)
            left = None if first == float("inf") else max(0.0, first - monotonic())
            told = connection.wait([worker.pipe for worker in self.busy], left)
            ended = [worker for worker in self.busy if worker.pipe in told or worker.deadline <= monotonic()]
            if ended:
                return [self._settle(worker, worker.pipe in told) for worker in ended]

    def _settle(self, worker: Worker, told: bool) -> tuple[Job, Report]:
        """A worker's report; who gave none is let go."""
        self.busy.remove(worker)
        report = worker.report() if told else Report(f"timed out after {self.backend.timeout:g} s")
        if told and report is not None:
            self.idle.append(worker)
            return worker.job, report
        end = worker.end()
        return worker.job, report or Report(end)

    def close(self) -> None:
        """Kill every worker."""
        for worker in (*self.idle, *self.busy):
            worker.end()
        self.idle.clear()
        self.busy.clear()


class Worker:
    """One process and the pipe to it."""

    job: Job

    def __init__(self) -> None:
        self.pipe, other = SPAWN.Pipe()
        self.process = SPAWN.Process(target=serve, args=(other,), name="icsim worker", daemon=True)
        self.deadline = float("inf")
        with deaf_to_interrupts():
            self.process.start()
        other.close()

    def begin(self, job: Job, timeout: float) -> None:
        """Hand over a job."""
        self.job, self.deadline = job, monotonic() + timeout if timeout else float("inf")
        with suppress(OSError):  # it died while idle: `report` will say so
            self.pipe.send(job)

    def report(self) -> Report | None:
        """What it says of its job; None if it died instead."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            return None

    def end(self) -> str:
        """Kill it if it lives; how it ended."""
        self.process.join(GRACE)
        self.process.kill()
        self.process.join()
        self.pipe.close()
        code = self.process.exitcode or 0
        killed = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"left with code {code}"
        return f"the worker {killed} before it had done"


def serve(pipe: Connection) -> None:
    """A worker's life: do one job after another until nobody has any more."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            pipe.send(attempt(pipe.recv()))


def _leave_with_parent() -> None:
    """End this process as soon as the one that began it has ended, even by SIGKILL."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes begun in this block never see Ctrl-C; this one sees it at the end of the block."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its own start would unblock what we block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
