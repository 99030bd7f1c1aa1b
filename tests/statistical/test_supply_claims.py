"""What supply claims of itself over a season or a year, in classrooms with the same seeds, and what hosts pick.

Fixed seeds. "Rises" means: the mean of the paired differences is above 0 by a one-sided t-test at 5 %, so a change
without any effect would pass one test in twenty.
"""
from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.agents.creator import ACTIVE, HEAD
from sim.compose import configure
from sim.jit import kernel
from sim.lab.stats.paired import paired_t
from sim.lanes import Lanes
from sim.model import InterestCommerceModel
from sim.phases.strike import chosen
from sim.rng import Venue
from sim.rules.offers import renew_offers
from sim.shocks.base import CREATORS, Target
from sim.world import World

pytestmark = pytest.mark.slow
PAIRS, YEAR, MONTH = 5, 365, 30
# sellers who know what quality costs, and what reviews bring them (recommended values; the default world's are 0)
SELLERS = ("world.goods.quality_cost=0.15", "world.merchants.reputation_belief=1")
UNSEEN = ("world.choice.quality=0",)  # nobody reads reviews
AUDITED = ("policy=[governance]", "policy.governance.rate=0.05", "policy.governance.remove=true")


def classroom(replication: int, days: int, *overrides: str) -> InterestCommerceModel:
    """A classroom on its first morning."""
    return InterestCommerceModel(configure(
        "population=classroom", "burn_in=0", f"horizon={days}", "threads=1", "progress=false",
        f"replication={replication}", *overrides))


def rises(after: np.ndarray, before: np.ndarray, what: str) -> None:
    """Assert that a quantity is higher after than before, over pairs of worlds."""
    found = paired_t(after - before)
    print(f"\n{what}: {before.mean():.4g} to {after.mean():.4g}, difference {found.delta:.4g}, p {found.p / 2:.2g}")
    assert found.delta > 0 and found.p < 0.10, f"{what}: {before} to {after}"


# ---- lemons --------------------------------------------------------------------------------------

def quality_on_sale(world: World) -> float:
    """Mean true quality of the goods on sale."""
    return float(world.products["quality"][world.products["on_sale"] > 0].mean(dtype=np.float64))


@cache
def quality_over_a_year(*overrides: str) -> np.ndarray:
    """Mean quality on sale on the first evening and over the last month, (worlds, 2)."""
    found = []
    for k in range(PAIRS):
        model, seen = classroom(k, YEAR, *SELLERS, *overrides), []
        for _ in range(YEAR):
            model.step()
            seen.append(quality_on_sale(model.world))
        found.append((seen[0], np.mean(seen[-MONTH:])))
    return np.array(found)


def test_unseen_quality_leaves_the_market():
    """Where no buyer can tell, mean quality on sale falls over a year (Akerlof 1970)."""
    first, last = quality_over_a_year(*UNSEEN).T
    rises(first, last, "quality on sale where nobody reads reviews, a year later and on the first day")


def test_reviews_keep_it():
    """With reputation mean quality on sale falls less, or rises."""
    unseen, seen = quality_over_a_year(*UNSEEN), quality_over_a_year()
    rises(np.diff(seen)[:, 0], np.diff(unseen)[:, 0], "change of quality in a year with reputation, over without")


def test_audits_raise_it():
    """With audits that close the shops found wanting it rises over the year."""
    first, last = quality_over_a_year(*AUDITED).T
    rises(last, first, "quality on sale after a year of audits")


# ---- pit fees ------------------------------------------------------------------------------------

@kernel
def renew_all(t):
    """Every creator on the stage renews its offers."""
    for i in range(len(t.creators)):
        if t.creators[i].state == ACTIVE:
            renew_offers(t, t.creators[i])


def carried(world: World, fee: float) -> float:
    """Mean quality of what all creators carry after eight weeks, were each of them offered a head's pit fee."""
    world.creators["tier"][world.creators["state"] == ACTIVE] = HEAD
    world.creators["offers"], world.num["creators_slot_fee"] = -1, fee
    lane, found = Lanes(1, 512).lanes[0], []
    t = world.tables(lane.buffers, lane.fill, world.new_tally())
    for _ in range(8):
        world.now["day"] += 7
        renew_all(t)
        offers = world.creators["offers"][world.creators["state"] == ACTIVE]
        found.append(float(world.products["quality"][offers[offers >= 0]].mean()))
    world.now["day"] -= 56
    return float(np.mean(found))


