"""The ablation drawn: a row a mechanism, a column a pattern; what breaks, mends or only moves, and which way."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.figures import style
from sim.lab.ablate import BREAKS, MENDS, MOVES, STANDS, Change

CELL, LEFT, HEAD, FOOT = (0.44, 0.27), 2.2, 1.35, 0.35  # inches
FILL = {BREAKS: style.VERMILION, MENDS: style.GREEN, MOVES: style.SKY, STANDS: "#efefef"}
WORD = {BREAKS: "leaves its band", MENDS: "comes into its band", MOVES: "moves beyond doubt", STANDS: "may be chance"}


def draw_ablation(found: Sequence[Change], subtitle: str, path: Path) -> None:
    """Write the matrix as PNG."""
    style.save(ablation_figure(found, subtitle), path)


def ablation_figure(found: Sequence[Change], subtitle: str) -> Figure:
    """Mechanisms down, patterns across; an arrow tells the direction, so that grey print tells changes apart."""
    rows, columns = (list(dict.fromkeys(names)) for names in
                     ((one.mechanism for one in found), (one.band.id for one in found)))
    wide = max(LEFT + CELL[0] * len(columns) + 0.3, 9.0)
    tall = HEAD + CELL[1] * len(rows) + FOOT
    figure = Figure(figsize=(wide, tall), dpi=style.DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((LEFT / wide, FOOT / tall, CELL[0] * len(columns) / wide, CELL[1] * len(rows) / tall))
    frame(axes, rows, columns)
    for one in found:
        mark(axes, columns.index(one.band.id), rows.index(one.mechanism), one)
    head(figure, subtitle, tall)
    return figure


def frame(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Names on two sides, no box."""
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([k + 0.5 for k in range(len(rows))], [name.replace("_", " ") for name in rows])
    axes.set_xticks([k + 0.5 for k in range(len(columns))], list(columns), rotation=60, ha="left",
                    rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8.5, colors=style.INK)
    axes.spines[:].set_visible(False)


def mark(axes: Axes, x: int, y: int, one: Change) -> None:
    """One cell."""
    axes.add_patch(box((x + 0.04, y + 0.06), 0.92, 0.88, one.verdict))
    if one.verdict != STANDS:
        bold = "bold" if one.verdict == BREAKS else "normal"
        axes.text(x + 0.5, y + 0.52, "↑" if one.mean.delta > 0 else "↓", ha="center", va="center", fontsize=10,
                  color="white" if one.verdict in (BREAKS, MENDS) else style.INK, fontweight=bold)


def box(corner: tuple[float, float], wide: float, tall: float, verdict: str) -> Rectangle:
    """A cell's ground; what breaks is framed, because its colour is as dark as that of what mends."""
    return Rectangle(corner, wide, tall, facecolor=FILL[verdict], edgecolor=style.INK,
                     linewidth=1.6 if verdict == BREAKS else 0)


def head(figure: Figure, subtitle: str, tall: float) -> None:
    """Title, which worlds, and what the colours mean."""
    figure.text(0.015, 1 - 0.22 / tall, "Which pattern needs which mechanism", fontsize=15, fontweight="bold",
                color=style.INK, va="center")
    figure.text(0.015, 1 - 0.48 / tall, f"{subtitle}; each mechanism off in turn. Evidence about this model.",
                fontsize=9, color=style.QUIET, va="center")
    handles = [box((0, 0), 1, 1, one) for one in WORD]
    figure.legend(handles, list(WORD.values()), loc="lower right", bbox_to_anchor=(0.995, 0.0), ncols=len(WORD),
                  fontsize=8, frameon=False, borderaxespad=0.2)
