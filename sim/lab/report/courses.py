"""Lines of a comparison: worlds from control to arm, differences over time, precision by pairs, gain of pairing."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures import style
from sim.lab.effects import Comparison, Curve, Effect
from sim.lab.report import look
from sim.lab.report.amounts import fixed, interval, percent, places_of, scale_of
from sim.lab.report.look import ArmLook, Chart
from sim.lab.report.words import Words

PANEL = 2.35  # inches a row of small panels is high
RISE, FALL = style.BLUE, style.VERMILION
UNLIKE = 8  # times as far one arm's band may reach as another's on one scale
SPREAD = {1: (-1.0, 2.0), 2: (-0.5, 1.5)}  # one or two wide panels: the lines stay in the middle


def treated(comparison: Comparison) -> dict[str, ArmLook]:
    """The arms that are compared with the control, and how they look."""
    return look.looks([arm for arm in comparison.arms if arm != comparison.control])


def primary_effect(comparison: Comparison, arm: str) -> Effect | None:
    """An arm's effect on the primary metric."""
    return next((one for one in comparison.effects if (one.arm, one.metric) == (arm, comparison.primary)), None)


def panels(figure: Any, arms: Sequence[str], alike: bool = True) -> list[Axes]:
    """A small panel an arm, on one scale if they are `alike`; the unused places of the grid stay empty."""
    rows, columns = look.grid_of(len(arms))
    grid = figure.subplots(rows, columns, sharey=alike, squeeze=False).ravel()
    for spare in grid[len(arms):]:
        spare.remove()
    return list(grid[:len(arms)])


def join(values: Sequence[str]) -> str:
    """Sayings in a row."""
    return "; ".join(values)


# ---- each world from control to arm --------------------------------------------------------------

def slopes(comparison: Comparison, words: Words) -> Chart | None:
    """Every world's primary metric under the control and under each arm; None without pairs."""
    values, arms = comparison.pairs.get(comparison.primary), treated(comparison)
    if values is None or not style.has_data(values) or not arms:
        return None
    unit = next((one.unit for one in comparison.effects if one.metric == comparison.primary), "")
    scale, name = scale_of(unit, words), words.title(comparison.primary)
    divisor, label = look.divisor_for(style.largest(values) * scale.factor, scale.level, words)
    figure = look.sheet(words("slopes_title", metric=name), words("slopes_note"),
                        0.35 + PANEL * 1.15 * look.grid_of(len(arms))[0], slope_key(words))
    rows = {arm: values[comparison.arms.index(arm)] for arm in comparison.arms}
    base = rows[comparison.control]
    for axes, arm in zip(panels(figure, list(arms)), arms, strict=True):
        look.dress(axes, "", arms[arm].label)
        draw_slopes(axes, base * scale.factor / divisor, rows[arm] * scale.factor / divisor)
        look.amount_axis(axes)
        axes.set_xticks([0, 1], [look.clip(comparison.control, 16), look.clip(arm, 16)])
        axes.set_xlim(*SPREAD.get(len(arms), (-0.3, 1.3)))
        axes.set_xlabel(rises(base, rows[arm], words), fontsize=look.SMALL, color=style.INK)
    look.side_label(figure, label)
    return Chart("slopes", look.finish(figure), slope_data(rows), words(
        "alt_slopes", metric=name, values=join([f"{arm}: {rises(base, rows[arm], words)}" for arm in arms])))


def draw_slopes(axes: Axes, base: np.ndarray, ends: np.ndarray) -> None:
    """A line a world, solid if it rises, dashed if it falls, and the means in bold."""
    for low, high in zip(base, ends, strict=True):
        up = high >= low
        axes.plot([0, 1], [low, high], color=RISE if up else FALL, linestyle="-" if up else (0, (3, 1.5)),
                  marker="o", markersize=3, markerfacecolor=RISE if up else "white", linewidth=0.9, alpha=0.75)
    known = np.isfinite(base) & np.isfinite(ends)
    if known.any():
        axes.plot([0, 1], [base[known].mean(), ends[known].mean()], color=style.BLACK, linewidth=2.6, marker="s",
                  markersize=5.5, zorder=4)


