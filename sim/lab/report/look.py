"""The look of the lab's figures: a sheet with its headline and key, an arm's colour, marker, line and hatch."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from sim.figures import style
from sim.lab.report.amounts import fixed, places_for
from sim.lab.report.words import Words
from sim.listing import width_of

WIDTH = 0.75 * style.SIZE[0]  # inches: a page is narrower than a slide, its letters relatively larger
EDGE, TITLE, LINE, KEY = 0.2, 0.42, 0.19, 0.24  # inches: margin, headline, a line of the note, a row of the key
GAP = 0.12  # inches between key and plots
SMALL, PLAIN, HEAD = 8.5, 9.5, 14.0  # points
COLORS = (style.BLUE, style.VERMILION, style.GREEN, style.ORANGE, style.PURPLE, style.SKY, style.BLACK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (6, 2, 1, 2)), (0, (1, 1.2)), (0, (9, 2)), (0, (3, 1, 1, 1, 1, 1)),
                          (0, (8, 2, 2, 2)), (0, (2, 3)))
HATCHES = ("", "////", "....", "\\\\\\\\", "xxx", "---", "+++", "ooo")
CJK = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
       "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "SimHei",
       "Noto Sans CJK JP", "Droid Sans Fallback", "Arial Unicode MS")
LONGEST = 30  # letters of an arm's name in a figure


class Chart(NamedTuple):
    """A figure, the table behind it, and the words that stand for it where it cannot be seen."""

    name: str
    figure: Figure
    data: dict[str, list[Any]]
    alt: str


class ArmLook(NamedTuple):
    """How one arm is told from the others, with or without colour."""

    label: str
    color: str
    line: Any
    marker: str
    hatch: str
    face: str  # of the marker: white from the ninth arm on

    @property
    def marks(self) -> dict[str, Any]:
        """Keywords for a line with markers."""
        return {"color": self.color, "linestyle": self.line, "marker": self.marker, "markerfacecolor": self.face,
                "markeredgecolor": self.color, "markersize": 5.5, "linewidth": 1.6}


def looks(arms: Sequence[str]) -> dict[str, ArmLook]:
    """A look for each treated arm, in their order."""
    return {arm: ArmLook(clip(arm), COLORS[k % 7], LINES[k % 8], MARKERS[k % 8], HATCHES[k % 8],
                         "white" if k // 8 % 2 else COLORS[k % 7]) for k, arm in enumerate(arms)}


def clip(name: str, longest: int = LONGEST) -> str:
    """A name on one line, its middle left out where it is too long."""
    name = " ".join(name.split())
    cut = (longest - 1) // 2
    return name if len(name) <= longest else f"{name[:cut]}…{name[-cut:]}"


# ---- letters -------------------------------------------------------------------------------------

@cache
def chinese_font() -> str:
    """The name of a font with Chinese letters that matplotlib finds, or nothing."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    if known.isdisjoint(CJK):  # matplotlib's own list may be older than the fonts
        stems = tuple(name.replace(" ", "").lower() for name in CJK)
        for path in font_manager.findSystemFonts():
            if Path(path).stem.replace("-", "").replace("_", "").lower().startswith((*stems, "notosanscjk")):
                font_manager.fontManager.addfont(path)
        known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CJK if name in known), "")


def figure_words(words: Words) -> Words:
    """The words that figures can show: Chinese needs a font, else English."""
    return words if words.lang == "en" or chinese_font() else Words("en")


def fonts() -> list[str]:
    """The fonts of all letters; the second one steps in where the first lacks a letter."""
    return [style.FONT, *filter(None, [chinese_font()])]


