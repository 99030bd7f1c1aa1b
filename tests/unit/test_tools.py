"""What sellers set up themselves: hosts' red packets, and firms' further accounts."""
from __future__ import annotations

import numpy as np
import pytest

from sim.books import creators_books
from sim.jit import kernel
from sim.numbers import numbers_record
from sim.rules.business import accounts_run
from sim.rules.tools import best_packet
from tests.worlds import days, toy_config, toy_model

DAYS = 12


@kernel
def packets(pulls, earned, found):
    """The best packet of each pair."""
    for k in range(len(found)):
        found[k] = best_packet(pulls[k], earned[k])


@kernel
def accounts_of(num, merchants, found):
    """How many accounts each firm runs."""
    for i in range(len(found)):
        found[i] = accounts_run(num[0], merchants[i])


def test_the_best_packet_leaves_most_where_entries_grow_with_it():
    """Against a search over packets of up to ten yuan, a fen apart."""
    pulls, earned = (grid.ravel() for grid in np.meshgrid([0.2, 0.5, 1.0, 2.0], [0.1, 1.0, 3.0, 8.0]))
    found, tried = np.zeros(len(pulls)), np.linspace(0.0, 10.0, 1001)
    packets(pulls, earned, found)
    left = (earned[:, None] - tried) * (1.0 + tried) ** pulls[:, None]
    assert found == pytest.approx(tried[left.argmax(axis=1)], abs=0.011)
    assert (found[pulls * earned <= 1.0] == 0.0).all() and (found[pulls * earned > 1.1] > 0.0).all()


def test_hosts_pay_their_packets_to_those_who_enter():
    """Every packet is in the host's books, to the fen; a packet draws; without a pull nobody sets one up."""
    plain, drawing = toy_model(), toy_model("world.rooms.entry_packet=2")
    days(plain, DAYS)
    assert not plain.world.creators["packet"].any() and not creators_books(plain.world)["red_packets"].any()
    hosts = drawing.world.creators
    hosts["per_entry"], hosts["packet"] = 8.0, 5.0  # commissions come a fortnight after the orders
    handed = np.zeros(len(drawing.creators), np.int64)
    for _ in range(DAYS):
        drawing.step()
        rooms = drawing.world.day.rooms[drawing.world.day.rooms["own"] == 0]
        fen = np.floor(rooms["entries"] * rooms["packet"].astype(float) * 100.0 + 0.5 + 1e-7).astype(np.int64)
        np.add.at(handed, rooms["presenter"], fen)
    assert handed.any() and (creators_books(drawing.world)["red_packets"] == -handed).all()
    assert not drawing.world.day.rooms["packet"][drawing.world.day.rooms["own"] == 1].any()


def test_firms_run_as_many_accounts_as_their_sales_pay_for():
    """One more for each `account_sales`, within the most; a small world's firms stand for several."""
    world = toy_model().world
    num, firms = numbers_record(toy_config("world.merchants.accounts=3").world), world.merchants
    found = np.zeros(4, np.int64)
    firms["scale"][:4] = [1.0, 1.0, 1.0, 0.5]
    firms["sales"][:4] = np.array([0.9, 1.1, 9.0, 1.1]) * num["merchants_account_sales"][0]
    accounts_of(num, firms, found)
    assert found.tolist() == [1, 2, 3, 3]
    accounts_of(world.num, firms, found)
    assert found.tolist() == [1, 1, 1, 1]


def test_a_further_account_shows_the_same_goods_in_other_cards_and_costs_its_team():
    model, more = toy_model(), toy_model("world.merchants.accounts=2")
    more.world.merchants["accounts"] = 2
    before = len(more.creators)
    for one in (model, more):
        one.step()
    single, double = (one.world.day.cards[one.world.day.cards["presenter"] >= before] for one in (model, more))
    assert len(double) == 2 * len(single) and len(np.unique(double["key"])) == len(double)
    assert set(single["key"]) < set(double["key"]) and set(single["product"]) == set(double["product"])
    teams = more.world.num["merchants_account_cost"][0] * more.world.merchants["scale"] * 100.0
    there = (more.world.merchants["state"] == 1) & (model.world.merchants["state"] == 1)
    assert there.any()
    books = [one.world.ledger.entries(one.world.ledger.merchants_at, one.world.ledger.creators_at)[there, 17]
             for one in (model, more)]
    assert np.abs((books[0] - books[1]) - teams[there]).max() <= 1.0
