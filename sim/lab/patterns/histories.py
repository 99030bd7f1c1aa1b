"""Histories of accounts: who leapt after a plateau, who grew, and who was new to new shops (P23, P24).

A history is an account's sales day by day since its present career or firm began. A leap is its best 28 days at
`LEAP` times the `PLATEAU` days just before them, in which sales were flat and not too few to tell; and a larger step
than its own days would give in any of `SHUFFLES` random orders, since hosts sell on few days and those by luck.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.files import read_columns
from sim.inequality import ratio
from sim.lab.patterns.finished import Run, Table
from sim.lab.stats.draws import Draws, generator
from sim.orderlog import VALUE, OrderLog

PLATEAU, BEST = 60, 28  # days
LEAP = 3.0  # seed case 东方甄选: three to four times after months of plateau
GROWTH = 1.78  # seed case 太平鸟: +78 %
FLAT = 1.5  # the better half of a plateau over the other, at most; assumption
ENOUGH = 20  # orders in a plateau; fewer leap by luck of the draw; assumption
SHUFFLES = 19  # an account without any change of its sales passes for a leap in one of twenty at most
LONG = 180  # days from which on growth is read
YOUNG, KNOWN = 90, 60  # days of a new shop: whose buyers after day 60 are asked whether they bought before
FEWEST = 30  # buyers behind P23
KINDS = ("creator", "merchant")


@dataclass(frozen=True)
class Histories:
    """Accounts' sales (yuan) and orders day by day, (accounts, days); `since`: the first day of each history."""

    kind: str
    sales: np.ndarray
    orders: np.ndarray
    since: np.ndarray

    @property
    def days(self) -> int:
        """Days of the longest history."""
        return int(self.sales.shape[1])

    def followed(self, days: int) -> np.ndarray:
        """Which accounts have a history of so many days or more and sold anything in it; bool (n,)."""
        return (self.days - self.since >= days) & (self.orders.sum(axis=1) > 0)


def histories(log: OrderLog, books: dict[str, np.ndarray], kind: str, burn_in: int) -> Histories:
    """The histories of the accounts of a kind that are active at the end, out of order log and books."""
    own = books["kind"] == kind
    since = np.maximum(books["started"][own] - burn_in, 0)
    since[books["state"][own] != 1] = log.days
    sales, orders = np.zeros((2, int(own.sum()), log.days))
    column = "presenter" if kind == "creator" else "merchant"
    found = log.ask(f"SELECT {column} AS who, day, sum({VALUE})::BIGINT AS fen, count(*) AS n FROM seen "
                    f"WHERE {column} >= 0 AND {column} < $most GROUP BY who, day", most=len(since))
    sales[found["who"], found["day"]], orders[found["who"], found["day"]] = found["fen"] / 100.0, found["n"]
    before = np.arange(log.days) < since[:, None]
    sales[before], orders[before] = 0.0, 0.0
    return Histories(kind, sales, orders, since)


def books_of(table: Table) -> dict[str, np.ndarray]:
    """The columns of the books that histories need; none of no books."""
    names = ("kind", "state", "started")
    if table is None:
        return {name: np.zeros(0) for name in names}
    return read_columns(table, names) if isinstance(table, Path) else {name: np.asarray(table[name]) for name in names}


# ---- leaps ---------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Leaps:
    """Each account's largest step from a plateau to the 28 days after it, its day, and what luck makes of its days.

    `times` the step's size, NaN without a plateau; `luck` the largest step of its days in random orders, 0 of none.
    """

    times: np.ndarray
    day: np.ndarray
    luck: np.ndarray

    @property
    def large(self) -> np.ndarray:
        """Which accounts' steps are large enough, by luck or not; bool (n,)."""
        return np.nan_to_num(self.times) >= LEAP

    @property
    def leapt(self) -> np.ndarray:
        """Which accounts leapt; bool (n,)."""
        return self.large & (np.nan_to_num(self.times) > self.luck)


def leaps(past: Histories) -> Leaps:
    """The largest step of each history that has a flat plateau with enough orders."""
    times, day = largest_steps(past)
    chance = generator(1)
    luck = np.zeros(len(times))
    for _ in range(SHUFFLES):
        luck = np.maximum(luck, np.nan_to_num(largest_steps(shuffled(past, chance))[0]))
    return Leaps(times, day, luck)


