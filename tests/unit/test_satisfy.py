"""Shipping, judgement, returns, reviews and trust."""
import numpy as np
import pytest

from sim.phases.receive import receive_rows
from sim.rng import Venue, clock
from sim.rules.common import logistic
from sim.rules.satisfy import defect_prob, feel, judgement, lateness_pain, open_parcel, stars
from sim.rules.ship import (
    cancel_prob,
    load,
    plan,
    promise,
    return_odds,
    return_prob,
    send_back_prob,
    ship_days,
)
from sim.tables import LEVEL_AND_SURPRISE, ORDER, SURPRISE_ONLY
from tests.unit.bazaar import bazaar, next_day, numbers, random_intents, tables_of, trade

NUM = numbers()
ONE = NUM[0]
SHELF, LIVE = int(Venue.MALL), int(Venue.LIVE)


def parcels(number, seed=0, quality=None, venue=SHELF):
    """Parcels of as many buyers, on time and as expected unless their quality says otherwise."""
    rng, world = np.random.default_rng(seed), bazaar(buyers=number)
    world.users["leniency"] = rng.normal(0, 0.4, number)
    world.merchants["service"] = rng.beta(5, 2, len(world.merchants))
    orders = np.zeros(number, ORDER)
    orders["user"], orders["user_key"], orders["product_key"] = np.arange(number), world.users["key"], 77
    orders["quality"] = orders["expected"] = rng.normal(size=number) if quality is None else quality
    orders["merchant"], orders["venue"] = rng.integers(0, 6, number), venue
    orders["hazard"] = return_odds(ONE, 0, venue, 0)
    world.day.parcels = orders
    return tables_of(world)


def opened(t):
    """The parcels after everybody has opened theirs."""
    receive_rows(t, 0, len(t.users))
    return t.parcels


def test_judgement_rises_with_quality_and_falls_with_lateness_and_failure():
    steps = np.linspace(-3, 3, 25)
    by_quality = [judgement(ONE, LEVEL_AND_SURPRISE, q, q, 0.0, 0) for q in steps]
    by_lateness = [judgement(ONE, LEVEL_AND_SURPRISE, 0.0, 0.0, days, 0) for days in np.linspace(0, 20, 25)]
    assert (np.diff(by_quality) > 0).all()
    assert (np.diff(by_lateness) < 0).all()
    assert judgement(ONE, LEVEL_AND_SURPRISE, 0.0, 0.0, 0.0, 0) - judgement(
        ONE, LEVEL_AND_SURPRISE, 0.0, 0.0, 0.0, 1) == pytest.approx(1.5)


def test_a_disappointment_weighs_twice_a_delight():
    at, up, down = (judgement(ONE, SURPRISE_ONLY, 0.0, d, 0.0, 0) for d in (0.0, 1.0, -1.0))
    assert (at - down) == pytest.approx(2 * (up - at))


def test_quality_counts_beyond_surprise_except_under_the_rival_rule():
    modes = (LEVEL_AND_SURPRISE, SURPRISE_ONLY)
    good, bad = ([judgement(ONE, mode, q, 0.0, 0.0, 0) for mode in modes] for q in (1.0, -1.0))
    assert good[0] - bad[0] == pytest.approx(0.6)
    assert good[1] == bad[1]


def test_lateness_takes_half_its_worst_at_the_half_point():
    assert lateness_pain(ONE, 0.0) == 0.0
    assert lateness_pain(ONE, 2.58) == pytest.approx(3.3 / 0.75 / 2)
    assert lateness_pain(ONE, 1e6) == pytest.approx(3.3 / 0.75, rel=1e-3)


def test_stars_follow_the_cuts():
    assert [stars(ONE, x) for x in (-9.0, 1.49, 1.5, 2.6, 3.5, 4.49, 4.5, 99.0)] == [1, 1, 2, 3, 4, 4, 5, 5]


def test_cancellations_and_returns_together_make_the_one_probability():
    for venue in (SHELF, LIVE):
        for category in range(12):
            odds = return_odds(ONE, category, venue, 1)
            mean = ONE["satisfy_mean"]
            cancelled, back = cancel_prob(ONE, odds), send_back_prob(ONE, odds, mean)
            assert cancelled + (1 - cancelled) * back == pytest.approx(return_prob(ONE, odds, mean))


