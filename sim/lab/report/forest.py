"""The forest plot: the relative effect of every arm on every metric, with intervals, numbers and margins."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.figures import style
from sim.lab.effects import Comparison, Effect
from sim.lab.report import look
from sim.lab.report.amounts import DASH, fixed, interval, scale_of, shared_places
from sim.lab.report.look import ArmLook, Chart
from sim.lab.report.words import Words

ROW, ROW_OF_MANY, MANY = 0.235, 0.2, 30  # inches a row is high; less where there are many
GAP = 0.45  # rows between two metrics
WIDEST = 5.0  # a bar may reach this many times the usual bar's end before it is cut


class Row(NamedTuple):
    """One bar: its height downwards in rows, its effect, the margin relative to the control, NaN without."""

    height: float
    effect: Effect
    margin: float


def forest(comparison: Comparison, words: Words) -> Chart:
    """All effects that have a relative size; the others are told in words beside their row.

    Margins are read from `manifest["margins"]`, metric: harm allowed in the metric's own unit.
    """
    arms = look.looks([arm for arm in comparison.arms if arm != comparison.control])
    groups = [group for group in by_metric(comparison) if any(math.isfinite(one.delta) for one in group)]
    single = len(arms) == 1
    rows = rows_of(groups, comparison.manifest.get("margins", {}), single)
    reach = reach_of(rows)
    note = words("forest_note", control=look.clip(comparison.control), n=comparison.n)
    if any(is_cut(row, reach) for row in rows):
        note += (" " if words.lang == "en" else "") + words("forest_cut")
    row_height = ROW if len(rows) <= MANY else ROW_OF_MANY
    figure = look.sheet(words("forest_title"), note, row_height * (rows[-1].height + 1.6 if rows else 4) + 0.55,
                        key_of(rows, words))
    axes = figure.subplots()
    look.dress(axes)
    for row in rows:
        draw_row(axes, row, arms[row.effect.arm], reach)
    write_numbers(axes, rows, words)
    name_rows(axes, rows, words, single)
    frame(axes, rows, reach, words)
    return Chart("forest", look.finish(figure), data_of(rows), words("alt_forest", values=told(rows, words)))


def by_metric(comparison: Comparison) -> list[list[Effect]]:
    """The effects, metric by metric: the primary first, then in the order given; arms in their order."""
    names = list(dict.fromkeys(effect.metric for effect in comparison.effects))
    names.sort(key=lambda name: name != comparison.primary)
    order = {arm: place for place, arm in enumerate(comparison.arms)}
    return [sorted((effect for effect in comparison.effects if effect.metric == name),
                   key=lambda effect: order.get(effect.arm, len(order))) for name in names]


def rows_of(effects: Sequence[Sequence[Effect]], margins: Mapping[str, float], single: bool) -> list[Row]:
    """The bars' places: a heading above each metric's arms, none with a single arm."""
    rows: list[Row] = []
    height = 0.0
    for group in effects:
        height += 0 if single else 1
        for effect in group:
            rows.append(Row(height, effect, relative_margin(effect, margins.get(effect.metric))))
            height += 1
        height += 0 if single else GAP
    return rows


def relative_margin(effect: Effect, margin: float | None) -> float:
    """The margin as a share of the control, NaN without one or where shares say nothing, as of a score."""
    known = margin is not None and effect.role == "guardrail" and math.isfinite(effect.relative) and effect.control
    return float(margin or 0) / effect.control if known else math.nan


def reach_of(rows: Sequence[Row]) -> float:
    """How far the scale goes from zero: to the farthest bar or margin, unless that dwarfs the usual bar."""
    effects = [row.effect for row in rows if math.isfinite(row.effect.relative)]
    ends = [max(abs(one.relative_low), abs(one.relative_high), abs(one.relative)) for one in effects]
    ends = [end for end in ends if math.isfinite(end) and end > 0]
    if not ends:
        return 0.01
    widest = WIDEST * float(np.median(ends))
    margins = [abs(row.margin) for row in rows if abs(row.margin) <= widest]
    return 1.08 * max(min(max(ends), widest), *margins, 0.0)


def is_cut(row: Row, reach: float) -> bool:
    """Whether a bar, its point or the margin lies beyond the scale."""
    one = row.effect
    return any(abs(end) > reach for end in (one.relative_low, one.relative_high, one.relative, row.margin))


# ---- drawing -------------------------------------------------------------------------------------

def draw_row(axes: Axes, row: Row, arm: ArmLook, reach: float) -> None:
    """One bar with its point and margin."""
    one, y = row.effect, row.height
    if math.isfinite(one.relative):
        ends = np.clip([one.relative_low, one.relative_high], -reach, reach)
        axes.plot(100 * ends, [y, y], color=arm.color, linewidth=1.8, solid_capstyle="butt", zorder=3)
        for end, whole in zip(ends, (one.relative_low, one.relative_high), strict=True):
            cut = abs(whole) > reach
            mark = (">" if end > 0 else "<") if cut else "|"
            axes.plot(100 * end, y, mark, color=arm.color, markersize=6, markeredgewidth=1.4, zorder=3, clip_on=False)
    if abs(one.relative) <= reach:
        axes.plot(100 * one.relative, y, **arm.marks | {"linestyle": "none", "markersize": 6.5}, zorder=4)
    if abs(row.margin) <= reach:
        axes.plot([100 * row.margin] * 2, [y - 0.42, y + 0.42], color=style.BLACK, linewidth=2.2, zorder=2,
                  linestyle=(0, (1, 0.7)))
    elif math.isfinite(row.margin):
        side = math.copysign(1, row.margin)
        axes.plot(100 * side * reach, y, ">" if side > 0 else "<", color=style.BLACK, markersize=6, clip_on=False)


def write_numbers(axes: Axes, rows: Sequence[Row], words: Words) -> None:
    """The estimates and their intervals in two columns right of the plot."""
    for row, (estimate, ends) in zip(rows, numbers(rows, words), strict=True):
        for text, left, side in ((estimate, 64, "right"), (ends, 74, "left")):
            axes.annotate(text, (1, row.height), (left, 0), xycoords=("axes fraction", "data"), ha=side, va="center",
                          textcoords="offset points", fontsize=look.SMALL, color=style.INK)


def numbers(rows: Sequence[Row], words: Words) -> list[tuple[str, str]]:
    """Estimate and interval of each row, a metric's with the same decimals: relative, or Δ where that is undefined."""
    said = []
    for row in rows:
        shown = [estimate_of(other.effect, words) for other in rows if other.effect.metric == row.effect.metric]
        low, high, value, before, after = estimate_of(row.effect, words)
        places = shared_places([one[:3] for one in shown if one[4] == after])
        number = f"{before}{fixed(value, places, True)} {after}" if math.isfinite(value) else DASH
        said.append((number, interval(low, high, places, True)))
    return said


