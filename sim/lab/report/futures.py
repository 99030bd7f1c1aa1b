"""The verdict over futures: every arm's effect in each of them, sorted, and which assumed parameters move it."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures import style
from sim.lab.effects import Comparison, Ensemble, Robustness
from sim.lab.report import look
from sim.lab.report.amounts import DASH, Scale, fixed, percent, plain, scale_of
from sim.lab.report.blocks import Block, Picture, Text, simple
from sim.lab.report.courses import PANEL, join, panels
from sim.lab.report.look import Chart
from sim.lab.report.words import Words

BARS = 10  # parameters in the tornado, the strongest of any arm; its CSV has all
SIGNS: dict[int, dict[str, Any]] = {  # told apart by shape and filling, in grey too
    1: {"color": style.BLUE, "marker": "^", "markerfacecolor": style.BLUE},
    0: {"color": style.BLACK, "marker": "o", "markerfacecolor": "white"},
    -1: {"color": style.VERMILION, "marker": "v", "markerfacecolor": "white"}}

def blocks(comparison: Comparison, words: Words) -> list[Block]:
    """Sentences, both figures, ranges and refusals; nothing without futures."""
    found = comparison.futures
    if found is None:
        return []
    said = [Text(one.sentence) for one in found.arms]
    note = Text(words("futures_note", k=len(found.numbers), n=found.n, count=len(found.parameters)), "note")
    draw: Sequence[Callable[[Comparison, Ensemble, Words], Chart | None]] = (sorted_effects, tornado)
    charts = [chart for one in draw if (chart := one(comparison, found, look.figure_words(words)))]
    pictures = [Picture(chart, words("data_in", file=f"figures/{chart.name}.csv")) for chart in charts]
    refused = [Text(words("futures_refused", count=len(found.refused), parts="; ".join(found.refused)))]
    return [*said, note, *pictures, ranges(found, words), *(refused if found.refused else [])]


def ranges(found: Ensemble, words: Words) -> Block:
    """The parameters that differ between futures, and how strongly each arm's effect goes with them."""
    heads = [words("key"), words("range"), words("source"), *(one.arm for one in found.arms)]
    rows = [(key, f"{plain(found.low[k])} … {plain(found.high[k])}", found.sources[k],
             *(coefficient(one, k, found.alpha) for one in found.arms)) for k, key in enumerate(found.parameters)]
    return simple(heads, rows, (0, 1, 2))


def coefficient(one: Robustness, k: int, alpha: float) -> str:
    """A rank correlation, starred where it is significant once adjusted."""
    star = "*" if one.p_adjusted[k] <= alpha else ""
    return fixed(float(one.correlation[k]), 2, True) + star


# ---- effects, sorted -----------------------------------------------------------------------------

def sorted_effects(comparison: Comparison, found: Ensemble, words: Words) -> Chart | None:
    """Every future's effect from the smallest to the largest, a panel an arm; None where none is known."""
    if not style.has_data(*(one.effects for one in found.arms)):
        return None
    scale, name = scale_of(unit_of(comparison), words), words.title(comparison.primary)
    most = scale.factor * style.largest(*(one.effects for one in found.arms))
    divisor, label = look.divisor_for(most, scale.difference, words)
    names = [one.arm for one in found.arms]
    figure = look.sheet(words("futures_title", metric=name), words("futures_figure_note", n=found.n),
                        0.4 + PANEL * look.grid_of(len(names))[0] * (1.3 if len(names) < 3 else 1), sign_key(words))
    for axes, one in zip(panels(figure, names), found.arms, strict=True):
        look.dress(axes, "", look.clip(one.arm))
        draw_sorted(axes, one, scale.factor / divisor)
        axes.set_xlabel(words("futures_axis"), fontsize=look.SMALL, color=style.INK)
    look.side_label(figure, words("money_axis", unit=label))
    return Chart("futures", look.finish(figure), effect_data(found),
                 words("alt_futures", metric=name, values=join([ends(one, scale) for one in found.arms])))


def draw_sorted(axes: Axes, one: Robustness, factor: float) -> None:
    """One arm's futures by size, a mark by sign on a thin stem from zero."""
    values = factor * np.sort(one.effects[np.isfinite(one.effects)])
    places = np.arange(1, len(values) + 1)
    axes.vlines(places, 0, values, color=style.QUIET, linewidth=0.7)
    for sign, marks in SIGNS.items():
        chosen = np.sign(values) == sign
        axes.plot(places[chosen], values[chosen], linestyle="none", markersize=5, **marks)
    look.amount_axis(axes, sign=True)
    look.amount_axis(axes, "x", ticks=5, whole=True)
    look.zero_line(axes)


