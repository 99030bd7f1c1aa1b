"""The card drawn: one row a pattern, its band as a bar, its value as a point, all bands equally wide."""
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.figures import style
from sim.lab.patterns.bands import ROLES
from sim.lab.patterns.card import Entry, meaning, shown, span, verdict_of
from sim.lab.phrases import phrases
from sim.lab.report.look import figure_words, fonts
from sim.lab.report.words import Words

ROW, HEAD, FOOT, WIDTH = 0.225, 1.2, 0.3, 13.6  # inches
LEFT, WIDE = 0.376, 0.254  # of the width: where the scale begins, and how much of it there is
REACH = 1.5  # band widths shown on either side; a value beyond is an arrow at the edge
COLUMNS = {"id": -1.41, "what": -1.10, "value": 1.20, "band": 1.25, "verdict": 1.63, "note": 1.75}  # of the scale
BAND = "#c4c4c4"
SIZE = 9.0


class Line(NamedTuple):
    """One line of the picture, `y` rows down: an entry, or the heading of a role."""

    y: float
    entry: Entry | None
    heading: str


def draw_card(entries: Sequence[Entry], title: str, path: Path, lang: str = "en") -> None:
    """Write the card's figure as PNG; in Chinese where there is a font."""
    style.save(card_figure(entries, title, figure_words(Words(lang)).lang), path, fonts())


def card_figure(entries: Sequence[Entry], title: str, lang: str = "en") -> Figure:
    """The card's figure; rows by role in the order of the patterns.

    A value inside is a filled circle, one outside an open diamond, so that grey print tells them apart.
    """
    lines = list(lines_of(entries, lang))
    rows = lines[-1].y + 0.8 if lines else 1.0
    tall = HEAD + ROW * rows + FOOT
    figure = Figure(figsize=(WIDTH, tall), dpi=style.DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((LEFT, FOOT / tall, WIDE, ROW * rows / tall))
    frame(axes, rows)
    for line in lines:
        if line.entry:
            write(axes, line.y, line.entry, lang)
            draw(axes, line.y, line.entry)
        else:
            put(axes, "id", line.y, line.heading, weight="bold", size=SIZE + 1)
    head(figure, title, tall, phrases("card", lang))
    return figure


def lines_of(entries: Sequence[Entry], lang: str = "en") -> Iterator[Line]:
    """The lines from top to bottom, the roles' headings among them."""
    y = 0.0
    for role in ROLES:
        own = [entry for entry in entries if entry.band.role == role]
        if own:
            y += 1.0
            yield Line(y, None, meaning(role, lang))
        for entry in own:
            y += 1.0
            yield Line(y, entry, "")
        y += 0.4


def frame(axes: Axes, rows: float) -> None:
    """An axis without ticks: rows downwards, the band from 0 to 1."""
    axes.set_xlim(-REACH - 0.1, 1.0 + REACH + 0.1)
    axes.set_ylim(rows, 0.0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def head(figure: Figure, title: str, tall: float, say: Mapping[str, str]) -> None:
    """Title, note and key, at fixed inches from the top."""
    at = {"title": 1 - 0.3 / tall, "note": 1 - 0.58 / tall, "key": 1 - 0.72 / tall}
    figure.text(0.02, at["title"], say["title"].format(title=title), fontsize=15, fontweight="bold", color=style.INK,
                va="center")
    figure.text(0.02, at["note"], say["note"], fontsize=9.5, color=style.QUIET, va="center")
    key = [Patch(facecolor=BAND, label=say["band"]),
           Line2D([], [], linestyle="", label=say["inside"], **mark(True)),
           Line2D([], [], linestyle="", label=say["outside"], **mark(False)),
           Line2D([], [], linestyle="", label=say["pale"],
                  **mark(True, pale=True))]
    figure.legend(handles=key, loc="upper left", bbox_to_anchor=(0.013, at["key"]), ncols=4, frameon=False,
                  fontsize=9.0, handletextpad=0.4, columnspacing=1.6)


def mark(inside: bool, pale: bool = False, shape: str = "") -> dict[str, Any]:
    """Keywords of a value's point."""
    color = style.BLUE if inside else style.VERMILION
    return {"marker": shape or ("o" if inside else "D"), "markersize": 7.5 if inside else 6.5,
            "markerfacecolor": color if inside else "white", "markeredgecolor": color, "markeredgewidth": 1.8,
            "alpha": 0.45 if pale else 1.0}


def draw(axes: Axes, y: float, entry: Entry) -> None:
    """Bar and point of one row; nothing where there is no band."""
    low, high = entry.band.low, entry.band.high
    axes.plot([-REACH, 1 + REACH], [y, y], color=style.GRID, linewidth=0.7, zorder=1)
    if low is None or high is None:
        return
    bar = Rectangle((0.0, y - 0.32), 1.0, 0.64, facecolor=BAND, edgecolor=style.QUIET, linewidth=0.6, zorder=2)
    axes.add_patch(bar)
    if math.isnan(entry.value):
        return
    place = (entry.value - low) / (high - low)
    cut = min(max(place, -REACH), 1.0 + REACH)
    shape = "" if cut == place else "<" if place < 0 else ">"
    axes.plot([cut], [y], zorder=3, linestyle="", **mark(bool(entry.inside), bool(entry.note), shape))


def write(axes: Axes, y: float, entry: Entry, lang: str) -> None:
    """The texts of one row, left and right of the scale."""
    band = entry.band
    put(axes, "id", y, band.id, color=style.QUIET)
    put(axes, "what", y, band.words(lang))
    put(axes, "value", y, shown(entry.value, band), ha="right", weight="bold")
    put(axes, "band", y, span(band, lang), color=style.QUIET)
    put(axes, "verdict", y, verdict_of(entry, lang), weight="bold" if entry.inside is False else "normal")
    put(axes, "note", y, entry.note, color=style.QUIET)


def put(axes: Axes, column: str, y: float, text: str, **looks: Any) -> None:
    """A text in its column, on the row's height."""
    looks = {"color": style.INK, "size": SIZE, "va": "center", **looks}
    axes.text(COLUMNS[column], y, text, transform=axes.get_yaxis_transform(), **looks)
