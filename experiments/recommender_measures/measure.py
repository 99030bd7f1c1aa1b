"""What a recommender is worth: interest served by kind and by tenure, and what exploration does to taste."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.compose import configure
from sim.files import write_json
from sim.model import InterestCommerceModel
from sim.rules.feed import FRIEND_SLOT
from sim.tables import AD, EXPLORED, LONG, PREVIEW, WATCH

WORLD = ("population=classroom", "population.users=1000", "burn_in=0", "threads=1", "progress=false")
KINDS = ("oracle", "interest", "popularity", "random")
BINS = (0, 1, 2, 4, 7, 14, 30, 60)  # days of a first stay at which a class of tenure begins
FOLLOWED = 30  # last days in which exposure is counted
VIEWS = 100  # fewest videos in them of a user who counts
SHARP = 4.0  # of the softmax that turns nearness to the categories into shares of liking (assumption)


class Lived(NamedTuple):
    """What one world showed its users.

    `watched`: organic slots and watches by class of tenure, (2, classes). `served`: mean interest of organic slots over
    the last days. `exposed`, `viewed`: effective number of categories in a user's videos and long views. `liked`: the
    same of tastes, on the first and the last day.
    """

    watched: np.ndarray
    served: float
    exposed: float
    viewed: float
    liked: tuple[float, float]


def lived(days: int, *overrides: str) -> Lived:
    """Live a world and watch what its recommender does."""
    model = InterestCommerceModel(configure(*WORLD, f"horizon={days}", *overrides))
    world = model.world
    counts = np.zeros((2, len(world.users), 12), np.int64)
    watched, served, before = np.zeros((2, len(BINS)), np.int64), [], liking(world)
    for day in range(days):
        model.step()
        log = videos(world.day.log)
        watched += by_tenure(log, world.users, world.today - 1)
        if day >= days - FOLLOWED:
            served.append(model.metrics["mean_interest_served"])
            kind = world.products["category"][log["product"]]
            np.add.at(counts[0], (log["user"], kind), 1)
            np.add.at(counts[1], (log["user"], kind), log["flags"] & LONG > 0)
    often = counts[0].sum(axis=1) >= VIEWS
    exposed, viewed = (float(effective(part[often]).mean()) for part in counts)
    return Lived(watched, float(np.mean(served)), exposed, viewed, (before, liking(world)))


def videos(log: np.ndarray) -> np.ndarray:
    """The log's video slots, friends' cards and previews apart."""
    return log[(log["slot"] >= 0) & (log["slot"] < FRIEND_SLOT) & ((log["flags"] & PREVIEW) == 0)]


def by_tenure(log: np.ndarray, users: np.ndarray, today: int) -> np.ndarray:
    """Organic slots and watches of users in their first stay, by how long it has lasted, (2, classes)."""
    organic = log[(log["flags"] & (AD | EXPLORED)) == 0]
    who = users[organic["user"]]
    newcomers = (who["spell"] == 1) & (who["started"] > 0)  # who was there on the first day has a past unknown to us
    place = np.searchsorted(BINS, today - who["started"][newcomers], side="right") - 1
    watch = (organic["flags"][newcomers] & WATCH) > 0
    return np.array([np.bincount(place, minlength=len(BINS)), np.bincount(place[watch], minlength=len(BINS))])


def effective(counts: np.ndarray) -> np.ndarray:
    """Effective number of categories of each row: exp of Shannon's entropy (Hill 1973); 0 of an empty row."""
    total = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(total, 1)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.where(total[:, 0] > 0, np.exp(-(shares * logs).sum(axis=1)), 0.0)


def liking(world: Any) -> float:
    """Effective number of categories that users like: shares by nearness of the taste to each category's middle."""
    goods, taste = world.products, world.users["taste"].astype(float)
    middles = np.array([goods["position"][goods["category"] == k].mean(axis=0) for k in range(12)], float)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    near = np.exp(SHARP * (taste @ middles.T))
    return float(effective(near / near.sum(axis=1, keepdims=True)).mean())