def test_live_video_insurance_and_disappointment_bring_more_returns():
    kinds = ((SHELF, 0), (SHELF, 1), (1, 0), (LIVE, 0))
    odds = [return_odds(ONE, 0, venue, insured) for venue, insured in kinds]
    live, video, insured = (float(ONE[f"fulfil_{name}"]) for name in ("live", "video", "insured"))
    assert np.diff(odds) == pytest.approx([insured, video - insured, live - video])
    assert return_prob(ONE, odds[0], 4.9) == pytest.approx(logistic(np.log(0.25 / 0.75) + 0.1))
    assert send_back_prob(ONE, odds[0], 2.0) > send_back_prob(ONE, odds[0], 6.0)
    never = numbers(fulfil_base=[0.0] * 12)[0]
    assert return_prob(never, return_odds(never, 0, LIVE, 1), 0.0) == 0.0


def test_shipping_takes_its_mean_time_and_longer_when_the_warehouse_is_full():
    now = clock(3)[0]
    days = np.array([ship_days(now, ONE, user, 5, SHELF, 0.5) for user in range(4000)])
    assert days.mean() == pytest.approx(2.24, rel=0.03)
    assert days.std() / days.mean() == pytest.approx(0.5, rel=0.06)
    assert ship_days(now, ONE, 1, 5, SHELF, 3.0) == pytest.approx(3 * ship_days(now, ONE, 1, 5, SHELF, 1.0))
    assert (load(30, 10.0), load(3, 0.0)) == (3.0, 3.0)


def test_a_good_keeps_its_promise_from_day_to_day_and_most_are_short():
    promises = np.array([promise(ONE, key) for key in range(4000)])
    assert set(promises) == {3.0, 5.0}
    assert (promises == 3.0).mean() == pytest.approx(0.8, abs=0.025)


def test_a_plan_cancels_its_share_and_the_rest_is_late_by_what_exceeds_the_promise():
    now, orders = clock(5, 40)[0], np.zeros(4000, ORDER)
    orders["user_key"], orders["product_key"] = np.arange(4000), 9
    orders["hazard"] = return_odds(ONE, 0, LIVE, 0)
    for order in orders:
        plan(now, ONE, order, 1.0)
    sent = orders[orders["due"] >= 0]
    assert 1 - len(sent) / len(orders) == pytest.approx(cancel_prob(ONE, orders["hazard"][0]), abs=0.025)
    assert (sent["due"] > 40).all()
    assert ((sent["lateness"] > 0) == (sent["late"] == 1)).all()
    late = sent[sent["late"] == 1]
    assert (late["due"] - 40 >= promise(ONE, 9) + late["lateness"] - 1e-5).all()
    assert (orders["dispatch"] == 41).all()


def test_stars_are_distributed_as_on_real_platforms():
    """P14: 50–65 % five stars, 9–18 % one or two, when goods are as expected and one in five comes late.

    Goods that sell are better than those on offer, by .8 sd in the town whose judgements set `satisfy_mean`.
    """
    t = parcels(20000, quality=np.random.default_rng(0).normal(0.8, 1.0, 20000))
    t.parcels["lateness"][::5] = np.random.default_rng(1).exponential(1.0, 4000)
    t.parcels["late"] = t.parcels["lateness"] > 0
    found = opened(t)
    shares = np.bincount(found["stars"], minlength=6) / len(found)
    assert 0.50 < shares[5] < 0.65
    assert 0.09 < shares[1] + shares[2] < 0.18
    assert found["latent"].mean() == pytest.approx(ONE["satisfy_mean"], abs=0.15)
    assert found["latent"].std() == pytest.approx(ONE["satisfy_sd"], abs=0.2)


def test_late_parcels_cost_two_stars():
    t = parcels(8000)
    t.parcels["lateness"][::2], t.parcels["late"][::2] = 5.5, 1
    found = opened(t)
    assert 1.8 < found["stars"][1::2].mean() - found["stars"][::2].mean() < 2.6


def test_problems_meet_service():
    t = parcels(20000, quality=-3.0, venue=LIVE)
    t.merchants["service"] = np.linspace(0, 1, 6)
    found = opened(t)
    problem = (found["late"] > 0) | (found["defect"] > 0) | (found["returned"] > 0)
    assert not (found["failed"][~problem] > 0).any()
    rates = [found["failed"][problem & (found["merchant"] == m)].mean() for m in range(6)]
    assert rates == pytest.approx(0.35 * (1 - np.linspace(0, 1, 6)), abs=0.04)
    assert found["complained"][found["failed"] > 0].mean() == pytest.approx(0.3, abs=0.04)
    assert not found["complained"][found["failed"] == 0].any()


def test_better_goods_are_less_often_defective():
    assert defect_prob(ONE, 0.0) == pytest.approx(0.03)
    assert defect_prob(ONE, 1.0) < 0.03 < defect_prob(ONE, -1.0)
    assert defect_prob(numbers(fulfil_defect=0.0)[0], -5.0) == 0.0


