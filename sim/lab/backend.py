"""Where worlds are simulated: how many at a time, with how many threads, and what a failure does."""
from __future__ import annotations

import re
from dataclasses import dataclass

from sim.runtime import lanes_of
from sim.schema import SETTING, ConfigError, choice, number, text

LOCAL, DASK = "local", "dask"
ADDRESS = re.compile(r"(tcp|tls|ucx|wss?)://\S+:\d+")
STOP, SKIP, RETRY = "stop", "skip", "retry"


@dataclass(frozen=True)
class Backend:
    """An engine and its settings; none of them changes a result.

    `stop` begins nothing new after a failure, `skip` goes on with the rest, `retry` tries again first. `timeout` counts
    from an item's start.
    """

    kind: str = choice((LOCAL, DASK), "who simulates", default=LOCAL)
    workers: int = number("processes", 0, 10_000, SETTING, "at a time; 0: as many as cores", default=0)
    threads: int = number("threads", 0, 1024, SETTING, "of each; 0: cores that would idle", default=0)
    address: str | None = text("scheduler, tcp://host:port; null: a cluster on this machine", default=None)
    timeout: float = number("s", 0, 1e7, SETTING, "of one item; 0: none", default=0.0)
    on_error: str = choice((STOP, SKIP, RETRY), "what a failed item does to the others", default=RETRY)
    retries: int = number("tries", 0, 100, SETTING, "of a failed item, with on_error=retry", default=1)

    def __post_init__(self) -> None:
        """Refuse an address that nobody would ask, or nobody could."""
        if self.address and self.kind != DASK:
            raise ConfigError("backend.address", self.address, "only backend=dask has a scheduler")
        if self.address and not ADDRESS.fullmatch(self.address):
            raise ConfigError("backend.address", self.address, "must be written tcp://host:port")

    @property
    def processes(self) -> int:
        """Processes on this machine: with their threads never more than the cores this process may use."""
        most = max(1, lanes_of(0) // max(self.threads, 1))
        return min(self.workers or most, most)

    def lanes(self, at_once: int) -> int:
        """Threads of each of so many worlds that are simulated at once on this machine."""
        share = max(1, lanes_of(0) // max(at_once, 1))
        return min(self.threads or share, lanes_of(0))
