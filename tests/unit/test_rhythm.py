"""Truths of an order log: what gaps, cohorts and ladders of known processes come to.

Statistical tests draw from fixed seeds and allow four standard errors (false-alarm rate below 1 in 10,000 a number).
"""
from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.inequality import tail_exponent
from sim.orderlog import GAP_EDGES, Gaps, OrderLog, cohort, gaps, ladder, ladder_window, orders_each
from sim.parts import RowTable
from sim.record import ORDER_LOG

Columns = dict[str, np.ndarray]


def log_of(users: np.ndarray, days: np.ndarray, spend: int = 100) -> Columns:
    """A log of users' orders in one spell each, numbered as they come."""
    order = np.lexsort((days, users))
    users, days = np.asarray(users)[order].astype(np.int32), np.asarray(days)[order].astype(np.int32)
    starts = np.flatnonzero(np.diff(users, prepend=-1))
    nth = np.arange(len(users)) - np.repeat(starts, np.diff(starts, append=len(users))) + 1
    return {"user": users, "spell": np.zeros(len(users), np.int16), "nth": nth, "day": days,
            "paid_fen": np.full(len(users), spend)}


def one_order_a_day(counts: np.ndarray) -> Columns:
    """User i places counts[i] orders, on days 0, 1, 2, …"""
    return log_of(np.repeat(np.arange(len(counts)), counts), np.concatenate([np.arange(count) for count in counts]))


def go_on(chances: np.ndarray, rng: np.random.Generator, most: int) -> np.ndarray:
    """Orders of buyers who order once more with their own chance, each time, up to `most`."""
    draws = rng.random((len(chances), most - 1)) < chances[:, None]
    return 1 + draws.cumprod(axis=1).sum(axis=1)


def four_errors(p: float, n: int) -> float:
    """Four standard errors of a share p of n."""
    return 4 * math.sqrt(p * (1 - p) / n)


# ---- ladders

def test_without_differences_between_buyers_the_ladder_is_flat() -> None:
    counts = go_on(np.full(20_000, 0.6), np.random.default_rng(1), 40)
    with OrderLog(one_order_a_day(counts), 80) as log:
        steps = ladder(log, 40)
    for k in range(1, 6):
        assert steps.next_order(k) == pytest.approx(0.6, abs=four_errors(0.6, steps.reached[k - 1]))


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (2.0, 1.0), (0.8, 1.4)])
def test_differences_alone_make_the_ladder_rise_as_beta_says(a: float, b: float) -> None:
    rng = np.random.default_rng(2)
    counts = go_on(rng.beta(a, b, 20_000), rng, 60)
    with OrderLog(one_order_a_day(counts), 120) as log:
        steps = ladder(log, 60)
    for k in range(1, 6):
        expected = (a + k - 1) / (a + b + k - 1)
        assert steps.next_order(k) == pytest.approx(expected, abs=four_errors(expected, steps.reached[k - 1]))


def test_the_window_may_grow_as_long_as_half_of_the_new_buyers_are_followed() -> None:
    users, days = np.repeat(np.arange(10), 3), np.tile([0, 25, 50], 10)
    with OrderLog(log_of(users, days), 60) as log:
        assert ladder_window(log) == 51  # all are new on day 0: the third order is in sight
    late = np.where(users < 6, days + 15, days)  # six of ten are followed for 45 days only
    with OrderLog(log_of(users, late), 60) as log:
        assert ladder_window(log) == 26


def test_orders_of_one_day_are_one_visit_and_their_value_adds_up() -> None:
    twice = log_of(np.array([1, 1, 1, 2]), np.array([3, 3, 9, 4]))
    with OrderLog(twice, 20) as all_orders, OrderLog(twice, 20, visits=True) as visits:
        assert orders_each(all_orders).tolist() == [1, 0, 1] and orders_each(visits).tolist() == [1, 1]
        assert ladder(visits, 5).reached.tolist()[:2] == [2, 0] and ladder(all_orders, 5).reached[1] == 1
        assert visits.sums("user", "paid_fen").tolist() == all_orders.sums("user", "paid_fen").tolist() == [100, 300]


# ---- gaps

