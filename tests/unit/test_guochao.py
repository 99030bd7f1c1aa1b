"""Guochao: the young buy domestic brands, the old others, and on the whole it sells nothing."""
from __future__ import annotations

import numpy as np
import pytest

from sim.rules.guochao import guochao_utility
from tests.worlds import days, same, toy_model

STRONG = "world.choice.guochao=[-2,0,2]"


def test_the_mean_over_users_is_nothing_for_every_good() -> None:
    """To the rounding of singles; so it is over users × goods, outsiders and goods not on sale included."""
    world = toy_model(STRONG).world
    means = [np.mean([guochao_utility(world.num[0], u, p) for u in world.users]) for p in world.products]
    assert means == pytest.approx([0.0] * len(means), abs=1e-7)
    assert np.ptp(world.users["guochao"]) == pytest.approx(4.0, abs=1e-6)


def test_without_it_origin_makes_no_difference() -> None:
    off = "world.choice.guochao=[0,0,0]"
    same(days(toy_model(off), 12), days(toy_model(off, "world.goods.domestic=0.1"), 12))


def test_goods_have_their_firms_origin_and_firms_the_share_asked_for() -> None:
    """240 firms; binomial interval at 1 in 1,000."""
    world = toy_model("population.merchants=240").world
    assert (world.products["domestic"] == world.merchants["domestic"][world.products["merchant"]]).all()
    assert abs(world.merchants["domestic"].mean() - 0.7) < 3.3 * np.sqrt(0.7 * 0.3 / 240)


def test_domestic_brands_sell_to_the_young() -> None:
    """Their share of orders rises from the oldest generation to the youngest, in a classroom where taste is strong."""
    model, orders = toy_model("population=classroom", STRONG), []
    for _ in range(15):
        model.step()
        orders.append(model.world.day.orders.copy())
    found = np.concatenate(orders)
    home, age = model.world.products["domestic"][found["product"]], model.world.users["generation"][found["user"]]
    shares = [float(home[age == g].mean()) for g in range(3)]
    assert shares[0] + 0.1 < shares[1] < shares[2] - 0.1, shares