def sign_key(words: Words) -> list[tuple[Artist, str]]:
    """What the marks mean."""
    return [(Line2D([], [], linestyle="none", markersize=6, **SIGNS[sign]), words(key))
            for sign, key in ((1, "futures_up"), (-1, "futures_down"), (0, "futures_zero"))]


def ends(one: Robustness, scale: Scale) -> str:
    """An arm's smallest and largest effect in words."""
    known = scale.factor * one.effects[np.isfinite(one.effects)]
    span = f"{plain(float(known.min()))} … {plain(float(known.max()))}{scale.after}" if len(known) else DASH
    return f"{one.arm} {span}, {percent(one.holds, 0, False)}"


def effect_data(found: Ensemble) -> dict[str, list[Any]]:
    """A line an arm and future: its effect in the metric's own unit, and what was assumed in it."""
    count = len(found.arms)
    columns: dict[str, list[Any]] = {
        "arm": [one.arm for one in found.arms for _ in found.numbers], "future": found.numbers.tolist() * count,
        "effect": [float(value) for one in found.arms for value in one.effects]}
    return columns | {key: found.values[:, k].tolist() * count for k, key in enumerate(found.parameters)}


# ---- which parameters ----------------------------------------------------------------------------

def tornado(comparison: Comparison, found: Ensemble, words: Words) -> Chart | None:
    """Rank correlations of the strongest parameters with the effect, a panel an arm; None where none is defined."""
    shown = [one for one in found.arms if np.isfinite(one.correlation).any()]
    if not shown:
        return None
    strength = np.array([np.nan_to_num(np.abs(one.correlation)) for one in shown]).max(axis=0)
    order = np.argsort(-1.0 * strength, kind="stable")[:BARS]
    figure = look.sheet(words("tornado_title", metric=words.title(comparison.primary)), words("tornado_note"),
                        (0.75 + 0.24 * len(order)) * look.grid_of(len(shown))[0], bar_key(words))
    for axes, one in zip(panels(figure, [one.arm for one in shown]), shown, strict=True):
        look.dress(axes, "", look.clip(one.arm))
        draw_bars(axes, one, order, found.alpha)
        axes.set_yticks(range(len(order)), [look.clip(last(found.parameters[k]), 24) for k in order])
        axes.set_xlabel(words("tornado_axis"), fontsize=look.SMALL, color=style.INK)
    return Chart("futures_tornado", look.finish(figure), rank_data(found),
                 words("alt_bars", values=join([strongest(one, found) for one in shown])))


def draw_bars(axes: Axes, one: Robustness, order: np.ndarray, alpha: float) -> None:
    """The bars of one arm from the strongest down: filled where significant, open and hatched elsewhere."""
    for row, k in enumerate(order):
        clear = one.p_adjusted[k] <= alpha
        axes.barh(row, np.nan_to_num(one.correlation[k]), 0.68, **bar(clear))
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_xlim(-1, 1)
    axes.grid(visible=False, axis="y")
    look.zero_line(axes, upright=True)


def bar(clear: bool) -> dict[str, Any]:
    """How a bar looks."""
    return {"facecolor": style.BLUE if clear else "white", "edgecolor": style.INK, "linewidth": 0.8,
            "hatch": None if clear else "////"}


def bar_key(words: Words) -> list[tuple[Artist, str]]:
    """What filled and hatched mean."""
    return [(Patch(**bar(True)), words("tornado_clear")), (Patch(**bar(False)), words("tornado_open"))]


def last(key: str) -> str:
    """A key without the groups all have in common."""
    return key.removeprefix("world.")


def strongest(one: Robustness, found: Ensemble) -> str:
    """The strongest correlation of an arm in words."""
    k = int(np.nanargmax(np.abs(one.correlation)))
    return f"{one.arm}: {found.parameters[k]} {coefficient(one, k, found.alpha)}"


def rank_data(found: Ensemble) -> dict[str, list[Any]]:
    """A line an arm and parameter."""
    return {"arm": [one.arm for one in found.arms for _ in found.parameters],
            "parameter": list(found.parameters) * len(found.arms),
            "low": found.low.tolist() * len(found.arms), "high": found.high.tolist() * len(found.arms),
            "rank_correlation": [float(value) for one in found.arms for value in one.correlation],
            "p_adjusted": [float(value) for one in found.arms for value in one.p_adjusted]}


def unit_of(comparison: Comparison) -> str:
    """The primary metric's unit."""
    return next((one.unit for one in comparison.effects if one.metric == comparison.primary), "")