def wrap(text: str, columns: int) -> list[str]:
    """A text in lines of so many columns, broken at spaces and between Chinese letters."""
    lines, line, word = [], "", ""
    for letter in f"{text} ":
        word += letter
        if letter != " " and width_of(letter) == 1:
            continue
        if line and width_of(line + word.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line, word = line + word, ""
    return [*lines, line.rstrip()] if line.strip() else lines


# ---- the sheet -----------------------------------------------------------------------------------

def sheet(title: str, note: str, height: float, key: Sequence[tuple[Artist, str]] = ()) -> Figure:
    """An empty figure with headline, note and key on top; `height` inches are left for the plots below."""
    lines = wrap(note, 124)
    columns = key_columns([label for _, label in key])
    rows = -(-len(key) // columns)
    titles = wrap(title, 78)
    top = EDGE + TITLE + 0.25 * (len(titles) - 1) + LINE * len(lines) + KEY * rows + GAP
    figure = Figure(figsize=(WIDTH, top + height), dpi=style.DPI, facecolor="white")
    FigureCanvasAgg(figure)
    engine = ConstrainedLayoutEngine(rect=(0.012, 0.01, 0.976, (height - 0.02) / (top + height)), hspace=0.06,
                                     wspace=0.04)
    figure.set_layout_engine(engine)
    write_head(figure, titles, lines)
    if key:
        draw_key(figure, key, columns, 1 - (top - GAP - KEY * rows) / (top + height))
    return figure


def write_head(figure: Figure, titles: Sequence[str], lines: Sequence[str]) -> None:
    """Headline and note, each from the left edge."""
    tall, left = figure.get_figheight(), EDGE / WIDTH
    figure.text(left, 1 - EDGE / tall, "\n".join(titles), fontsize=HEAD, fontweight="bold", color=style.INK, va="top",
                parse_math=False)
    start = EDGE + TITLE - 0.1 + 0.25 * (len(titles) - 1)
    for row, words in enumerate(lines):
        figure.text(left, 1 - (start + LINE * row) / tall, words, fontsize=PLAIN, color=style.QUIET, va="top",
                    parse_math=False)


def key_columns(labels: Sequence[str]) -> int:
    """How many entries of a key fit beside each other."""
    for rows in range(1, len(labels) + 1):
        columns = -(-len(labels) // rows)
        widest = [max(width_of(label) for label in labels[k::columns]) for k in range(columns)]
        if sum(0.68 + 0.078 * width for width in widest) <= WIDTH - 2 * EDGE:
            return columns
    return 1


def draw_key(figure: Figure, key: Sequence[tuple[Artist, str]], columns: int, y: float) -> None:
    """What marks and hatches mean, in rows from the left."""
    rows = -(-len(key) // columns)
    order = [row * columns + column for column in range(columns) for row in range(rows)]  # matplotlib fills by column
    entries = [key[k] if k < len(key) else (Line2D([], [], linestyle="none"), "") for k in order]
    legend = figure.legend([mark for mark, _ in entries], [unhidden(label) for _, label in entries], ncols=columns,
                           loc="upper left", bbox_to_anchor=(EDGE / WIDTH, y), frameon=False, fontsize=PLAIN,
                           borderaxespad=0, borderpad=0, handlelength=2.6, columnspacing=1.6, labelspacing=0.35)
    for text in legend.get_texts():
        text.set_parse_math(False)


def side_label(figure: Figure, text: str) -> None:
    """One unit for all the plots of a sheet, at the left, half way up the plots."""
    engine = figure.get_layout_engine()
    assert engine is not None
    _, low, _, height = engine.get()["rect"]
    figure.supylabel(text, y=low + height / 2, fontsize=PLAIN, color=style.INK)


def unhidden(label: str) -> str:
    """A label that matplotlib shows even if it begins with an underscore."""
    return f"\u200a{label}" if label.startswith("_") else label


def arm_key(arms: Mapping[str, ArmLook], bars: bool = False, joined: bool = True) -> list[tuple[Artist, str]]:
    """The key of the arms: bars with hatches, or lines with markers; not `joined`: markers on a plain line."""
    if bars:
        return [(Patch(facecolor=look.color, edgecolor="white", hatch=look.hatch or None), look.label)
                for look in arms.values()]
    return [(Line2D([], [], **look.marks | ({} if joined else {"linestyle": "-"})), look.label)
            for look in arms.values()]


def finish(figure: Figure) -> Figure:
    """Set every letter in the report's fonts, none of it as formula, so that what is measured is what is saved."""
    letters(figure)
    figure.draw_without_rendering()  # makes the rest of the ticks' labels
    letters(figure)
    return figure


def letters(figure: Figure) -> None:
    """Give all texts that a figure holds by now their fonts."""
    for text in figure.findobj(Text):
        text.set_fontfamily(fonts())
        text.set_parse_math(False)


# ---- axes ----------------------------------------------------------------------------------------

def dress(axes: Axes, ylabel: str = "", title: str = "") -> None:
    """The common clothes of an axis of a sheet."""
    style.dress(axes, ylabel)
    axes.tick_params(labelsize=SMALL)
    axes.yaxis.label.set_fontsize(PLAIN)
    if title:
        axes.set_title(title, loc="left", fontsize=PLAIN + 0.5, fontweight="bold", color=style.INK, pad=6)


def amount_axis(axes: Axes, which: str = "y", sign: bool = False, ticks: int = 6, whole: bool = False) -> None:
    """Ticks in round steps, thousands set apart; `sign` also shows a plus, `whole` allows no fractions."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10], integer=whole))

    def write(value: float, _: int | None = None) -> str:
        step = np.diff(axis.get_majorticklocs()[:2])
        return fixed(value, step_places(float(step[0]) if len(step) else value), sign)

    axis.set_major_formatter(FuncFormatter(write))


def step_places(step: float) -> int:
    """Decimals that tell ticks of this step apart."""
    places = places_for(abs(step), 1)
    return places + (not math.isclose(round(step, places), step, rel_tol=1e-6))


def log_axis(axes: Axes) -> None:
    """A log scale down the side."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    log_ticks(axes.yaxis, few=high / low < 200)


def log_ticks(axis: Axis, few: bool = True) -> None:
    """Ticks at powers of ten; where there are few, also at two and five times these."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: fixed(value, places_for(value, 1))))
    axis.set_minor_formatter(NullFormatter())


def zero_line(axes: Axes, upright: bool = False) -> None:
    """Where the difference is nothing."""
    draw = axes.axvline if upright else axes.axhline
    draw(0, color=style.INK, linewidth=0.9, zorder=1.5)


def divisor_for(largest: float, unit: str, words: Words) -> tuple[float, str]:
    """A divisor that brings amounts to few digits, and the unit then: thousand yuan, 万元."""
    for divisor, key in words.largest_units:
        if largest >= 10 * divisor:
            return divisor, words(key, unit=unit)
    return 1.0, unit


def grid_of(count: int) -> tuple[int, int]:
    """Rows and columns of so many small panels."""
    columns = {1: 1, 2: 2, 3: 3, 4: 2}.get(count, 3)
    return -(-count // columns), columns
