"""Whether the model's kernels are compiled already, so that workers only load them."""
from __future__ import annotations

from contextlib import suppress

from sim.config import OUTSIDE_THE_WORLD
from sim.jit import cache_home
from sim.lab.work import Report
from sim.sources import source_digest

MARK = "lived"  # in the cache: the sources whose worlds have been lived with it


def kernels_are_compiled() -> bool:
    """Whether a world of these very sources has been simulated with this cache before."""
    try:
        return (cache_home() / MARK).read_text("utf-8") == source_digest(OUTSIDE_THE_WORLD)
    except OSError:
        return False


def note_compiled(report: Report) -> bool:
    """Take note that a world has been simulated, if it has."""
    if not report.error:
        with suppress(OSError):
            (cache_home() / MARK).write_text(source_digest(OUTSIDE_THE_WORLD), "utf-8")
    return not report.error
