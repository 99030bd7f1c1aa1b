"""Who earns what: creators' income per hour on air, and merchants' profit a day, each as a distribution."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures import style

ACTIVE = 1  # state of who takes part (sim.agents)
BINS = 24
LEAST = 0.1  # yuan an hour; less is drawn there
Books = Mapping[str, np.ndarray]


def incomes(books: Books, title: str, wage: float, path: Path) -> None:
    """Draw the two distributions into a PNG; `wage` the median reservation wage, yuan an hour."""
    style.save(incomes_figure(books, title, wage), path)


def incomes_figure(books: Books, title: str, wage: float) -> Figure:
    """Creators' income per hour on a logarithmic axis; merchants' profit a day by rank, gains and losses."""
    figure = style.canvas("Who earns what", f"{title}; accounts active at the end, trailing means")
    axes = figure.subplots(1, 2, gridspec_kw={"left": 0.07, "right": 0.97, "top": 0.8, "bottom": 0.12, "wspace": 0.22})
    hourly, daily = (books[name][(books["kind"] == kind) & (books["state"] == ACTIVE)]
                     for name, kind in (("hourly", "creator"), ("daily", "merchant")))
    draw_hourly(axes[0], hourly, wage)
    draw_daily(axes[1], daily)
    return figure


def draw_hourly(axes: Axes, hourly: np.ndarray, wage: float) -> None:
    """How many creators earn how much an hour; the median, and the wage of half of them."""
    style.dress(axes, "creators", f"Income per hour on air, {len(hourly):,} creators")
    axes.set_xlabel("yuan an hour, logarithmic; less than a tenth at the left", fontsize=9.5, color=style.INK)
    if not len(hourly):
        style.no_data(axes)
        return
    values = np.maximum(hourly, LEAST)
    edges = np.geomspace(LEAST, max(values.max(), 10 * LEAST) * 1.01, BINS + 1)
    axes.hist(values, edges.tolist(), color=style.SKY, edgecolor="white", linewidth=0.6)
    axes.set_xscale("log")
    style.short_ticks(axes.xaxis)
    middle = float(np.median(hourly))
    axes.axvline(max(middle, LEAST), color=style.BLUE, linewidth=1.6, label=f"median ¥{middle:.3g}")
    axes.axvline(wage, color=style.VERMILION, linewidth=1.6, linestyle="--", label=f"median wage asked ¥{wage:.3g}")
    style.legend(axes, 2)


def draw_daily(axes: Axes, daily: np.ndarray) -> None:
    """Each merchant's profit, the best first; losses below zero."""
    losing = f"{np.mean(daily < 0):.0%} lose money" if len(daily) else "none"
    style.dress(axes, "yuan a day", f"Profit a day, {len(daily):,} merchants: {losing}")
    if not len(daily):
        style.no_data(axes)
        return
    ranked = np.sort(daily)[::-1]
    edges, heights = np.arange(len(ranked) + 1) / len(ranked), np.append(ranked, ranked[-1])  # a step a merchant
    axes.fill_between(edges, np.maximum(heights, 0), step="post", color=style.GREEN, linewidth=0, label="profit")
    axes.fill_between(edges, np.minimum(heights, 0), step="post", color=style.VERMILION, linewidth=0, label="loss")
    axes.axhline(0, color=style.INK, linewidth=0.8)
    axes.set_yscale("symlog", linthresh=10)
    style.short_ticks(axes.yaxis)
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of merchants, best first", fontsize=9.5, color=style.INK)
    style.legend(axes, 2)
