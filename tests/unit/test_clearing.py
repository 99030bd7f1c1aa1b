"""Clearing: coupons, purses, the second look, stock and capacity."""
import copy

import numpy as np
import pytest

from sim.phases import clear
from sim.rules.price import discounted, price_log, price_utility
from sim.tables import LAPSED_BUDGET, LAPSED_STOCK, STANDS
from tests.unit.bazaar import bazaar, intent_of, next_day, random_intents, trade


def price_of(price, *coupons):
    """Paid price and cuts with coupons (grant, benefit, threshold)."""
    slots = [*coupons, *[(-1, 0.0, 0)] * (4 - len(coupons))]
    grants, benefits, thresholds = (np.array(column, kind) for column, kind in zip(
        zip(*slots, strict=True), ("i2", "f4", "i4"), strict=True))
    cuts = np.full(4, -7, "i4")
    paid = discounted(price, benefits, thresholds, grants, cuts)
    return paid, cuts.tolist()


def cleared(world, *intents):
    """Clear intents; back come their records in the order given."""
    world.day.intents = [np.concatenate(intents)]
    clear.run(world)
    found = world.day.intents[0]
    same = [(found["user"] == one["user"][0]) & (found["product"] == one["product"][0]) for one in intents]
    return [found[mask][0] for mask in same]


@pytest.mark.parametrize(("price", "coupons", "paid", "cuts"), [
    (5000, [], 5000, [0, 0, 0, 0]),
    (5000, [(0, 0.15, 0)], 4250, [750, 0, 0, 0]),
    (5000, [(0, 0.15, 5000)], 4250, [750, 0, 0, 0]),
    (5000, [(0, 0.15, 5001)], 5000, [0, 0, 0, 0]),
    (5000, [(0, 800.0, 0)], 4200, [800, 0, 0, 0]),
    (500, [(0, 800.0, 0)], 0, [500, 0, 0, 0]),
    (50, [(0, 0.15, 0)], 43, [7, 0, 0, 0]),  # 42.5 rounds up
    (50, [(0, 0.13, 0)], 44, [6, 0, 0, 0]),  # 43.5 rounds up
    (0, [(0, 0.15, 0)], 0, [0, 0, 0, 0]),
    (1, [(0, 0.15, 0)], 1, [0, 0, 0, 0]),
    (5000, [(0, 0.15, 0), (0, 0.30, 0)], 3500, [0, 1500, 0, 0]),  # one instance: the best only
    (5000, [(0, 1000.0, 0), (0, 0.30, 0), (0, 1501.0, 9000)], 3500, [0, 1500, 0, 0]),
    (10000, [(1, 0.5, 0), (0, 0.5, 0)], 2500, [3750, 3750, 0, 0]),  # 1 - .5 · .5, in equal parts
    (10001, [(1, 0.5, 0), (0, 0.5, 0)], 2500, [3750, 3751, 0, 0]),  # the odd fen to the earlier instance
    (900, [(1, 0.5, 0), (0, 900.0, 0)], 0, [0, 900, 0, 0]),  # whoever gives it away pays it all
])
def test_coupons_count_once_an_instance_and_stack_across_instances(price, coupons, paid, cuts):
    assert price_of(price, *coupons) == (paid, cuts)


def test_price_does_not_depend_on_the_slots_that_coupons_lie_in():
    rng = np.random.default_rng(3)
    for _ in range(300):
        coupons = [(int(g), (0.07, 0.2, 350.0)[rng.integers(3)], 0) for g in rng.permutation(5)[:3]]
        price = int(rng.integers(0, 30000))
        paid, cuts = price_of(price, *coupons)
        turned, other = price_of(price, *coupons[::-1])
        assert turned == paid
        assert sum(cuts) == price - paid
        assert other[:3][::-1] == cuts[:3]


def test_price_hurts_more_above_the_remembered_one_than_it_pleases_below():
    num = bazaar().num[0]
    at = price_utility(num, 2.0, 5000, 5000, 0.0, 0.0)
    up = at - price_utility(num, 2.0, 5500, 5000, 0.0, 0.0)
    down = price_utility(num, 2.0, 5000, 5500, 0.0, 0.0) - at
    assert at == 0.0
    assert up == pytest.approx(2.0 * np.log(1.1) * (1 + 0.3 * 2.25))
    assert down == pytest.approx(2.0 * np.log(1.1) * 1.3)
    assert price_utility(num, 2.0, 5000, 5000, 0.0, 0.42) == pytest.approx(0.42)
    assert price_log(0, 5000) == price_log(1, 5000)  # a free good has a defined, finite price