def felt(latent, returned=0, venue=SHELF, **start):
    """A buyer with given stocks after one judged order."""
    user, order = bazaar(buyers=1).users[0], np.zeros(1, ORDER)[0]
    for name, value in start.items():
        user[name] = value
    order["latent"], order["returned"], order["venue"] = latent, returned, venue
    feel(ONE, user, order, 0.0)
    return user


def test_an_average_kept_order_leaves_satisfaction_where_an_average_order_should():
    mean, base = ONE["satisfy_mean"], 0.12 * ONE["satisfy_return_mean"]
    assert felt(mean)["satisfaction"] == pytest.approx(base, abs=1e-6)
    assert felt(mean, satisfaction=1.0)["satisfaction"] == pytest.approx(0.8 + base, abs=1e-6)
    assert felt(mean + ONE["satisfy_sd"])["satisfaction"] == pytest.approx(0.2 + base, abs=1e-6)
    assert felt(mean, returned=1)["satisfaction"] == pytest.approx(base - 0.12, abs=1e-6)


def test_habit_grows_only_with_a_satisfying_order_that_is_kept_and_stays_below_one():
    assert felt(6.0, habit=0.5)["habit"] == pytest.approx(0.5 + 0.5 * ONE["satisfy_habit_gain"])
    assert felt(6.0, returned=1, habit=0.5)["habit"] == 0.5
    assert felt(4.0, habit=0.5)["habit"] == 0.5
    assert felt(6.0, habit=1.0)["habit"] == 1.0


def test_trust_is_split_between_platform_and_host_and_the_shelf_is_the_platforms():
    better = ONE["satisfy_mean"] + ONE["satisfy_sd"]
    live, shelf = felt(better, venue=LIVE), felt(better)
    assert live["platform_trust"] == pytest.approx(0.2 * 0.3, abs=1e-6)
    assert live["host_trust"] == pytest.approx(0.2 * 0.7, abs=1e-6)
    assert (shelf["platform_trust"], shelf["host_trust"]) == (pytest.approx(0.2, abs=1e-6), 0.0)
    assert (shelf["mindshare"], live["mindshare"]) == (pytest.approx(0.05), 0.0)


def test_what_happens_to_a_parcel_depends_on_nobody_elses():
    alone, among = parcels(50), parcels(50)
    for place in (7, 3):
        open_parcel(alone, place)
    opened(among)
    for place in (3, 7):
        assert alone.parcels[place] == among.parcels[place]
        assert alone.users[place] == among.users[place]


def market(days, **settings):
    """A market after some days of trade with plenty of everything."""
    world, rng = bazaar(buyers=300, seed=4, **settings), np.random.default_rng(4)
    world.merchants["capacity"] = 1000
    for _ in range(days):
        world.users["wallet"], world.products["stock"] = 10**6, 1000
        trade(world, random_intents(world, rng, 300))
        next_day(world)
    return world


def test_reviews_teach_quality_and_stop_with_word_of_mouth():
    world = market(12)
    goods = world.products[world.products["star_count"] > 40]
    assert len(goods) > 12
    assert np.corrcoef(goods["reputation"], goods["quality"])[0, 1] > 0.95
    shrunk = goods["quality"] * goods["star_count"] / (goods["star_count"] + 20)
    assert np.abs(goods["reputation"] - shrunk).max() < 0.3
    silent = market(6, survey_word_of_mouth=0.0)
    assert not silent.products["reputation"].any()
    assert not silent.products["star_count"].any()
    assert silent.merchants["goods_count"].any()


def test_merchants_keep_a_fading_record_of_what_they_delivered():
    world = market(8)
    shops = world.merchants
    assert (shops["goods_count"] == shops["shipped"]).all()
    assert ((shops["goods_sum"] / shops["goods_count"]) > 2).all()
    assert ((shops["goods_sum"] / shops["goods_count"]) < 5).all()
    assert (shops["service_bad"] <= shops["shipped"]).all()
    before = shops["shipped"].copy()
    world.orders = world.orders[:0]
    trade(world, random_intents(world, np.random.default_rng(0), 0))
    assert world.merchants["shipped"] == pytest.approx(before * np.exp(-1 / 30), rel=1e-5)


def test_presenters_of_good_goods_gain_trust():
    world, rng = bazaar(buyers=200, seed=6), np.random.default_rng(6)
    world.merchants["capacity"] = 1000
    world.products["quality"] = np.where(np.arange(24) % 2, 1.5, -1.5)
    for _ in range(10):
        world.users["wallet"], world.products["stock"] = 10**6, 1000
        intents = random_intents(world, rng, 200)
        intents["presenter"] = intents["product"] % 2
        trade(world, intents)
        next_day(world)
    assert world.creators["trust"][1] > 0 > world.creators["trust"][0]
    assert not world.merchants["trust"].any()
