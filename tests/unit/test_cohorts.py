"""Cohorts by day of adoption, and the ladder of a customer at a shop: counts that can be worked out by hand."""

import math

import numpy as np
import pytest

from sim.agents.user import OUTSIDE, VISITOR
from sim.cohorts import retention, take_cohorts
from sim.orderlog import OrderLog, ladder
from tests.worlds import toy_model

USERS = np.dtype([("started", "i4"), ("spell", "i2"), ("state", "u1"), ("opened", "u1")])


def test_a_constant_hazard_gives_its_own_curve():
    """Of 64 new people, half leave each night and all who stay open: D_k = 2^-k; the returning ones all stay."""
    users = np.zeros(80, USERS)
    users["started"], users["spell"] = 5, 1
    users["spell"][64:] = 2
    rows = []
    for age in range(4):
        users["opened"] = users["state"] = VISITOR
        users["opened"][64 >> age:64] = users["state"][64 >> age:64] = OUTSIDE
        rows.append(take_cohorts(users, 5 + age, first=3))
    cohorts = np.concatenate(rows)
    assert [retention(cohorts, age, returning=0) for age in range(4)] == [1.0, 0.5, 0.25, 0.125]
    assert [retention(cohorts, age, returning=1, what="alive") for age in range(4)] == [1.0] * 4
    assert retention(cohorts, 1) == 48 / 80 and math.isnan(retention(cohorts, 4))


def test_cohorts_count_everybody_who_came_once():
    """In a world that runs: a cohort never grows, and arrivals of all cohorts are those who arrived."""
    model, rows, arrived = toy_model(), [], 0
    for day in range(12):
        model.step()
        rows.append(take_cohorts(model.world.users, day, first=0))
        arrived += int(model.metrics["arrivals"]) if day < 11 else 0
    cohorts = np.concatenate(rows)
    assert cohorts["opened"][cohorts["age"] == 0].sum() == arrived > 0
    for adopted in range(12):
        for kind in (0, 1):
            alive = cohorts["alive"][(cohorts["adopted"] == adopted) & (cohorts["returning"] == kind)]
            assert (np.diff(alive) <= 0).all()


def test_the_ladder_of_a_shop_counts_its_own_customers_orders():
    """One user with one order at each of two shops is two customers with one order, and one buyer with two."""
    log = {"user": np.array([1, 1, 2, 2, 2]), "spell": np.zeros(5, int), "nth": np.array([1, 2, 1, 2, 3]),
           "merchant": np.array([7, 8, 7, 7, 8]), "day": np.array([0, 1, 0, 3, 4])}
    with OrderLog(log, 30) as orders:
        assert ladder(orders, 20).reached[:3].tolist() == [2, 2, 1]
        shops = ladder(orders, 20, by="merchant")
    assert shops.reached[:2].tolist() == [4, 1] and shops.next_order(1) == pytest.approx(0.25)


def test_who_bought_before_the_first_day_is_not_new_to_the_shop():
    """The log goes back before day 0; a pair that met there is left out."""
    log = {"user": np.array([1, 1, 2]), "spell": np.zeros(3, int), "nth": np.array([1, 2, 1]),
           "merchant": np.array([7, 7, 7]), "day": np.array([-4, 2, 2])}
    with OrderLog(log, 30) as orders:
        assert ladder(orders, 20, by="merchant").reached[0] == 1
