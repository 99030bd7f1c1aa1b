"""Order logs side by side: ladder, gaps, cohort and spend, one curve a log in each of four panels."""
from __future__ import annotations

from collections.abc import Sequence
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
from sim.lab.report.look import clip
from sim.orderlog import COHORT_MONTH

LONGEST = 6.0  # mean gaps
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": style.BLACK, "linestyle": "-", "marker": "o"},
    {"color": style.VERMILION, "linestyle": (0, (5, 2)), "marker": "D"},
)
NOTE = ("All that a customer bought on a day is one order. Likeness is no proof of the same causes: "
        "a rising ladder comes from differing customers alone, too.")


def draw_readings(readings: Sequence[Reading], title: str, path: Path) -> None:
    """Write the four panels as PNG."""
    style.save(readings_figure(readings, title), path)


def readings_figure(readings: Sequence[Reading], title: str) -> Figure:
    """The four panels of up to two logs."""
    figure = style.canvas(title, NOTE)
    grid = figure.add_gridspec(2, 2, left=0.06, right=0.985, top=0.80, bottom=0.08, wspace=0.16, hspace=0.62)
    for place, panel in enumerate((steps, waits, months, lorenz)):
        axes = figure.add_subplot(grid[divmod(place, 2)])
        for reading, look in zip(readings, LOOKS, strict=False):
            panel(axes, reading, {"linewidth": 1.8, "markersize": 5.5, **look})
        style.legend(axes, columns=1)
    return figure


def short(reading: Reading) -> str:
    """A log's name, cut to what a legend has room for."""
    return clip(reading.name, 32)


def steps(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """P(order k + 1 | order k) of new customers in their window."""
    style.dress(axes, "share who order again", "Ladder: P(order k + 1 | order k)")
    reached = reading.ladder.reached[:STEPS]
    shown = np.flatnonzero(reached >= FEWEST)
    label = f"{short(reading)}: {reading.ladder.window} days, {reading.ladder.mean_orders:.2g} orders each"
    axes.plot(shown + 1, reading.steps[shown], label=label, **look)
    axes.set_xlabel("k", fontsize=9.5)
    axes.set_xlim(0.7, STEPS + 0.3)
    axes.set_xticks(range(1, STEPS + 1))
    axes.set_ylim(0.0, 1.0)


def waits(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """Share of gaps longer than so many mean gaps; orders at random would fall on the dotted line."""
    style.dress(axes, "share of longer gaps", "Gaps between orders, in mean gaps; dotted: at random")
    found = reading.gaps
    if not len(axes.lines):
        grid = np.linspace(0.0, LONGEST, 50)
        axes.plot(grid, np.exp(-grid), color=style.QUIET, linestyle=":", linewidth=1.4)
    days = np.concatenate([[0.0], found.days])
    longer = 1.0 - np.concatenate([[0.0], found.counts.cumsum() / max(1, found.counts.sum())])
    label = f"{short(reading)}: mean {found.mean:.3g} days, CV {found.cv:.2f}"
    axes.step(days / found.mean, longer, where="post", label=label, **(look | {"marker": ""}))
    axes.set_xlim(0.0, LONGEST)
    axes.set_ylim(0.0, 1.0)


def months(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """New customers with an order in each 28-day month after the first order, to those of month 1."""
    style.dress(axes, "month 1 = 1", "New customers active, to month 1")
    curve, followed = reading.cohort.curve, reading.cohort.followed
    shown = np.flatnonzero(followed >= FEWEST)
    shown = shown[shown > 0]
    if not len(shown) or not curve[1]:
        return
    label = f"{short(reading)}: {curve[1]:.0%} in month 1"
    axes.plot(shown, curve[shown] / curve[1], label=label, **look)
    axes.set_xlabel(f"months of {COHORT_MONTH} days after the first order", fontsize=9.5)
    axes.set_ylim(0.0, 1.2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def lorenz(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """Lorenz curve of spend: the part that the lowest x of the customers spent."""
    style.dress(axes, "share of spend", "Spend: the lowest share of customers; dotted: all alike")
    if not len(axes.lines):
        axes.plot([0.0, 1.0], [0.0, 1.0], color=style.QUIET, linestyle=":", linewidth=1.4)
    held = np.concatenate([[0.0], reading.spend.cumsum() / max(1, reading.spend.sum())])
    share = np.linspace(0.0, 1.0, len(held))
    axes.plot(share, held, label=f"{short(reading)}: Gini {gini(reading.spend):.2f}", **(look | {"marker": ""}))
    axes.set_xlabel("share of customers", fontsize=9.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