def estimate_of(one: Effect, words: Words) -> tuple[float, float, float, str, str]:
    """Low, high and estimate as shown, and what stands before and after it."""
    if math.isfinite(one.relative):
        return 100 * one.relative_low, 100 * one.relative_high, 100 * one.relative, "", "%"
    scale = scale_of(one.unit, words)
    return scale.factor * one.low, scale.factor * one.high, scale.factor * one.delta, "Δ ", scale.difference


def name_rows(axes: Axes, rows: Sequence[Row], words: Words, single: bool) -> None:
    """Metrics as headings, arms below them; with a single arm the metrics alone."""
    tags = [words.tagged(words.title(row.effect.metric), row.effect.role) for row in rows]
    axes.set_yticks([row.height for row in rows], tags if single else [look.clip(row.effect.arm) for row in rows])
    axes.tick_params(axis="y", length=0, pad=8)
    for k, row in enumerate(rows):
        if not single and (k == 0 or row.effect.metric != rows[k - 1].effect.metric):
            axes.annotate(tags[k], (0, row.height - 0.95), (4, 0), xycoords=("axes fraction", "data"),
                          textcoords="offset points", va="center", fontsize=look.PLAIN, fontweight="bold",
                          color=style.INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2}, zorder=5)


def frame(axes: Axes, rows: Sequence[Row], reach: float, words: Words) -> None:
    """Scale below, zero in the middle of it, no line at the left."""
    axes.set_xlim(-100 * reach, 100 * reach)
    top, bottom = (rows[0].height, rows[-1].height) if rows else (0, 1)
    axes.set_ylim(bottom + 0.8, top - (1.6 if top else 0.8))
    axes.set_xlabel(words("forest_axis"), fontsize=look.PLAIN, color=style.INK)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    look.amount_axis(axes, "x", sign=True, ticks=8)
    look.zero_line(axes, upright=True)


def key_of(rows: Sequence[Row], words: Words) -> list[tuple[Artist, str]]:
    """The margin's mark, if one is drawn."""
    mark = Line2D([], [], color=style.BLACK, linewidth=2.2, linestyle=(0, (1, 0.7)))
    return [(mark, words("forest_margin"))] if any(math.isfinite(row.margin) for row in rows) else []


# ---- the table behind it -------------------------------------------------------------------------

def data_of(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """A line a bar; shares of the control's mean."""
    return {"metric": [row.effect.metric for row in rows], "arm": [row.effect.arm for row in rows],
            "role": [row.effect.role for row in rows], "relative": [row.effect.relative for row in rows],
            "relative_low": [row.effect.relative_low for row in rows],
            "relative_high": [row.effect.relative_high for row in rows], "margin": [row.margin for row in rows]}


def told(rows: Sequence[Row], words: Words) -> str:
    """The bars in words, for those who do not see them."""
    return "; ".join(f"{row.effect.arm}, {words.metric(row.effect.metric)}: {' '.join(said)}"
                     for row, said in zip(rows, numbers(rows, words), strict=True))
