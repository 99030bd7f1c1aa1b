"""What rooms add to goods: scarcity, pitch, three roles. Centred, monotone, and nothing when off."""
from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from sim.agents.merchant import PROFIT, REPURCHASE, TRAFFIC
from sim.model import InterestCommerceModel
from sim.rng import Venue
from sim.rules.roles import good_pitched, is_pitched, loyal_utility, pitch_utility, pitch_weight, pitched_share
from sim.rules.scarcity import is_limited, scarcity_utility, urgency
from sim.tables import FOLLOWED_ROOM, PREVIEWED_ROOM, ROOM
from tests.unit.bazaar import numbers
from tests.worlds import days, same, toy_model

NUM = numbers()[0]
OFF = {"scarcity": ("scarce_days=0.5", "limited=0.9", "lot=0.1", "mean_urgency=0.7"),
       "pitch": ("pitch_crowd=3",), "loyal": ("mean_followed=0.9",)}


@pytest.fixture(scope="module")
def trading() -> InterestCommerceModel:
    """A classroom after five days, on the evening of the fifth."""
    model = toy_model("population=classroom", "world.choice.barrier=0")
    days(model, 5)
    return model


def visits_of(model: InterestCommerceModel) -> list[tuple[np.void, np.void]]:
    """Room and visit of every stay of the day."""
    world = model.world
    return [(world.day.rooms[one["room"]], one) for one in world.day.visits[world.day.visits["dwell"] > 0]]


# ---- off is nothing ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("what", OFF)
def test_a_term_switched_off_makes_no_difference_whatever_its_other_numbers(what: str) -> None:
    off = f"world.rooms.{what}=0"
    plain, other = toy_model(off), toy_model(off, *(f"world.rooms.{one}" for one in OFF[what]))
    same(days(plain, 12), days(other, 12))


def test_rooms_without_a_draw_of_traffic_goods_forget_their_mean() -> None:
    off = ("world.rooms.entry_traffic=0", "world.rooms.dwell_traffic=0")
    same(days(toy_model(*off), 12), days(toy_model(*off, "world.rooms.mean_traffic=0.8"), 12))


# ---- scarcity ---------------------------------------------------------------------------------------------------

def test_urgency_is_one_with_the_last_unit_and_falls_with_cover() -> None:
    assert urgency(NUM, 0.0) == 1.0 and urgency(NUM, np.inf) == 0.0
    assert urgency(NUM, float(NUM["rooms_scarce_days"])) == pytest.approx(np.exp(-1.0))
    assert (np.diff([urgency(NUM, x) for x in np.linspace(0.0, 9.0, 50)]) < 0).all()


def test_scarcity_is_centred_over_goods_seen_in_rooms(trading) -> None:
    """Within a tenth of the full term, on one day of a classroom."""
    terms = [scarcity_utility(NUM, room, j) for room, _ in visits_of(trading) for j in range(room["count"])]
    assert abs(np.mean(terms)) < 0.1 * NUM["rooms_scarcity"]
    assert np.ptp(terms) > 0.5 * NUM["rooms_scarcity"]


def test_limited_lots_are_the_share_asked_for_and_last_the_day() -> None:
    """4,000 pairs of host and good; exact binomial interval at 1 in 1,000."""
    world = toy_model().world
    drawn = [is_limited(world.now[0], NUM, host, good) for host in range(40) for good in range(100)]
    assert abs(np.mean(drawn) - NUM["rooms_limited"]) < 3.3 * np.sqrt(0.15 * 0.85 / 4000)
    assert drawn == [is_limited(world.now[0], NUM, host, good) for host in range(40) for good in range(100)]


def test_goods_that_run_low_are_wanted_more_in_rooms(trading) -> None:
    """The next day lived twice: every second good has half a day's sales left, or what it had.

    What is wanted in rooms is counted, for orders end with the stock.
    """
    low, found = np.arange(0, len(trading.world.products), 2), []
    for scarce in (False, True):
        model = InterestCommerceModel(trading.cfg, deepcopy(trading.world))
        model.world.num["rooms_scarcity"] = 2.0
        if scarce:
            goods = model.world.products
            goods["stock"][low] = np.minimum(goods["stock"][low], np.ceil(0.5 * goods["sold"][low])).astype(int)
        model.step()
        wishes = np.concatenate(model.world.day.intents)
        live = wishes["product"][wishes["venue"] == Venue.LIVE]
        found.append((int(np.isin(live, low).sum()), int((~np.isin(live, low)).sum())))
    assert found[1][0] > 1.1 * found[0][0] > 0
    assert found[1][1] <= found[0][1]


# ---- the pitch --------------------------------------------------------------------------------------------------

def test_pitch_sums_to_nothing_over_the_goods_of_every_visit(trading) -> None:
    shares = set()
    for room, visit in visits_of(trading):
        share = pitched_share(room, visit)
        terms = [pitch_utility(NUM, room, visit, j, share) for j in range(room["count"])]
        assert sum(terms) == pytest.approx(0.0, abs=1e-12)
        assert any(is_pitched(room, visit, j) for j in range(room["count"]))
        shares.add(share)
    assert len(shares) > 2


def test_profit_goods_are_pitched_in_full_rooms_and_traffic_goods_in_empty_ones() -> None:
    assert [pitch_weight(role, 2.0) for role in (TRAFFIC, PROFIT, REPURCHASE)] == [0.5, 2.0, 1.0]
    world = toy_model().world
    room, goods = np.zeros(1, ROOM)[0], world.products[:3]
    room["count"], room["goods"][:3], goods["role"] = 3, [0, 1, 2], [TRAFFIC, PROFIT, REPURCHASE]
    lots = np.linspace(0.0005, 0.9995, 1000)
    full, empty = ([good_pitched(room, goods, x, luck) for luck in lots] for x in (2.0, 0.5))
    assert np.bincount(full).tolist() == pytest.approx([1000 / 7, 4000 / 7, 2000 / 7], abs=1.5)
    assert np.bincount(empty).tolist() == pytest.approx([4000 / 7, 1000 / 7, 2000 / 7], abs=1.5)


def test_pitches_of_a_day_follow_the_crowd(trading) -> None:
    """Over all rooms and steps of ten days, profit goods are pitched to more viewers than traffic goods."""
    model = InterestCommerceModel(trading.cfg, deepcopy(trading.world))
    model.world.num["rooms_pitch_crowd"] = 3.0
    crowds: dict[int, list[float]] = {TRAFFIC: [], PROFIT: []}
    for _ in range(10):
        model.step()
        for room in model.world.day.rooms:
            usual = room["viewer_minutes"].sum() / room["minutes"] + 1e-9
            for step in range(room["minutes"] // 10):
                role = int(model.world.products["role"][room["goods"][room["pitch"][step]]])
                crowds.setdefault(role, []).append(room["viewer_minutes"][step] / 10 / usual)
    assert np.mean(crowds[PROFIT]) > 1.05 > 0.95 > np.mean(crowds[TRAFFIC])


def test_repurchase_goods_gain_with_followers_and_lose_with_others() -> None:
    good = toy_model().world.products[:1].copy()
    good["role"] = REPURCHASE
    gain, loss = (loyal_utility(NUM, good[0], via) for via in (FOLLOWED_ROOM, PREVIEWED_ROOM))
    share = float(NUM["rooms_mean_followed"])
    assert gain > 0 > loss and share * gain + (1 - share) * loss == pytest.approx(0.0, abs=1e-12)
    good["role"] = PROFIT
    assert loyal_utility(NUM, good[0], FOLLOWED_ROOM) == 0.0
