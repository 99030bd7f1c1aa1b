"""Two panels in which the twins look alike, and the one that tells them apart."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.figures import style

COLORS = (style.BLUE, style.VERMILION)  # a pair of twins each


def draw(found: Sequence[Mapping[str, Any]], path: Path, note: str) -> None:
    """Worlds with effects as full marks, their twins as open ones."""
    figure = style.canvas("What the ladder and the promoters cannot tell, an experiment can", note)
    left, middle, right = (figure.add_axes(box) for box in (
        (0.06, 0.14, 0.26, 0.62), (0.385, 0.14, 0.24, 0.62), (0.69, 0.14, 0.29, 0.62)))
    for place, one in enumerate(found):
        look = {"color": COLORS[place // 2], "marker": "s" if place % 2 else "o", "markersize": 8,
                "markerfacecolor": "white" if place % 2 else COLORS[place // 2]}
        steps = np.arange(1, len(one["ladder"]) + 1)
        left.plot(steps, one["ladder"], linestyle="--" if place % 2 else "-", label=one["case"], linewidth=1.8, **look)
        for axes, name in ((middle, "promoters"), (right, "later")):
            value, low, high = one[name]
            axes.plot([place, place], [low, high], color=look["color"], linewidth=2)
            axes.plot(place, value, linestyle="none", **look)
    style.dress(left, "P(order k + 1 | order k) in 14 days", "Alike: the ladder")
    left.set(xticks=steps, xlabel="k", ylim=(0.5, 1.0))
    style.dress(middle, "promoters' / detractors' orders in 14 days", "Alike: promoters' repurchase")
    middle.set_ylim(bottom=0)
    style.dress(right, "later orders of a nudged new buyer", "Different: a nudge, by lot")
    for axes, line in ((middle, 1.0), (right, 0.0)):
        axes.axhline(line, color=style.INK, linewidth=0.9)
        _name_places(axes, len(found))
    left.legend(frameon=False, fontsize=9, loc="lower left")
    style.save(figure, path)


def _name_places(axes: Axes, number: int) -> None:
    """Each pair of twins side by side."""
    axes.set(xticks=range(number), xlim=(-0.6, number - 0.4),
             xticklabels=["twin" if place % 2 else "effects" for place in range(number)])
