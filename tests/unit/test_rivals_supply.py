"""The rival rules of supply: one switch each, and what each of them says."""

import numpy as np
import pytest

from sim.agents.creator import ACTIVE
from sim.compose import configure
from sim.jit import kernel
from sim.numbers import numbers_record
from sim.rules.channels import imitate
from sim.rules.pricing import charge_markup, price_bounds
from sim.schema import ConfigError
from sim.standings import best_earners
from tests.worlds import days, state_hash, toy_model


@kernel
def imitate_all(num, merchants, example):
    """Let every merchant take after the example."""
    for i in range(len(merchants)):
        imitate(num[0], merchants[i], example)


@kernel
def charge_all(num, merchants, products):
    """Let every merchant charge its markup."""
    for i in range(len(merchants)):
        charge_markup(num[0], merchants[i], products)


@kernel
def bounds_of(num, products):
    """Lowest and highest price of every good."""
    found = np.empty((len(products), 2), np.int64)
    for j in range(len(products)):
        found[j] = price_bounds(num[0], products[j])
    return found


@pytest.mark.parametrize("rival", ["channels=imitation", "prices=cost_plus", "careers=none"])
def test_each_switch_makes_another_world(rival):
    asked = ("world.creators.patience=1", "world.creators.wage_median=500")
    plain, other = toy_model(*asked), toy_model(*asked, f"rival.{rival}")
    for model in (plain, other):
        days(model, 30)
    assert state_hash(plain.world) != state_hash(other.world)


def test_unknown_rivals_list_what_exists():
    with pytest.raises(ConfigError, match="bandit, imitation"):
        configure("rival.channels=copy")


def test_imitators_end_where_their_example_is():
    """Effort converges to the example's, stays a share, and an absent example moves nothing."""
    model = toy_model()
    num, merchants = model.world.num, model.world.merchants.copy()
    example = np.array([0.4, 0.3, 0.1, 0.1, 0.1], np.float32)
    before = merchants["budget"].copy()
    imitate_all(num, merchants, np.zeros(5, np.float32))
    assert (merchants["budget"] == before).all()
    for _ in range(100):
        imitate_all(num, merchants, example)
        assert np.allclose(merchants["budget"].sum(axis=1), 1, atol=1e-5)
    assert np.allclose(merchants["budget"], example, atol=1e-3)


def test_the_example_is_the_open_firm_of_the_category_that_earns_most():
    """Closed firms are none; equal profits go to the lower key; categories without a firm have none."""
    merchants = toy_model().world.merchants[:4].copy()
    merchants["category"], merchants["state"] = [2, 2, 2, 5], [1, 1, 0, 1]
    merchants["profit"], merchants["key"] = [7, 7, 99, -3], [11, 10, 12, 13]
    merchants["budget"] = np.arange(20).reshape(4, 5)
    found = best_earners(merchants)
    assert (found[2] == merchants["budget"][1]).all() and (found[5] == merchants["budget"][3]).all()
    assert not found[[0, 1, 3, 4]].any()


def test_cost_plus_prices_are_cost_and_markup_within_bounds():
    """Whatever sold: the price is cost × (1 + markup), cut to the bounds; and again the same a week later."""
    model = toy_model()
    world = model.world
    products = world.products.copy()
    charge_all(world.num, world.merchants, products)
    low, high = bounds_of(world.num, products).T
    wanted = np.floor(products["unit_cost"] * 1.75 + 0.5)
    assert np.abs(products["price"] - np.clip(wanted, low, high)).max() <= 1
    again = products.copy()
    again["sold"] = 1000.0
    charge_all(world.num, world.merchants, again)
    assert (again["price"] == products["price"]).all()


def test_nobody_cuts_hours_for_money_where_nobody_exits():
    """A wage that no room pays: hours fall under the model's rule, and stay what they were under the rival."""
    asked = ("world.creators.wage_median=10000", "world.creators.patience=1")
    cut, kept = toy_model(*asked), toy_model(*asked, "rival.careers=none")
    for model in (cut, kept):
        days(model, 40)
    usual = float(numbers_record(kept.cfg.world)["rooms_hours"][0])
    for model, whole in ((cut, False), (kept, True)):
        creators = model.world.creators[model.world.creators["state"] == ACTIVE]
        assert (creators["hours_day"] >= usual - 1e-5).all() == whole
