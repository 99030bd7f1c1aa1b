"""Mindshare by prices: won slowly by a steady cheap shelf, lost faster by a dearer one, and off by default."""
from __future__ import annotations

import numpy as np
import pytest

from sim.rng import Venue
from sim.rules.mind import mind_step, minds_prices, remember_shelf
from tests.unit.bazaar import bazaar, numbers
from tests.worlds import days, same, toy_model

NUM = numbers(lists_mind_gain=0.05)[0]


def after(levels: list[float], start: float = 0.3) -> tuple[float, float]:
    """Mindshare and remembered price after lists at these levels."""
    user = bazaar().users[0]
    user["mindshare"] = start
    for level in levels:
        remember_shelf(NUM, user, level)
    return float(user["mindshare"]), float(user["shelf_price"])


def test_off_by_default_and_never_by_content() -> None:
    assert not any(minds_prices(numbers()[0], venue) for venue in Venue)
    assert [venue for venue in Venue if minds_prices(NUM, venue)] == [Venue.MALL, Venue.SEARCH, Venue.SHOP]


def test_without_gain_the_other_numbers_make_no_difference() -> None:
    other = [f"world.lists.mind_{name}" for name in ("loss=9", "slack=0", "step=0.9")]
    same(days(toy_model(), 12), days(toy_model(*other), 12))


def test_steady_deals_win_mindshare_and_steady_prices_leave_it() -> None:
    """A fifth off in every list: it rises towards 1, and the more the deeper; parity moves nothing."""
    found = [after([np.log(1 - depth)] * 60)[0] for depth in (0.0, 0.1, 0.2, 0.3)]
    assert found[0] == pytest.approx(0.3) and (np.diff(found) > 0.02).all() and found[-1] < 1.0


def test_a_broken_promise_costs_more_than_a_kept_one_brings() -> None:
    """The same gap up and down: the loss exceeds the gain by `mind_loss` at equal room to move."""
    gain = mind_step(NUM, 0.5, -0.2, -0.2)
    loss = mind_step(NUM, 0.5, 0.0, -0.2)
    assert loss == pytest.approx(-float(NUM["lists_mind_loss"]) * gain) and gain > 0


def test_on_and_off_deals_win_less_than_half_of_the_steady_ones() -> None:
    """Two lists cheap, two not, in turn: inconsistency costs more than the missing half."""
    steady, jumpy = after([-0.22] * 80)[0] - 0.3, after([-0.22, -0.22, 0.0, 0.0] * 20)[0] - 0.3
    assert jumpy < 0.5 * steady


def test_memory_follows_what_the_shelf_asks() -> None:
    assert after([-0.2] * 400)[1] == pytest.approx(-0.2, abs=1e-4)
    assert after([-0.2])[1] == pytest.approx(-0.2 * float(NUM["lists_mind_step"]))


def test_a_cheap_shelf_is_in_more_minds_in_a_world_that_minds_prices() -> None:
    """A fifth dearer elsewhere, with and without the rule: mindshare is higher with it; at parity it hardly moves."""
    dear = ("population=classroom", "world.goods.outside_discount=-0.2")
    with_rule = days(toy_model(*dear, "world.lists.mind_gain=0.2"), 15)[-1]["mindshare"]
    without = days(toy_model(*dear), 15)[-1]["mindshare"]
    assert with_rule > 1.2 * without > 0
