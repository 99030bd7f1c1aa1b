"""The dose curve of a sweep: the effect by dose, and below it what the last yuan brought."""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures import style
from sim.lab.report import look
from sim.lab.report.amounts import fixed, interval, places_of, plain, scale_of
from sim.lab.report.look import Chart
from sim.lab.report.words import Words

ROI_DASH = (0, (5, 2))


@dataclass(frozen=True)
class DoseCurve:
    """What a sweep of one knob found; arrays of shape (doses,), ascending in dose, NaN where undefined."""

    knob: str
    metric: str
    unit: str
    control: str
    n: int  # paired worlds a dose
    doses: np.ndarray
    delta: np.ndarray  # mean of the paired differences from the control and its 95 % CI
    low: np.ndarray
    high: np.ndarray
    roi: np.ndarray  # incremental ROI: Δ contribution / Δ spend, and its 95 % CI
    roi_low: np.ndarray
    roi_high: np.ndarray
    best: float = math.nan  # dose with the largest effect, and the ends of its 95 % confidence set
    best_low: float = math.nan
    best_high: float = math.nan
    unprofitable: float = math.nan  # first dose with ROI < 1


def dose_figure(curve: DoseCurve, lang: str = "en") -> Chart:
    """The effect by dose with the best dose marked; below, the incremental ROI where any is defined."""
    words = look.figure_words(Words(lang))
    scale = scale_of(curve.unit, words)
    parts = (curve.delta, curve.low, curve.high)
    divisor, label = look.divisor_for(style.largest(*parts) * scale.factor, scale.difference, words)
    with_roi = style.has_data(curve.roi)
    metric = words.title(curve.metric)
    note = words("dose_note", control=look.clip(curve.control), n=curve.n)
    figure = look.sheet(words("dose_title", metric=metric, knob=curve.knob), note, 5.0 if with_roi else 3.4,
                        key_of(curve, words, with_roi))
    plots = figure.subplots(2 if with_roi else 1, 1, sharex=True, squeeze=False,
                            height_ratios=(1.6, 1.0) if with_roi else (1.0,)).ravel()
    look.dress(plots[0], f"{words('dose_effect')}, {label}")
    mark_best(plots[0], curve)
    mean, low, high = (scale.factor / divisor * part for part in parts)
    points(plots[0], curve.doses, mean, low, high, style.BLUE, "o", "-")
    look.amount_axis(plots[0], sign=True)
    look.zero_line(plots[0])
    if with_roi:
        draw_roi(plots[1], curve, words)
    plots[-1].set_xlabel(curve.knob, fontsize=look.PLAIN, color=style.INK, parse_math=False)
    look.amount_axis(plots[-1], "x", ticks=8)
    low_dose, high_dose = float(curve.doses.min()), float(curve.doses.max())
    room = 0.04 * ((high_dose - low_dose) or 1.0)  # the ground of the best dose may end at the last one
    plots[-1].set_xlim(low_dose - room, high_dose + room)
    return Chart("dose", look.finish(figure), data_of(curve), words("alt_dose", values=told(curve, words)))


def points(axes: Axes, doses: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray, color: str,
           marker: str, dash: Any) -> None:
    """A point with its interval at each dose, joined by a line."""
    axes.vlines(doses, low, high, color=color, linewidth=1.6)
    for ends in (low, high):
        axes.plot(doses, ends, "_", color=color, markersize=7, markeredgewidth=1.4)
    axes.plot(doses, mean, color=color, linestyle=dash, marker=marker, markersize=5.5, linewidth=1.6)


def mark_best(axes: Axes, curve: DoseCurve) -> None:
    """The best dose as a line, its interval as a ground."""
    if math.isfinite(curve.best_low + curve.best_high):
        axes.axvspan(curve.best_low, curve.best_high, facecolor=style.GREEN, alpha=0.16, linewidth=0, zorder=0)
    if math.isfinite(curve.best):
        axes.axvline(curve.best, color=style.GREEN, linewidth=1.8, linestyle=(0, (6, 2, 1, 2)), zorder=1)


def draw_roi(axes: Axes, curve: DoseCurve, words: Words) -> None:
    """Incremental ROI by dose, the line at 1, and the first dose below it."""
    look.dress(axes, words("dose_roi"))
    axes.axhline(1, color=style.INK, linewidth=0.9, zorder=1)
    axes.annotate(words("dose_roi_one"), (1, 1), (-2, 3), xycoords=("axes fraction", "data"),
                  textcoords="offset points", ha="right", fontsize=look.SMALL, color=style.QUIET)
    if math.isfinite(curve.unprofitable):
        axes.axvline(curve.unprofitable, color=style.BLACK, linewidth=1.4, linestyle=(0, (1, 1.5)), zorder=1)
    points(axes, curve.doses, curve.roi, curve.roi_low, curve.roi_high, style.VERMILION, "s", ROI_DASH)
    look.amount_axis(axes)


def key_of(curve: DoseCurve, words: Words, with_roi: bool) -> list[tuple[Artist, str]]:
    """What is marked beside the points."""
    key: list[tuple[Artist, str]] = []
    if math.isfinite(curve.best):
        line = Line2D([], [], color=style.GREEN, linewidth=1.8, linestyle=(0, (6, 2, 1, 2)))
        key.append((line, words("dose_best", dose=plain(curve.best))))
    if math.isfinite(curve.best_low + curve.best_high):
        key.append((Patch(facecolor=style.GREEN, alpha=0.25), words("dose_best_range")))
    if with_roi and math.isfinite(curve.unprofitable):
        line = Line2D([], [], color=style.BLACK, linewidth=1.4, linestyle=(0, (1, 1.5)))
        key.append((line, words("dose_roi_below", dose=plain(curve.unprofitable))))
    return key


def told(curve: DoseCurve, words: Words) -> str:
    """The points in words."""
    scale = scale_of(curve.unit, words)
    said: Sequence[tuple[float, ...]] = [
        (dose, *(scale.factor * value for value in values)) for dose, *values in
        zip(curve.doses.tolist(), curve.delta.tolist(), curve.low.tolist(), curve.high.tolist(), strict=True)]
    return "; ".join(f"{curve.knob} {plain(dose)}: {fixed(mean, places_of(low, high, mean), True)}{scale.after} "
                     f"{interval(low, high, places_of(low, high, mean), True)}" for dose, mean, low, high in said)


def data_of(curve: DoseCurve) -> dict[str, list[Any]]:
    """A line a dose, in the metric's own unit."""
    names = ("doses", "delta", "low", "high", "roi", "roi_low", "roi_high")
    return {name.removesuffix("s") if name == "doses" else name: np.asarray(getattr(curve, name)).tolist()
            for name in names}
