"""Plateau and leap, drawn: the histories of those who leapt, and how large every account's largest step was."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.figures import style
from sim.inequality import ratio
from sim.lab.patterns.finished import Run
from sim.lab.patterns.histories import (
    BEST,
    KINDS,
    LEAP,
    PLATEAU,
    Histories,
    Leaps,
    books_of,
    histories,
    leaps,
)
from sim.orderlog import OrderLog

WEEK = 7
AFTER = 12  # weeks shown from the leap on
BEFORE = PLATEAU // WEEK + 4
COLOURS = {"creator": style.BLUE, "merchant": style.VERMILION}
MOST = 40  # histories drawn of a kind, the largest leaps first


def draw_histories(run: Run, path: Path) -> None:
    """Write the figure of a run that kept its orders and books as PNG."""
    assert run.orders is not None
    books = books_of(run.books)
    with OrderLog(run.orders, run.log_days) as log:
        past = [histories(log, books, kind, run.burn_in) for kind in KINDS]
    style.save(histories_figure(past, run.title), path)


def histories_figure(past: Sequence[Histories], title: str) -> Figure:
    """Left and middle: weekly sales of those who leapt, against their plateau; right: all accounts' largest steps."""
    figure = style.canvas("Months of plateau, then a leap", f"{title}; best {BEST} days at {LEAP:g} times the "
                          f"{PLATEAU} flat days before them. Evidence about this model.")
    axes = figure.subplots(1, 3, gridspec_kw={"left": 0.06, "right": 0.98, "top": 0.8, "bottom": 0.1, "wspace": 0.24})
    found = [leaps(one) for one in past]
    for place, (one, steps) in enumerate(zip(past, found, strict=True)):
        draw_leaps(axes[place], one, steps)
    draw_steps(axes[2], past, found)
    return figure


def draw_leaps(axes: Axes, past: Histories, steps: Leaps) -> None:
    """Weekly sales over the plateau's, of each account that leapt; the middle one in front."""
    there = past.followed(PLATEAU + BEST)
    who = np.flatnonzero(steps.leapt & there)
    share = ratio(len(who), int(there.sum()))
    style.dress(axes, "× sales of the plateau", f"{len(who)} of {int(there.sum())} {past.kind}s leapt: {share:.1%}")
    axes.set_xlabel("weeks from the leap", fontsize=9.5, color=style.INK)
    if not len(who):
        style.no_data(axes)
        return
    curves = np.array([weeks_around(past, steps, int(k)) for k in who])
    for curve in curves[np.argsort(-steps.times[who])][:MOST]:
        axes.plot(np.arange(-BEFORE, AFTER) + 0.5, curve, color=COLOURS[past.kind], alpha=0.25, linewidth=0.9)
    middle = np.array([np.median(week[np.isfinite(week)]) if np.isfinite(week).any() else np.nan for week in curves.T])
    axes.plot(np.arange(-BEFORE, AFTER) + 0.5, middle, color=style.INK, linewidth=2.4, label="middle of them")
    axes.axvspan(-PLATEAU / WEEK, 0, color=style.GRID, alpha=0.5, linewidth=0, label="plateau")
    axes.axhline(LEAP, color=style.QUIET, linewidth=1.0, linestyle="--")
    axes.set_ylim(0, max(2 * LEAP, 1.1 * float(np.nanmax(middle))))
    style.legend(axes, 2)


def weeks_around(past: Histories, steps: Leaps, row: int) -> np.ndarray:
    """Sales week by week around a leap over those of a week of the plateau; NaN where the history has no such week."""
    day = int(steps.day[row])
    usual = past.sales[row, day - PLATEAU:day].mean() * WEEK
    curve = np.full(BEFORE + AFTER, np.nan)
    for place in range(BEFORE + AFTER):
        low = day + (place - BEFORE) * WEEK
        if past.since[row] <= low and low + WEEK <= past.days:
            curve[place] = past.sales[row, low:low + WEEK].sum() / usual
    return curve


def draw_steps(axes: Axes, past: Sequence[Histories], found: Sequence[Leaps]) -> None:
    """Share of accounts by size of their largest step; how many large ones are no more than luck of their days."""
    style.dress(axes, "share of accounts with as large a step", "The largest step of every account")
    axes.set_xlabel("× the plateau, logarithmic", fontsize=9.5, color=style.INK)
    for one, steps in zip(past, found, strict=True):
        there = one.followed(PLATEAU + BEST)
        times = np.sort(steps.times[there & np.isfinite(steps.times)])
        lucky = ratio(int((steps.large & ~steps.leapt & there).sum()), int(there.sum()))
        if len(times):
            axes.step(times, np.arange(len(times), 0, -1) / int(there.sum()), where="pre", color=COLOURS[one.kind],
                      linewidth=2.0, linestyle="-" if one.kind == "creator" else "--",
                      label=f"{one.kind}s; {lucky:.1%} leap by luck alone")
    if not axes.lines:
        style.no_data(axes)
        return
    axes.axvline(LEAP, color=style.QUIET, linewidth=1.0, linestyle="--")
    axes.axhspan(0.01, 0.05, color=style.GREEN, alpha=0.18, linewidth=0, label="1 to 5 %")
    axes.set_xscale("log", base=4)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_ylim(bottom=0)
    style.legend(axes, 1)
