"""What an ablation prints and writes: a line a mechanism, the table of all changes, the matrix drawn."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.lab.ablate import BREAKS, FEWEST, MENDS, MOVES, STANDS, Change, changes
from sim.lab.desk import Desk
from sim.lab.item import Item
from sim.lab.outputs import figure, write_csv
from sim.lab.workshop import Workshop
from sim.listing import table

SURE = 5  # worlds below which t has too few degrees of freedom for p to survive so many comparisons
HEAD = ("mechanism off", "breaks", "mends", "moves", "patterns")
COLUMNS = ("mechanism", "pattern", "what", "low", "high", "whole", "without", "delta", "delta_low", "delta_high", "n",
           "p", "p_adjusted", "verdict")


def tell_ablation(here: Desk, items: Sequence[Item]) -> str:
    """Write which patterns each mechanism carries; returns the table to print."""
    from sim.lab.report.ablation import draw_ablation

    study = here.task.study
    here.write_tables(items)
    values = patterns_of(here.workshop, list(study.arms), items)
    config = study.config
    found = changes(list(study.arms), values, config.era.name, study.stats.confidence,
                    (config.population.users, config.horizon))
    if not found:
        return f"no pattern has a value in {FEWEST} worlds of two arms: nothing to compare"
    write_csv(here.task.out / "ablation.csv", COLUMNS, map(_row, found))
    figures = here.task.out / "figures"
    figures.mkdir(exist_ok=True)
    draw_ablation(found, f"{config.population.name}, era {config.era.name}, {config.horizon} days, "
                         f"{study.n} paired worlds", figures / "ablation.png")
    return f"{table([HEAD, *_lines(found)])}\n\n{words_on(found, study.treated)}"


def patterns_of(workshop: Workshop, arms: Sequence[str], items: Sequence[Item]) -> dict[str, np.ndarray]:
    """Every pattern's value, (arms, n); NaN where it is undefined or a world is missing."""
    place, n = {name: k for k, name in enumerate(arms)}, 1 + max(item.replication for item in items)
    out: dict[str, np.ndarray] = {}
    for item in items:
        if workshop.store.has(item.key):
            for name, value in workshop.store.facts(item.key).get("patterns", {}).items():
                out.setdefault(name, np.full((len(arms), n), np.nan))[place[item.arm], item.replication] = value
    return out


def _lines(found: Sequence[Change]) -> Iterator[tuple[str, ...]]:
    """A line a mechanism: what breaks and mends by name, how many more move, of how many."""
    for name in dict.fromkeys(one.mechanism for one in found):
        own = [one for one in found if one.mechanism == name]
        named = (", ".join(_told(one) for one in own if one.verdict == verdict) or "–" for verdict in (BREAKS, MENDS))
        yield name, *named, str(sum(one.verdict == MOVES for one in own)), str(len(own))


def _told(one: Change) -> str:
    """A pattern with its value before and after."""
    return f"{one.band.id} {figure(one.whole)} → {figure(one.without)}"


def words_on(found: Sequence[Change], mechanisms: Sequence[str]) -> str:
    """What is to be said of mechanisms that carry no pattern, and of the test."""
    silent = [name for name in mechanisms if not any(one.mechanism == name and one.verdict == BREAKS for one in found)]
    idle = [name for name in silent if not any(one.mechanism == name and one.verdict != STANDS for one in found)]
    lines = [f"breaks none, so these patterns do not ask for it: {', '.join(silent)}"] if silent else []
    lines += [f"moves none beyond doubt: {', '.join(idle)}"] if idle else []
    if min(one.n for one in found) < SURE:
        lines.append(f"below {SURE} worlds hardly anything can be beyond doubt among so many changes: raise n")
    n = f"{min(one.n for one in found)} to {max(one.n for one in found)}"
    return "\n".join([*lines, f"paired t over {n} worlds, p adjusted over {len(found)} changes (Benjamini-Hochberg)",
                      "evidence about this model, not a forecast"])


def _row(one: Change) -> list[Any]:
    """One change as a row of numbers."""
    mean = one.mean
    return [one.mechanism, one.band.id, one.band.what, one.band.low, one.band.high, one.whole, one.without,
            float(mean.delta), float(mean.low), float(mean.high), one.n, float(mean.p), one.p_adjusted, one.verdict]
