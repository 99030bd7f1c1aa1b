"""How many threads a run takes."""

import os


def lanes_of(threads: int) -> int:
    """The number of lanes for a configured number of threads; 0 takes all cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return threads or len(os.sched_getaffinity(0))
    return threads or os.cpu_count() or 1
