"""Programmes of the shelf that tell people and goods apart: bound coupons, units, newcomers' prices, smart coupons."""

import numpy as np
import pytest

from sim.agents.merchant import OPENED
from sim.audits import promise
from sim.jit import kernel
from sim.ledger import Account
from sim.orders import desk_of
from sim.phases import clear
from sim.policies.base import Observed
from sim.rng import Venue
from sim.rules.choose import open_choice
from sim.rules.clearing import day_limit
from sim.rules.discounts import lay_terms
from sim.schema import ConfigError
from sim.tables import ANY, INTENT, OF_THE_GOOD, STANDS, Tables
from sim.uplift import buying_odds, expected_return
from tests.unit.bazaar import intent_of
from tests.unit.policy_world import knobs, morning, policy, world_of
from tests.worlds import days, toy_model

ALL = {"segment__ranks": {}, "segment__ranges": {}}
OPEN_POOL = {"depths": [0, 0, 0], "pool_dearest": 1, "pool_sold": 0, "pool_age": 0, "pool_score": 0,
             "pool_goods": 10_000, "pool_categories": list(range(12))}


@kernel
def terms(t, row, good, venue):
    """What the user's first four coupons and a good's deal would cut, prepared as a choice prepares them."""
    intent = open_choice(t, t.users[row])
    lay_terms(t, t.users[row], intent, good, venue, 3, True)


def offered(world, row, good, venue=Venue.MALL):
    """The benefits that a user's intent holds for a good, by slot, and who gives them."""
    names = ("users", "products", "merchants", "deals", "num", "lev", "now")
    buffer = np.zeros(1, INTENT)
    terms(Tables(**{name: getattr(world, name) for name in names}, intents=buffer, fill=np.zeros(3, np.int64)),
          row, good, int(venue))
    return buffer[0]


# ---- coupons of a category -----------------------------------------------------------------------------------

def test_a_bound_coupon_counts_for_goods_of_its_category_alone_and_comes_back_bound():
    """Two coupons of one instance for two categories: each good sees its own; a lapsed wish returns it as it was."""
    world = world_of(p0=knobs("replenishment", depth=0.5, categories=[2, 3], low=2, gone=0, threshold_yuan=0))
    world.users["cupboard"][:, 2:4] = 1.0
    morning(world)
    coupons = world.users["coupons"][5]
    assert sorted(coupons["category"][coupons["benefit"] > 0]) == [2, 3]
    for category in range(12):
        found = offered(world, 5, int(np.flatnonzero(world.products["category"] == category)[0]))
        assert (found["benefits"] > 0).sum() == (category in (2, 3))
    good = int(np.flatnonzero(world.products["category"] == 2)[0])
    slot = int(np.flatnonzero(coupons["category"] == 2)[0])
    wish = intent_of(world, 5, good, coupons=((0, 0.5, 0),))
    wish["categories"][0, 0] = 2
    world.users["coupons"]["benefit"][5, slot] = 0.0
    world.products["stock"][good] = 0
    world.day.intents = [wish]
    clear.run(world)
    back = world.users["coupons"][5]
    assert wish["status"][0] != STANDS and sorted(back["category"][back["benefit"] > 0]) == [2, 3]


def test_no_order_outside_its_category_is_ever_cheaper():
    """Coupons for food alone, for all who have bought some: every order with a cut is food, and there are some."""
    model = toy_model("policy=[replenishment]", "policy.replenishment.categories=[2]", "policy.replenishment.low=10",
                      "policy.replenishment.gone=0", "policy.replenishment.depth=0.5",
                      "policy.replenishment.threshold_yuan=0")
    cut = []
    for _ in range(10):
        days(model, 1)
        orders = model.world.day.orders
        cut += list(orders["category"][(orders["cuts"] > 0).any(axis=1)]) if len(orders) else []
    assert len(cut) > 3 and set(cut) == {2}


# ---- units ---------------------------------------------------------------------------------------------------