def test_with_ample_purses_goods_and_hands_everybody_gets_what_was_meant():
    world = bazaar(buyers=400)
    world.products["stock"] = 1000
    world.merchants["capacity"] = 1000
    intents = random_intents(world, np.random.default_rng(5), 300)
    wallets = world.users["wallet"].copy()
    world.day.intents = [intents.copy()]
    clear.run(world)
    found = world.day.intents[0]
    assert (found["status"] == STANDS).all()
    assert (world.users["wallet"] == wallets).all()
    for name in ("paid", "cuts", "grants", "insured"):
        assert sorted(found[name].tolist()) == sorted(intents[name].tolist())
    assert world.purses["spent"].sum() == intents["cuts"].sum()


def test_results_do_not_depend_on_the_order_or_the_pieces_in_which_intents_come():
    def after(permutation, chunks):
        world = bazaar(budgets=(3000, 20000), seed=4)
        intents = random_intents(world, np.random.default_rng(6), 200)
        intents = intents[np.random.default_rng(permutation).permutation(200)] if permutation else intents
        trade(world, intents, chunks)
        arrays = (world.users, world.products, world.merchants, world.creators, world.purses, world.orders,
                  world.ledger.balances)
        return [array.tobytes() for array in arrays], world.day

    plain, day = after(0, 1)
    assert day.lapsed_budget > 5
    assert day.lapsed_stock > 5
    for permutation, chunks in ((1, 1), (2, 7), (3, 200)):
        assert after(permutation, chunks)[0] == plain


def test_purses_are_never_overrun_and_pay_whole_cuts():
    for seed in range(5):
        world = bazaar(budgets=(2500, 0), seed=seed)
        trade(world, random_intents(world, np.random.default_rng(seed), 150))
        orders = world.orders
        assert (world.purses["left"] >= 0).all()
        assert (world.purses["left"] + world.purses["spent"] == [2500, 0]).all()
        assert not (orders["grants"] == 1).any()
        assert orders["cuts"][orders["grants"] == 0].sum() == world.purses["spent"][0]


def test_a_good_or_a_warehouse_can_only_give_what_it_has():
    world = bazaar(buyers=60, goods=12, shops=6, fulfil_backlog=1.0)
    world.products["stock"] = [3, *[100] * 11]
    world.merchants["capacity"][1] = 4.9
    wanting_0 = [intent_of(world, row, 0) for row in range(20)]
    wanting_1 = [intent_of(world, row, 1 + 6 * (row % 2)) for row in range(20, 40)]  # both of shop 1
    cleared(world, *wanting_0, *wanting_1)
    found = world.day.intents[0]
    assert world.products["stock"].min() == 0
    assert (found["status"][found["product"] == 0] == STANDS).sum() == 3
    assert (found["status"][found["product"] != 0] == STANDS).sum() == 4
    assert world.day.lapsed_stock == 17 + 16
    lapsed = found[found["status"] == LAPSED_STOCK]
    assert (world.users["wallet"][lapsed["user"]] == 10**6).all()


def test_levers_on_capacity_move_what_is_accepted():
    world = bazaar(buyers=60)
    world.lev["capacity"] = 0.02  # 10 · 5 days · .02 = 1 order
    cleared(world, *[intent_of(world, row, 0) for row in range(10)])
    assert world.day.lapsed_stock == 9


def test_who_lost_the_coupon_looks_again_with_the_same_noise():
    for rival in np.linspace(3.5, 5.5, 21):
        world = bazaar(budgets=(0, 0))
        world.users["coupons"]["benefit"][0] = 0.0
        one = intent_of(world, 0, 3, coupons=[(0, 0.3, 0)], base=5.0, rival=rival)
        one["outside_price"], one["deal"] = 1.1 * one["price"], 0.42
        before = one.copy()[0]
        (after,) = cleared(world, one)
        num, full = world.num[0], int(before["price"])
        outside = before["outside_price"]
        keen = 5.0 + price_utility(num, before["sensitivity"], full, outside, 0.0, 0.0) > rival
        assert (after["status"] == STANDS) == keen
        assert (world.day.lapsed_budget == 1) == (not keen)
        assert world.users["wallet"][0] == 10**6 - (full if keen else 0)
        assert world.users["coupons"]["benefit"][0].tolist() == pytest.approx([0.3, 0, 0, 0])


def test_the_second_look_is_the_first_choice_at_another_price():
    """An intent that keeps its coupon is worth the same at clearing as when it was chosen."""
    world = bazaar()
    one = intent_of(world, 0, 3, coupons=[(0, 0.3, 0)])[0]
    chosen = price_utility(world.num[0], one["sensitivity"], one["paid"], float(one["outside_price"]),
                           one["reference"], one["deal"])
    again = price_utility(world.num[0], np.float32(one["sensitivity"]), int(one["paid"]),
                          int(one["outside_price"]), np.float32(one["reference"]), np.float32(one["deal"]))
    assert chosen == again


