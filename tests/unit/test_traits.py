"""Truths about what suppliers and goods are born with: traits by key, the first day's market, its shares."""
from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.agents.creator import ACTIVE, DORMANT, RESERVE
from sim.compose import configure
from sim.genesis_supply import (
    creators_at_genesis,
    merchants_at_genesis,
    products_at_genesis,
    set_frequencies,
    settle_in,
)
from sim.jit import kernel
from sim.numbers import numbers_record
from sim.rng import Decision, Venue, clock, uniform
from sim.rules.traits import beta, draw_career, trait

NUM = numbers_record(configure("population=toy").world)


@kernel
def redraw(now, num, creators):
    """Draw all creators' traits again."""
    for i in range(len(creators)):
        draw_career(now[0], num[0], creators[i])


@kernel
def many_betas(now, n, a, b):
    """n beta numbers, one a key."""
    found = np.empty(n)
    for i in range(n):
        found[i] = beta(now[0], i, 0, 0, 0, a, b)
    return found


def test_a_trait_is_the_draw_of_day_0_on_any_day():
    early, late = clock(7, 0), clock(7, 300)
    drawn = uniform(early[0], 5, 2, Decision.CREATOR_TRAITS, Venue.NONE, 9)
    assert trait(late[0], 5, 2, Decision.CREATOR_TRAITS, 9) == drawn


@pytest.mark.parametrize(("a", "b"), [(5.0, 2.0), (2.0, 2.0), (0.4, 0.6)])
def test_beta_numbers_follow_their_distribution(a, b):
    found = many_betas(clock(3, 0), 4000, a, b)
    assert stats.kstest(found, stats.beta(a, b).cdf).pvalue > 1e-3


def test_traits_go_with_the_key_not_with_the_row():
    rows = creators_at_genesis(50, NUM, clock(1, 0))
    order = np.argsort(np.sin(np.arange(50)))
    moved = rows[order]
    redraw(clock(1, 90), NUM, moved)
    assert (moved == rows[order]).all()


def test_keys_differ_between_all_kinds():
    merchants = merchants_at_genesis(40, NUM, clock(1, 0))
    goods = products_at_genesis(400, merchants, NUM, clock(1, 0))
    kinds = (creators_at_genesis(60, NUM, clock(1, 0)), merchants, goods)
    keys = np.concatenate([rows["key"] for rows in kinds])
    assert len(np.unique(keys)) == 500 and keys.min() > 2**31


def test_genesis_meets_its_shares():
    creators, merchants = creators_at_genesis(1000, NUM, clock(5, 0)), merchants_at_genesis(1000, NUM, clock(5, 0))
    asleep, tired = (creators["state"] == RESERVE).mean(), (creators["state"] == DORMANT).mean()
    assert abs(asleep + tired - NUM["creators_reserve"][0]) < 0.01 and abs(tired - NUM["creators_dormant"][0]) < 0.01
    assert abs((merchants["state"] == RESERVE).mean() - NUM["merchants_reserve"][0]) < 0.01
    assert np.abs(np.bincount(merchants["category"], minlength=12) / 1000 - NUM["goods_share"][0]).max() < 0.01


def test_goods_lie_together_and_are_what_the_catalogue_says():
    merchants = merchants_at_genesis(600, NUM, clock(2, 0))
    goods = products_at_genesis(6001, merchants, NUM, clock(2, 0))
    assert merchants["count"].sum() == 6001 and np.ptp(merchants["count"]) == 1
    assert (np.diff(goods["merchant"]) >= 0).all()
    assert (goods["category"] == merchants["category"][goods["merchant"]]).all()
    assert ((goods["on_sale"] == 1) == (merchants["state"] == ACTIVE)[goods["merchant"]]).all()
    ratio = np.log(goods["list_price"] / 100.0 / NUM["goods_median_price"][0][goods["category"]])
    assert abs(np.median(ratio)) < 0.03 and abs(ratio.std() - NUM["goods_price_sd"][0]) < 0.02
    share = goods["unit_cost"] / goods["list_price"]  # each good counts alike: a few dear ones make most of the money
    assert abs(share.mean() - NUM["goods_cost_mean"][0]) < 0.02
    assert abs(goods["quality"].std() - 1.0) < 0.05
    assert np.allclose(np.linalg.norm(goods["position"], axis=1), 1.0, atol=1e-5)
    pairs = goods["quality"][merchants["first"]], goods["quality"][merchants["first"] + 1]
    assert abs(np.corrcoef(*pairs)[0, 1] - 0.5) < 0.1


def test_a_world_without_merchants_has_no_goods():
    nobody = merchants_at_genesis(0, NUM, clock(1, 0))
    assert len(products_at_genesis(0, nobody, NUM, clock(1, 0))) == 0
    with pytest.raises(ValueError, match="need a merchant"):
        products_at_genesis(3, nobody, NUM, clock(1, 0))
    nothing = creators_at_genesis(0, NUM, clock(1, 0)), nobody, products_at_genesis(0, nobody, NUM, clock(1, 0))
    settle_in(*nothing, NUM, clock(1, 0), {"creators": 0.0, "merchants": 0.0}, 1.0)


def test_the_market_of_the_first_day_is_stationary_in_its_creators():
    num = NUM[0]
    asleep = num["creators_reserve"] - num["creators_dormant"]
    assert asleep * num["creators_entry"] == pytest.approx(num["creators_dormant"] * num["creators_retire"], rel=0.02)


def test_small_worlds_keep_the_floor_of_rooms_and_large_ones_the_real_share():
    creators, merchants = creators_at_genesis(100, NUM, clock(1, 0)), merchants_at_genesis(60, NUM, clock(1, 0))
    active = (creators["state"] == ACTIVE).sum(), (merchants["state"] == ACTIVE).sum()
    set_frequencies(creators, merchants, NUM, {"creators": 10.0, "merchants": 10.0})
    expected = active[0] * creators["frequency"][0] + active[1] * merchants["frequency"][0]
    assert expected == pytest.approx(NUM["rooms_floor"][0], rel=1e-5)
    shares = merchants["frequency"][0] * merchants["room_share"][0]
    assert shares == pytest.approx(NUM["rooms_merchant_share"][0] / 10.0, rel=1e-5)
    set_frequencies(creators, merchants, NUM, {"creators": 1.0, "merchants": 1.0})
    lift = merchants["frequency"][0] / NUM["rooms_merchant_share"][0]
    assert lift >= 1.0
    assert creators["room_share"][0] * lift == pytest.approx(1.0, rel=1e-5)
