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


PLAIN, PUSHED, GIVEN = "as it is", "with the coupon", "with an order given"


class Case(NamedTuple):
    """A kind of world: its name, its overrides, what an order adds to habit."""

    name: str
    overrides: tuple[str, ...]
    gain: float = 0.0


def with_habit(gain: float) -> Case:
    """The default world with another gain of habit an order."""
    return Case(f"habit {gain:g}", (f"world.satisfy.habit_gain={gain}",), gain)


def without(spread: float, name: str = "") -> Case:
    """A world whose people differ by `buyer_sd` and get used to nothing."""
    return Case(name or f"none, spread {spread:.3g}", (*NO_HABIT, f"world.choice.buyer_sd={spread:.4g}"))


def lived(overrides: Sequence[str], gain: float = 0.0) -> dict[str, Any]:
    """One world: its daily orders, and of all who ordered in the ladder's days how many reached 1, 2, … orders.

    `gain` above 0: on day 0 every shopper without an order in the present stay gets the habit that one order leaves,
    and nothing else of it; `given` counts them.

    The ladder counts the orders of everybody's first `WINDOW` days of the record: as many people as there are, all
    followed equally long. CDNOW's cohort is read so, too.
    """
    from sim.lab.work import Notes
    from sim.model import InterestCommerceModel
    from sim.runner import add_open_orders, live_day

    model, notes = InterestCommerceModel(configure(*overrides)), Notes()
    given = 0
    while model.day < model.cfg.horizon:
        if model.day == 0:
            given = give(model.world.users, gain)
        live_day(model, notes, model.day, np.zeros(0, np.int64))
    add_open_orders(model, notes)
    log = np.concatenate(notes.orders)
    log = log[(log["day"] >= 0) & (log["day"] < WINDOW)]
    each = np.bincount(np.bincount(log["user"])[np.unique(log["user"])], minlength=STEPS + 2)
    reached = each[::-1].cumsum()[::-1][1:STEPS + 2].tolist()
    return {"orders": [row["orders"] for row in notes.rows], "reached": reached, "given": given}


def give(users: np.ndarray, gain: float) -> int:
    """Raise the habit of shoppers who have not ordered in this stay as an order would; how many they are."""
    who = (users["state"] > 0) & (users["shopper"] > 0) & (users["orders_spell"] == 0)
    users["habit"][who] += gain * (1.0 - users["habit"][who])
    return int(who.sum())


class Bank:
    """The worlds lived so far, a JSON file each in a folder."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.folder = asked, Path(asked.out) / "worlds"
        self.folder.mkdir(parents=True, exist_ok=True)

    def overrides(self, case: Case, kind: str, k: int) -> tuple[str, ...]:
        """Everything a world is made of."""
        size = (f"population.users={self.asked.users}", f"horizon={self.asked.horizon}", f"replication={k}")
        return (*WORLD, *size, *case.overrides, *(COUPON if kind == PUSHED else ()))

    def fill(self, cells: Sequence[tuple[Case, str]]) -> None:
        """Live those worlds that are not there yet."""
        todo = {self.path(case, kind, k): (self.overrides(case, kind, k), case.gain if kind == GIVEN else 0.0)
                for case, kind in cells for k in range(self.asked.n) if not self.path(case, kind, k).exists()}
        with ProcessPoolExecutor(self.asked.workers, get_context("spawn")) as pool:
            going = {pool.submit(lived, *task): path for path, task in todo.items()}
            for done, one in enumerate(as_completed(going), 1):
                write_json(going[one], one.result())
                print(f"{done} of {len(going)} worlds", flush=True)

    def path(self, case: Case, kind: str, k: int) -> Path:
        """Where a world is kept."""
        from sim.config import question_key

        key = question_key(configure(*self.overrides(case, kind, k)))[:20]
        return self.folder / f"{key}{'-given' if kind == GIVEN else ''}.json"

    def read(self, case: Case, kind: str = PLAIN) -> list[dict[str, Any]]:
        """The worlds of a case, in the order of their seeds."""
        return [json.loads(self.path(case, kind, k).read_text("utf-8")) for k in range(self.asked.n)]

    def ladder(self, case: Case) -> np.ndarray:
        """P(order k + 1 | order k), k = 1 … 4, all worlds' buyers together."""
        reached = np.sum([one["reached"] for one in self.read(case)], axis=0)
        return reached[1:] / reached[:-1]

    def gains(self, case: Case, kind: str) -> np.ndarray:
        """Daily orders more than in the same seeds as they are, (n, days)."""
        return np.array([np.subtract(one["orders"], plain["orders"])
                         for one, plain in zip(self.read(case, kind), self.read(case), strict=True)])

    def later(self, case: Case) -> np.ndarray:
        """Later orders for each order that the coupon added, world by world, (n,)."""
        gains = self.gains(case, PUSHED)
        return gains[:, WINDOW:].sum(axis=1) / gains[:, :WINDOW].sum(axis=1)

    def effect(self, case: Case) -> np.ndarray:
        """Orders that follow the first one given to a shopper without any, (n,); without habit it leaves nothing."""
        if not case.gain:
            return np.zeros(self.asked.n)
        return self.gains(case, GIVEN).sum(axis=1) / np.array([one["given"] for one in self.read(case, GIVEN)])


