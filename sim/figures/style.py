"""The look of all figures: one palette, one size, one way to smooth, scale, shade and save.

Colours are Okabe and Ito's (2008), told apart by the colour-blind; line styles and hatches repeat the
distinction for print in grey.
"""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import ScaledTranslation

from sim.files import atomic

Daily = Mapping[str, np.ndarray]

SIZE, DPI = (12.8, 7.2), 150  # 16:9, 1920 × 1080 pixels
FONT = "DejaVu Sans"  # comes with matplotlib
INK, QUIET, GRID = "#1a1a1a", "#595959", "#d9d9d9"
WEEK = 7
TITLE_PAD = 34  # points between an axis and its title: room for two rows of legend
DAY_STEPS = (1, 2, 5, 7, 10, 15, 30, 60, 90, 180, 365)

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"


class Look(NamedTuple):
    """How one series is told from the others: name, colour, line style, hatch."""

    label: str
    color: str
    line: str | tuple[float, tuple[float, ...]] = "-"
    hatch: str = ""


VENUES = {
    "live": Look("live", VERMILION), "video": Look("video", SKY, hatch="///"),
    "mall": Look("mall", GREEN, hatch="..."), "search": Look("search", YELLOW, hatch="\\\\\\"),
    "shop": Look("shop", PURPLE, hatch="xxx"),
}


class Mark(NamedTuple):
    """A window to shade, in days of the daily table: `start` to `stop` (None: to the end), and its name."""

    start: float
    stop: float | None
    label: str

    @property
    def days(self) -> str:
        """The window in words."""
        return f"from day {self.start:g}" if self.stop is None else f"days {self.start:g} to {self.stop:g}"


# ---- numbers -------------------------------------------------------------------------------------

def series(daily: Daily, name: str, scale: float = 1.0) -> np.ndarray:
    """A column of the daily table as float64, times `scale`; all NaN if the table lacks it."""
    if name not in daily:
        return np.full(len(daily["day"]), np.nan)
    return np.asarray(daily[name], dtype=np.float64) * scale


def rolling_sum(values: np.ndarray, days: int = WEEK) -> np.ndarray:
    """Sum of the defined values of the last `days` days, today included; 0 where there are none."""
    sums = np.concatenate([np.zeros(days), np.nan_to_num(values).cumsum()])
    return sums[days:] - sums[:-days]


def rolling(values: np.ndarray, days: int = WEEK) -> np.ndarray:
    """Trailing mean over the defined values of the last `days` days; no change shows before its day."""
    counts = rolling_sum(np.isfinite(values).astype(np.float64), days)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, rolling_sum(values, days) / counts, np.nan)


def thousands(largest: float) -> tuple[float, str]:
    """A divisor and its word that bring amounts up to `largest` to at most four digits."""
    for divisor, word in ((1e9, "billion "), (1e6, "million "), (1e3, "thousand ")):
        if largest >= 2 * divisor:
            return divisor, word
    return 1.0, ""


def short(value: float) -> str:
    """A number in few characters: 950, 1.2k, 34k, 5.6M; `–` if undefined."""
    if not math.isfinite(value):
        return "–"
    for divisor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 0.9995 * divisor:
            return f"{value / divisor:.3g}{letter}"
    return f"{value:.3g}"


def largest(*values: np.ndarray) -> float:
    """The largest size among the defined values of some series, 0 if there are none."""
    return max((float(np.abs(value[np.isfinite(value)]).max(initial=0.0)) for value in values), default=0.0)


def has_data(*values: np.ndarray) -> bool:
    """Whether any of the series has a defined value."""
    return any(bool(np.isfinite(value).any()) for value in values)


def widen(day: np.ndarray, *values: np.ndarray) -> tuple[np.ndarray, ...]:
    """A single day drawn as a day-wide stretch, since a point has no width; longer series as they are."""
    if len(day) != 1:
        return (day, *values)
    return (np.array([day[0] - 0.5, day[0] + 0.5]), *(np.repeat(value, 2) for value in values))


# ---- axes ----------------------------------------------------------------------------------------

def canvas(title: str, subtitle: str) -> Figure:
    """An empty slide with its headline, outside of pyplot."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.035, 0.965, title, fontsize=17, fontweight="bold", color=INK, va="center")
    figure.text(0.035, 0.925, subtitle, fontsize=10.5, color=QUIET, va="center")
    return figure


def dress(axes: Axes, ylabel: str, title: str = "") -> None:
    """The common clothes of an axis: title, unit, light grid behind, no box."""
    axes.set_ylabel(ylabel, fontsize=9.5, color=INK)
    if title:
        axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK, pad=TITLE_PAD)
    axes.tick_params(labelsize=9, colors=INK, length=3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(QUIET)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    short_ticks(axes.yaxis)


def short_ticks(axis: Axis) -> None:
    """Numbers in few characters along an axis, also one whose scale is logarithmic."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value).replace("-", "−")))


