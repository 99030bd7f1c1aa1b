"""A policy reaches those it is for, by the way it names, and from the day it is known."""

from itertools import pairwise

import numpy as np
import pytest

from sim.checkpoint import state_hash
from sim.jit import kernel
from sim.lanes import Lane
from sim.model import InterestCommerceModel
from sim.policies import policies_of
from sim.rules.learn import is_slot
from sim.rules.shelf import mall_list, results_page, shop_list
from sim.segments import members
from sim.tables import DIVERTED, INTENTS, PREVIEW
from tests.worlds import days, same, toy_model

CLASSROOM = ("population=classroom", "burn_in=0")
SUPPORT = "policy.self_broadcast_support"
# support with one of its parts at a time, for half of the merchants, from the fourth day
HALF = (f"{SUPPORT}.segment.share=0.5", f"{SUPPORT}.start=3", f"{SUPPORT}.training_hours=0",
        f"{SUPPORT}.insurance=0", f"{SUPPORT}.boost=0", f"{SUPPORT}.live=1", f"{SUPPORT}.tools=0")


def supported(*overrides: str) -> tuple[InterestCommerceModel, InterestCommerceModel, np.ndarray]:
    """Two worlds at the end of the fourth day, without and with support on that day; which merchants are meant."""
    plain = toy_model(*CLASSROOM)
    helped = toy_model(*CLASSROOM, "policy=[self_broadcast_support]", *HALF, *overrides)
    same(days(plain, 3), days(helped, 3), but=("subsidy_", "policy_"))
    segment = policies_of(helped.cfg.policy)["self_broadcast_support"].segment
    inside = members(helped.world, "merchants", segment, "self_broadcast_support")
    assert 0 < inside.sum() < len(inside)
    for model in (plain, helped):
        model.step()
    return plain, helped, inside


def room_entries(model: InterestCommerceModel, inside: np.ndarray) -> tuple[int, int]:
    """The day's entries into rooms of merchants inside and outside of a segment."""
    rooms = model.world.day.rooms
    own = rooms[rooms["own"] == 1]
    meant = inside[own["merchant"]]
    return int(own["entries"][meant].sum()), int(own["entries"][~meant].sum())


def videos(model: InterestCommerceModel) -> np.ndarray:
    """The day's videos: who saw what of whom in which slot."""
    log = model.world.day.log
    shown = [is_slot(event["slot"]) and not event["flags"] & PREVIEW for event in log]
    return np.sort(log[["user", "slot", "presenter", "product"]][shown])


def test_traffic_for_rooms_goes_to_rooms_of_the_segment_and_to_no_video():
    """Entries into the segment's rooms rise, into others' fall; no video comes or goes but for the time rooms take.

    Whoever visits the same rooms as without support sees the same videos.
    """
    plain, helped, inside = supported(f"{SUPPORT}.boost=2")
    before, after = room_entries(plain, inside), room_entries(helped, inside)
    assert after[0] > before[0] and after[1] < before[1]
    alike = (plain.world.day.visits == helped.world.day.visits).all(axis=1)
    seen = [shown[alike[shown["user"]]] for shown in (videos(plain), videos(helped))]
    assert 0.3 < alike.mean() < 1.0
    assert len(seen[0]) > 1000 and (seen[0] == seen[1]).all()


def test_venue_and_tools_go_to_the_segment():
    """Merchants outside go on air and host as before; inside, all who would go on air and more do, and host better."""
    plain, helped, inside = supported(f"{SUPPORT}.live=2", f"{SUPPORT}.tools=0.25")
    before, after = plain.world.merchants["live"], helped.world.merchants["live"]
    assert (before[~inside] == after[~inside]).all()
    assert (before[inside] <= after[inside]).all() and after[inside].sum() > before[inside].sum()
    skills = [{int(room["merchant"]): float(room["skill"]) for room in model.world.day.rooms if room["own"]}
              for model in (plain, helped)]
    gain = {m: skills[1][m] - skill for m, skill in skills[0].items()}
    assert len(gain) > 5
    assert gain == {m: pytest.approx(0.25 if inside[m] else 0.0, abs=1e-6) for m in gain}


