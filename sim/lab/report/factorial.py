"""The effects plot of a factorial design: main effects on the diagonal, interactions below it."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures import style
from sim.lab.report import look
from sim.lab.report.amounts import Scale, fixed, places_of, scale_of
from sim.lab.report.look import Chart
from sim.lab.report.words import Words


@dataclass(frozen=True)
class MainEffect:
    """Mean of the metric by level of one factor with its 95 % CI; arrays of shape (levels,)."""

    factor: str
    levels: tuple[str, ...]
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Interaction:
    """Mean of the metric by the levels of two factors with its 95 % CI; arrays (levels of first, of second)."""

    first: str
    second: str
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def effects_figure(metric: str, unit: str, mains: Sequence[MainEffect], interactions: Sequence[Interaction] = (),
                   lang: str = "en") -> Chart:
    """Every factor against every other on one scale: where lines are parallel, factors do not interact."""
    words = look.figure_words(Words(lang))
    scale, name = scale_of(unit, words), words.title(metric)
    shown: list[MainEffect | Interaction] = [*mains, *interactions]
    values = [part for one in shown for part in (one.mean, one.low, one.high)]
    divisor, label = look.divisor_for(style.largest(*values) * scale.factor, scale.level, words)
    factor = scale.factor / divisor
    figure = look.sheet(words("design_title", metric=name), words("design_note"), max(3.2, 1.75 * len(mains) + 0.5))
    grid = grid_of(figure, mains)
    for k, main in enumerate(mains):
        draw_main(grid[k][k], main, factor, words)
    places = {main.factor: k for k, main in enumerate(mains)}
    for one in interactions:
        column, row = sorted((places[one.first], places[one.second]))
        turned = one if places[one.first] == column else turn(one)
        draw_interaction(grid[row][column], turned, mains[row], factor)
    clear(grid, interactions)
    label_edges(grid, mains)
    look.side_label(figure, label)
    return Chart("effects", look.finish(figure), data_of(mains, interactions),
                 words("alt_design", values=told(mains, scale)))


def grid_of(figure: Figure, mains: Sequence[MainEffect]) -> list[list[Axes]]:
    """A square of plots, all on one scale, a column's factor along the bottom."""
    count = len(mains)
    grid = figure.subplots(count, count, sharey=True, sharex="col", squeeze=False)
    for k, main in enumerate(mains):
        for axes in grid[:, k]:
            look.dress(axes)
            axes.set_xlim(-0.35, len(main.levels) - 0.65)
            axes.set_xticks(range(len(main.levels)), [look.clip(level, 10) for level in main.levels])
    look.amount_axis(grid[0][0])
    return [list(row) for row in grid]


def draw_main(axes: Axes, main: MainEffect, factor: float, words: Words) -> None:
    """One factor's means with intervals, black on a light ground."""
    x = np.arange(len(main.levels))
    axes.set_facecolor("#f2f2f2")
    axes.vlines(x, factor * main.low, factor * main.high, color=style.BLACK, linewidth=1.6)
    axes.plot(x, factor * main.mean, color=style.BLACK, marker="s", markersize=5.5, linewidth=2)
    axes.set_title(words("design_main"), fontsize=look.SMALL, color=style.QUIET, loc="left", pad=3)


def draw_interaction(axes: Axes, one: Interaction, second: MainEffect, factor: float) -> None:
    """The first factor along the bottom, a line for each level of the second, named in the plot's own key."""
    arms = look.looks(second.levels)
    x = np.arange(len(one.mean))
    spread = np.linspace(-0.05, 0.05, len(arms)) if len(arms) > 1 else np.zeros(1)
    for k, (level, lines) in enumerate(arms.items()):
        axes.vlines(x + spread[k], factor * one.low[:, k], factor * one.high[:, k], color=lines.color, linewidth=1.2)
        axes.plot(x + spread[k], factor * one.mean[:, k], **lines.marks | {"markersize": 4.5},
                  label=look.unhidden(look.clip(level, 10)))
    axes.legend(title=look.clip(second.factor, 22), loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=7.5,
                title_fontsize=7.5, ncols=min(len(arms), 3), frameon=False, borderpad=0, borderaxespad=0.1,
                handlelength=1.8, columnspacing=0.8, handletextpad=0.3, alignment="left", labelspacing=0.2)


def turn(one: Interaction) -> Interaction:
    """The same interaction with its factors in the other order."""
    return Interaction(one.second, one.first, one.mean.T, one.low.T, one.high.T)


def clear(grid: list[list[Axes]], interactions: Sequence[Interaction]) -> None:
    """Take away the plots above the diagonal, and below it those without data."""
    for row, line in enumerate(grid):
        for column, axes in enumerate(line):
            if column > row or (column < row and not (interactions and axes.has_data())):
                axes.set_axis_off()


def label_edges(grid: list[list[Axes]], mains: Sequence[MainEffect]) -> None:
    """Each column's factor below its lowest plot."""
    for k, main in enumerate(mains):
        drawn = [row[k] for row in grid if row[k].axison]
        for axes in drawn:
            axes.tick_params(labelbottom=axes is drawn[-1], labelleft=k == 0 or axes is drawn[0])
        drawn[-1].set_xlabel(look.clip(main.factor, 24), fontsize=look.PLAIN, color=style.INK, fontweight="bold")


def told(mains: Sequence[MainEffect], scale: Scale) -> str:
    """The main effects in words."""
    said = []
    for main in mains:
        rows = zip(*((scale.factor * part).tolist() for part in (main.low, main.high, main.mean)), strict=True)
        means = [fixed(mean, places_of(low, high, mean)) for low, high, mean in rows]
        said.append(f"{main.factor}: " + ", ".join(map(" ".join, zip(main.levels, means, strict=True))))
    return "; ".join(said)


def data_of(mains: Sequence[MainEffect], interactions: Sequence[Interaction]) -> dict[str, list[Any]]:
    """A line a plotted point: one factor and level, or two."""
    levels = {main.factor: main.levels for main in mains}
    rows: list[tuple[Any, ...]] = [
        (main.factor, level, "", "", float(main.mean[k]), float(main.low[k]), float(main.high[k]))
        for main in mains for k, level in enumerate(main.levels)]
    rows += [(one.first, a, one.second, b, float(one.mean[i, j]), float(one.low[i, j]), float(one.high[i, j]))
             for one in interactions for i, a in enumerate(levels[one.first]) for j, b in enumerate(levels[one.second])]
    names = ("first", "first_level", "second", "second_level", "mean", "low", "high")
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}