def test_units_go_by_lot_and_the_others_pay_the_price_or_let_go():
    """Ten keen buyers, three units at ¥1: three cuts; seven at the full price; money and units add up."""
    world = world_of(p0=knobs("flash_sale", goods=1, units_per_1000=3 / 0.4, budget_yuan_per_1000=None, **ALL))
    world.products["price"] = world.products["outside_price"] = 4000
    world.products["stock"], world.merchants["capacity"] = 100, 100.0
    morning(world)
    assert (world.deals["units"] == 3).all() and day_limit(desk_of(world), 0) > 10
    wishes = [intent_of(world, row, 7, Venue.LIVE, coupons=((0, 1 - 100 / 4000, 0),), base=20.0) for row in range(10)]
    for wish in wishes:
        wish["expiries"][0, 0] = OF_THE_GOOD
    world.day.intents = [np.concatenate(wishes)]
    clear.run(world)
    sold = world.day.intents[0]
    assert (sold["status"] == STANDS).all()
    assert sorted(sold["paid"]) == [100] * 3 + [4000] * 7
    assert world.deals["units"][7] == 0 and world.deals["units"][8] == 3
    assert world.purses["spent"][0] == 3 * 3900 and world.purses["refused"][0] == 0


# ---- newcomers' prices ---------------------------------------------------------------------------------------

def test_the_pools_price_is_for_newcomers_before_their_first_order_on_the_shelf():
    """Of an old user, a newcomer and a newcomer with an order, one is meant, in the mall and not in a room."""
    world = world_of(p0=knobs("newcomer_rights", pool_price_yuan=1, window=30, **OPEN_POOL))
    world.now["day"] = 100
    world.products["price"] = 4000
    world.users["started"], world.users["orders_spell"] = 0, 0
    world.users["started"][[1, 2]] = 80
    world.users["orders_spell"][2] = 1
    morning(world)
    cuts = [offered(world, row, 3)["benefits"].max() for row in range(3)]
    assert cuts == [0.0, pytest.approx(1 - 100 / 4000), 0.0]
    assert offered(world, 1, 3, Venue.LIVE)["benefits"].max() == 0.0
    assert (world.deals["purse"] == -1).all()


def test_the_pool_is_ruled():
    """Only goods of the categories, of old shops, that sell, are cheap, well served and of few goods."""
    rule = OPEN_POOL | {"pool_age": 50, "pool_goods": 5, "pool_dearest": 0.5, "pool_categories": [0, 1, 2, 3]}
    world = world_of(p0=knobs("newcomer_rights", pool_price_yuan=1, **rule))
    world.now["day"] = 100
    world.merchants["started"], world.merchants["count"] = [0, 90, 0, 0, 0, 0], [4, 4, 40, 4, 4, 4]
    world.products["price"] = np.arange(len(world.products)) * 100 + 500
    morning(world)
    pool = world.deals["entry_purse"] == 0
    goods = world.products
    ruled = (np.isin(goods["category"], [0, 1, 2, 3]) & ~np.isin(goods["merchant"], [1, 2])
             & (np.arange(len(goods)) < len(goods) / 2))
    assert pool.any() and (pool == ruled).all()


# ---- smart coupons -------------------------------------------------------------------------------------------

def test_expected_return_falls_with_the_odds_of_buying_anyway():
    """At rare buying the limit is (1 − (1−d)^ε) / d; who buys every day brings next to nothing."""
    world = world_of()
    users = world.users[:50]
    users["orders_spell"], users["started"], today = np.arange(50) * 10, 0, 100
    odds = buying_odds(users, today, 8)
    assert (np.diff(odds) > 0).all() and 0 < odds[0] < 0.1
    found = expected_return(users, today, 0.13, 8, 2.0)
    assert (np.diff(found) < 0).all() and found[-1] < 0.05
    rare = expected_return(users[:1], 10**6, 0.13, 1, 2.0)[0]
    assert rare == pytest.approx((1 - 0.87**2) / 0.13, rel=1e-3)


def test_the_bar_is_a_shadow_price():
    """It rises while the allowance is used up, falls to the least while it is not; a coupon asks for it."""
    one = policy("subsidy", targeting="smart", least=0.5, step=0.2, budget_yuan=1000)
    memory, left, bars = (), 100_000, []
    for day in range(40):
        memory = one.remember(day, Observed({}, left, 0, memory, 5000))
        bars.append(memory[0])
        left -= 5000 if day < 20 else 1000
    assert bars[0] == 0.5 and (np.diff(bars[:20]) > 0).all() and (np.diff(bars[21:]) <= 0).all()
    assert bars[10] == pytest.approx(0.5 * np.exp(0.2 * 10)) and bars[-1] >= 0.5
    [coupon] = one.programmes(41, Observed({}, left, 0, memory, 5000))
    assert coupon.bar.least == memory[0]
    assert policy("subsidy").programmes(41, Observed({}, left, 0, memory, 5000))[0].bar is None


