"""Who carries out jobs: processes of this machine, or a Dask cluster. Engines live on between studies of a process."""
from __future__ import annotations

import atexit
from typing import Protocol

from sim.lab.backend import DASK, Backend
from sim.lab.work import Job, Report


class Engine(Protocol):
    """A number of places, in each of which one job at a time is done."""

    @property
    def slots(self) -> int:
        """Places there are now."""

    def lanes(self, at_once: int) -> int:
        """Threads for each of so many jobs at once."""

    def submit(self, job: Job) -> None:
        """Begin a job; there is a free place."""

    def wait(self) -> list[tuple[Job, Report]]:
        """Wait for a while; the jobs that have ended by then, in whatever way."""

    def close(self) -> None:
        """Stop at once whatever is being done."""


_open: dict[Backend, Engine] = {}


def engine_of(backend: Backend) -> Engine:
    """The engine of a backend, begun when first asked for. Raises ConfigError for an unreachable scheduler."""
    if backend not in _open:
        _open[backend] = _begin(backend)
    return _open[backend]


def _begin(backend: Backend) -> Engine:
    """A new engine."""
    if backend.kind == DASK:
        from sim.lab.engines.dask import DaskEngine

        return DaskEngine(backend)
    from sim.lab.engines.local import LocalEngine

    return LocalEngine(backend)


def require_engine(backend: Backend) -> None:
    """Raise ConfigError where a backend cannot be begun: no Dask, no scheduler at the address. Begins no process."""
    if backend.kind == DASK:
        from sim.lab.engines.dask import require_dask

        require_dask()
        if backend.address:
            engine_of(backend)


def close_engine(backend: Backend) -> None:
    """Stop a backend's engine, if it has one."""
    engine = _open.pop(backend, None)
    if engine:
        engine.close()


@atexit.register
def close_engines() -> None:
    """Stop all engines of this process."""
    for backend in list(_open):
        close_engine(backend)
