"""Jobs on a Dask cluster: one of this machine, or any whose scheduler has an address. Workers need the store's folder.

Dask itself begins a job anew whose worker was lost; a job looks into the store first, so nothing done is done again.
"""
from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import MISSING
from importlib.util import find_spec
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.lab.backend import Backend
from sim.lab.engines.local import deaf_to_interrupts
from sim.lab.work import Job, Report, attempt
from sim.schema import ConfigError

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

PATIENCE = 10.0  # seconds for a scheduler to answer
LOOK = 1.0  # seconds between looks at how many workers there are


class Running(NamedTuple):
    """A job that the scheduler has."""

    job: Job
    future: Future
    deadline: float


class DaskEngine:
    """A client of a cluster. Raises ConfigError when there is no scheduler at the address, or no Dask."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.cluster, self.client = _connected(backend)
        self.running: dict[str, Running] = {}
        self._ended: SimpleQueue[Future] = SimpleQueue()
        self._number, self._places, self._looked = count(), 1, -LOOK

    @property
    def slots(self) -> int:
        """Threads of all workers, each of which can do a job; 1 while there is no worker yet."""
        if monotonic() - self._looked >= LOOK:
            with suppress(OSError):
                self._places = max(1, sum(self.client.nthreads().values()))
            self._looked = monotonic()
        return self._places

    def lanes(self, at_once: int) -> int:
        """Threads of each job: what is asked for, else this machine's share, or one on machines we do not know."""
        return self.backend.lanes(at_once) if self.cluster else self.backend.threads or 1

    def submit(self, job: Job) -> None:
        """Hand a job to the scheduler."""
        name = f"icsim-{job.key}-{next(self._number)}"
        deadline = monotonic() + self.backend.timeout if self.backend.timeout else float("inf")
        future = self.client.submit(attempt, job, key=name, pure=False)
        self.running[name] = Running(job, future, deadline)
        future.add_done_callback(self._ended.put)

    def wait(self) -> list[tuple[Job, Report]]:
        """The jobs that have ended; none, after a while, so that new workers are seen."""
        found = [self._settle(future) for future in self._done()]
        now = monotonic()
        late = [name for name, one in self.running.items() if one.deadline <= now]
        return [one for one in (*found, *map(self._end, late)) if one is not None]

    def _done(self) -> list[Future]:
        """Futures that are done, waited for a little while."""
        futures = []
        with suppress(Empty):
            futures.append(self._ended.get(timeout=LOOK))
            while True:
                futures.append(self._ended.get_nowait())
        return futures

    def _settle(self, future: Future) -> tuple[Job, Report] | None:
        """The report of a job that ended, and its future released; None for one settled before."""
        one = self.running.pop(str(future.key), None)
        if one is None:
            return None
        try:
            return one.job, self._report(future)
        finally:
            future.release()

    def _report(self, future: Future) -> Report:
        """What came of a future."""
        if future.status == "cancelled":
            return Report(f"the scheduler {self.backend.address or 'of this machine'} is gone", final=True)
        try:
            return future.result(timeout=PATIENCE)
        except Exception as error:  # whatever the cluster makes of a lost worker
            return Report(f"{type(error).__name__}: {error}")

    def _end(self, name: str) -> tuple[Job, Report]:
        """Stop a job that takes too long, by starting its worker anew."""
        one = self.running.pop(name)
        at = [worker for worker, keys in self.client.processing().items() if name in keys]
        one.future.cancel(force=True)
        with suppress(ValueError, OSError):  # without a nanny a worker cannot be started anew: its job runs on unheeded
            self.client.restart_workers(at, timeout=PATIENCE, raise_for_error=False)
        one.future.release()
        return one.job, Report(f"timed out after {self.backend.timeout:g} s")

    def close(self) -> None:
        """Give up all jobs, and the cluster if it is ours."""
        with suppress(Exception):  # a scheduler that is gone cannot be told
            self.client.cancel([one.future for one in self.running.values()], force=True)
        self.running.clear()
        with suppress(Exception):
            self.client.close(timeout=PATIENCE)
        if self.cluster is not None:
            self.cluster.close(timeout=PATIENCE)


def _connected(backend: Backend) -> tuple[LocalCluster | None, Client]:
    """A client, and the cluster if it had to be made."""
    require_dask()
    from distributed import Client

    _hush()
    cluster = None if backend.address else _cluster(backend)
    try:
        return cluster, Client(cluster or backend.address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        why = f"no scheduler answers there ({' '.join(str(error).split())})"
        raise ConfigError("backend.address", backend.address or MISSING, why) from None


def require_dask() -> None:
    """Raise ConfigError where Dask is not installed."""
    if find_spec("distributed") is None:
        raise ConfigError("backend", "dask", "needs Dask: pip install 'icsim[dask]'")


def _hush() -> None:
    """Keep Dask's loggers silent: what goes wrong is told as failures, in a line each."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _cluster(backend: Backend) -> Any:
    """A cluster of this machine; its processes end with this one, and leave an interrupt to it."""
    from distributed import LocalCluster

    with deaf_to_interrupts():
        return LocalCluster(n_workers=backend.processes, threads_per_worker=1, processes=True, memory_limit=0,
                            dashboard_address=None, silence_logs=logging.CRITICAL)
