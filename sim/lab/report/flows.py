"""Signed bars: whose money and whose traffic a policy moved, against the control."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from sim.figures import style
from sim.lab.effects import Comparison
from sim.lab.report import look
from sim.lab.report.amounts import fixed, percent, places_for
from sim.lab.report.courses import join, treated
from sim.lab.report.look import ArmLook, Chart
from sim.lab.report.words import Words
from sim.listing import width_of

BAR, GROUP_GAP = 0.215, 0.6  # inches a bar is high; bars between two groups
NAME = 28  # columns of a group's name on a line
LETTER = 0.066  # inches a column is wide

Flows = Mapping[str, Mapping[str, float]]


class Moved(NamedTuple):
    """One bar: group, arm, the arm's level, the control's (NaN: not recorded), and what is drawn."""

    group: str
    arm: str
    level: float
    control: float

    @property
    def drawn(self) -> float:
        """The difference from the control, or the level where the control was not recorded."""
        return self.level if math.isnan(self.control) else self.level - self.control


def money(comparison: Comparison, words: Words) -> Chart | None:
    """Yuan a world that each purse and party has more or less than under the control."""
    note = "money_note" if comparison.control in comparison.money else "money_levels"
    return bars("money", comparison, comparison.money, words, words.unit("yuan"),
                words(note, days=comparison.horizon, control=look.clip(comparison.control)))


def traffic(comparison: Comparison, words: Words) -> Chart | None:
    """Impressions a day that each group of sellers has more or less than under the control."""
    note = "traffic_note" if comparison.control in comparison.traffic else "traffic_levels"
    return bars("traffic", comparison, comparison.traffic, words, words("impressions_a_day"),
                words(note, control=look.clip(comparison.control)))


def moved(comparison: Comparison, flows: Flows) -> list[Moved]:
    """Every group and arm, groups in the order of their first appearance, without those that are 0 in all arms."""
    base = flows.get(comparison.control)
    ordered = [*treated(comparison), comparison.control]  # what the control lacks, such as a purse, comes first
    names = dict.fromkeys(group for arm in ordered for group in flows.get(arm, {}))
    groups = [name for name in names if any(flows[arm].get(name) for arm in comparison.arms if arm in flows)]
    return [Moved(group, arm, flows[arm].get(group, math.nan), base.get(group, 0.0) if base else math.nan)
            for group in groups for arm in treated(comparison) if arm in flows]


def bars(name: str, comparison: Comparison, flows: Flows, words: Words, unit: str, note: str) -> Chart | None:
    """A bar a group and arm, left or right of zero; None without numbers."""
    rows = moved(comparison, flows)
    if not any(math.isfinite(row.drawn) for row in rows):
        return None
    arms = {arm: one for arm, one in treated(comparison).items() if arm in {row.arm for row in rows}}
    most = style.largest(np.array([row.drawn for row in rows]))
    divisor, label = look.divisor_for(most, unit, words)
    places = places_for(most / divisor, 3)
    groups = list(dict.fromkeys(row.group for row in rows))
    height = BAR * len(groups) * (len(arms) + GROUP_GAP) + 0.75
    figure = look.sheet(words(f"{name}_title"), note, height, look.arm_key(arms, bars=True))
    axes = figure.subplots()
    look.dress(axes)
    notes = {-1: "", 1: ""}  # the longest beyond bars to the left and to the right
    for row in rows:
        y = groups.index(row.group) * (len(arms) + GROUP_GAP) + list(arms).index(row.arm)
        side, note = draw_bar(axes, y, row, arms[row.arm], divisor, places)
        notes[side] = max(notes[side], note, key=width_of)
    names = ["\n".join(look.wrap(words.metric(group), NAME)) for group in groups]
    name_groups(axes, names, len(arms))
    make_room(axes, notes[-1], notes[1], max(width_of(line) for name in names for line in name.split("\n")))
    axis = "level_axis" if math.isnan(rows[0].control) else "money_axis"
    axes.set_xlabel(words(axis, unit=label), fontsize=look.PLAIN, color=style.INK)
    told = join([f"{row.arm}, {words.metric(row.group)}: {amount(row.drawn, 0)} {unit}" for row in rows])
    return Chart(name, look.finish(figure), data_of(rows), words("alt_bars", values=told))


def draw_bar(axes: Axes, y: float, row: Moved, arm: ArmLook, divisor: float,
             places: int) -> tuple[int, str]:
    """One bar from zero with its number beyond the end: the difference, and as a share of the control.

    Gives the side on which the number stands, −1 or 1, and the number as written.
    """
    value = row.drawn / divisor
    size = float(np.nan_to_num(value))
    drawn = axes.barh(y, size, height=0.84, color=arm.color, edgecolor="white", linewidth=0.6, hatch=arm.hatch or None)
    drawn.patches[0].set_hatch_linewidth(0.8)
    share = row.drawn / abs(row.control) if row.control else math.nan
    number = amount(value, places)
    note = f"{number}  ({percent(share)})" if math.isfinite(share) else number
    side = 1 if size >= 0 else -1
    axes.annotate(note, (size, y), (4 * side, 0), textcoords="offset points", va="center",
                  ha="left" if side > 0 else "right", fontsize=look.SMALL, color=style.INK)
    return side, note


def amount(value: float, places: int) -> str:
    """A signed amount with so many decimals, more only where it would read as zero."""
    return fixed(value, max(places, places_for(abs(value), 1)), sign=True)


def name_groups(axes: Axes, names: Sequence[str], arms: int) -> None:
    """Groups down the side, zero in ink."""
    step = arms + GROUP_GAP
    axes.set_yticks([k * step + (arms - 1) / 2 for k in range(len(names))], list(names))
    axes.set_ylim(step * len(names) - GROUP_GAP - 0.3, -0.9)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.spines["left"].set_visible(False)
    look.amount_axis(axes, "x", sign=True, ticks=7)
    look.zero_line(axes, upright=True)
    for k in range(1, len(names)):
        axes.axhline(k * step - (1 + GROUP_GAP) / 2, color=style.GRID, linewidth=0.7, zorder=0)


def make_room(axes: Axes, left: str, right: str, names: int) -> None:
    """Set the bars' scale so that the longest number fits beyond either end; `names`: columns of the groups' names."""
    low, high = axes.dataLim.intervalx
    wide = (high - low) or 1.0
    inches = look.WIDTH - 0.5 - LETTER * names
    before, after = (LETTER * width_of(text) + 0.15 for text in (left, right))
    scale = wide / max(inches - before - after, 0.3 * inches)
    axes.set_xlim(low - before * scale, high + after * scale)


def data_of(rows: Sequence[Moved]) -> dict[str, list[Any]]:
    """A line a bar, in the flow's own unit."""
    return {"group": [row.group for row in rows], "arm": [row.arm for row in rows],
            "level": [row.level for row in rows], "control": [row.control for row in rows],
            "drawn": [row.drawn for row in rows]}
