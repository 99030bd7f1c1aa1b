"""Order logs side by side: ladder, gaps, cohort and spend, one curve a log in each of four panels."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures import style
from sim.inequality import gini
from sim.lab.patterns.reading import STEPS, Reading
from sim.orderlog import COHORT_MONTH

FEWEST = 30  # customers behind a point that is drawn
LONGEST = 6.0  # mean gaps
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": style.BLACK, "linestyle": "-", "marker": "o"},
    {"color": style.VERMILION, "linestyle": (0, (5, 2)), "marker": "D"},
)
NOTE = ("All that a customer bought on a day is one order. Likeness is no proof of the same causes: "
        "a rising ladder comes from differing customers alone, too.")


def draw_readings(readings: Sequence[Reading], path: Path) -> None:
    """Write the four panels as PNG."""
    style.save(readings_figure(readings), path)


def readings_figure(readings: Sequence[Reading]) -> Figure:
    """The four panels of up to two logs."""
    figure = style.canvas(" and ".join(reading.name for reading in readings), NOTE)
    grid = figure.add_gridspec(2, 2, left=0.06, right=0.985, top=0.80, bottom=0.08, wspace=0.16, hspace=0.62)
    for place, panel in enumerate((steps, waits, months, lorenz)):
        axes = figure.add_subplot(grid[divmod(place, 2)])
        for reading, look in zip(readings, LOOKS, strict=False):
            panel(axes, reading, {"linewidth": 1.8, "markersize": 5.5, **look})
        style.legend(axes, columns=2)
    return figure


def steps(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """P(order k + 1 | order k) of new customers in their window."""
    style.dress(axes, "share who order again", "Ladder: P(order k + 1 | order k)")
    reached = reading.ladder.reached[:STEPS]
    shown = np.flatnonzero(reached >= FEWEST)
    label = f"{reading.name}: {reading.ladder.window} days, {reading.ladder.mean_orders:.2g} orders each"
    axes.plot(shown + 1, reading.steps[shown], label=label, **look)
    axes.set_xlabel("k", fontsize=9.5)
    axes.set_xlim(0.7, STEPS + 0.3)
    axes.set_ylim(0.0, 1.0)


def waits(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """Share of gaps longer than so many mean gaps; orders at random would fall on the dotted line."""
    style.dress(axes, "share of longer gaps", "Gaps between orders, in mean gaps")
    found = reading.gaps
    if not len(axes.lines):
        grid = np.linspace(0.0, LONGEST, 50)
        axes.plot(grid, np.exp(-grid), color=style.QUIET, linestyle=":", linewidth=1.4, label="at random: exp(−x)")
    longer = 1.0 - found.counts.cumsum() / max(1, found.counts.sum())
    label = f"{reading.name}: mean {found.mean:.3g} days, CV {found.cv:.2f}"
    axes.step(found.days / found.mean, longer, where="post", label=label, **(look | {"marker": ""}))
    axes.set_xlim(0.0, LONGEST)
    axes.set_ylim(0.0, 1.0)


def months(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """Share of new customers with an order in each 28-day month after the first order."""
    style.dress(axes, "share active", "New customers' activity, from month 1")
    curve, followed = reading.cohort.curve, reading.cohort.followed
    shown = np.flatnonzero(followed >= FEWEST)
    shown = shown[shown > 0]
    axes.plot(shown, curve[shown], label=reading.name, **look)
    axes.set_xlabel(f"months of {COHORT_MONTH} days after the first order", fontsize=9.5)
    axes.set_ylim(bottom=0.0)


def lorenz(axes: Axes, reading: Reading, look: dict[str, Any]) -> None:
    """Lorenz curve of spend: the part that the lowest x of the customers spent."""
    style.dress(axes, "share of spend", "Spend: the lowest share of customers")
    if not len(axes.lines):
        axes.plot([0.0, 1.0], [0.0, 1.0], color=style.QUIET, linestyle=":", linewidth=1.4, label="all alike")
    held = np.concatenate([[0.0], reading.spend.cumsum() / max(1, reading.spend.sum())])
    share = np.linspace(0.0, 1.0, len(held))
    axes.plot(share, held, label=f"{reading.name}: Gini {gini(reading.spend):.2f}", **(look | {"marker": ""}))
    axes.set_xlabel("share of customers", fontsize=9.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
