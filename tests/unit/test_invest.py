"""What firms put into quality and service: by what it brings, and only where somebody is there to see it."""
from __future__ import annotations

import numpy as np
import pytest

from sim import levers
from sim.compose import configure
from sim.genesis import create
from sim.jit import kernel
from sim.numbers import numbers_record
from sim.policies import policies_of
from sim.rules.cocreate import co_create
from sim.rules.invest import invest
from sim.rules.traits import draw_good

STEP, SERVICE = 0.02, 0.01  # of a week, configs/world/default.yaml


@kernel
def invest_all(now, num, lev, merchants, products, weight):
    """One week's investment of every merchant."""
    for i in range(len(merchants)):
        invest(now[0], num[0], lev[0], merchants[i], products, weight)


@kernel
def redraw(now, num, merchants, products):
    """Draw every good anew."""
    for j in range(len(products)):
        draw_good(now[0], num[0], merchants[products[j].merchant], products[j])


@kernel
def create_all(now, num, merchants, products, spent):
    """Let every merchant try to make a good with its buyers."""
    for i in range(len(merchants)):
        spent[i] = co_create(now[0], num[0], merchants[i], products)


@pytest.fixture
def world():
    """A toy world whose firms have money and sales."""
    made = create(configure("population=toy", "population.merchants=40"))
    made.merchants["cash"], made.merchants["sales"], made.merchants["orders_mean"] = 10**9, 1000.0, 14.0
    return made


def changed(world, weight=0.0, lev=None, **numbers):
    """How a week's investment changes quality (by good) and service (by firm) under these numbers."""
    num = world.num.copy()
    for name, value in numbers.items():
        num[name] = value
    goods, firms = world.products["quality"].astype(float), world.merchants["service"].astype(float)
    invest_all(world.now, num, levers.neutral() if lev is None else lev, world.merchants, world.products, weight)
    return world.products["quality"] - goods, world.merchants["service"] - firms


def test_nobody_invests_where_neither_score_nor_reviews_sell(world):
    cost = world.products["unit_cost"].copy()
    quality, service = changed(world)
    assert np.abs(quality).max() < 1e-6 and np.abs(service).max() < 1e-6
    assert (world.products["unit_cost"] == cost).all() and not world.merchants["invested"].any()


@pytest.mark.parametrize(("cost", "belief", "direction"), [
    (0.1, 2.0, 1.0),  # one sd brings .175 of sales, costs .045 for good and ten days' sales once: pays in 77 days
    (0.1, 1.0, 0.0),  # brings .0875: pays in 235 days, longer than firms wait, but is worth keeping
    (0.25, 1.0, -1.0),  # costs .1125 for good
    (0.15, 0.0, -1.0),
])
def test_quality_follows_what_reviews_bring_less_what_it_costs(world, cost, belief, direction):
    quality, _ = changed(world, goods_quality_cost=cost, merchants_reputation_belief=belief)
    assert quality == pytest.approx(np.full(len(quality), direction * STEP), abs=1e-6)


def test_belief_counts_for_nothing_where_nobody_reads_reviews(world):
    quality, _ = changed(world, goods_quality_cost=0.15, merchants_reputation_belief=5.0, choice_quality=0.0)
    assert (quality < 0).all()


def test_better_goods_cost_more_and_worse_less(world):
    """The cost of goods moves by `quality_cost` of the change of quality; half a fen for rounding."""
    before = world.products["unit_cost"].astype(float)
    quality, _ = changed(world, goods_quality_cost=0.5)
    assert (quality < 0).all()
    assert np.abs(world.products["unit_cost"] - before * np.exp(0.5 * quality)).max() <= 0.5001


def test_goods_are_born_dearer_to_make_the_better_they_are(world):
    num, plain, priced = world.num.copy(), world.products.copy(), world.products.copy()
    redraw(world.now, num, world.merchants, plain)
    num["goods_quality_cost"] = 0.15
    redraw(world.now, num, world.merchants, priced)
    better, free = plain["quality"] > 0, (plain["unit_cost"] > 0.25 * plain["list_price"])
    free &= plain["unit_cost"] < 0.8 * plain["list_price"]  # away from the bounds of cost
    assert (priced["unit_cost"] > plain["unit_cost"])[better & free].all()
    assert (priced["unit_cost"] < plain["unit_cost"])[~better & free].all()
    assert (plain["quality"] == priced["quality"]).all() and (plain["list_price"] == priced["list_price"]).all()


def test_the_score_pays_for_service_before_it_pays_for_quality(world):
    for weight, served, improved in ((0.005, False, False), (0.05, True, False), (0.5, True, True)):
        quality, service = changed(world, weight=weight)
        assert (service > 0).any() == served and (quality > 0).any() == improved


def test_only_shops_below_the_bar_weigh_audits(world):
    """What governance makes known moves service of shops below its bar, and quality where it may close them."""
    world.merchants["score"] = np.where(np.arange(len(world.merchants)) % 2, 3.5, 4.5)
    below = world.merchants["score"] < 4.0
    for remove, improved in ((False, False), (True, True)):
        cfg = configure("policy=[governance]", f"policy.governance.remove={str(remove).lower()}",
                        "policy.governance.rate=0.05")
        [policy] = policies_of(cfg.policy).values()
        lev = levers.fold([policy.levers(0, None)])
        world.merchants["service"] = 0.2
        quality, service = changed(world, lev=lev)
        assert (service[below] > SERVICE / 2).all()
        assert (quality[below[world.products["merchant"]]] > STEP / 2).all() == improved
        assert not (quality[~below[world.products["merchant"]]] > STEP / 2).any()


def test_a_shop_without_followers_makes_nothing_with_its_buyers_and_a_followed_one_its_worst_seller(world):
    """At probability 1 a shop of many followers nearly always does; the good has no past, and lies where buyers are."""
    num, firms, goods = world.num.copy(), world.merchants, world.products
    goods["on_sale"], goods["sold"] = 1, np.arange(1, len(goods) + 1)
    firms["followers"], num["merchants_co_creation"], spent = 0, 1.0, np.zeros(len(firms), np.int64)
    before = goods.copy()
    create_all(world.now, num, firms, goods, spent)
    assert not spent.any() and (goods == before).all()
    firms["followers"] = 10**6
    create_all(world.now, num, firms, goods, spent)
    made = np.flatnonzero(spent)
    assert len(made) >= 0.9 * len(firms) and (spent[made] == 100_000).all()  # a day of sales, fen
    worst = firms["first"][made]
    assert not goods["star_count"][worst].any() and not goods["impressions"][worst].any()
    assert (np.delete(goods, worst) == np.delete(before, worst)).all()
    for row, firm in zip(worst, made, strict=True):
        own = slice(firms["first"][firm], firms["first"][firm] + firms["count"][firm])
        place = (before["sold"][own, None] * before["learned"][own]).sum(axis=0)
        assert goods["position"][row] == pytest.approx(place / np.linalg.norm(place), abs=1e-4)


def test_numbers_of_the_default_world_leave_all_of_it_off():
    num = numbers_record(configure().world)
    for name in ("goods_quality_cost", "merchants_reputation_belief", "merchants_co_creation", "creators_scandal",
                 "creators_prepare", "creators_video_hours"):
        assert num[name][0] == 0.0