def test_only_those_above_the_bar_get_a_coupon():
    """Half of the users buy all the time: with a bar between them, only the other half holds coupons."""
    world = world_of(p0=knobs("subsidy", targeting="smart", daily_share=1, least=1.0, budget_yuan=1e6))
    world.now["day"] = 100
    world.users["orders_spell"] = np.arange(400) % 2 * 200
    morning(world)
    assert ((world.users["coupons"]["benefit"][:, 0] > 0) == (np.arange(400) % 2 == 0)).all()
    assert (world.users["coupons"]["category"][::2, 0] == ANY).all()


# ---- pacing --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("changes", "share"), [
    ({}, 1 / 30), ({"stop": 10}, 1 / 10), ({"pacing": "free"}, 1.0), ({"stop": 60}, 1 / 60)])
def test_an_even_pace_reaches_to_the_stop_or_the_end_of_the_run(changes, share):
    """A run of 30 days; beyond its end what is left may go at once."""
    one = policy("subsidy", budget_yuan=3000, **changes)
    assert one.allowance(300_000, 0, 1400, 30) == int(300_000 * share)
    late = {10: 0, 60: 1000 // 25}.get(changes.get("stop"), 1000)
    assert one.allowance(1000, 35, 1400, 30) == late


# ---- shops ---------------------------------------------------------------------------------------------------

def test_accounts_are_paid_by_their_shops_and_the_first_strategy_counts():
    """Two instances ask for other numbers: the first's holds; ¥1 for each account beyond the first goes to labour."""
    world = world_of(p0=knobs("account_strategy", purpose="dual", accounts=4),
                     p1=knobs("account_strategy", purpose="sales", accounts=2))
    morning(world)
    assert (world.studio["accounts"] == 4).all() and (world.studio["brand"] == 2).all()
    assert (world.ledger.merchant_balances == -300).all()
    assert int(world.ledger.balances[int(Account.LABOUR)]) == 6 * 300
    with pytest.raises(ConfigError, match="at least 2"):
        policy("account_strategy", purpose="dual", accounts=1)


def test_monitoring_raises_service_to_its_most_and_certificates_go_to_good_scores():
    """A step a day up to 1; of six shops the better half is certified."""
    world = world_of(p0=knobs("supply_services", monitoring=0.3, certificate=0.5, bar=0.5))
    world.merchants["service"], world.merchants["score"] = 0.5, [1, 2, 3, 4, 5, 5]
    for expected in (0.8, 1.0, 1.0):
        morning(world)
        assert world.merchants["service"] == pytest.approx(np.full(6, expected))
    assert world.studio["certificate"].tolist() == [0, 0, 0, 0.5, 0.5, 0.5]
    assert world.studio["attract"] == pytest.approx(np.full(6, 0.1))


def test_the_entry_is_screened_once_and_for_what_a_firm_promises():
    """Of six firms that opened last night the three of poor service stay out; those open long are left alone."""
    settings = {"rate": 0, "entry_bar": 3.5, "entry_noise": 0.0}
    world = world_of(p0=knobs("governance", **settings))
    firms, goods = world.merchants, world.products
    firms["score_mean"], firms["service"] = 3.9, [0.1, 0.9] * 3
    firms["first"], firms["count"], goods["quality"] = np.arange(6) * 4, 4, 0.0
    promised = promise(world, np.arange(6))
    assert promised == pytest.approx([3.9 - 1.2 * 0.4, 3.9 + 1.2 * 0.4] * 3)
    firms["turn"] = [OPENED] * 4 + [0, 0]
    morning(world)
    assert firms["state"].tolist() == [0, 1, 0, 1, 1, 1]
    assert int(world.ledger.balances[int(Account.LABOUR)]) == 4 * 3000
