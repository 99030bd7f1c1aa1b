"""The figure of a calibration: loss over trials, and each target's values against its band."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loss import distance


def draw(trials: Sequence[Any], cards: Sequence[Sequence[dict[str, Any]]], path: Path) -> None:
    """Write the figure; values are in half-widths from the band's middle, so that the band is −1 … 1 for all."""
    from matplotlib.figure import Figure

    best = min(trials, key=lambda one: one.value)
    lines = [line for line in cards[trials.index(best)] if line["role"] == "calibrated" and line["low"] is not None]
    figure = Figure(figsize=(11, 2 + 0.3 * max(len(lines), 8)), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2))
    left.plot([one.number for one in trials], [one.value for one in trials], "o", color="0.5", label="trial")
    left.plot(best.number, best.value, "D", color="0", label="best")
    left.set(xlabel="trial", ylabel="loss, squared half-widths")
    left.set_ylim(0, 1.05 * max(one.value for one in trials) + 0.1)
    left.xaxis.get_major_locator().set_params(integer=True)
    left.legend(frameon=False)
    right.axvspan(-1, 1, color="0.88")
    for row, line in enumerate(lines):
        for one, card in zip(trials, cards, strict=True):
            mine = next(other for other in card if other["id"] == line["id"])
            if mine["value"] is not None:
                right.plot(place(mine), row, "D" if one is best else "|", color="0" if one is best else "0.45")
    labels = [line["id"] + verdict(line) for line in lines]
    right.set(yticks=range(len(lines)), yticklabels=labels, xlim=(-6.3, 6.3), ylim=(len(lines) - 0.5, -0.5),
              xlabel="half-widths from the band's middle, cut at ±6; grey: the band")
    figure.savefig(path, dpi=150)


def place(line: dict[str, Any]) -> float:
    """A value in half-widths from its band's middle, cut at ±6."""
    half = (line["high"] - line["low"]) / 2
    middle = (line["high"] + line["low"]) / 2
    return float(max(-6.0, min(6.0, (line["value"] - middle) / half)))


def verdict(line: dict[str, Any]) -> str:
    """What the best trial's value is, where it is not inside."""
    if line["value"] is None:
        return " (undefined)"
    return "" if distance(line) == 0 else " (out)"
