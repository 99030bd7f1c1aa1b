"""The figure of a group of policies: a row a policy, a column a metric, means with intervals."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.figures.style import BLUE, FONT, GRID, INK, QUIET, canvas, save, short
from sim.lab.report.look import chinese_font


def draw(policies: Mapping[str, str], columns: Sequence[str], effects: Sequence[Any], title: str, worlds: str,
         path: Path) -> None:
    """Write one figure: rows the policies with what the trade calls them, panels the columns.

    An effect that is undefined leaves a dash in its place.
    """
    figure = canvas(title, worlds)
    axes = figure.subplots(1, len(columns), sharey=True)
    figure.subplots_adjust(left=0.19, right=0.98, top=0.82, bottom=0.1, wspace=0.16)
    found = {(one.policy, one.column): one for one in effects}
    for place, column in enumerate(columns):
        panel(axes[place], [found[name, column] for name in policies], column)
    names = [f"{name}\n{term}" for name, term in policies.items()]
    axes[0].set_yticks(range(len(policies)), names, fontsize=8.5, color=INK, linespacing=1.25)
    axes[0].set_ylim(len(policies) - 0.5, -0.5)
    save(figure, path, [FONT, *filter(None, [chinese_font()])])


def panel(axes: Any, effects: Sequence[Any], column: str) -> None:
    """One metric of all policies: points, intervals, and the line of no effect."""
    axes.axvline(0.0, color=QUIET, linewidth=1.0)
    for row, one in enumerate(effects):
        if not np.isfinite(one.delta):
            axes.text(0.5, row, "–", transform=axes.get_yaxis_transform(), ha="center", va="center", color=QUIET)
            continue
        axes.plot([one.low, one.high], [row, row], color=BLUE, linewidth=2.0)
        axes.plot([one.delta], [row], "o", color=BLUE, markersize=5)
    axes.set_title(column.replace(", ", "\n"), loc="left", fontsize=9.5, color=INK)
    axes.tick_params(axis="x", labelsize=8, colors=INK, length=3)
    axes.tick_params(axis="y", left=False)
    axes.xaxis.set_major_formatter(lambda value, _: short(value).replace("-", "−"))
    axes.locator_params(axis="x", nbins=4)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
