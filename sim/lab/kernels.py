"""Whether the model's kernels are compiled already, so that workers only load them."""
from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sim.config import OUTSIDE_THE_WORLD
from sim.jit import cache_home, machine_key
from sim.lab.work import Report
from sim.sources import source_digest

MARK = "lived"


def mark_of_these_sources() -> Path:
    """The file in the cache that says that a world of these very sources has been lived with it.

    It has a folder of its own beside the machine code's: checkouts that share the cache do not take each other's.
    """
    return cache_home() / machine_key(source_digest(OUTSIDE_THE_WORLD)) / MARK


def kernels_are_compiled() -> bool:
    """Whether a world of these very sources has been simulated with this cache before."""
    return mark_of_these_sources().exists()


def note_compiled(report: Report) -> bool:
    """Take note that a world has been simulated, if it has."""
    if not report.error:
        mark = mark_of_these_sources()
        with suppress(OSError):
            mark.parent.mkdir(exist_ok=True)
            mark.touch()
    return not report.error
