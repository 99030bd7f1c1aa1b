"""Habit or heterogeneity: twins that show the same ladder and the same promoters, and a nudge that tells them apart."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from worlds import NUDGE, STEPS, WINDOW, Bank, Case, effects, people

from sim.files import write_json
from sim.lab.stats.paired import paired_t

GAINS = (0.08, 0.2)  # habit an order: the default, and the largest that model.md considers
TRIED = ((2.0, 0.0), (2.6, 0.0), (2.0, 0.5), (2.6, 0.5), (2.3, 0.8))  # buyer_sd and person_buying
CHANCE_UNIT, RATIO_UNIT = 0.02, 0.10  # misses of a P(k + 1 | k) and of a log ratio that count alike in the fit
Interval = list[float]  # mean, low, high


def ladder(bank: Bank, case: Case) -> np.ndarray:
    """P(order k + 1 | order k), k = 1 … 4, all worlds' buyers together."""
    reached = np.sum([one["reached"] for one in bank.read(case)], axis=0)
    return reached[1:] / reached[:-1]


def ratios(bank: Bank, case: Case) -> np.ndarray:
    """ln of promoters' over detractors' orders a head in the 14 days after they were asked, world by world, (n,)."""
    each = np.array([[one["promoters"], one["detractors"]] for one in bank.read(case)], float)
    heads = each[:, :, 0] / each[:, :, 1]
    return np.log(heads[:, 0] / heads[:, 1])


def seen(bank: Bank, case: Case) -> np.ndarray:
    """What a dashboard sees of a case, in units of the fit: the ladder and the promoters' ratio, (5,)."""
    return np.append(ladder(bank, case) / CHANCE_UNIT, ratios(bank, case).mean() / RATIO_UNIT)


def twin(bank: Bank, target: Case, name: str) -> Case:
    """The world without effects that looks most like another: least squares on planes through the settings tried."""
    terms = np.array([[1.0, spread, shared, spread * shared] for spread, shared in TRIED])
    planes = np.linalg.lstsq(terms, np.array([seen(bank, people(*one)) for one in TRIED]), rcond=None)[0]
    spread, shared = (grid.ravel() for grid in np.meshgrid(np.linspace(1.6, 3.0, 141), np.linspace(0.0, 0.95, 96)))
    there = np.column_stack([np.ones_like(spread), spread, shared, spread * shared]) @ planes
    best = int(((there - seen(bank, target)) ** 2).sum(axis=1).argmin())
    return people(float(spread[best]), float(shared[best]), name)


def pairs(bank: Bank, case: Case, who: str) -> np.ndarray:
    """Orders that the nudge added to each new buyer of a half, in the window and after it, all worlds, (people, 2)."""
    plain, nudged = (np.concatenate([np.reshape(one[who], (-1, 2)) for one in bank.read(case, flag)])
                     for flag in (False, True))
    return nudged - plain


def interval(values: np.ndarray, scale: Any = float) -> Interval:
    """Mean and 95 % interval, on a scale."""
    found = paired_t(values)
    return [float(scale(part)) for part in (found.delta, found.low, found.high)]


def described(bank: Bank, case: Case) -> dict[str, Any]:
    """A case as the figure and the table show it; intervals over worlds, of the nudge over people."""
    drawn, others = (pairs(bank, case, who) for who in ("drawn", "others"))
    return {"case": case.name, "overrides": list(case.overrides), "ladder": ladder(bank, case).tolist(),
            "promoters": interval(ratios(bank, case), np.exp), "nudged": len(drawn),
            "pushed": interval(drawn[:, 0]), "later": interval(drawn[:, 1]), "spill": interval(others[:, 1])}


def measured(bank: Bank) -> Iterator[dict[str, Any]]:
    """Each world with effects and its twin without, then by how much more the nudge leaves behind in the first."""
    real = [effects(gain) for gain in GAINS]
    bank.fill([(case, flag) for case in real for flag in (False, True)] + [(people(*one), False) for one in TRIED])
    twins = [twin(bank, case, f"twin of habit {gain:g}, none") for case, gain in zip(real, GAINS, strict=True)]
    bank.fill([(case, flag) for case in twins for flag in (False, True)])
    for case, other in zip(real, twins, strict=True):
        yield described(bank, case)
        yield described(bank, other)


def read_command(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/habit_or_heterogeneity")
    for name, value in (("users", 4000), ("horizon", 60), ("n", 6), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args(arguments)
    if asked.n < 2 or asked.horizon <= 2 * WINDOW:
        parser.error(f"--n is 2 or more, --horizon above {2 * WINDOW}")
    return asked


def told(one: Mapping[str, Any]) -> str:
    """A case in one line."""
    steps = " ".join(f"{p:.3f}" for p in one["ladder"])
    rest = "  ".join("{} {:+.2f} ({:+.2f} … {:+.2f})".format(name, *one[name])
                     for name in ("promoters", "pushed", "later", "spill"))
    return f"{one['case']:<24}{steps}  {rest}  of {one['nudged']}"


def main() -> int:
    """Live the worlds, print and write what they say."""
    from picture import draw

    asked = read_command()
    out, found = Path(asked.out), []
    for one in measured(Bank(asked)):
        found.append(one)
        print(told(one), flush=True)
    write_json(out / "found.json", {"cases": found, "nudge": NUDGE, "steps": STEPS})
    draw(found, out / "habit_or_heterogeneity.png",
         f"Town of {asked.users:,}, {asked.n} worlds a case, {asked.horizon} days. Twins: no habit, no effect of "
         "satisfaction; people differ more instead. Evidence about this model, not a forecast.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
