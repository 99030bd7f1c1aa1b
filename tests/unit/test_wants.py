"""What moves a user to buy: needs everywhere, trust, impulse, season, taste, and the rival rules of choice."""
from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.agents.user import RECENT
from sim.config import CHOICES, FEELINGS
from sim.jit import kernel
from sim.lanes import Lane
from sim.levers import neutral
from sim.parameters import Choice
from sim.rng import Venue, clock
from sim.rules.choose import choose, expected_quality, host_trust_utility, platform_trust_utility
from sim.rules.needs import season
from sim.rules.satisfy import open_parcel
from sim.rules.shelf import MOST_GOODS, mall_goods
from sim.rules.taste import wander
from sim.tables import BEST_OF_LAST, CHOICE, INTENT, LONG, MODES, SATISFACTION, SURPRISE_ONLY, Tables
from sim.tally import COUNTS
from tests.unit.bazaar import bazaar, numbers
from tests.unit.test_satisfy import LIVE, SHELF, opened, parcels
from tests.worlds import days, toy_model

NUM = numbers()[0]


# ---- what finds whom -----------------------------------------------------------------------------------------

@kernel
def all_mall_goods(t, found):
    """What the mall shows every user, -1 where nothing."""
    goods, scores = np.empty(MOST_GOODS, np.int32), np.empty(MOST_GOODS)
    for i in range(len(t.users)):
        for j in range(mall_goods(t, i, 1.0, goods, scores)):
            found[i, j] = goods[j]


def mall_of(model) -> np.ndarray:
    """Categories of the goods in every user's mall list, -1 for an empty place; one open need each, in turn."""
    world, lane = model.world, Lane()
    users = world.users
    users["need"], users["intent"] = 0, 0.0
    users["need"][np.arange(len(users)), np.arange(len(users)) % 12] = 1
    found = np.full((len(users), MOST_GOODS), -1, np.int32)
    all_mall_goods(world.tables(lane.buffers, lane.fill, world.new_tally()), found)
    return np.where(found >= 0, world.products["category"][found].astype(int), -1)


def test_the_mall_catches_a_need_that_interest_would_not_find() -> None:
    """With places for all, a list holds the best five of the category needed; without them, a third hold fewer."""
    caught = {}
    for most in (0, 5):
        model = toy_model("population=classroom", "world.lists.mall=64", f"world.lists.mall_wanted={most}")
        days(model, 1)
        shown = mall_of(model)
        pages = model.world.day.page_size
        needed = np.arange(len(shown)) % 12
        caught[most] = (shown == needed[:, None]).sum(axis=1), np.minimum(5, pages[needed])
    assert (caught[5][0] >= caught[5][1]).all()
    assert (caught[0][0] < caught[0][1]).mean() > 0.33


def test_an_open_need_sells_in_content_too() -> None:
    """The same people and draws on the first day: the more a need weighs, the more wishes arise in videos and rooms."""
    wishes = []
    for weight in (0, 1, 2):
        model = toy_model("population=classroom", f"world.choice.need={weight}", "world.needs.leave=0")
        model.world.users["need"] = 1
        model.step()
        venues = np.concatenate(model.world.day.intents)["venue"]
        wishes.append(int(np.isin(venues, (Venue.VIDEO, Venue.LIVE)).sum()))
    assert all(more > less for less, more in pairwise(wishes))


def test_trust_in_hosts_counts_with_creators_and_trust_in_the_platform_as_configured() -> None:
    world = bazaar(hosts=4)
    t = Tables(users=world.users, creators=world.creators, num=world.num)
    user = world.users[0]
    user["host_trust"], user["platform_trust"] = 0.5, -2.0
    assert host_trust_utility(t, user, 3) == pytest.approx(0.1 * 0.5)
    assert host_trust_utility(t, user, 4) == 0.0  # a shop's own account
    assert platform_trust_utility(NUM, user) == pytest.approx(0.1 * -2.0)


