"""Worlds with and without effects of orders, lived with and without a nudge at new buyers; kept, so never lived twice.

A world lives on its own seed: who is drawn into the nudge, and who is a new buyer on day 0, is the same in the world
with the nudge and in the one without, so each person is held against itself.
"""
from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.agents.user import BUYER
from sim.compose import configure
from sim.files import write_json
from sim.programmes import Segment
from sim.rules.survey import DETRACTOR, PROMOTER

WORLD = ("population=town", "burn_in=30", "block=explore", "threads=1", "progress=false", "record.panel=0")
WINDOW = 14  # days: of the ladder, of the nudge from day 0 on, and of orders after an answer (P15)
ASKED = 7  # days from one round of questions to the next
STEPS = 4
NEW = {"shopper": (1.0, 1.0), "orders_spell": (0.0, 1.0)}  # shoppers with one order in their stay, or none
HALF = Segment("nudge", 0.5, NEW, {})
NUDGE = ("policy=[subsidy]", "policy.subsidy.depth=0.5", "policy.subsidy.threshold_yuan=0",
         f"policy.subsidy.stop={WINDOW}", "policy.subsidy.daily_share=1", "policy.subsidy.life=1",
         f"policy.subsidy.segment.name={HALF.name}", f"policy.subsidy.segment.share={HALF.share}",
         *(f"+policy.subsidy.segment.ranges.{name}=[{low:g},{high:g}]" for name, (low, high) in NEW.items()))
NO_HABIT = ("world.satisfy.habit_gain=0", "world.satisfy.habit_start=0")
NO_FEELING = ("world.churn.satisfaction=0", "world.arrival.satisfaction=0", "world.choice.satisfaction=0",
              "world.choice.host_trust=0", "world.choice.platform_trust=0", "world.rooms.dwell_trust=0")


class Case(NamedTuple):
    """A kind of world: its name and its overrides."""

    name: str
    overrides: tuple[str, ...]


def effects(gain: float) -> Case:
    """The default world, where orders leave habit and satisfaction has effects, with a gain of habit an order."""
    return Case(f"habit {gain:g}, effects", (f"world.satisfy.habit_gain={gain}",))


def people(spread: float, shared: float, name: str = "") -> Case:
    """A world without these effects, whose people differ by `spread` in b_u, of which leniency shares `shared`."""
    return Case(name or f"spread {spread:.4g}, shared {shared:.4g}", (
        *NO_HABIT, *NO_FEELING, f"world.choice.buyer_sd={spread:.4g}", f"world.satisfy.person_buying={shared:.4g}"))


def lived(overrides: Sequence[str]) -> dict[str, Any]:
    """What a world shows: a ladder, orders after answers, and what new buyers of day 0 ordered.

    `reached`: of all who ordered in days 0–13, how many placed 1, 2, … 5 orders in them: all are followed equally long,
    as the cohort of CDNOW is. `promoters`, `detractors`: orders in the 14 days after each round of questions to
    all buyers who had opened, and how many people that were. `drawn`, `others`: orders of each new buyer, drawn into
    the nudge or not, in the window and after it.
    """
    from sim.model import InterestCommerceModel
    from sim.segments import members

    model = InterestCommerceModel(configure(*overrides))
    world, horizon = model.world, model.cfg.horizon
    while model.day < 0:
        model.step()
    new = members(world, "users", Segment(None, 1.0, NEW, {}), "")
    drawn = members(world, "users", HALF, "")
    orders, rounds = np.zeros((horizon, len(world.users)), np.int64), []
    for day in range(horizon):
        model.step()
        np.add.at(orders[day], world.day.orders["user"], 1)
        if day % ASKED == 0 and day + WINDOW < horizon:
            rounds.append((day, *moods(world.users)))
    each = np.bincount(np.minimum(orders[:WINDOW].sum(axis=0), STEPS + 1), minlength=STEPS + 2)
    parts = np.column_stack([orders[:WINDOW].sum(axis=0), orders[WINDOW:].sum(axis=0)])
    return {"reached": each[::-1].cumsum()[::-1][1:].tolist(), "promoters": after(orders, rounds, 1),
            "detractors": after(orders, rounds, 2), "drawn": parts[drawn].tolist(),
            "others": parts[new & ~drawn].tolist()}


def moods(users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the buyers on the platform today who would promote it, and of those who would detract."""
    asked = (users["state"] == BUYER) & (users["opened"] == 1)
    return np.flatnonzero(asked & (users["feeling"] >= PROMOTER)), np.flatnonzero(
        asked & (users["feeling"] <= DETRACTOR))


def after(orders: np.ndarray, rounds: Sequence[tuple[Any, ...]], mood: int) -> list[int]:
    """Orders in the days after each round of those of one mood, and how many they are."""
    found = [orders[one[0] + 1:one[0] + 1 + WINDOW][:, one[mood]].sum() for one in rounds]
    return [int(sum(found)), sum(len(one[mood]) for one in rounds)]


class Bank:
    """The worlds lived so far, a JSON file each in a folder."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.folder = asked, Path(asked.out) / "worlds"
        self.folder.mkdir(parents=True, exist_ok=True)

    def overrides(self, case: Case, nudged: bool, k: int) -> tuple[str, ...]:
        """Everything a world is made of."""
        size = (f"population.users={self.asked.users}", f"horizon={self.asked.horizon}", f"replication={k}")
        return (*WORLD, *size, *case.overrides, *(NUDGE if nudged else ()))

    def fill(self, cells: Sequence[tuple[Case, bool]]) -> None:
        """Live those worlds that are not there yet."""
        todo = {self.path(case, nudged, k): self.overrides(case, nudged, k)
                for case, nudged in cells for k in range(self.asked.n) if not self.path(case, nudged, k).exists()}
        with ProcessPoolExecutor(self.asked.workers, get_context("spawn")) as pool:
            going = {pool.submit(lived, task): path for path, task in todo.items()}
            for done, one in enumerate(as_completed(going), 1):
                write_json(going[one], one.result())
                print(f"{done} of {len(going)} worlds", flush=True)

    def path(self, case: Case, nudged: bool, k: int) -> Path:
        """Where a world is kept."""
        from sim.config import question_key

        return self.folder / f"{question_key(configure(*self.overrides(case, nudged, k)))[:20]}.json"

    def read(self, case: Case, nudged: bool = False) -> list[dict[str, Any]]:
        """The worlds of a case, in the order of their seeds."""
        return [json.loads(self.path(case, nudged, k).read_text("utf-8")) for k in range(self.asked.n)]
