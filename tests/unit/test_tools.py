"""What hosts set up themselves: red packets for everybody who enters their rooms."""
from __future__ import annotations

import numpy as np
import pytest

from sim.books import creators_books
from sim.jit import kernel
from sim.rules.tools import best_packet
from tests.worlds import days, toy_model

DAYS = 12


@kernel
def packets(pulls, earned, found):
    """The best packet of each pair."""
    for k in range(len(found)):
        found[k] = best_packet(pulls[k], earned[k])


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
