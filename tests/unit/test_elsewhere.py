"""The outside option as the same good elsewhere: nothing by default, and what it takes is counted and paid for."""
from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.jit import kernel
from sim.rng import Decision, Venue, clock, gumbel
from sim.rules.choose import outside_noise, surplus
from sim.rules.elsewhere import elsewhere_utility
from tests.unit.bazaar import bazaar
from tests.worlds import days, same, toy_model

SAME = "rival.outside=same_good"
PEOPLE = 200_000


def total(rows: list[dict[str, float]], name: str) -> float:
    """A metric over all days."""
    return sum(row[name] for row in rows)


def test_by_default_nothing_leaks_at_the_choice() -> None:
    rows = days(toy_model(), 8)
    assert total(rows, "leak_choice") == total(rows, "leak_choice_gmv") == 0 < total(rows, "orders")


def test_at_a_way_too_long_it_is_the_default_to_the_bit() -> None:
    """But for the surplus, which counts the chance of the other option."""
    far = days(toy_model(SAME, "world.choice.elsewhere=20"), 12)
    same(days(toy_model(), 12), far, ("user_surplus",))
    assert total(far, "leak_choice") == 0


def test_orders_move_elsewhere_the_shorter_the_way_and_the_lower_its_price() -> None:
    """Four classrooms of six days, each one closer to elsewhere than the last: more leaks, fewer orders."""
    steps = (("elsewhere=4",), ("elsewhere=1",), ("elsewhere=0",), ("elsewhere=0", "discount"))
    worlds = []
    for way, *cheap in steps:
        discount = ("world.goods.outside_discount=0.2",) if cheap else ()
        worlds.append(days(toy_model("population=classroom", SAME, f"world.choice.{way}", *discount), 6))
    assert (np.diff([total(rows, "leak_choice") for rows in worlds]) > 0).all()
    assert (np.diff([total(rows, "orders") for rows in worlds]) < 0).all()


def test_what_is_bought_elsewhere_is_paid_there_out_of_the_same_wallet() -> None:
    model = toy_model("population=classroom", SAME, "world.choice.elsewhere=0", "world.choice.barrier=0")
    wallets = model.world.users["wallet"].astype(np.int64).sum()
    model.step()
    world, row = model.world, model.metrics
    assert world.day.flows["outside_purchase"] == round(100 * row["leak_choice_gmv"]) > 0
    spent = wallets - int(world.users["wallet"].astype(np.int64).sum())
    assert spent == int(world.day.orders["paid"].astype(np.int64).sum()) + world.day.flows["outside_purchase"]


@kernel
def ends(now, worth, away, found):
    """Where each person (keys 1, 2, …) ends up: 0 buying here, 1 elsewhere, 2 nowhere."""
    for i in range(len(found)):
        here = worth + gumbel(now, i + 1, 50, Decision.LIST_NOISE, Venue.VIDEO, 0)
        other = away + gumbel(now, i + 1, 50, Decision.OUTSIDE, Venue.VIDEO, 1)
        nothing = outside_noise(now, i + 1, 7, Venue.VIDEO)
        found[i] = 0 if here > max(other, nothing) else 1 if other > nothing else 2


def test_shares_of_here_elsewhere_and_nowhere_are_logit() -> None:
    """χ² at 1 in 1,000: at equal prices the odds of here against elsewhere are e^cost; the draws are independent."""
    world = bazaar(choice_elsewhere=1.5)
    user, good = world.users[0], world.products[0]
    away = elsewhere_utility(world.num[0], world.lev[0], user, good, 0.4, 1.0)
    assert away == pytest.approx(0.4 - 1.5)
    found = np.zeros(PEOPLE, np.int64)
    ends(clock(5)[0], 0.4, away, found)
    pulls = np.exp([0.4, away, 0.0])
    assert stats.chisquare(np.bincount(found, minlength=3), PEOPLE * pulls / pulls.sum()).pvalue > 1e-3


def test_surplus_over_an_option_elsewhere_is_smaller() -> None:
    """ln(1 + Σ/W): the closed form of the gain where the alternatives are worth W; 1 is not buying alone."""
    plain, other = (surplus(2.0, 0.5, 0.5 * 8000.0, 1.0, without) for without in (1.0, 1.5))
    assert plain == pytest.approx(np.log(1.5) / 2.0 * 80.0)
    assert other == pytest.approx(np.log(1.0 + 0.5 / 1.5) / 2.0 * 80.0)
    assert other < plain
