"""What users want: each need is bought once, refunds are money again, and bad orders are all counted."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from sim.levers import neutral
from sim.metrics import quality
from sim.orders import complained_of, poor_service, quality_return
from sim.phases import clear, fulfil, pay
from sim.rules.arrival import tire
from sim.rules.choose import NEED, note_click
from sim.rules.feed import FRIEND_SLOT
from sim.rules.payment import refill
from sim.tables import AD, EXPLORED, ORDER, PREVIEW, STANDS, WATCH, Tables
from tests.unit.bazaar import bazaar, intent_of, numbers
from tests.worlds import toy_model

NUM = numbers()[0]
FRIEND = 1 << 20  # no flag: friends' cards are told by their slot
STOCKS = ("need", "intent", "cupboard")


def by_want(rows: np.ndarray, categories: np.ndarray, users: int) -> np.ndarray:
    """How many rows each user has in each category, int64 (users, 12)."""
    found = np.zeros((users, 12), np.int64)
    np.add.at(found, (rows["user"], categories), 1)
    return found


def test_orders_for_a_need_never_exceed_the_mornings_open_needs() -> None:
    """Of each user and category, every day; what is left at clearing is what was open less what stands."""
    model = toy_model("population=classroom", "world.choice.barrier=0", "world.choice.mall=1", "world.choice.search=1")
    world, seen = model.world, {}

    @contextmanager
    def watch(phase) -> Iterator[None]:
        yield
        seen[phase.name] = world.users["need"].astype(int)

    model.watch = watch
    for _ in range(4):
        model.step()
        wishes = np.concatenate(world.day.intents)
        wishes = wishes[wishes["origin"] == NEED]
        asked = by_want(wishes, world.products["category"][wishes["product"]], len(world.users))
        stands = by_want(wishes[wishes["status"] == STANDS],
                         world.products["category"][wishes["product"][wishes["status"] == STANDS]], len(world.users))
        assert asked.max() > 0 and (asked <= seen["needs"]).all()
        assert (seen["needs"] - seen["clear"] == stands).all()


@pytest.mark.parametrize(("need", "intent", "cupboard"), [(2, 0.4, 0.0), (0, 2.75, 1.5), (1, 0.0, 0.25), (0, 0.0, 3.0)])
def test_a_wish_that_lapses_leaves_need_trace_and_cupboard_as_they_were(need, intent, cupboard) -> None:
    world = bazaar()
    for name, value in zip(STOCKS, (need, intent, cupboard), strict=True):
        world.users[name][0, 3] = value
    before = world.users[0].copy()
    wish = intent_of(world, 0, 3)
    held = [float(world.users[name][0, 3]) for name in STOCKS]
    assert held == [max(0, need - 1), pytest.approx(max(0.0, intent - 1.0)), cupboard + 1.0]
    world.products["stock"][3] = 0
    world.day.intents = [wish]
    clear.run(world)
    pay.run(world)
    assert world.users[0] == before and not len(world.orders)


def test_a_cancelled_order_is_money_again_in_the_same_stay_up_to_the_weeks() -> None:
    world = bazaar(fulfil_cancel_share=1.0, fulfil_shift=50.0)
    world.day.intents = [np.concatenate([intent_of(world, row, 3) for row in range(3)])]
    clear.run(world)
    pay.run(world)
    paid = int(world.orders["paid"][0])
    assert world.users["wallet"][:3].tolist() == [10**6 - paid] * 3
    world.users["spell"][1] += 1
    world.users["wallet"][2] = 10**6 - 1
    world.now["day"] += 1
    fulfil.run(world)
    assert world.users["wallet"][:3].tolist() == [10**6, 10**6 - paid, 10**6]


def test_money_of_a_refund_is_never_more_than_was_paid() -> None:
    world, order = bazaar(), np.zeros(1, ORDER)
    order["paid"], world.users["wallet"][0] = 700, 10**6 - 900
    refill(world.users[0], order[0])
    assert world.users["wallet"][0] == 10**6 - 200


def test_ccr_counts_late_poor_complained_and_sent_back_for_quality_each_once() -> None:
    orders = np.zeros(6, ORDER)
    orders["stars"], orders["judged"] = 5, 1
    orders["late"][1] = orders["complained"][1] = 1
    orders["stars"][2] = 2
    orders["returned"][3:5] = 1  # one because it is defective, one because it does not please
    orders["defect"][[3, 5]] = 1
    assert complained_of(orders).tolist() == [False, True, True, True, False, False]
    assert quality_return(orders).tolist() == [False, False, False, True, False, False]
    assert poor_service(orders).sum() == 1
    world = bazaar()
    world.day.parcels = orders
    assert quality(world)["ccr"] == 0.5


# ---- what a day in the app leaves ----------------------------------------------------------------------------

def fatigue_after(opens: list[int], start: float = 0.0) -> float:
    """The stock of commerce seen after days on which the app was opened or not."""
    user = bazaar().users[0]
    user["fatigue"] = start
    for opened in opens:
        user["opened"] = opened
        tire(NUM, neutral()[0], user)
    return float(user["fatigue"])


def test_commerce_seen_is_a_mean_over_days_from_which_who_stays_away_recovers() -> None:
    """Away for n days leaves e^(-n/14); opening 69 days of 100 holds the feed's share, daily opening more."""
    assert fatigue_after([0] * 28, 0.2) == pytest.approx(0.2 * np.exp(-2.0), rel=1e-5)
    assert fatigue_after([1] * 400) == pytest.approx(0.08 / 0.69, rel=1e-4)
    rng = np.random.default_rng(5)
    mixed = [fatigue_after(list(rng.random(100) < 0.69), 0.08) for _ in range(200)]
    assert np.mean(mixed) == pytest.approx(0.08, abs=0.003)  # standard error .0008


