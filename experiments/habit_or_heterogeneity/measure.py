"""Worlds with and without habit that show the same order ladder, and what one more order does in each; resumable."""
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.compose import configure
from sim.files import write_json
from sim.lab.stats.paired import paired_t

WORLD = ("population=town", "burn_in=30", "block=explore", "threads=1", "progress=false", "record.panel=0")
COUPON = ("policy=[subsidy]", "policy.subsidy.depth=0.3", "policy.subsidy.threshold_yuan=0", "policy.subsidy.stop=14",
          "policy.subsidy.daily_share=1", "policy.subsidy.life=1")
WINDOW = 14  # days in which orders are pushed, and later ones counted from its end
STEPS = 4
NO_HABIT = ("world.satisfy.habit_gain=0", "world.satisfy.habit_start=0")
SPREADS = (2.0, 2.4, 2.8)  # buyer_sd tried for worlds without habit; the first is the default


class Case(NamedTuple):
    """A kind of world: its name and its overrides."""

    name: str
    overrides: tuple[str, ...]


def with_habit(gain: float) -> Case:
    """The default world with another gain of habit an order."""
    return Case(f"habit {gain:g}", (f"world.satisfy.habit_gain={gain}",))


def without(spread: float, name: str = "") -> Case:
    """A world whose people differ by `buyer_sd` and get used to nothing."""
    return Case(name or f"none, spread {spread:.3g}", (*NO_HABIT, f"world.choice.buyer_sd={spread:.4g}"))


def lived(overrides: Sequence[str]) -> dict[str, Any]:
    """One world: its daily orders, and of all who ordered in the ladder's days how many reached 1, 2, … orders.

    The ladder counts the orders of everybody's first `WINDOW` days of the record: as many people as there are, all
    followed equally long. CDNOW's cohort is read so, too.
    """
    from sim.lab.work import Notes
    from sim.model import InterestCommerceModel
    from sim.runner import add_open_orders, live_day

    model, notes = InterestCommerceModel(configure(*overrides)), Notes()
    while model.day < model.cfg.horizon:
        live_day(model, notes, model.day, np.zeros(0, np.int64))
    add_open_orders(model, notes)
    log = np.concatenate(notes.orders)
    log = log[(log["day"] >= 0) & (log["day"] < WINDOW)]
    each = np.bincount(np.bincount(log["user"])[np.unique(log["user"])], minlength=STEPS + 2)
    return {"orders": [row["orders"] for row in notes.rows], "reached": each[::-1].cumsum()[::-1][1:STEPS + 2].tolist()}


class Bank:
    """The worlds lived so far, a JSON file each in a folder."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.folder = asked, Path(asked.out) / "worlds"
        self.folder.mkdir(parents=True, exist_ok=True)

    def overrides(self, case: Case, coupon: bool, k: int) -> tuple[str, ...]:
        """Everything a world is made of."""
        size = (f"population.users={self.asked.users}", f"horizon={self.asked.horizon}", f"replication={k}")
        return (*WORLD, *size, *case.overrides, *(COUPON if coupon else ()))

    def fill(self, cells: Sequence[tuple[Case, bool]]) -> None:
        """Live those worlds that are not there yet."""
        todo = {self.path(words): words for case, coupon in cells for k in range(self.asked.n)
                if not self.path(words := self.overrides(case, coupon, k)).exists()}
        with ProcessPoolExecutor(self.asked.workers, get_context("spawn")) as pool:
            going = {pool.submit(lived, words): path for path, words in todo.items()}
            for done, one in enumerate(as_completed(going), 1):
                write_json(going[one], one.result())
                print(f"{done} of {len(going)} worlds", flush=True)

    def path(self, words: Sequence[str]) -> Path:
        """Where a world is kept; another model makes other worlds."""
        from sim.config import question_key

        return self.folder / f"{question_key(configure(*words))[:20]}.json"

    def read(self, case: Case, coupon: bool) -> list[dict[str, Any]]:
        """The worlds of a case, in the order of their seeds."""
        return [json.loads(self.path(self.overrides(case, coupon, k)).read_text("utf-8")) for k in range(self.asked.n)]

    def ladder(self, case: Case) -> np.ndarray:
        """P(order k + 1 | order k), k = 1 … 4, all worlds' buyers together."""
        reached = np.sum([one["reached"] for one in self.read(case, False)], axis=0)
        return reached[1:] / reached[:-1]

    def later(self, case: Case) -> np.ndarray:
        """Later orders for each order that the coupon added, world by world, (n,)."""
        gains = np.array([np.subtract(with_it["orders"], without_it["orders"]) for with_it, without_it
                          in zip(self.read(case, True), self.read(case, False), strict=True)])
        return gains[:, WINDOW:].sum(axis=1) / gains[:, :WINDOW].sum(axis=1)