def draw(kinds: Mapping[str, Sequence[Lived]], doses: Mapping[float, Sequence[Lived]], path: Path, note: str) -> None:
    """Watch rate by tenure for each kind; breadth of what is shown, viewed and liked by the dose of exploration."""
    from sim.figures import style

    figure = style.canvas("A recommender that learns, and what it narrows", note)
    left, right = (figure.add_axes(box) for box in ((0.06, 0.12, 0.40, 0.66), (0.56, 0.12, 0.40, 0.66)))
    looks = {"oracle": (style.BLACK, "D", ":"), "interest": (style.BLUE, "o", "-"),
             "popularity": (style.ORANGE, "s", "--"), "random": (style.PURPLE, "^", "-.")}
    for kind, worlds in kinds.items():
        slots, watches = np.sum([one.watched for one in worlds], axis=0)
        rate = 100.0 * watches / np.maximum(slots, 1)
        color, mark, dash = looks[kind]
        left.plot(range(len(BINS)), np.where(slots >= VIEWS, rate, np.nan), color=color, marker=mark, linestyle=dash,
                  label=kind, linewidth=1.8)
    style.dress(left, "% of organic videos watched", "Match by tenure")
    left.set_ylim(bottom=0)
    left.set(xticks=range(len(BINS)), xlabel="days of the first stay, from",
             xticklabels=[str(first) for first in BINS])
    left.legend(frameon=False, fontsize=9, ncols=4, loc="lower right")
    for name, mark in (("exposed", "o"), ("viewed", "s")):
        rows = np.array([[getattr(one, name) for one in worlds] for worlds in doses.values()])
        right.errorbar(range(len(doses)), rows.mean(axis=1), rows.std(axis=1, ddof=1), marker=mark, capsize=4,
                       color=style.BLUE if mark == "o" else style.VERMILION, linestyle="-" if mark == "o" else "--",
                       label={"exposed": "videos shown", "viewed": "videos viewed long"}[name])
    style.dress(right, "effective number of categories of a user, mean", "Breadth by exploration")
    right.set_ylim(bottom=0)
    right.set(xticks=range(len(doses)), xticklabels=[f"{dose:g}" for dose in doses],
              xlabel="share of organic slots that explore; bars: ±1 SD over worlds")
    right.legend(frameon=False, fontsize=9)
    style.save(figure, path)


def read_command(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/recommender_measures")
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--n", type=int, default=3)
    asked = parser.parse_args(arguments)
    if asked.n < 2 or asked.days < FOLLOWED:
        parser.error(f"--n is 2 or more, --days {FOLLOWED} or more")
    return asked


def main() -> int:
    """Live the worlds, print and write what they say."""
    asked = read_command()
    seeds, out = [f"replication={k}" for k in range(asked.n)], Path(asked.out)
    kinds = {kind: [lived(asked.days, f"recommender={kind}", seed) for seed in seeds] for kind in KINDS}
    doses = {dose: [lived(asked.days, f"world.feed.explore_share={dose}", seed) for seed in seeds]
             for dose in (0.05, 0.15, 0.3)}
    out.mkdir(parents=True, exist_ok=True)
    rows = [("recommender", kind, worlds) for kind, worlds in kinds.items()]
    rows += [("exploration", f"{dose:g}", worlds) for dose, worlds in doses.items()]
    told = [{"what": what, "setting": name} | summed(worlds) for what, name, worlds in rows]
    for one in told:
        print(f"{one['what']:<12} {one['setting']:<11} interest served {one['served']:+.3f}  categories: shown "
              f"{one['exposed']:.2f}, viewed {one['viewed']:.2f}, liked {one['first']:.3f} to {one['last']:.3f}")
    write_json(out / "found.json", {"tenure_from": list(BINS), "rows": told})
    draw(kinds, doses, out / "recommender_measures.png", f"Classroom of 1,000, {asked.days} days from the first, "
         f"{asked.n} worlds a setting. Evidence about this model, not a forecast.")
    return 0


def summed(worlds: Sequence[Lived]) -> dict[str, Any]:
    """What worlds of one setting say together: means, and slots and watches by tenure in all."""
    means = {name: float(np.mean([getattr(one, name) for one in worlds])) for name in ("served", "exposed", "viewed")}
    first, last = np.mean([one.liked for one in worlds], axis=0).tolist()
    return means | {"first": first, "last": last, "watched": np.sum([one.watched for one in worlds], axis=0)}


if __name__ == "__main__":
    sys.exit(main())