def test_nobody_sees_a_card_twice_a_day() -> None:
    """Organic, ads, exploration and friends together, where half of the slots explore and all is passed on."""
    model = toy_model("population=classroom", "world.feed.explore_share=0.5", "world.feed.explore_cards=12",
                      "world.feed.share_prob=1")
    model.world.products["impressions"] = 0
    kinds = 0
    for _ in range(3):
        model.step()
        log = model.world.day.log
        shown = log[(log["slot"] >= 0) & (log["flags"] & PREVIEW == 0)]
        cards = shown[["user", "presenter", "product"]]
        assert len(np.unique(cards)) == len(cards) > 5000
        kinds |= int(np.bitwise_or.reduce(shown["flags"])) | (FRIEND if (shown["slot"] == FRIEND_SLOT).any() else 0)
    assert kinds & AD and kinds & EXPLORED and kinds & FRIEND


def test_a_room_is_counted_and_logged_only_when_it_is_entered() -> None:
    """Where everybody enters all rooms offered, a day still holds so many; the count, the log and the visits agree."""
    model = toy_model("population=classroom", "world.rooms.entry=0.999", "world.rooms.follow_entry=1",
                      "world.rooms.merchant_share=0.9")
    model.step()
    world = model.world
    visits, log = world.day.visits, world.day.log
    there = visits["dwell"] > 0
    assert there.all(axis=1).any() and model.metrics["room_entries"] == there.sum()
    assert model.metrics["entries_follow"] <= there.sum()
    entered = log[(log["flags"] & PREVIEW > 0) & (log["flags"] & WATCH > 0) & (log["product"] < 0)]
    rooms = world.day.room_of[entered["presenter"]]
    assert ((visits["room"][entered["user"]] == rooms[:, None]) & there[entered["user"]]).any(axis=1).all()


def test_the_click_that_leads_to_the_shelf_is_the_one_that_excites_most() -> None:
    world = bazaar()
    t, user = Tables(users=world.users, products=world.products), world.users[0]
    user["clicked"], user["intent"][[2, 5, 7]] = -1, (1.0, 3.0, 3.0)
    followed = []
    for product in (2, 5, 2, 7, 5 + 12):
        note_click(t, user, product)
        followed.append(int(user["clicked"]))
    assert followed == [2, 5, 5, 7, 17]