def fitted(bank: Bank, target: np.ndarray) -> float:
    """The `buyer_sd` whose ladder without habit lies nearest to a target, by a parabola through the squared gaps."""
    gaps = [float(((bank.ladder(without(spread)) - target) ** 2).sum()) for spread in SPREADS]
    a, b, _ = np.polyfit(SPREADS, gaps, 2)
    best = -b / (2 * a) if a > 0 else SPREADS[int(np.argmin(gaps))]
    return float(np.clip(best, SPREADS[0], 3.0))


def measured(bank: Bank) -> Iterator[dict[str, Any]]:
    """Every case: its ladder, and later orders for each extra order with its interval over worlds."""
    seen = [with_habit(0.0), with_habit(0.08), with_habit(0.2)]
    bank.fill([(case, False) for case in (*seen, *map(without, SPREADS))])
    twins = [without(fitted(bank, bank.ladder(case)), f"no habit, as {case.name}") for case in seen[1:]]
    bank.fill([(case, coupon) for case in (*seen, *twins) for coupon in (False, True)])
    for case in (*seen, *twins):
        mean = paired_t(bank.later(case))
        yield {"case": case.name, "overrides": list(case.overrides), "ladder": bank.ladder(case).tolist(),
               "later_orders": float(mean.delta), "low": float(mean.low), "high": float(mean.high)}


def draw(found: Sequence[Mapping[str, Any]], path: Path, note: str) -> None:
    """The same ladder, different decision: two panels."""
    from sim.figures import style

    figure = style.canvas("The order ladder cannot tell habit from people who differ", note)
    left, right = (figure.add_axes(box) for box in ((0.06, 0.12, 0.41, 0.66), (0.66, 0.12, 0.31, 0.66)))
    looks = {"habit 0": (style.BLACK, "o", ":"), "habit 0.08": (style.BLUE, "o", "-"),
             "habit 0.2": (style.VERMILION, "o", "-"), "no habit, as habit 0.08": (style.BLUE, "s", "--"),
             "no habit, as habit 0.2": (style.VERMILION, "s", "--")}
    steps = np.arange(1, STEPS + 1)
    for place, one in enumerate(found):
        color, mark, dash = looks[one["case"]]
        open_ = {"markerfacecolor": "white"} if mark == "s" else {}
        left.plot(steps, one["ladder"], color=color, marker=mark, linestyle=dash, label=one["case"], markersize=8,
                  linewidth=1.8, **open_)
        right.plot([one["low"], one["high"]], [place] * 2, color=color, linewidth=2, linestyle=dash)
        right.plot(one["later_orders"], place, mark, color=color, markersize=9, **open_)
    style.dress(left, f"P(order k + 1 | order k) within {WINDOW} days", "What a dashboard sees")
    left.set(xticks=steps, xlabel="k")
    left.legend(frameon=False, fontsize=9, loc="lower right")
    style.dress(right, "", "What one more order does")
    right.set(yticks=range(len(found)), yticklabels=[one["case"] for one in found], ylim=(len(found) - 0.5, -0.5),
              xlabel="later orders for each order that the coupon added, 95 % CI over worlds")
    right.axvline(0.0, color=style.INK, linewidth=0.9)
    right.grid(visible=False, axis="y")
    right.grid(axis="x", color=style.GRID, linewidth=0.7)
    style.save(figure, path)


def read_command(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/habit_or_heterogeneity")
    for name, value in (("users", 8000), ("horizon", 70), ("n", 4), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args(arguments)
    if asked.n < 2 or asked.horizon <= WINDOW:
        parser.error(f"--n is 2 or more, --horizon above {WINDOW}")
    return asked


def main() -> int:
    """Live the worlds, print and write what they say."""
    asked = read_command()
    out, found = Path(asked.out), list(measured(Bank(asked)))
    for one in found:
        ladder = "  ".join(f"{p:.3f}" for p in one["ladder"])
        print(f"{one['case']:<26}{ladder}   later orders for each extra one {one['later_orders']:+.2f} "
              f"({one['low']:+.2f} … {one['high']:+.2f})")
    write_json(out / "found.json", {"cases": found})
    draw(found, out / "habit_or_heterogeneity.png",
         f"Town of {asked.users:,}, {asked.n} paired worlds a case; 30 % off for all in days 0–{WINDOW - 1}, then "
         f"{asked.horizon - WINDOW} days. Evidence about this model, not a forecast.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
