"""What an order log shows of its customers, by the same code for a simulated log and a real one.

All that a customer bought on one day is one order here, because real logs differ in what they call an order.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.files import write_json
from sim.inequality import gini, ratio
from sim.lab.phrases import phrases
from sim.listing import table
from sim.orderlog import (
    COHORT_MONTH,
    GAP_EDGES,
    REPURCHASE_WINDOW,
    Cohort,
    Gaps,
    Ladder,
    OrderLog,
    Orders,
    cohort,
    gaps,
    ladder,
    ladder_window,
    orders_each,
)
from sim.summary import number

STEPS = 10  # of the ladder that are shown
FEN = 100.0


@dataclass(frozen=True)
class Reading:
    """One order log: who is in it, the ladder of its new customers, gaps, cohort, spend (ascending, fen)."""

    name: str
    days: int
    each: np.ndarray  # customers with 1, 2, … orders
    ladder: Ladder
    repeat: float
    gaps: Gaps
    cohort: Cohort
    spend: np.ndarray

    @property
    def customers(self) -> int:
        """Customers with an order."""
        return int(self.each.sum())

    @property
    def orders(self) -> int:
        """Orders, a customer's of one day counted once."""
        return int(self.each @ np.arange(1, len(self.each) + 1))

    @property
    def steps(self) -> np.ndarray:
        """P(order k + 1 | order k) for k = 1 … 10 in the ladder's window; NaN where nobody got so far."""
        reached = np.zeros(STEPS + 1, np.int64)
        some = self.ladder.reached[:STEPS + 1]
        reached[:len(some)] = some
        return np.array([ratio(reached[k], reached[k - 1]) for k in range(1, STEPS + 1)])

    @property
    def numbers(self) -> dict[str, float]:
        """Everything about the log that is one number."""
        steps = {f"p_next_{k}": float(p) for k, p in enumerate(self.steps[:5], 1)}
        return {
            "days": self.days, "orders": self.orders, "customers": self.customers,
            "ladder_window": self.ladder.window or math.nan, "ladder_customers": int(self.ladder.reached[0]),
            "ladder_mean_orders": self.ladder.mean_orders, **steps,
            "repeat_90": self.repeat, "repeat_ever": 1.0 - ratio(self.each[0], self.customers),
            "gap_mean": self.gaps.mean, "gap_cv": self.gaps.cv,
            "gap_median_over_mean": ratio(self.gaps.median, self.gaps.mean),
            "active_month_1": self.active(1), "active_month_6": self.active(6),
            "spend_gini": gini(self.spend), "spend_mean": ratio(self.spend.sum() / FEN, self.customers),
        }

    def active(self, month: int) -> float:
        """Share of new customers with an order in a month of their own; NaN where none was followed so long."""
        return float(self.cohort.curve[month]) if month < len(self.cohort.curve) else math.nan


def read_log(name: str, orders: Orders, days: int) -> Reading:
    """Read the first `days` days of a log. Raises ValueError for a log without an order."""
    with OrderLog(orders, days, visits=True) as log:
        each = orders_each(log)
        if not len(each):
            raise ValueError(f"{name} holds no order")
        window = ladder_window(log)
        return Reading(name, days, each, ladder(log, 0 if math.isnan(window) else int(window)),
                       ladder(log, REPURCHASE_WINDOW).next_order(1), gaps(log), cohort(log),
                       log.sums("user", "paid_fen"))


def side_by_side(readings: Sequence[Reading], lang: str = "en") -> str:
    """The logs' numbers in columns."""
    columns, say = [reading.numbers for reading in readings], phrases("readings", lang)
    rows = [(label, *(number(column[name]) for column in columns)) for name, label in say.items()
            if name in columns[0]]
    return table([("", *(reading.name for reading in readings)), *rows])


def write_readings(path: Path, readings: Sequence[Reading]) -> None:
    """Write orders.json: the logs with their numbers and curves, undefined null."""
    write_json(path, {"logs": [plain(reading) for reading in readings]})


def plain(reading: Reading) -> dict[str, Any]:
    """One log's numbers and curves."""
    return {"name": reading.name} | reading.numbers | {
        "ladder": reading.steps, "orders_per_customer": reading.each,
        "gap_edges": GAP_EDGES, "gap_shares": reading.gaps.shares(),
        "cohort_days": COHORT_MONTH, "cohort": reading.cohort.curve, "cohort_followed": reading.cohort.followed,
    }