def fitted(bank: Bank, target: np.ndarray) -> float:
    """The `buyer_sd` whose ladder without habit lies nearest to a target, by a parabola through the squared gaps."""
    gaps = [float(((bank.ladder(without(spread)) - target) ** 2).sum()) for spread in SPREADS]
    a, b, _ = np.polyfit(SPREADS, gaps, 2)
    best = -b / (2 * a) if a > 0 else SPREADS[int(np.argmin(gaps))]
    return float(np.clip(best, SPREADS[0], 3.0))


def measured(bank: Bank) -> Iterator[dict[str, Any]]:
    """Every case: its ladder, and what an order given and orders pushed leave behind, with intervals over worlds."""
    seen = [with_habit(0.0), with_habit(0.08), with_habit(0.2)]
    bank.fill([(case, PLAIN) for case in (*seen, *map(without, SPREADS))])
    twins = [without(fitted(bank, bank.ladder(case)), f"no habit, as {case.name}") for case in seen[1:]]
    bank.fill([(case, kind) for case in (*seen, *twins) for kind in (PLAIN, PUSHED)])
    bank.fill([(case, GIVEN) for case in seen[1:]])
    for case in (*seen, *twins):
        given, pushed = (paired_t(values) for values in (bank.effect(case), bank.later(case)))
        yield {"case": case.name, "overrides": list(case.overrides), "ladder": bank.ladder(case).tolist(),
               "given": [float(given.delta), float(given.low), float(given.high)],
               "pushed": [float(pushed.delta), float(pushed.low), float(pushed.high)]}


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
        value, low, high = one["given"]
        right.plot([low, high], [place] * 2, color=color, linewidth=2)
        right.plot(value, place, mark, color=color, markersize=9, **open_)
    style.dress(left, f"P(order k + 1 | order k) within {WINDOW} days", "What a dashboard sees")
    left.set(xticks=steps, xlabel="k")
    left.set_ylim(0.6, 1.0)
    left.legend(frameon=False, fontsize=9, loc="lower left")
    style.dress(right, "", "What one more order does")
    right.set(yticks=range(len(found)), yticklabels=[one["case"] for one in found], ylim=(len(found) - 0.5, -0.5),
              xlabel="later orders of who is given one, 95 % CI")
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
        given, pushed = ("{:+.2f} ({:+.2f} … {:+.2f})".format(*one[name]) for name in ("given", "pushed"))
        print(f"{one['case']:<26}{ladder}   later orders: of one given {given}, of one pushed {pushed}")
    write_json(out / "found.json", {"cases": found})
    draw(found, out / "habit_or_heterogeneity.png",
         f"Town of {asked.users:,}, {asked.n} paired worlds a case, {asked.horizon} days; no habit: people differ more "
         "instead (buyer_sd refitted). Evidence about this model, not a forecast.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