def largest_steps(past: Histories) -> tuple[np.ndarray, np.ndarray]:
    """Size (NaN without a plateau) and day (-1) of each history's largest step."""
    starts = np.arange(PLATEAU, past.days - BEST + 1)
    if not len(starts) or not len(past.since):
        return np.full(len(past.since), np.nan), np.full(len(past.since), -1)
    sold, count = running(past.sales), running(past.orders)
    here, before, middle, after = (sold[:, starts + shift] for shift in (0, -PLATEAU, -PLATEAU // 2, BEST))
    halves = middle - before, here - middle
    flat = np.maximum(*halves) <= FLAT * np.minimum(*halves)
    told = count[:, starts] - count[:, starts - PLATEAU] >= ENOUGH
    known = flat & told & (starts - PLATEAU >= past.since[:, None])
    times = np.where(known, (after - here) / BEST / np.maximum(here - before, 1e-9) * PLATEAU, -1.0)
    best = times.argmax(axis=1)
    found = times[np.arange(len(best)), best]
    return np.where(found >= 0.0, found, np.nan), np.where(found >= 0.0, starts[best], -1)


def running(amounts: np.ndarray) -> np.ndarray:
    """Sums of the first 0, 1, 2, … days, (n, days + 1)."""
    return np.concatenate([np.zeros((len(amounts), 1)), amounts.cumsum(axis=1)], axis=1)


def shuffled(past: Histories, chance: Draws) -> Histories:
    """The same days of each history in random order."""
    place = chance.random(past.sales.shape)
    place[np.arange(past.days) < past.since[:, None]] = -1.0  # before its beginning: stays in front, and empty
    order = place.argsort(axis=1)
    sales, orders = (np.take_along_axis(amounts, order, axis=1) for amounts in (past.sales, past.orders))
    return Histories(past.kind, sales, orders, past.since)


def share_leapt(past: Histories) -> float:
    """Of accounts followed for a plateau and 28 days, those that leapt."""
    there = past.followed(PLATEAU + BEST)
    return ratio(int((leaps(past).leapt & there).sum()), int(there.sum()))


def share_grown(past: Histories) -> float:
    """Of accounts there on day 0 that sold then, those that sold `GROWTH` times as much in the last 28 days."""
    first, last = past.sales[:, :BEST].sum(axis=1), past.sales[:, past.days - BEST:].sum(axis=1)
    there = (past.since == 0) & (first > 0)
    return ratio(int((there & (last >= GROWTH * first)).sum()), int(there.sum())) if past.days >= LONG else float("nan")


# ---- new shops -----------------------------------------------------------------------------------

def new_to_shop(log: OrderLog, books: dict[str, np.ndarray], burn_in: int) -> float:
    """P23: of the buyers of new shops in their days 61 to 90, the share without an earlier order there.

    New shops opened on day 0 or later and are open at the end; nobody knew them. NaN below 30 such buyers.
    """
    own = books["kind"] == "merchant"
    since, open_now = books["started"][own] - burn_in, books["state"][own] == 1
    new = np.flatnonzero(open_now & (since >= 0) & (since + YOUNG <= log.days))
    log.beside("opened", {"merchant": new.astype(np.int32), "since": since[new].astype(np.int32)})
    found = log.ask("""
        SELECT count(*) AS buyers, count(*) FILTER (first >= $known) AS fresh FROM (
            SELECT min(day - since) AS first, bool_or(day - since >= $known) AS late
            FROM seen JOIN opened USING (merchant) WHERE day >= since AND day < since + $young
            GROUP BY user, merchant)
        WHERE late""", known=KNOWN, young=YOUNG)
    return ratio(found["fresh"][0], found["buyers"][0]) if found["buyers"][0] >= FEWEST else float("nan")


def careers(run: Run, log: OrderLog) -> dict[str, float]:
    """P23 and P24 of a run that kept its books."""
    books = books_of(run.books)
    past = {kind: histories(log, books, kind, run.burn_in) for kind in KINDS}
    leapt = {f"P24.{kind}s": share_leapt(one) for kind, one in past.items()}
    return {"P23.new": new_to_shop(log, books, run.burn_in), "P24.growth": share_grown(past["merchant"])} | leapt