def rises(base: np.ndarray, ends: np.ndarray, words: Words) -> str:
    """In how many worlds the arm ends above the control."""
    known = np.isfinite(base) & np.isfinite(ends)
    return words("slopes_count", up=int((ends > base)[known].sum()), n=int(known.sum()))


def slope_key(words: Words) -> list[tuple[Artist, str]]:
    """What solid, dashed and bold mean."""
    return [(Line2D([], [], color=RISE, marker="o", markersize=3, linewidth=1.1), words("slopes_up")),
            (Line2D([], [], color=FALL, marker="o", markersize=3, markerfacecolor="white", linewidth=1.1,
                    linestyle=(0, (3, 1.5))), words("slopes_down")),
            (Line2D([], [], color=style.BLACK, marker="s", linewidth=2.6), words("slopes_mean"))]


def slope_data(rows: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    """A line a world and arm."""
    return {"arm": [arm for arm, values in rows.items() for _ in values],
            "replication": [k for values in rows.values() for k in range(len(values))],
            "value": [float(value) for values in rows.values() for value in values]}


# ---- differences over time -----------------------------------------------------------------------

def metrics_over_time(comparison: Comparison) -> list[str]:
    """The metrics that have curves off zero, the primary's daily column first: `gmv_net` of `gmv_net_total`."""
    names = list(dict.fromkeys(curve.metric for curve in comparison.curves if np.nan_to_num(curve.delta).any()))
    return sorted(names, key=lambda name: not f"{comparison.primary}_".startswith(f"{name}_"))


def over_time(comparison: Comparison, metric: str, words: Words) -> Chart | None:
    """The difference of each arm in one metric, day by day, with pointwise and simultaneous bands."""
    arms = treated(comparison)
    curves = [curve for curve in comparison.curves if curve.metric == metric and curve.arm in arms and len(curve.days)]
    if not curves or not style.has_data(*(curve.delta for curve in curves)):
        return None
    scale, name = scale_of(curves[0].unit, words), words.title(metric)
    reaches = [scale.factor * style.largest(one.band_low, one.band_high, one.delta) for one in curves]
    least = min(filter(None, reaches), default=0.0)
    alike = max(reaches) <= UNLIKE * least
    divisor, label = look.divisor_for(max(reaches) if alike else least, scale.difference, words)
    note = words("curve_note") + ("" if alike else words("curve_scales"))
    figure = look.sheet(words("curve_title", metric=name, control=look.clip(comparison.control)), note,
                        0.5 + PANEL * look.grid_of(len(curves))[0] * (1.3 if len(curves) < 3 else 1), band_key(words))
    for axes, curve in zip(panels(figure, [curve.arm for curve in curves], alike), curves, strict=True):
        look.dress(axes, "", arms[curve.arm].label)
        draw_curve(axes, curve, scale.factor / divisor)
        style.day_axis(axes, curve.days)
        axes.set_xlabel(words("day"), fontsize=look.SMALL)
        look.amount_axis(axes, sign=True)
    look.side_label(figure, words("money_axis", unit=label))
    ends = join([f"{curve.arm} {last_day(curve, scale.factor)} {scale.difference}" for curve in curves])
    return Chart(f"over_time_{metric}", look.finish(figure), curve_data(curves),
                 words("alt_curve", metric=name, values=ends))


def draw_curve(axes: Axes, curve: Curve, factor: float) -> None:
    """The mean difference, the pointwise CI dark, the simultaneous band light between dashed edges."""
    parts = (curve.delta, curve.low, curve.high, curve.band_low, curve.band_high)
    x, mean, low, high, band_low, band_high = style.widen(curve.days, *(factor * part for part in parts))
    axes.fill_between(x, band_low, band_high, color=style.SKY, alpha=0.28, linewidth=0)
    for edge in (band_low, band_high):
        axes.plot(x, edge, color=style.QUIET, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.fill_between(x, low, high, color=style.BLUE, alpha=0.42, linewidth=0)
    axes.plot(x, mean, color=style.BLACK, linewidth=1.7)
    look.zero_line(axes)


def band_key(words: Words) -> list[tuple[Artist, str]]:
    """What line and bands are, by their full names."""
    band = Patch(facecolor=style.SKY, alpha=0.45, edgecolor=style.QUIET, linestyle=(0, (4, 2)), linewidth=0.8)
    return [(Line2D([], [], color=style.BLACK, linewidth=1.7), words("curve_mean")),
            (Patch(facecolor=style.BLUE, alpha=0.55), words("curve_point")), (band, words("curve_band"))]


def last_day(curve: Curve, factor: float) -> str:
    """The difference on the last defined day with its pointwise interval."""
    known = np.flatnonzero(np.isfinite(curve.delta))
    last = known[-1] if len(known) else -1
    value, low, high = (factor * float(part[last]) for part in (curve.delta, curve.low, curve.high))
    places = places_of(low, high, value)
    return f"{fixed(value, places, True)} {interval(low, high, places, True)}"


def curve_data(curves: Sequence[Curve]) -> dict[str, list[Any]]:
    """A line an arm and day, in the metric's own unit."""
    columns: dict[str, list[Any]] = {"arm": [curve.arm for curve in curves for _ in curve.days]}
    for name, column in (("day", "days"), ("delta", "delta"), ("pointwise_low", "low"), ("pointwise_high", "high"),
                         ("simultaneous_low", "band_low"), ("simultaneous_high", "band_high")):
        columns[name] = [value for curve in curves for value in np.asarray(getattr(curve, column)).tolist()]
    return columns


# ---- precision -----------------------------------------------------------------------------------

def convergence(comparison: Comparison, words: Words) -> Chart | None:
    """The half width of the primary's interval after 2 … n pairs, the wanted one, and why the study stopped.

    The wanted half width is read from `manifest["half_width"]`, as the study states it: `0.5%` or `1200`.
    """
    widths = {arm: comparison.convergence[arm] for arm in treated(comparison)
              if style.largest(comparison.convergence.get(arm, np.empty(0))) > 0}
    if not widths:
        return None
    effect = next((one for one in comparison.effects if one.metric == comparison.primary), None)
    scale = scale_of(effect.unit if effect else "", words)
    divisor, label = look.divisor_for(style.largest(*widths.values()) * scale.factor, scale.difference, words)
    note = words("convergence_stop", reason=comparison.stop_reason) if comparison.stop_reason else ""
    arms = {arm: one for arm, one in treated(comparison).items() if arm in widths}
    goal = str(comparison.manifest.get("half_width") or "")
    figure = look.sheet(words("convergence_title"), note, 3.5, [*look.arm_key(arms), *goal_key(goal, words)])
    axes = figure.subplots()
    look.dress(axes, words("convergence_axis", unit=label))
    for arm, one in arms.items():
        axes.plot(np.arange(len(widths[arm])) + 2, widths[arm] * scale.factor / divisor, **one.marks)
    control = abs(effect.control) * scale.factor / divisor if effect else math.nan
    pair_axis(axes, max(map(len, widths.values())), words)
    draw_goal(axes, goal, control, scale.factor / divisor)
    share_axis(axes, control, words)
    ends = join([f"{arm} {percent(float(width[-1]) * scale.factor / divisor / control, 2, False)}"
                 for arm, width in widths.items()])
    return Chart("convergence", look.finish(figure), width_data(widths), words("alt_convergence", values=ends))


def goal_key(goal: str, words: Words) -> list[tuple[Artist, str]]:
    """The stop rule's line, if there is one."""
    mark = Line2D([], [], color=style.INK, linewidth=1.2, linestyle=(0, (2, 2)))
    return [(mark, words("convergence_target", target=goal.replace("%", " %")))] if goal else []


def draw_goal(axes: Axes, goal: str, control: float, factor: float) -> None:
    """The half width at which the study stops; `control` as drawn, `factor` from the metric's unit to the drawn one."""
    if goal:
        value = float(goal.rstrip("% "))
        axes.axhline(value / 100 * control if "%" in goal else value * factor, color=style.INK, linewidth=1.2,
                     linestyle=(0, (2, 2)), zorder=1.5)
    look.log_axis(axes)


def pair_axis(axes: Axes, points: int, words: Words) -> None:
    """Numbers of pairs along the bottom."""
    look.amount_axis(axes, "x", whole=True)
    axes.set_xlim(1.5, points + 1.5)
    axes.set_xlabel(words("convergence_pairs"), fontsize=look.PLAIN, color=style.INK)


def share_axis(axes: Axes, control: float, words: Words) -> None:
    """The same scale as a share of the control's mean, at the right."""
    if not (math.isfinite(control) and control > 0):
        return
    right = axes.secondary_yaxis("right", functions=(
        partial(rescale, by=100 / control), partial(rescale, by=control / 100)))
    right.set_ylabel(words("convergence_share"), fontsize=look.PLAIN, color=style.INK)
    right.tick_params(labelsize=look.SMALL, colors=style.INK, length=3)
    right.spines["right"].set_color(style.QUIET)
    look.log_ticks(right.yaxis)


def rescale(values: Any, by: float) -> Any:
    """The same values in another unit."""
    return np.asarray(values) * by


def width_data(widths: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    """A line an arm and number of pairs."""
    return {"arm": [arm for arm, width in widths.items() for _ in width],
            "pairs": [k + 2 for width in widths.values() for k in range(len(width))],
            "half_width": [float(value) for width in widths.values() for value in width]}


# ---- what pairing gains --------------------------------------------------------------------------

def pairing(comparison: Comparison, words: Words) -> Chart | None:
    """The variance-reduction factor against the horizon, of the primary metric if it has a curve; None without one."""
    arms = treated(comparison)
    metric = next(iter(metrics_over_time(comparison)), "")
    curves = [curve for curve in comparison.curves
              if curve.arm in arms and curve.metric == metric and style.has_data(curve.vrf)]
    if not curves:
        return None
    title = words("pairing_title", metric=words.title(metric))
    figure = look.sheet(title, words("pairing_note"), 3.3, look.arm_key({one.arm: arms[one.arm] for one in curves}))
    axes = figure.subplots()
    look.dress(axes, words("pairing_axis"))
    for k, curve in enumerate(curves):
        positive = np.where(curve.vrf > 0, curve.vrf, np.nan)
        step = max(1, len(curve.days) // 10)
        axes.plot(curve.days + 1, positive, **arms[curve.arm].marks, markevery=(k % step, step))
    axes.axhline(1, color=style.INK, linewidth=0.9)
    style.day_axis(axes, curves[0].days + 1)
    axes.set_xlabel(words("pairing_horizon"), fontsize=look.PLAIN, color=style.INK)
    look.log_axis(axes)
    axes.annotate(words("pairing_one"), (1, 1), (-2, 3), xycoords=("axes fraction", "data"),
                  textcoords="offset points", ha="right", fontsize=look.SMALL, color=style.QUIET)
    ends = join([f"{one.arm} {fixed(float(one.vrf[-1]), 1)}" for one in curves])
    return Chart("pairing", look.finish(figure), vrf_data(curves), words("alt_pairing", values=ends))


def vrf_data(curves: Sequence[Curve]) -> dict[str, list[Any]]:
    """A line an arm and horizon in days."""
    return {"arm": [curve.arm for curve in curves for _ in curve.days],
            "horizon": [int(day) + 1 for curve in curves for day in curve.days],
            "vrf": [float(value) for curve in curves for value in curve.vrf]}
