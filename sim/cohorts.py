"""Cohorts by the day their stay began: who is still there, who opened, day by day; new people and returning ones apart.

D_k, the retention on day k of a stay, is the share of those who arrived that open the app k days later (`retention`).
"""
from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.user import OUTSIDE

COHORTS = np.dtype([("day", "i4"), ("adopted", "i4"), ("age", "i4"), ("returning", "i1"), ("opened", "i4"),
                    ("alive", "i4")])
"""One row a day, day of adoption and kind: `opened` the app that day, `alive` on the platform at its end (counts).

`returning`: they had a stay before; whoever is outside on the first day of all counts as new. `opened` at age 0 is the
size of the cohort, for arriving is opening.
"""


def take_cohorts(users: np.ndarray, today: int, first: int) -> np.ndarray:
    """Today's row of every cohort that began on absolute day `first` or later; days as they are counted from it."""
    begun = (users["started"] >= first) & (users["started"] <= today)
    of = 2 * (users["started"][begun] - first) + (users["spell"][begun] > 1)
    size = 2 * max(0, today - first + 1)  # none before the first day
    rows = np.zeros(size, COHORTS)
    rows["day"], rows["adopted"], rows["returning"] = today - first, np.arange(size) // 2, np.arange(size) % 2
    rows["age"] = rows["day"] - rows["adopted"]
    rows["opened"] = np.bincount(of[users["opened"][begun] > 0], minlength=size)
    rows["alive"] = np.bincount(of[users["state"][begun] != OUTSIDE], minlength=size)
    return rows


def retention(cohorts: Any, age: int, returning: int | None = None, what: str = "opened") -> float:
    """D_age over all cohorts observed so long: how many `opened`, or are `alive`, per arrival; NaN without any.

    `cohorts`: rows of `COHORTS` or their columns by name; `returning` 0 for new people, 1 for returning ones alone.
    """
    kind = np.ones(len(cohorts["age"]), bool) if returning is None else cohorts["returning"] == returning
    last = cohorts["day"].max(initial=-1)
    followed = kind & (cohorts["adopted"] + age <= last)
    arrived = int(cohorts["opened"][followed & (cohorts["age"] == 0)].sum(dtype=np.int64))
    there = int(cohorts[what][followed & (cohorts["age"] == age)].sum(dtype=np.int64))
    return there / arrived if arrived else float("nan")