def test_a_buyer_cannot_pay_more_than_the_wallet_holds():
    world = bazaar(budgets=(0, 0))
    price = int(world.products["price"][3])
    world.users["wallet"][:2] = price - 1, price
    poor, rich = (intent_of(world, row, 3, coupons=[(0, 0.3, 0)], base=50.0) for row in (0, 1))
    first, second = cleared(world, poor, rich)
    assert (first["status"], second["status"]) == (LAPSED_BUDGET, STANDS)
    assert world.users["wallet"][:2].tolist() == [price - 1, 0]


def test_losing_one_of_two_coupons_keeps_the_other_at_its_own_full_cut():
    world = bazaar(budgets=(10**9, 0))
    one = intent_of(world, 0, 3, coupons=[(1, 0.3, 0), (0, 0.2, 0)], base=50.0)
    price, both = int(one["price"][0]), one["cuts"][0].copy()
    (after,) = cleared(world, one)
    assert after["paid"] == price_of(price, (0, 0.2, 0))[0]
    assert after["cuts"].tolist() == [0, price - after["paid"], 0, 0]
    assert after["cuts"][1] > both[1]
    assert world.purses["spent"].tolist() == [price - after["paid"], 0]
    assert world.users["coupons"]["grant"][0, 0] == 1


def test_money_of_an_intent_that_lapses_serves_the_next():
    """One purse, one coupon's worth; whoever comes first finds no stock, so the other gets the coupon."""
    world = bazaar(budgets=(0, 0))
    world.products["price"] = world.products["outside_price"] = 5000
    world.products["stock"][0] = 0
    wishes = []
    for row in range(20):
        wishes += [intent_of(world, row, good, coupons=[(0, 0.2, 0)]) for good in (0, 1)]
    world.purses["left"][0] = 1000
    world.products["stock"][1] = 20
    found = cleared(world, *wishes)
    redeemed = [one for one in found if one["cuts"].sum() > 0 and one["status"] == STANDS]
    assert len(redeemed) == 1
    assert redeemed[0]["product"] == 1
    assert world.purses["left"][0] == 0
    lapsed = [one for one in found if one["status"] != STANDS]
    assert len(lapsed) >= 20
    held = world.users["coupons"]["benefit"][:20] > 0
    assert held.sum() == 40 - 1  # every coupon that did not pay is back with its owner


def test_freight_insurance_ends_with_its_purse_unless_the_merchant_insures():
    world = bazaar(budgets=(10**6, 10**6))
    world.merchants["insured"][:2] = 0, 1
    world.cover["purse"][:2], world.cover["share"][:2] = 0, 0.5
    wishes = [intent_of(world, 0, 0, base=0.15), intent_of(world, 1, 1, base=0.15)]  # shops 0 and 1, rival 0
    first, second = cleared(world, *[wish.copy() for wish in wishes])
    assert (first["insured"], second["insured"]) == (2, 2)
    assert world.purses["spent"][0] > 0
    poor = copy.deepcopy(world)
    poor.purses["left"] = 0
    first, second = cleared(poor, *wishes)
    assert (first["insured"], first["status"]) == (0, LAPSED_BUDGET)  # without insurance .15 - .2 < 0
    assert (second["insured"], second["status"]) == (1, STANDS)


def test_a_covered_intent_that_lapses_releases_the_premium():
    world = bazaar(budgets=(10**6, 10**6))
    world.cover["purse"][0], world.cover["share"][0] = 1, 1.0
    world.products["stock"][0] = 0
    (one,) = cleared(world, intent_of(world, 0, 0))
    assert one["status"] == LAPSED_STOCK
    assert world.purses["left"].tolist() == [10**6, 10**6]


def test_free_goods_and_empty_days_are_legal():
    world = bazaar()
    trade(world, random_intents(world, np.random.default_rng(1), 0))
    world.products["price"][0] = 0
    trade(world, intent_of(world, 0, 0, base=1.0))
    assert world.orders["paid"].tolist() == [0]
    assert world.orders["nth"].tolist() == [1]
    assert np.isfinite(world.users["reference"]).all()
    for _ in range(30):
        next_day(world)
        trade(world, random_intents(world, np.random.default_rng(1), 0))
    assert len(world.orders) == 0


def test_a_day_without_users_merchants_or_creators_is_legal():
    world = bazaar(buyers=0, goods=0, shops=0, hosts=0, budgets=(), funders=())
    trade(world, random_intents(world, np.random.default_rng(1), 0))
    assert next_day(world)["order_payment"] == 0
