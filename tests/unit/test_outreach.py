"""Messages, paid arrivals and games: whom they reach, what they cost, and that nobody else notices."""
from __future__ import annotations

import numpy as np
import pytest

from sim.model import InterestCommerceModel
from sim.outreach import acquire, invite_to_play, occasions, parcels_about, push
from sim.phases import benefits
from sim.policies.placebo import Placebo
from sim.programmes import BROADCAST, EXPIRY, LOGISTICS, REFUND, SIGN_OFF, Acquire, Programme, Push, Segment, Visit
from sim.rules.arrival import open_terms
from sim.rules.coupons import give_coupon
from sim.tables import CANCELLED, DELIVERED, ORDER, PAID, REFUNDED, RETURNING, SENT
from sim.tally import Count
from tests.unit.bazaar import numbers
from tests.unit.policy_world import knobs, morning, world_of
from tests.worlds import days, same, toy_model

NUM = numbers()[0]
EVERYBODY = Segment(None, 1.0, {}, {})
YOUNG = Segment(None, 1.0, {"generation": (2.0, 2.0)}, {})


@pytest.fixture(autouse=True)
def not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The placebo, in these tests, is a policy that carries out what it is told to."""
    monkeypatch.setattr(Placebo, "idle", False)


def ready(budget: float | None = None):
    """A market on whose first morning instance p0 has its purse open, with so many yuan in it or without limit."""
    world = world_of(p0=knobs("placebo", budget_yuan=budget, pacing="free"))
    morning(world)
    world.day.rewards = {}
    return world


def lives(monkeypatch: pytest.MonkeyPatch, what: tuple[Programme, ...], n: int,
          *overrides: str) -> tuple[InterestCommerceModel, list[dict[str, float]]]:
    """A toy world in which a placebo carries out programmes, n days."""
    monkeypatch.setattr(Placebo, "programmes", lambda self, day, observed: list(what))
    model = toy_model("policy=[placebo]", *overrides)
    return model, days(model, n)


# ---- messages ---------------------------------------------------------------------------------------------------

def test_opening_rises_with_two_messages_and_falls_with_more() -> None:
    """γ_p a message up to two, γ_n off for each beyond; a lever and own messages add up."""
    user = world_of().users[0].copy()
    found = []
    for count in range(6):
        user["pushes"] = count
        terms = open_terms(NUM, user, 0)
        found.append(terms.push + terms.nuisance)
    assert found == pytest.approx([0.0, 0.25, 0.5, 0.45, 0.4, 0.35])


def test_reminders_go_to_those_with_a_reason_one_for_each() -> None:
    world = ready()
    orders = np.zeros(6, ORDER)
    orders["user"] = [3, 3, 4, 5, 6, 7]
    orders["status"] = [PAID, SENT, PAID, RETURNING, DELIVERED, PAID]
    orders["dispatch"], orders["due"] = world.today, [4, 0, -1, -3, 0, 4]
    orders["dispatch"][5] = world.today + 1
    world.orders = orders
    reasons = {about: np.flatnonzero(parcels_about(world, about)).tolist() for about in (LOGISTICS, SIGN_OFF, REFUND)}
    assert reasons == {LOGISTICS: [0], SIGN_OFF: [1], REFUND: [2, 3]}
    for expiry in (2, 3):
        give_coupon(world.users[8], expiry, 0.2, 0, expiry, -1)
    counts = occasions(world, Push(EVERYBODY, (LOGISTICS, SIGN_OFF, REFUND, EXPIRY), 2, 0))
    assert {row: int(counts[row]) for row in np.flatnonzero(counts)} == {3: 2, 4: 1, 5: 1, 8: 1}
    assert (occasions(world, Push(EVERYBODY, (BROADCAST, LOGISTICS), 0, 0)) == 1 + np.isin(np.arange(400), [3])).all()


def test_refunds_announced_are_those_that_come() -> None:
    """In a world that lives: who is told of a refund in the morning has it in the evening, and nobody else."""
    model = toy_model("world.choice.barrier=0")
    days(model, 12)
    told = 0
    for _ in range(10):
        rows = np.flatnonzero(parcels_about(model.world, REFUND))
        announced = sorted(model.world.orders[["user", "day", "product"]][rows].tolist())
        model.step()
        back = model.world.closed[np.isin(model.world.closed["status"], (REFUNDED, CANCELLED))]
        assert announced == sorted(back[["user", "day", "product"]].tolist())
        told += len(rows)
    assert told > 5


def test_messages_reach_the_segment_and_are_paid_by_the_thousand() -> None:
    world = ready()
    world.users["generation"] = np.arange(400) % 3
    before = world.ledger.balance("partners")
    push(world, "p0", Push(YOUNG, (BROADCAST,), 0, 5000))
    assert (world.users["pushes"] == (world.users["generation"] == 2)).all()
    assert world.ledger.balance("partners") - before == 133 * 5 == world.purses["spent"][0]
    push(world, "p0", Push(YOUNG, (BROADCAST,), 0, 0))
    assert world.users["pushes"].max() == 2 and world.tally[Count.MESSAGES] == 266


def test_an_allowance_sends_as_many_messages_as_it_pays_for() -> None:
    world = ready(budget=1.0)
    push(world, "p0", Push(EVERYBODY, (BROADCAST,), 0, 1000))
    assert world.users["pushes"].sum() == 100 and world.purses["left"][0] == 0
    push(world, "p0", Push(EVERYBODY, (BROADCAST,), 0, 1000))
    assert world.users["pushes"].sum() == 100 and world.ledger.total() == 0


def test_messages_bring_people_to_the_app_for_a_day(monkeypatch) -> None:
    """Two messages a day to all: more open it; the counts are gone in the morning."""
    twice = (Push(EVERYBODY, (BROADCAST,), 0, 0),) * 2
    model, rows = lives(monkeypatch, twice, 10)
    plain = days(toy_model(), 10)
    assert sum(row["dau"] for row in rows) > 1.03 * sum(row["dau"] for row in plain)
    assert rows[0]["messages"] == 2 * int((toy_model().world.users["state"] > 0).sum())
    monkeypatch.setattr(Placebo, "programmes", lambda self, day, observed: [])
    model.step()
    assert model.world.users["pushes"].sum() == 0


# ---- paid arrivals ----------------------------------------------------------------------------------------------

def test_paid_arrivals_come_from_outside_at_their_price() -> None:
    """All of an eligible share by its own draw, each paid once; who is on the platform costs nothing."""
    world = ready()
    world.users["state"] = np.arange(400) % 2
    before = world.ledger.balance("partners")
    acquire(world, "p0", Acquire(EVERYBODY, 0.25, 3000))
    won = world.users["reached"] == 1
    assert not won[world.users["state"] > 0].any() and 30 < won.sum() < 70  # binomial(200, .25)
    assert world.ledger.balance("partners") - before == 3000 * won.sum() == world.tally[Count.ACQUIRED_FEN]
    acquire(world, "p0", Acquire(EVERYBODY, 0.25, 3000))
    assert (world.users["reached"] == won).all()


def test_a_budget_buys_as_many_arrivals_as_it_pays_for() -> None:
    world = ready(budget=100.0)
    world.users["state"] = 0
    acquire(world, "p0", Acquire(EVERYBODY, 1.0, 3000))
    assert world.users["reached"].sum() == 3 and world.purses["left"][0] == 1000


def test_the_bought_arrive_tomorrow_and_those_who_would_have_come_are_told_apart(monkeypatch) -> None:
    """Every paid one begins a stay; without the campaign exactly those come who would have come anyway."""
    model, rows = lives(monkeypatch, (Acquire(EVERYBODY, 0.3, 2500),), 1)
    plain = days(toy_model(), 1)
    paid, anyway = rows[0]["arrivals_paid"], rows[0]["arrivals_anyway"]
    assert paid > anyway >= 0
    assert rows[0]["arrivals"] == plain[0]["arrivals"] + paid - anyway
    assert rows[0]["cac"] == 25.0 and rows[0]["acquisition"] == 25.0 * paid
    assert (model.world.users["started"] == 1).sum() == rows[0]["arrivals"] and not model.world.users["reached"].any()
    same(rows, plain, ("arrivals", "acquisition", "cac", "contribution", "adopted", "visitors", "shoppers", "dormant",
                       "habit", "mindshare"))


# ---- games ------------------------------------------------------------------------------------------------------

def test_a_game_brings_visits_and_no_orders_of_its_own(monkeypatch) -> None:
    """With it more open the app; visits for the game alone look at nothing, so every order has its own visit."""
    model, rows = lives(monkeypatch, (Visit(EVERYBODY, 3.0, 20),), 10)
    plain = days(toy_model(), 10)
    assert sum(row["dau"] for row in rows) > 1.1 * sum(row["dau"] for row in plain)
    assert all(row["opened_for_game"] > 0 and row["game_visits"] > 0 for row in rows)
    for row in rows:
        assert row["players"] == row["game_visits"] + row["mall_visits"]
        assert row["game_rewards"] == pytest.approx(0.2 * row["players"])
        assert row["cost_per_active"] == pytest.approx(row["game_rewards"] / row["opened_for_game"])
    assert model.world.ledger.total() == 0


def test_added_visitors_are_those_missing_without_the_game(monkeypatch) -> None:
    """On the first day, on which nothing else differs: DAU with it less DAU without it."""
    _, rows = lives(monkeypatch, (Visit(EVERYBODY, 2.0, 0),), 1)
    assert rows[0]["opened_for_game"] == rows[0]["dau"] - days(toy_model(), 1)[0]["dau"] > 0


def test_a_game_is_open_to_as_many_as_could_be_paid_and_to_nobody_twice() -> None:
    world = ready(budget=10.0)
    invite_to_play(world, "p0", Visit(EVERYBODY, 1.0, 50))
    assert (world.users["game"] > 0).sum() == 20 == (world.users["game_of"] == 1).sum()
    before = world.users["game"].copy()
    invite_to_play(world, "p0", Visit(EVERYBODY, 9.0, 1))
    assert (world.users["game"][before > 0] == 1.0).all()


def test_every_programme_has_somebody_to_carry_it_out() -> None:
    assert set(benefits.EXECUTE) == set(Programme.__args__)


def test_day_by_agent_is_the_same_with_all_of_them(monkeypatch) -> None:
    """Messages, arrivals and games at once, agent by agent and by rows."""
    what = (Push(EVERYBODY, (BROADCAST, LOGISTICS, EXPIRY), 1, 10), Acquire(EVERYBODY, 0.05, 900),
            Visit(Segment(None, 0.5, {}, {}), 1.0, 30))
    overrides = ("world.lists.mind_gain=0.1", "rival.outside=same_good", "world.choice.elsewhere=1")
    _, rows = lives(monkeypatch, what, 8, *overrides)
    model, by_agent = toy_model("policy=[placebo]", *overrides), []
    for _ in range(8):
        model.step_by_agent()
        by_agent.append(dict(model.metrics))
    same(rows, by_agent)
    assert sum(row["messages"] for row in rows) > 0 < sum(row["players"] for row in rows)
