"""The guardrails' figure: every arm's difference in each guarded metric, in its own unit, against the margin."""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from sim.figures import style
from sim.lab.effects import Comparison, Effect
from sim.lab.report import look
from sim.lab.report.amounts import fixed, interval, places_of, scale_of
from sim.lab.report.courses import join, treated
from sim.lab.report.look import ArmLook, Chart
from sim.lab.report.words import Words

ROW = 0.24  # inches


def rails(comparison: Comparison, words: Words) -> Chart | None:
    """A plot a guarded metric; None where none has a margin.

    Margins are read from `manifest["margins"]`, metric: harm allowed in the metric's own unit, negative where
    less is worse.
    """
    margins = {name: float(margin) for name, margin in comparison.manifest.get("margins", {}).items()}
    arms = treated(comparison)
    guarded = {metric: [one for one in comparison.effects if one.metric == metric and one.arm in arms]
               for metric in margins}
    guarded = {metric: found for metric, found in guarded.items() if any(math.isfinite(one.delta) for one in found)}
    if not guarded:
        return None
    rows, columns = look.grid_of(len(guarded))
    figure = look.sheet(words("rails_title"), words("rails_note", control=look.clip(comparison.control)),
                        rows * (ROW * len(arms) + 0.95), key_of(arms, words))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (metric, found) in zip(grid, guarded.items(), strict=False):
        draw_rail(axes, found, margins[metric], list(arms.values()), words)
    for spare in grid[len(guarded):]:
        spare.remove()
    shown = [(one, margins[metric]) for metric, found in guarded.items() for one in found]
    return Chart("guardrails", look.finish(figure), data_of(shown), words("alt_rails", values=told(shown, words)))


def draw_rail(axes: Axes, effects: Sequence[Effect], margin: float, arms: Sequence[ArmLook], words: Words) -> None:
    """The arms' differences below each other, zero, and the ground beyond the margin."""
    scale = scale_of(effects[0].unit, words)
    look.dress(axes, "", words.title(effects[0].metric))
    places = {arm.label: k for k, arm in enumerate(arms)}
    for one in effects:
        arm = arms[places[look.clip(one.arm)]]
        axes.plot([scale.factor * one.low, scale.factor * one.high], [places[arm.label]] * 2, color=arm.color,
                  linewidth=1.8, marker="|", markersize=7, markeredgewidth=1.4)
        axes.plot(scale.factor * one.delta, places[arm.label], **arm.marks | {"linestyle": "none", "markersize": 6.5})
    axes.margins(x=0.12)
    low, high = axes.get_xlim()
    edge = scale.factor * margin
    low, high = min(low, 1.25 * edge), max(high, 1.25 * edge)
    axes.set_xlim(low, high)
    axes.axvspan(low if margin < 0 else edge, edge if margin < 0 else high, facecolor="#d0d0d0", hatch="////",
                 edgecolor="white", linewidth=0, zorder=0)
    axes.axvline(edge, color=style.BLACK, linewidth=2.2, linestyle=(0, (1, 0.7)), zorder=2)
    axes.set_ylim(len(arms) - 0.4, -0.6)
    axes.set_yticks([])
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.spines["left"].set_visible(False)
    look.amount_axis(axes, "x", sign=True, ticks=5)
    look.zero_line(axes, upright=True)
    axes.set_xlabel(words("money_axis", unit=scale.difference), fontsize=look.SMALL, color=style.INK)


def key_of(arms: dict[str, ArmLook], words: Words) -> list[tuple[Artist, str]]:
    """The arms, and the ground beyond the margin."""
    ground = Patch(facecolor="#d0d0d0", hatch="////", edgecolor="white", linewidth=0)
    return [*look.arm_key(arms, joined=False), (ground, words("rails_harm"))]


def data_of(shown: Sequence[tuple[Effect, float]]) -> dict[str, list[Any]]:
    """A line a bar, in the metric's own unit."""
    columns: dict[str, list[Any]] = {name: [getattr(one, name) for one, _ in shown]
                                     for name in ("metric", "arm", "delta", "low", "high")}
    return columns | {"margin": [margin for _, margin in shown]}


def told(shown: Sequence[tuple[Effect, float]], words: Words) -> str:
    """The bars in words."""
    said = []
    for one, _ in shown:
        scale = scale_of(one.unit, words)
        low, high, value = (scale.factor * part for part in (one.low, one.high, one.delta))
        places = places_of(low, high, value)
        said.append(f"{one.arm}, {words.metric(one.metric)}: {fixed(value, places, True)} {scale.difference} "
                    f"{interval(low, high, places, True)}")
    return join(said)
