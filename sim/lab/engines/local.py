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
READY, DEAD, FOREVER = "ready", "dead", float("inf")
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
        ended: list[tuple[Job, Report]] = []
        while not ended:
            first = min(worker.deadline for worker in self.busy)
            left = None if first == FOREVER else max(0.0, first - monotonic())
            told = connection.wait([worker.pipe for worker in self.busy], left)
            heard = [(worker, worker.hear()) for worker in self.busy if worker.pipe in told]
            ended = [self._settle(worker, said) for worker, said in heard if said != READY]
            late = [worker for worker in self.busy if worker.deadline <= monotonic()]
            ended += [self._let_go(worker, f"timed out after {self.backend.timeout:g} s") for worker in late]
        return ended

    def _settle(self, worker: Worker, said: Report | str) -> tuple[Job, Report]:
        """A worker's report, or the end of one who died."""
        if not isinstance(said, Report):
            return self._let_go(worker)
        self.busy.remove(worker)
        self.idle.append(worker)
        return worker.job, said

    def _let_go(self, worker: Worker, why: str = "") -> tuple[Job, Report]:
        """A worker is ended, if it has not ended itself."""
        self.busy.remove(worker)
        end = worker.end()
        return worker.job, Report(why or end)

    def close(self) -> None:
        """Kill every worker."""
        for worker in (*self.idle, *self.busy):
            worker.end()
        self.idle.clear()
        self.busy.clear()


class Worker:
    """One process and the pipe to it; a job's time counts from when the process is ready for it."""

    job: Job

    def __init__(self) -> None:
        self.pipe, other = SPAWN.Pipe()
        self.process = SPAWN.Process(target=serve, args=(other,), name="icsim worker", daemon=True)
        self.ready, self.timeout, self.deadline = False, 0.0, FOREVER
        with deaf_to_interrupts():
            self.process.start()
        other.close()

    def begin(self, job: Job, timeout: float) -> None:
        """Hand over a job."""
        self.job, self.timeout = job, timeout
        self._set_clock()
        with suppress(OSError):  # it died while idle: `hear` will say so
            self.pipe.send(job)

    def _set_clock(self) -> None:
        """From now on the job's time counts, if the process is ready."""
        self.deadline = monotonic() + self.timeout if self.timeout and self.ready else FOREVER

    def hear(self) -> Report | str:
        """What it says: a report, that it is ready, or nothing any more."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):
            return DEAD
        if said == READY:
            self.ready = True
            self._set_clock()
        return said

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
    import sim.model  # noqa: F401 (so that no world's time holds the kernels' loading)

    with suppress(EOFError, OSError):
        pipe.send(READY)
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
