"""The census: one pass over the users at the day's end, counting what the metrics need."""

from enum import IntEnum

import numpy as np

from sim.agents.user import BUYER, OUTSIDE
from sim.fixed import to_fixed
from sim.jit import kernel

MONTH = 30


class Head(IntEnum):
    """Rows of the census (int64; stocks summed in fixed point)."""

    ADOPTED = 0
    BUYERS = 1
    SHOPPERS = 2
    MONTHLY = 3
    MONTHLY_BUYERS = 4
    DAY_1 = 5
    DAY_7 = 6
    DAY_30 = 7
    BUYER_30 = 8
    PROMOTERS = 9
    DETRACTORS = 10
    SATISFACTION = 11
    HABIT = 12
    FIRST_ORDERS = 13
    DORMANT = 14
    BUYERS_OPEN = 15
    MINDSHARE = 16
    NEW_1 = 17  # of first stays
    NEW_7 = 18
    NEW_30 = 19


def take_census(users: np.ndarray, day: int) -> np.ndarray:
    """Counts by `Head` on an absolute day, shape (len(Head),) int64."""
    counts = np.zeros(len(Head), np.int64)
    count_users(users, day, counts)
    return counts


@kernel
def count_users(users: np.ndarray, day: int, counts: np.ndarray) -> None:
    """Count every user once; integer sums, so in any order."""
    for i in range(len(users)):
        u = users[i]
        if u.last_open > day - MONTH:
            counts[Head.MONTHLY] += 1
            counts[Head.MONTHLY_BUYERS] += u.last_order >= 0 and u.last_order > day - MONTH
        if u.opened:
            count_return(u, day, counts)
        if u.state != OUTSIDE:
            count_member(u, day, counts)


@kernel
def count_return(u: np.record, day: int, counts: np.ndarray) -> None:
    """Whether today's visit is one on day 1, 7 or 30 of a spell, or 30 days after a first order."""
    age = day - u.started
    counts[Head.DAY_1] += age == 1
    counts[Head.DAY_7] += age == 7
    counts[Head.DAY_30] += age == MONTH
    if u.spell <= 1:
        counts[Head.NEW_1] += age == 1
        counts[Head.NEW_7] += age == 7
        counts[Head.NEW_30] += age == MONTH
    counts[Head.BUYER_30] += u.first_order >= 0 and day - u.first_order == MONTH


@kernel
def count_member(u: np.record, day: int, counts: np.ndarray) -> None:
    """A user on the platform: state, opinion, stocks."""
    counts[Head.ADOPTED] += 1
    counts[Head.SHOPPERS] += u.shopper
    counts[Head.DORMANT] += u.last_open <= day - MONTH
    counts[Head.HABIT] += to_fixed(u.habit)
    counts[Head.MINDSHARE] += to_fixed(u.mindshare)
    if u.state == BUYER:
        counts[Head.BUYERS] += 1
        counts[Head.BUYERS_OPEN] += u.opened
        counts[Head.PROMOTERS] += u.mood > 0
        counts[Head.DETRACTORS] += u.mood < 0
        counts[Head.SATISFACTION] += to_fixed(u.satisfaction)
        counts[Head.FIRST_ORDERS] += u.first_order == day
