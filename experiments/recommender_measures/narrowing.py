"""Does exploration keep tastes wide? It hangs on what moves a taste: what was viewed long, or what was shown at all."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from measure import Lived, lived

from sim.files import write_json
from sim.lab.stats.paired import paired_t

STILL = "world.interest.drift=0"  # taste's own random step would hide the little that is asked for
RULES = {"long views pull": (STILL, "world.interest.pull=0.002"),
         "what is shown pulls": (STILL, "world.interest.pull=0", "world.interest.exposure=0.0005")}
DOSES = (0.05, 0.20)  # share of organic slots that explore: the default, and four times it
Worlds = Mapping[tuple[str, float], Sequence[Lived]]


def narrowed(worlds: Sequence[Lived]) -> np.ndarray:
    """By how much tastes narrowed in each world, per cent of the effective number of categories liked at first."""
    first, last = np.array([one.liked for one in worlds]).T
    return 100.0 * (1.0 - last / first)


def told(found: Worlds) -> list[dict[str, object]]:
    """For each rule: narrowing by dose, and how much of it exploration spares, seed by seed, with its interval."""
    rows: list[dict[str, object]] = []
    for rule in RULES:
        less, more = (narrowed(found[rule, dose]) for dose in DOSES)
        spared = paired_t(100.0 * (1.0 - more / less))
        rows.append({"rule": rule, "narrowed": {str(dose): narrowed(found[rule, dose]).tolist() for dose in DOSES},
                     "spared": [float(spared.delta), float(spared.low), float(spared.high)], "p": float(spared.p),
                     "shown": [float(np.mean([one.exposed for one in found[rule, dose]])) for dose in DOSES],
                     "served": [float(np.mean([one.served for one in found[rule, dose]])) for dose in DOSES]})
    return rows


def draw(found: Worlds, path: Path, note: str) -> None:
    """Breadth of what is shown, and narrowing of tastes, each world a line from less exploration to more."""
    from sim.figures import style

    figure = style.canvas("Exploration widens the feed; whether it spares tastes hangs on what moves them", note)
    left, right = (figure.add_axes(box) for box in ((0.07, 0.13, 0.38, 0.62), (0.57, 0.13, 0.38, 0.62)))
    looks = dict(zip(RULES, ((style.BLUE, "o", "-"), (style.VERMILION, "s", "--")), strict=True))
    for rule, (color, mark, dash) in looks.items():
        shown = np.array([[one.exposed for one in found[rule, dose]] for dose in DOSES])
        for axes, values in ((left, shown), (right, np.array([narrowed(found[rule, dose]) for dose in DOSES]))):
            axes.plot(range(len(DOSES)), values, color=color, linewidth=0.8, alpha=0.5)
            axes.plot(range(len(DOSES)), values.mean(axis=1), color=color, marker=mark, linestyle=dash, linewidth=2.2,
                      label=rule)
    style.dress(left, "effective categories in a user's videos of 30 days", "What is shown")
    style.dress(right, "% fewer categories liked than on the first day", "Narrowing of tastes")
    for axes in (left, right):
        axes.set(xticks=range(len(DOSES)), xticklabels=[f"{dose:.0%}" for dose in DOSES], ylim=(0, None),
                 xlim=(-0.3, 1.3), xlabel="of organic slots explore")
    right.legend(frameon=False, fontsize=10, loc="lower left")
    style.save(figure, path)


def main() -> int:
    """Live the worlds, print and write what they say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/recommender_narrowing")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--n", type=int, default=5)
    asked = parser.parse_args()
    found = {(rule, dose): [lived(asked.days, f"replication={k}", f"world.feed.explore_share={dose}", *overrides)
                            for k in range(asked.n)] for rule, overrides in RULES.items() for dose in DOSES}
    out = Path(asked.out)
    out.mkdir(parents=True, exist_ok=True)
    for one in told(found):
        print("{rule}: {narrowed}; exploration spares {spared} % of it (mean, 95 % interval), p {p:.3g}".format(**one))
    write_json(out / "found.json", {"rows": told(found)})
    draw(found, out / "narrowing.png", f"Classroom of 1,000, {asked.days} days from the first, {asked.n} worlds a "
         "setting (thin lines). Evidence about this model, not a forecast.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
