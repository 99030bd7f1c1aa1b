"""The waterfall of a choice: from nothing to the utility of the winner, and of the best good that it beat."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import BLUE, GRID, INK, QUIET, VERMILION, canvas, save
from sim.lab.trace.records import Choice, Option, Trace
from sim.lab.trace.say import Say, short_of, steps_of

VISIBLE = 0.005


def draw(trace: Trace, path: Path) -> bool:
    """Draw the day's choice that bought, or its closest call; whether there was a choice to draw."""
    choices = [one for one in trace.choices if any(option.affordable for option in one.options)]
    if not choices:
        return False
    save(waterfall(trace, min(choices, key=lambda one: (one.chosen < 0, short_of(one)))), path)
    return True


def waterfall(trace: Trace, choice: Choice) -> Figure:
    """The two best goods of a choice side by side, each term a step; the dashed line is the outside option."""
    (best, utility), *others = choice.ranked
    name_of = Say().name_of
    against = f", against {name_of(choice, others[0][0])} {others[0][1]:.2f}" if others else ""
    chosen = f"{choice.where}: {name_of(choice, best)} {utility:.2f}{against}"
    figure = canvas(f"User {trace.user}, day {trace.day}, {chosen}",
                    "Utility, logit: blue adds, red takes off; dashed: the outside option")
    goods = sorted((one for one in choice.options if one.affordable), key=lambda one: -one.total)[:2]
    names = [name for name in steps_of(goods[0]) if any(abs(steps_of(one)[name]) >= VISIBLE for one in goods)]
    ends = [0.0, choice.outside, *(end for one in goods for end in np.cumsum([steps_of(one)[name] for name in names]))]
    room = 0.12 * (max(ends) - min(ends))
    for place, one in enumerate(goods):
        axes = figure.add_axes((0.13 + 0.46 * place, 0.09, 0.33 if len(goods) > 1 else 0.8, 0.76))
        _steps(axes, one, names)
        axes.axvline(choice.outside, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0)
        axes.set_xlim(min(ends) - room, max(ends) + room)
    return figure


def _steps(axes: Axes, one: Option, names: Sequence[str]) -> None:
    """One good's terms from the top down, each from where the one before it ended."""
    sizes = np.array([steps_of(one)[name] for name in names])
    starts = np.concatenate([[0.0], np.cumsum(sizes)[:-1]])
    axes.barh(range(len(names)), sizes, left=starts, color=[BLUE if size > 0 else VERMILION for size in sizes])
    axes.barh(len(names), one.total, color=QUIET)
    _label(axes, [*starts, 0.0], [*sizes, one.total])
    axes.set_yticks(range(len(names) + 1), [*(name.replace("_", " ") for name in names), "utility"], fontsize=9)
    axes.set_title(f"good {one.product} at ¥{one.paid / 100:,.2f} (elsewhere ¥{one.outside_price / 100:,.2f})",
                   loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.invert_yaxis()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)


def _label(axes: Axes, starts: Sequence[float], sizes: Sequence[float]) -> None:
    """Each step's number on the side to which it goes."""
    for place, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        text = f" {size:+.2f} ".replace("-", "−")
        axes.text(start + size, place, text, va="center", ha="left" if size > 0 else "right", fontsize=8.5, color=INK)
