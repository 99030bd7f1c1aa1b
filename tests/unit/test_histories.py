"""Histories of accounts: what counts as a leap after a plateau, as growth, and as a buyer new to a new shop."""
from __future__ import annotations

import math

import numpy as np
import pytest

from sim.lab.patterns.histories import (
    BEST,
    ENOUGH,
    LEAP,
    PLATEAU,
    Histories,
    histories,
    leaps,
    new_to_shop,
    share_grown,
    share_leapt,
    shuffled,
)
from sim.lab.patterns.histories_figure import histories_figure, weeks_around
from sim.orderlog import OrderLog
from sim.record import ORDER_LOG

DAYS = 200


def past(*courses: np.ndarray, since: int = 0, orders: float = 1.0) -> Histories:
    """Histories with these sales, `orders` of them a day."""
    sales = np.array(courses, float)
    return Histories("creator", sales, orders * (sales > 0), np.full(len(sales), since))


def step(day: int, times: float) -> np.ndarray:
    """Sales of 1 a day, and `times` as much for 28 days from a day on."""
    course = np.ones(DAYS)
    course[day:day + BEST] = times
    return course


@pytest.mark.parametrize(("times", "leapt"), [(LEAP, True), (LEAP - 0.01, False), (10.0, True)])
def test_a_leap_is_three_times_a_flat_plateau(times: float, leapt: bool) -> None:
    found = leaps(past(step(100, times)))
    assert found.leapt.tolist() == [leapt]
    assert found.times[0] == pytest.approx(times) and found.day[0] == 100


def test_no_leap_from_a_rise_a_short_past_or_a_handful_of_orders() -> None:
    rise = np.exp(np.arange(DAYS) / 30.0)  # e times as much a month later: never flat
    assert not leaps(past(rise)).leapt[0]
    assert not leaps(past(step(PLATEAU - 10, 9.0))).leapt[0] and leaps(past(step(PLATEAU, 9.0))).leapt[0]
    assert not leaps(past(step(100, 9.0), since=50)).leapt[0] and leaps(past(step(110, 9.0), since=50)).leapt[0]
    few = past(step(100, 9.0), orders=(ENOUGH - 1) / PLATEAU)
    assert not leaps(few).leapt[0] and math.isnan(leaps(few).times[0])


def test_the_share_counts_who_was_followed_long_enough() -> None:
    """Forty orders a plateau, Poisson: a factor 3 in 28 days is 8 standard errors away."""
    rng = np.random.default_rng(1)
    steady = rng.poisson(40 / PLATEAU, (50, DAYS)).astype(float)
    sales = np.concatenate([steady, [step(100, 5.0)]])
    assert share_leapt(Histories("creator", sales, np.ones((51, DAYS)), np.zeros(51, int))) == pytest.approx(1 / 51)
    young = Histories("creator", sales, np.ones((51, DAYS)), np.full(51, DAYS - PLATEAU - BEST + 1))
    assert math.isnan(share_leapt(young))


def test_hosts_who_sell_on_few_days_do_not_leap_by_luck() -> None:
    """Sales on one day of thirteen, at random: many large steps, and no more than 5 % are told from luck.

    Each account is a permutation test of level 1/20; 400 of them stay below 8 % but for one case in 300 (binomial).
    """
    rng = np.random.default_rng(2)
    sales = (rng.random((400, DAYS)) < 0.075) * rng.lognormal(4.0, 0.5, (400, DAYS))
    steps = leaps(Histories("creator", sales, 10.0 * (sales > 0), np.zeros(400, int)))
    assert steps.large.mean() > 0.1 and steps.leapt.mean() < 0.08


def test_shuffling_keeps_the_days_and_the_beginning() -> None:
    one = past(step(100, 4.0), since=50)
    one.sales[:, :50] = one.orders[:, :50] = 0.0
    mixed = shuffled(one, np.random.default_rng(3))
    assert np.sort(mixed.sales).tolist() == np.sort(one.sales).tolist() and not mixed.sales[:, :50].any()
    assert (mixed.orders == (mixed.sales > 0)).all() and mixed.sales.tolist() != one.sales.tolist()


def test_growth_is_the_last_month_of_those_there_on_day_0_over_their_first() -> None:
    grown = np.ones(DAYS)
    grown[-BEST:] = 1.78
    assert share_grown(past(grown, np.ones(DAYS), np.ones(DAYS), np.ones(DAYS))) == 0.25
    assert math.isnan(share_grown(past(grown, since=1))) and math.isnan(share_grown(past(grown[-100:])))


def log_of(**columns: object) -> np.ndarray:
    """Rows of an order log with these columns."""
    rows = np.zeros(len(next(iter(columns.values()))), ORDER_LOG)  # type: ignore[call-overload, arg-type]
    for name, values in columns.items():
        rows[name] = values
    return rows


def test_a_history_begins_with_its_present_career_and_counts_the_shops_orders_anywhere() -> None:
    rows = log_of(day=[0, 3, 3, 9], merchant=[1, 1, 1, 0], presenter=[0, 1, 2, -1], paid_fen=[100, 200, 300, 400],
                  subsidy_fen=[0, 0, 50, 0])
    books = {"kind": np.array(["creator", "merchant", "merchant"]), "state": np.array([1, 1, 1]),
             "started": np.array([-5, 10, 22])}
    with OrderLog(rows, 10) as log:
        own, shops = (histories(log, books, kind, burn_in=20) for kind in ("creator", "merchant"))
    assert own.sales.tolist() == [[1.0] + [0.0] * 9] and own.since.tolist() == [0]
    assert shops.since.tolist() == [0, 2] and shops.sales[0, 9] == 4.0
    assert shops.sales[1].tolist() == [0, 0, 0, 5.5, 0, 0, 0, 0, 0, 0] and shops.orders[1, 3] == 2


def test_new_to_a_new_shop_is_who_bought_first_after_day_60() -> None:
    """Forty buyers of days 61 to 90, ten of whom had bought before; shops of before day 0, and the closed, apart."""
    late, early = np.arange(40), np.arange(10)
    users = np.concatenate([late, early, late, late])
    rows = log_of(user=users, day=np.concatenate([np.full(40, 70), np.full(10, 30), np.full(40, 70), np.full(40, 70)]),
                  merchant=np.repeat([0, 0, 1, 2], [40, 10, 40, 40]))
    books = {"kind": np.full(3, "merchant"), "state": np.array([1, 1, 0]), "started": np.array([5, -1, 5])}
    with OrderLog(rows, 100) as log:
        assert new_to_shop(log, books, burn_in=0) == 0.75
    with OrderLog(rows, 94) as log:
        assert math.isnan(new_to_shop(log, books, burn_in=0))


def test_the_figure_draws_each_leap_against_its_plateau() -> None:
    one = past(step(100, 4.0), np.ones(DAYS))
    curve = weeks_around(one, leaps(one), 0)
    assert np.nanmax(curve) == pytest.approx(4.0) and np.nanmin(curve) == pytest.approx(1.0)
    figure = histories_figure([one, Histories("merchant", np.zeros((0, DAYS)), np.zeros((0, DAYS)), np.zeros(0, int))],
                              "two worlds")
    assert figure.axes[0].get_title(loc="left") == "1 of 2 creators leapt: 50.0%"
