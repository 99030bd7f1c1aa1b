"""Order logs side by side: ladder, gaps, cohort and spend, one curve a log in each of four panels."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.figures import style
from sim.inequality import gini
from sim.lab.patterns.measures import FEWEST
from sim.lab.patterns.reading import STEPS, Reading
from sim.lab.phrases import phrases
from sim.lab.report.look import clip, figure_words, fonts
from sim.lab.report.words import Words
from sim.orderlog import COHORT_MONTH

LONGEST = 6.0  # mean gaps
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": style.BLACK, "linestyle": "-", "marker": "o"},
    {"color": style.VERMILION, "linestyle": (0, (5, 2)), "marker": "D"},
)
Say = Mapping[str, str]


def draw_readings(readings: Sequence[Reading], title: str, path: Path, lang: str = "en") -> None:
    """Write the four panels as PNG, in English where Chinese has no font."""
    style.save(readings_figure(readings, title, figure_words(Words(lang)).lang), path, fonts())


def readings_figure(readings: Sequence[Reading], title: str, lang: str = "en") -> Figure:
    """The four panels of up to two logs."""
    say = phrases("orders_figure", lang)
    figure = style.canvas(title, say["note"])
    grid = figure.add_gridspec(2, 2, left=0.06, right=0.985, top=0.80, bottom=0.08, wspace=0.16, hspace=0.62)
    for place, panel in enumerate((steps, waits, months, lorenz)):
        axes = figure.add_subplot(grid[divmod(place, 2)])
        for reading, look in zip(readings, LOOKS, strict=False):
            panel(axes, reading, say, {"linewidth": 1.8, "markersize": 5.5, **look})
        style.legend(axes, columns=1)
    return figure


def short(reading: Reading) -> str:
    """A log's name, cut to what a legend has room for."""
    return clip(reading.name, 32)


def steps(axes: Axes, reading: Reading, say: Say, look: dict[str, Any]) -> None:
    """P(order k + 1 | order k) of new customers in their window."""
    style.dress(axes, say["steps_axis"], say["steps"])
    reached = reading.ladder.reached[:STEPS]
    shown = np.flatnonzero(reached >= FEWEST)
    label = say["steps_label"].format(name=short(reading), days=reading.ladder.window,
                                      orders=f"{reading.ladder.mean_orders:.2g}")
    axes.plot(shown + 1, reading.steps[shown], label=label, **look)
    axes.set_xlabel("k", fontsize=9.5)
    axes.set_xlim(0.7, STEPS + 0.3)
    axes.set_xticks(range(1, STEPS + 1))
    axes.set_ylim(0.0, 1.0)


def waits(axes: Axes, reading: Reading, say: Say, look: dict[str, Any]) -> None:
    """Share of gaps longer than so many mean gaps; orders at random would fall on the dotted line."""
    style.dress(axes, say["gaps_axis"], say["gaps"])
    found = reading.gaps
    if not len(axes.lines):
        grid = np.linspace(0.0, LONGEST, 50)
        axes.plot(grid, np.exp(-grid), color=style.QUIET, linestyle=":", linewidth=1.4)
    days = np.concatenate([[0.0], found.days])
    longer = 1.0 - np.concatenate([[0.0], found.counts.cumsum() / max(1, found.counts.sum())])
    label = say["gaps_label"].format(name=short(reading), mean=f"{found.mean:.3g}", cv=f"{found.cv:.2f}")
    axes.step(days / found.mean, longer, where="post", label=label, **(look | {"marker": ""}))
    axes.set_xlim(0.0, LONGEST)
    axes.set_ylim(0.0, 1.0)


def months(axes: Axes, reading: Reading, say: Say, look: dict[str, Any]) -> None:
    """New customers with an order in each 28-day month after the first order, to those of month 1."""
    style.dress(axes, say["months_axis"], say["months"])
    curve, followed = reading.cohort.curve, reading.cohort.followed
    shown = np.flatnonzero(followed >= FEWEST)
    shown = shown[shown > 0]
    if not len(shown) or not curve[1]:
        return
    label = say["months_label"].format(name=short(reading), share=f"{curve[1]:.0%}")
    axes.plot(shown, curve[shown] / curve[1], label=label, **look)
    axes.set_xlabel(say["months_below"].format(days=COHORT_MONTH), fontsize=9.5)
    axes.set_ylim(0.0, 1.2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def lorenz(axes: Axes, reading: Reading, say: Say, look: dict[str, Any]) -> None:
    """Lorenz curve of spend: the part that the lowest x of the customers spent."""
    style.dress(axes, say["spend_axis"], say["spend"])
    if not len(axes.lines):
        axes.plot([0.0, 1.0], [0.0, 1.0], color=style.QUIET, linestyle=":", linewidth=1.4)
    held = np.concatenate([[0.0], reading.spend.cumsum() / max(1, reading.spend.sum())])
    share = np.linspace(0.0, 1.0, len(held))
    label = say["spend_label"].format(name=short(reading), gini=f"{gini(reading.spend):.2f}")
    axes.plot(share, held, label=label, **(look | {"marker": ""}))
    axes.set_xlabel(say["spend_below"], fontsize=9.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