def test_higher_pit_fees_bring_worse_goods_on_air():
    """The same creators in the same market pick goods of lower quality the more a place on air is paid for."""
    fees, found = (0.0, 0.1, 0.5, 2.0), []
    for k in range(PAIRS):
        model = classroom(k, 40)
        for _ in range(40):
            model.step()
        found.append([carried(model.world, fee) for fee in fees])
    worlds = np.array(found)
    for low, high in zip(range(3), range(1, 4), strict=True):
        rises(worlds[:, low], worlds[:, high], f"quality carried at fees of {fees[high]} and of {fees[low]}")


# ---- practice ------------------------------------------------------------------------------------

def own_rooms_conversion(replication: int, hours: float) -> float:
    """Orders in merchants' own rooms to entries into them, over a month in which each firm has so much practice."""
    model, orders, entries = classroom(replication, MONTH), 0, 0
    hosts = len(model.creators)
    for _ in range(MONTH):
        model.world.merchants["hours"] = hours
        model.step()
        bought = model.world.day.orders
        orders += int(((bought["venue"] == Venue.LIVE) & (bought["presenter"] >= hosts)).sum())
        entries += int(model.world.day.rooms["entries"][model.world.day.rooms["own"] == 1].sum())
    return orders / entries


def test_a_merchants_live_conversion_rises_with_its_hours():
    """Orders to an entry in own rooms with 0, 60 and 240 hours of practice behind each firm."""
    found = np.array([[own_rooms_conversion(k, hours) for hours in (0.0, 60.0, 240.0)] for k in range(PAIRS)])
    rises(found[:, 1], found[:, 0], "orders to an entry, 60 hours over none")
    rises(found[:, 2], found[:, 1], "orders to an entry, 240 hours over 60")


# ---- a head leaves -------------------------------------------------------------------------------

HEADS = 3  # of some 55 hosts; who they are is frozen on the day, since the rank refills at once


def sales_of(model: InterestCommerceModel, heads: np.ndarray, spells: np.ndarray) -> tuple[float, float, float]:
    """Today's sales that the former heads presented, that other creators did, and all there were; yuan.

    A row that begins a new career, of a spell of its own, is another host.
    """
    orders, heads = model.world.day.orders, heads[model.world.creators["spell"][heads] == spells]
    value = (orders["paid"].astype(np.int64) + orders["subsidy"]) / 100.0
    theirs = np.isin(orders["presenter"], heads)
    others = (orders["presenter"] >= 0) & (orders["presenter"] < len(model.creators)) & ~theirs
    return float(value[theirs].sum()), float(value[others].sum()), float(value.sum())


@cache
def after_the_exit(*overrides: str) -> np.ndarray:
    """Sales of two months from the day on which the heads leave, or stay: former heads, other creators, all."""
    found = []
    for k in range(PAIRS):
        model, total = classroom(k, 90, *overrides), np.zeros(3)
        for day in range(90):
            if day == MONTH:
                heads = chosen(model.world.creators, Target(CREATORS, 1.0, HEADS))
                spells = model.world.creators["spell"][heads]
            model.step()
            if day >= MONTH:
                total += sales_of(model, heads, spells)
        found.append(total)
    return np.array(found)


def test_when_the_heads_leave_their_sales_are_gone_and_the_small_gain():
    """The frozen heads sell nothing, other creators more; what becomes of the total is told, not asserted."""
    left = after_the_exit("shock=[head_exit]", f"shock.head_exit.day={MONTH}", f"shock.head_exit.count={HEADS}")
    stayed = after_the_exit()
    assert not left[:, 0].any()
    share, total = stayed[:, 0] / stayed[:, 2], left[:, 2] / stayed[:, 2] - 1.0
    back = (left[:, 1] - stayed[:, 1]) / stayed[:, 0]
    print(f"\nheads sold {share.mean():.1%} of all; other creators took over {back.mean():.0%} of it; all sales "
          f"{total.mean():+.1%} (standard error {total.std(ddof=1) / PAIRS ** 0.5:.1%})")
    rises(left[:, 1], stayed[:, 1], "sales of the other creators in two months after the exit")