def test_orders_at_random_have_gaps_of_cv_one_and_regular_orders_of_zero() -> None:
    rng, daily = np.random.default_rng(3), 0.02
    users, days = np.nonzero(rng.random((400, 3_000)) < 1 - math.exp(-daily))  # a Poisson process, seen once a day
    with OrderLog(log_of(users, days), 3_000) as log:
        found = gaps(log)
    error = 4 / math.sqrt(found.counts.sum())
    assert found.cv == pytest.approx(math.sqrt(math.exp(-daily)), abs=error)  # geometric gaps; 1 in continuous time
    assert found.mean == pytest.approx(1 / (1 - math.exp(-daily)), rel=0.02)
    assert found.median / found.mean == pytest.approx(math.log(2), abs=0.02)
    with OrderLog(log_of(np.repeat([1, 2], 20), np.tile(np.arange(0, 140, 7), 2)), 140) as log:
        assert gaps(log).cv == 0 and gaps(log).median == gaps(log).mean == 7


def test_gaps_lie_between_days_of_the_same_customer_and_none_is_zero() -> None:
    log_rows = log_of(np.array([1, 1, 1, 2, 2, 3]), np.array([0, 0, 4, 2, 12, 5]))
    with OrderLog(log_rows, 20) as log:
        found = gaps(log)
    assert found.days.tolist() == [4, 10] and found.counts.tolist() == [1, 1]


def test_moments_of_counted_gaps_are_those_of_the_gaps() -> None:
    rng = np.random.default_rng(4)
    for n in (1, 2, 7, 100):
        each = rng.integers(1, 601, n)
        days, counts = np.unique(each, return_counts=True)
        found = Gaps(days, counts)
        assert found.median == np.median(each) and found.mean == pytest.approx(each.mean())
        assert found.cv == pytest.approx(each.std() / each.mean())
        classes = [((each > low) & (each <= high)).sum() for low, high in pairwise(GAP_EDGES)]
        assert found.shares() == pytest.approx(np.array(classes) / sum(classes))


def test_no_gap_no_number() -> None:
    with OrderLog(log_of(np.array([1, 2]), np.array([3, 3])), 20) as log:
        found = gaps(log)
    assert all(math.isnan(value) for value in (found.cv, found.mean, found.median, *found.shares()))


# ---- cohorts

def test_the_cohort_agrees_with_counting_by_hand() -> None:
    rng = np.random.default_rng(5)
    users, days = rng.integers(0, 80, 500), rng.integers(0, 200, 500)
    with OrderLog(log_of(users, days), 200) as log:
        found = cohort(log)
    first = {user: days[users == user].min() for user in set(users.tolist())}
    for month, (active, followed) in enumerate(zip(found.active, found.followed, strict=True)):
        whole = [user for user, start in first.items() if start + 28 * (month + 1) <= 200]
        there = [user for user in whole if ((days[users == user] - first[user]) // 28 == month).any()]
        assert (active, followed) == (len(there), len(whole))
    assert found.curve[0] == 1


def test_late_comers_do_not_pass_for_inactive() -> None:
    always = [(user, day) for user in range(40) for day in range(user, 120)]
    users, days = (np.array(column) for column in zip(*always, strict=True))
    with OrderLog(log_of(users, days), 120) as log:
        assert (cohort(log).curve == 1).all()


# ---- inequality and store

@pytest.mark.parametrize("exponent", [1.9, 2.1, 2.4])
def test_a_power_tails_exponent_is_found(exponent: float) -> None:
    amounts = np.random.default_rng(6).random(40_000) ** (-1 / (exponent - 1))
    assert tail_exponent(amounts) == pytest.approx(exponent, abs=4 * (exponent - 1) / math.sqrt(2_000))
    assert tail_exponent(1e6 * amounts) == pytest.approx(tail_exponent(amounts))


def test_a_tail_without_accounts_or_without_spread_has_no_exponent() -> None:
    assert all(math.isnan(tail_exponent(amounts)) for amounts in (np.ones(39), np.zeros(100), np.full(100, 7)))


def test_rows_and_store_change_no_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    rows = np.zeros(500, ORDER_LOG)
    for name, column in log_of(rng.integers(0, 60, 500), rng.integers(0, 200, 500)).items():
        rows[name] = column
    stream = RowTable(tmp_path / "orders.parquet", tmp_path / "parts", ORDER_LOG)
    stream.append(rng.permutation(rows))
    stream.finish(200)
    with OrderLog(rows, 200, visits=True) as one, OrderLog(stream.path, 200, threads=2, visits=True) as two:
        assert gaps(one).counts.tolist() == gaps(two).counts.tolist()
        assert cohort(one).active.tolist() == cohort(two).active.tolist()
        assert ladder(one, 30).reached.tolist() == ladder(two, 30).reached.tolist()
