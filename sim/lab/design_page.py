"""What a factorial design prints and writes: main effects, means by level, the effects plot."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from sim.lab.desk import Desk
from sim.lab.factorial import Main, level_means, main_effects
from sim.lab.item import Item
from sim.lab.outputs import chance, figure, write_csv
from sim.lab.phrases import heads, named, phrases
from sim.lab.quantities import unit_of
from sim.lab.report import Interaction, MainEffect, effects_figure, write_chart
from sim.lab.stats.paired import paired_t
from sim.listing import table
from sim.listing import value as typed

HEAD = ("metric", "factor", "level", "against", "Δ", "95 % CI of Δ", "p", "p adj.")
COLUMNS = ("metric", "factor", "level", "first", "delta", "low", "high", "p", "p_adjusted")


def tell_main_effects(here: Desk, items: Sequence[Item]) -> str:
    """Write every factor's main effects on the primary and the secondary metrics; returns the table to print."""
    study = here.task.study
    say, values = phrases("design", study.lang), here.workshop.values(list(study.arms), items)
    names = [name for name in (study.primary, *study.metrics) if name in values and whole(values[name]).shape[1] >= 2]
    here.write_tables(items)
    if study.primary not in names:
        return say["too_few"]
    found = {name: main_effects(study.design, whole(values[name]), study.stats.confidence) for name in names}
    write_csv(here.task.out / "main_effects.csv", COLUMNS, (_row(name, one) for name in names for one in found[name]))
    if study.design["kind"] != "lhs":
        figures = here.task.out / "figures"
        figures.mkdir(exist_ok=True)
        rows = whole(values[study.primary])
        write_chart(effects_figure(study.primary, unit_of(study.primary), list(mains(here, rows)),
                                   list(interactions(here, rows)), study.lang), figures)
    worlds = whole(values[study.primary]).shape[1]
    lines = (_line(name, one, study.lang) for name in names for one in found[name])
    return (f"{table([heads(HEAD, study.lang), *lines])}\n\n"
            f"{say['points'].format(points=len(study.arms), worlds=worlds)}\n{say['evidence']}")


def whole(rows: np.ndarray) -> np.ndarray:
    """The worlds in which every point has a value, (points, n)."""
    return rows[:, np.isfinite(rows).all(axis=0)]


def _line(metric: str, one: Main, lang: str) -> tuple[str, ...]:
    """One main effect as a row of texts."""
    mean = one.mean
    return (named(metric, lang), one.factor, typed(one.level), typed(one.first), figure(float(mean.delta), sign=True),
            f"{figure(float(mean.low), sign=True)} … {figure(float(mean.high), sign=True)}", chance(float(mean.p)),
            chance(one.p_adjusted))


def _row(metric: str, one: Main) -> list[Any]:
    """One main effect as a row of numbers."""
    mean = one.mean
    return [metric, one.factor, one.level, one.first, float(mean.delta), float(mean.low), float(mean.high),
            float(mean.p), one.p_adjusted]


def mains(here: Desk, rows: np.ndarray) -> Iterator[MainEffect]:
    """Means by level of each factor, as the effects plot takes them."""
    study = here.task.study
    found = list(level_means(study.design, rows, study.stats.confidence))
    for factor in study.design["factors"]:
        own = [one for one in found if one.factor == factor]
        parts = np.array([[one.mean.delta, one.mean.low, one.mean.high] for one in own]).T
        yield MainEffect(factor, tuple(typed(one.level) for one in own), *parts)


def interactions(here: Desk, rows: np.ndarray) -> Iterator[Interaction]:
    """Means by the levels of every two factors; a combination that the design lacks is NaN."""
    design = here.task.study.design
    factors = list(design["factors"].items())
    for (i, (first, ones)), (j, (second, others)) in combinations(enumerate(factors), 2):
        parts = np.full((3, len(ones), len(others)), np.nan)
        for row, one in enumerate(ones):
            for column, other in enumerate(others):
                at = [point[i] == one and point[j] == other for point in design["points"]]
                if any(at):
                    mean = paired_t(rows[at].mean(axis=0), here.task.study.stats.confidence)
                    parts[:, row, column] = mean.delta, mean.low, mean.high
        yield Interaction(first, second, *parts)