# ---- diversion ---------------------------------------------------------------------------------------------------

@kernel
def visit_malls(t, fit):
    """Lead every user to the mall's home."""
    for i in range(len(t.users)):
        mall_list(t, i, fit, DIVERTED)


@kernel
def visit_pages(t, fit):
    """Lead every user to the results page of the category that excites it."""
    for i in range(len(t.users)):
        results_page(t, i, np.argmax(t.users[i].intent), fit, DIVERTED)


@kernel
def visit_shops_of(t, fit):
    """Lead every user to a shop."""
    for i in range(len(t.users)):
        shop_list(t, i, i % len(t.merchants), fit, DIVERTED)


def wanted(model: InterestCommerceModel, lead, fit: float) -> np.ndarray:
    """How many users, excited by one category each, want a good where they are led: any, and one of that category."""
    world, lane = model.world, Lane()
    users = world.users
    users["need"], users["intent"], users["shopper"], users["wallet"] = 0, 0.0, 1, 10**7
    excited = np.arange(len(users)) % 12
    users["intent"][np.arange(len(users)), excited] = 3.0
    t = world.tables(lane.buffers, lane.fill, world.new_tally())
    lead(t, fit)
    intents = t.intents[:lane.fill[INTENTS]]
    return np.array([len(intents), (world.products["category"][intents["product"]] == excited[intents["user"]]).sum()])


@pytest.mark.parametrize("lead", [visit_malls, visit_pages, visit_shops_of])
def test_a_destination_that_fits_less_sells_less_and_less_of_what_excited(lead):
    """Mall, results page and shop alike (same draws for every fit); one that does not fit at all sells nothing."""
    model = toy_model(*CLASSROOM)
    days(model, 2)
    found = [wanted(model, lead, fit) for fit in (1.0, 0.4, 0.1, 0.0)]
    assert all((more > less).all() for more, less in pairwise(found))
    assert not found[-1].any()


def test_a_forced_diversion_to_the_mall_is_another_one_than_an_inviting_one():
    """Both lead as many users away on the first day on which anybody is led; what they buy there differs."""
    rows = {}
    for destination in ("mall", "forced"):
        model = toy_model(*CLASSROOM, "policy=[store_diversion]", "policy.store_diversion.rate=1",
                          f"policy.store_diversion.destination={destination}")
        rows[destination] = days(model, 8)
    assert rows["mall"][0]["diverted"] == rows["forced"][0]["diverted"] > 0
    assert sum(row["orders_mall"] for row in rows["forced"]) < sum(row["orders_mall"] for row in rows["mall"])


# ---- announcement ------------------------------------------------------------------------------------------------

def test_warehouses_make_room_from_the_day_of_the_announcement():
    """Until then all is the same to the bit; then capacity rises before any coupon is given; at stop it is over."""
    when = [f"policy.subsidy.{name}" for name in
            ("announce=4", "start=8", "stop=12", "uplift=0.5", "lead=4", "budget_yuan=100000")]
    plain, told = toy_model(), toy_model("policy=[subsidy]", *when)
    ratios = []
    for day in range(14):
        num, firms = told.world.num[0], told.world.merchants
        usual = num["merchants_capacity"] * firms["orders_mean"] + num["merchants_capacity_plus"] * firms["scale"]
        for model in (plain, told):
            model.step()
        there = told.world.merchants["state"] == 1
        ratios.append(np.median((told.world.merchants["capacity"] / usual)[there]))
        if day < 4:
            assert told.world.users.tobytes() == plain.world.users.tobytes()
            assert told.world.merchants.tobytes() == plain.world.merchants.tobytes()
        assert (told.metrics["coupons_given"] > 0) == (8 <= day < 12)
    assert ratios == pytest.approx([1] * 4 + [1.125, 1.25, 1.375, 1.5] + [1.5] * 4 + [1, 1])
    assert state_hash(told.world) != state_hash(plain.world)