def day_axis(axes: Axes, day: np.ndarray, label: bool = True) -> None:
    """Days along the bottom, in steps that people count in, the recorded days filling the width."""
    first, last = int(day[0]), int(day[-1])
    step = next((step for step in DAY_STEPS if (last - first) / step <= 6), DAY_STEPS[-1])
    axes.set_xlim(first - 0.5, last + 0.5)
    axes.set_xticks(np.arange(-(-first // step) * step, last + 1, step))
    axes.tick_params(axis="x", labelbottom=label)
    if label:
        axes.set_xlabel("day", fontsize=9.5, color=INK)


def legend(axes: Axes, columns: int = 3, below_title: bool = True) -> None:
    """The series' names in rows above the plot, right below the title where there is one."""
    if not axes.get_legend_handles_labels()[1]:
        return
    lift = (TITLE_PAD - 4) / 72 if below_title else 2 / 72
    above = axes.transAxes + ScaledTranslation(-0.02, lift, axes.figure.dpi_scale_trans)
    axes.legend(loc="upper left" if below_title else "lower left", bbox_to_anchor=(0.0, 1.0),
                bbox_transform=above, ncols=columns, fontsize=8.5, frameon=False, borderaxespad=0.0,
                borderpad=0.0, handlelength=2.2, columnspacing=1.2, handletextpad=0.5, labelspacing=0.25)


def no_data(axes: Axes) -> None:
    """Say so where there is nothing to draw."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", va="center", fontsize=13,
              color=QUIET)


def line(axes: Axes, day: np.ndarray, values: np.ndarray, look: Look, width: float = 2.0) -> None:
    """One series as a line in its look; an undefined one is left out."""
    if has_data(values):
        x, y = widen(day, values)
        axes.plot(x, y, color=look.color, linestyle=look.line, linewidth=width, label=look.label,
                  solid_capstyle="round")


def smooth(axes: Axes, day: np.ndarray, values: np.ndarray, look: Look, days: int = WEEK) -> None:
    """A daily series: the days themselves faint, their trailing mean in front."""
    if has_data(values):
        x, y = widen(day, values)
        axes.plot(x, y, color=look.color, linewidth=0.8, alpha=0.35)
        line(axes, day, rolling(values, days), look)


def shade(axes: Axes, marks: Sequence[Mark], letters: bool = True) -> None:
    """Policy windows: a grey ground, dashed edges, and a letter at the top that the slide's foot explains."""
    low, high = axes.get_xlim()
    taken = -math.inf
    for order, mark in enumerate(marks):
        start, stop = max(mark.start, low), min(high if mark.stop is None else mark.stop, high)
        if stop <= start:
            continue
        axes.axvspan(start, stop, color="#7f7f7f", alpha=0.13, linewidth=0, zorder=0)
        for edge in {start, stop} - {low, high}:
            axes.axvline(edge, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        if letters:
            taken = max(start + 0.012 * (high - low), taken + 0.05 * (high - low))  # two that start together
            axes.text(taken, 0.985, letter(order), transform=axes.get_xaxis_transform(),
                      fontsize=8.5, fontweight="bold", color=INK, va="top")


def headroom(axes: Axes) -> None:
    """A tenth more height above the data, for the windows' letters."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.12 * (high - low))


def letter(order: int) -> str:
    """The letter of the first, second, … window: A, B, …"""
    return chr(ord("A") + order % 26)


def explain(figure: Figure, marks: Sequence[Mark]) -> None:
    """The foot of the slide: what the lettered windows are."""
    notes = [f"{letter(order)}  {mark.label}, {mark.days}" for order, mark in enumerate(marks)]
    if notes:
        figure.text(0.035, 0.018, "Shaded:  " + "     ".join(notes), fontsize=9.5, color=INK, va="center")


def as_marks(marks: Sequence[tuple[float, float | None, str]]) -> tuple[Mark, ...]:
    """Windows given as plain triples (start, stop, label)."""
    return tuple(Mark(*mark) for mark in marks)


def recorded(daily: Daily) -> dict[str, np.ndarray]:
    """The daily table from day 0 on: burn-in is never drawn."""
    day = np.asarray(daily.get("day", np.empty(0)))
    return {name: np.asarray(column)[day >= 0] for name, column in daily.items()} | {"day": day[day >= 0]}


def span(day: np.ndarray) -> str:
    """The days a figure covers, in words."""
    if len(day) < 2:
        return "No days recorded" if not len(day) else f"Day {day[0]} after burn-in"
    return f"Days {day[0]} to {day[-1]} after burn-in"


def save(figure: Figure, path: Path, fonts: Sequence[str] = (FONT,)) -> None:
    """Write the figure as PNG, whole or not at all; a letter comes from the first of `fonts` that has it."""
    for text in figure.findobj(Text):
        text.set_fontfamily(list(fonts))
    with atomic(Path(path)) as draft:
        figure.savefig(draft, format="png", dpi=DPI)