@pytest.mark.parametrize("impulse", [-1.0, 0.0, 1.5])
def test_the_impulsive_expect_too_much_of_what_they_buy_in_content(impulse) -> None:
    world = bazaar()
    user, good = world.users[0], world.products[0]
    user["impulse"], good["reputation"] = impulse, 0.25
    assert expected_quality(NUM, user, good, SHELF, 0.0) == pytest.approx(0.25)
    hoped = NUM["choice_overrating"] * max(impulse, 0.0)
    assert expected_quality(NUM, user, good, LIVE, 0.1) == pytest.approx(0.35 + hoped)


def test_who_expects_too_much_returns_more_and_is_less_satisfied() -> None:
    """The same parcels and draws: everybody is as pleased or less, and whoever returned still returns."""
    calm, eager = parcels(4000, venue=LIVE), parcels(4000, venue=LIVE)
    eager.parcels["expected"] += np.float32(0.2 * 2.0)
    before, after = opened(calm), opened(eager)
    assert (after["latent"] <= before["latent"]).all() and (after["returned"] >= before["returned"]).all()
    assert after["returned"].sum() > before["returned"].sum()
    assert eager.users["satisfaction"].mean() < calm.users["satisfaction"].mean()


def test_months_turn_with_the_calendar_and_leave_a_years_needs_as_they_are() -> None:
    table = NUM["needs_season"].reshape(12, 12)
    months = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 335]
    assert [season(NUM, day + 3, 4) for day in months] == table[:, 4].tolist()
    assert season(NUM, 364, 0) == table[11, 0] and season(NUM, 365, 0) == table[0, 0]
    assert table.mean(axis=0) == pytest.approx(1.0, abs=0.002) and table.mean(axis=1) == pytest.approx(1.0, abs=0.002)


# ---- taste ---------------------------------------------------------------------------------------------------

def people(number: int) -> np.ndarray:
    """Users of random tastes."""
    users = bazaar(buyers=number).users
    taste = np.random.default_rng(3).normal(size=users["taste"].shape)
    users["taste"] = taste / np.linalg.norm(taste, axis=1, keepdims=True)
    return users


def test_taste_wanders_on_the_sphere_by_so_much_a_week() -> None:
    users = people(500)
    before, num = users["taste"].copy(), numbers(interest_drift=0.02)[0]
    for row in range(len(users)):
        wander(clock(1)[0], num, users[row])
    length = np.linalg.norm(users["taste"].astype(float), axis=1)
    angle = np.linalg.norm((users["taste"] - before).astype(float), axis=1)
    assert length == pytest.approx(1.0, abs=1e-6)
    assert np.sqrt((angle**2).mean()) == pytest.approx(0.02, rel=0.05)  # standard error .9 %


def test_taste_is_pulled_towards_what_was_viewed_long_and_by_nothing_else() -> None:
    model = toy_model("population=classroom", "world.interest.drift=0", "world.interest.pull=0.05")
    world = model.world
    before, positions = world.users["taste"].copy(), world.products["position"].copy()
    model.step()
    viewed = world.day.log[world.day.log["flags"] & LONG > 0]
    there = world.users["state"] > 0
    once = np.flatnonzero((np.bincount(viewed["user"], minlength=len(before)) == 1) & there)
    goods = positions[viewed["product"][np.isin(viewed["user"], once)]]
    nearer = ((world.users["taste"][once] - before[once]) * goods).sum(axis=1)
    assert len(once) > 100 and (nearer > 0).all()
    others = np.setdiff1d(np.arange(len(before)), viewed["user"])
    assert (world.users["taste"][others] == before[others]).all()


def test_taste_is_pulled_towards_what_was_shown_where_that_is_switched_on() -> None:
    """Videos alone: previews of rooms and orders show no good by themselves."""
    model = toy_model("population=classroom", "world.interest.drift=0", "world.interest.pull=0",
                      "world.interest.exposure=0.002")
    world = model.world
    before, positions = world.users["taste"].copy(), world.products["position"].copy()
    model.step()
    shown = world.day.log[(world.day.log["slot"] >= 0) & (world.day.log["product"] >= 0)]
    towards = np.zeros_like(before)
    np.add.at(towards, shown["user"], positions[shown["product"]])
    reached = np.flatnonzero(np.bincount(shown["user"], minlength=len(before)) * (world.users["state"] > 0))
    nearer = ((world.users["taste"][reached] - before[reached]) * towards[reached]).sum(axis=1)
    assert len(reached) > 200 and (nearer > 0).all()
    others = np.setdiff1d(np.arange(len(before)), shown["user"])
    assert (world.users["taste"][others] == before[others]).all()


