"""The waterfall of a choice: from nothing to the utility of the winner, and of the best good that it beat."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import BLUE, GRID, INK, QUIET, VERMILION, canvas, save
from sim.lab.trace.page import name_of, short_of
from sim.lab.trace.records import Choice, Option, Trace

VISIBLE = 0.005


def draw(trace: Trace, path: Path) -> bool:
    """Draw the day's choice that bought, or its closest call; whether there was a choice to draw."""
    choices = [one for one in trace.choices if any(option.affordable for option in one.options)]
    if not choices:
        return False
    save(waterfall(trace, min(choices, key=lambda one: (one.chosen < 0, short_of(one)))), path)
    return True


def waterfall(trace: Trace, choice: Choice) -> Figure:
    """The two best goods of a choice side by side, each term a step; the dashed line is not buying."""
    (best, utility), *others = choice.ranked
    against = f", against {name_of(others[0][0])} {others[0][1]:.2f}" if others else ""
    figure = canvas(f"User {trace.user}, day {trace.day}, {choice.where}: {name_of(best)} {utility:.2f}{against}",
                    "Utility, logit: blue adds, red takes off; dashed: the utility of not buying")
    goods = sorted((one for one in choice.options if one.affordable), key=lambda one: -one.total)[:2]
    shared = None
    for place, one in enumerate(goods):
        left, width = 0.13 + 0.46 * place, 0.33 if len(goods) > 1 else 0.8
        shared = figure.add_axes((left, 0.09, width, 0.76), sharex=shared)
        _steps(shared, one)
        shared.axvline(choice.outside, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    return figure


def steps_of(one: Option) -> list[tuple[str, float]]:
    """The terms of a utility that can be seen, in the order of the rules; they add up to it but for rounding."""
    noises = {"noise of the list": one.shared, "own noise": one.own}
    return [(name, value) for name, value in (one.terms | one.price_terms | noises).items() if abs(value) >= VISIBLE]


def _steps(axes: Axes, one: Option) -> None:
    """One good's terms from the top down, each from where the one before it ended."""
    steps = steps_of(one)
    sizes = np.array([value for _, value in steps])
    starts = np.concatenate([[0.0], np.cumsum(sizes)[:-1]])
    axes.barh(range(len(steps)), sizes, left=starts, color=[BLUE if size > 0 else VERMILION for size in sizes])
    axes.barh(len(steps), one.total, color=QUIET)
    _label(axes, [*starts, 0.0], [*sizes, one.total])
    axes.set_yticks(range(len(steps) + 1), [*(name.replace("_", " ") for name, _ in steps), "utility"], fontsize=9)
    axes.set_title(f"good {one.product} at ¥{one.paid / 100:,.2f} (elsewhere ¥{one.outside_price / 100:,.2f})",
                   loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)


def _label(axes: Axes, starts: Sequence[float], sizes: Sequence[float]) -> None:
    """Each step's number on the side to which it goes."""
    for place, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        text = f" {size:+.2f} ".replace("-", "−")
        axes.text(start + size, place, text, va="center", ha="left" if size > 0 else "right", fontsize=8.5, color=INK)