def test_without_drift_and_pull_taste_stays_to_the_last_bit() -> None:
    model = toy_model("world.interest.drift=0", "world.interest.pull=0")
    before = model.world.users["taste"].copy()
    days(model, 8)
    assert (model.world.users["taste"] == before).all()


# ---- rival rules ---------------------------------------------------------------------------------------------

def bought(worths: list[float], memory: int, number: int = 3000, seen: tuple[float, ...] = ()) -> np.ndarray:
    """Which of a list's goods each of many buyers takes under the rule best of the last `memory`; -1 none."""
    world = bazaar(buyers=number, choice_best_of=float(memory))
    world.users["weighed"] = len(seen)
    for n, worth in enumerate(seen):
        world.users["recent"][:, n % memory] = worth
    modes = np.zeros(MODES, np.int64)
    modes[CHOICE] = BEST_OF_LAST
    t = Tables(users=world.users, products=world.products, num=world.num, now=world.now, lev=neutral(), modes=modes,
               intents=np.zeros(1, INTENT), fill=np.zeros(3, np.int64), tally=np.zeros(COUNTS, np.int64))
    goods, values = np.arange(len(worths), dtype=np.int32), np.array(worths)
    return np.array([choose(t, i, goods, values, len(worths), Venue.MALL, 7, 0.0, 0.0, 0.4) for i in range(number)])


def test_good_by_good_a_dearer_or_worse_good_loses_buyers_and_gains_none() -> None:
    worse, better = bought([0.0, -0.5, 0.3], 3), bought([0.0, 0.5, 0.3], 3)
    assert not ((worse == 1) & (better != 1)).any() and (better == 1).sum() > (worse == 1).sum() > 0


def test_good_by_good_nothing_that_comes_later_changes_what_was_taken() -> None:
    short, long = bought([0.0, 0.4], 2), bought([0.0, 0.4, 3.0], 2)
    assert (long[short >= 0] == short[short >= 0]).all() and (long == 2).any()


def test_the_more_goods_are_remembered_the_fewer_buyers_are_content() -> None:
    """After one good thing and then two bad ones: the first counts only where memory reaches back to it."""
    seen = (1.0, -9.0, -9.0)
    takers = [bought([0.0], memory, seen=seen) >= 0 for memory in (1, 2, 3)]
    assert (takers[0] == takers[1]).all()
    assert takers[2].sum() < takers[0].sum() and not (takers[2] & ~takers[0]).any()


def test_configuration_reaches_the_rival_rules_and_only_them() -> None:
    plain = toy_model().world.modes
    rival = toy_model("rival.choice=best_of_last", "rival.satisfaction=surprise").world.modes
    assert (plain[CHOICE], plain[SATISFACTION]) == (0, 0)
    assert (rival[CHOICE], rival[SATISFACTION]) == (BEST_OF_LAST, SURPRISE_ONLY)
    assert (np.delete(plain, [CHOICE, SATISFACTION]) == np.delete(rival, [CHOICE, SATISFACTION])).all()
    assert CHOICES[BEST_OF_LAST] == "best_of_last" and FEELINGS[SURPRISE_ONLY] == "surprise"
    assert Choice.__dataclass_fields__["best_of"].metadata["high"] == RECENT


@pytest.mark.parametrize("mode", [0, SURPRISE_ONLY])
def test_expected_quality_pleases_only_where_quality_itself_counts(mode) -> None:
    """Parcels of good and of bad quality, both as expected: judged alike only under the rule of surprise."""
    judged = []
    for quality in (-1.0, 1.0):
        t = parcels(2000, quality=quality)
        t.modes[SATISFACTION] = mode
        t.num["fulfil_defect"] = t.num["fulfil_failure"] = 0.0
        for place in range(len(t.parcels)):
            open_parcel(t, place)
        judged.append(t.parcels["latent"].mean())
    assert judged[1] - judged[0] == pytest.approx(0.0 if mode == SURPRISE_ONLY else 0.6, abs=1e-3)
