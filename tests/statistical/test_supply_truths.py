"""What must follow for those who sell, in classrooms with the same seeds.

Fixed seeds. "Rises" means: the mean of the paired differences is above 0 by a one-sided t-test at 5 %, so a change
without any effect would pass one test in twenty.
"""

import numpy as np
import pytest

from sim.compose import configure
from sim.lab.stats.paired import paired_t
from sim.model import InterestCommerceModel

pytestmark = pytest.mark.slow
PAIRS, BURN_IN, DAYS = 6, 20, 30
PEAK = ("shock=[demand]", "shock.demand.day=3", "shock.demand.length=7", "shock.demand.factor=8")
# warehouses of 1.5 times the usual orders and 5, model.md §3; those of the default world have room for any peak
NARROW = ("world.merchants.capacity=1.5", "world.merchants.capacity_plus=5")
DOUBLE = ("world.merchants.capacity=3", "world.merchants.capacity_plus=10")


def classroom(replication: int, *overrides: str) -> InterestCommerceModel:
    """A classroom before its burn-in."""
    return InterestCommerceModel(configure(
        "population=classroom", f"burn_in={BURN_IN}", f"horizon={DAYS}", "threads=1", "progress=false",
        f"replication={replication}", *overrides))


def lived(model: InterestCommerceModel, read) -> list:
    """What `read(model)` says on each evening from day 0 on."""
    found = []
    for day in range(-BURN_IN, DAYS):
        model.step()
        if day >= 0:
            found.append(read(model))
    return found


def rises(after: list[float], before: list[float], what: str) -> None:
    """Assert that a quantity is higher after than before, over pairs of worlds."""
    found = paired_t(np.array(after, float) - np.array(before, float))
    print(f"\n{what}: {np.mean(before):.4g} to {np.mean(after):.4g}, difference {found.delta:.4g}, p {found.p / 2:.2g}")
    assert found.delta > 0 and found.p < 0.10, f"{what}: {before} to {after}"


def late(replication: int, *overrides: str) -> float:
    """Share of parcels late in the fortnight from the peak's first day."""
    rows = lived(classroom(replication, *PEAK, *overrides), lambda model: dict(model.metrics))[3:17]
    return sum(row["late_rate"] * row["deliveries"] for row in rows) / sum(row["deliveries"] for row in rows)


def test_twice_the_capacity_lowers_lateness_in_a_peak():
    """Needs arise eight times as fast for a week: late parcels with warehouses twice as large are fewer."""
    narrow, double = ([late(k, *size) for k in range(PAIRS)] for size in (NARROW, DOUBLE))
    rises(narrow, double, "late parcels in a peak, with half the warehouses")


def test_a_logistics_cut_raises_lateness_and_passes():
    """Half the capacity for a fortnight: more parcels late in it than without."""
    cut = ("shock=[demand,logistics_cut]", "shock.logistics_cut.day=3", "shock.logistics_cut.length=14")
    rises([late(k, *NARROW, *cut) for k in range(PAIRS)], [late(k, *NARROW) for k in range(PAIRS)],
          "late parcels with half the capacity")


def seen_of_others(model: InterestCommerceModel, row: int) -> int:
    """The day's impressions of all creators but one."""
    log = model.world.day.log
    hosts = (log["slot"] >= 0) & (log["presenter"] < len(model.world.creators)) & (log["presenter"] != row)
    return int(hosts.sum())


def test_when_the_head_host_leaves_the_others_are_seen_more():
    """The best seller leaves on day 0: in the month from then on the impressions of the others' content rise."""
    with_exit, without = [], []
    for k in range(PAIRS):
        struck, plain = classroom(k, "shock=[head_exit]", "shock.head_exit.day=0"), classroom(k)
        rows: list[int] = []

        def others(model: InterestCommerceModel, rows: list[int] = rows) -> int:
            if not rows:
                rows.append(int(model.world.policy_state["shock:head_exit"][0, 0]))
            return seen_of_others(model, rows[0])

        with_exit.append(float(np.sum(lived(struck, others))))
        without.append(float(np.sum(lived(plain, others))))
    rises(with_exit, without, "impressions of all other creators when the best seller has left")


@pytest.mark.parametrize("nobody", ["creators", "merchants"])
def test_a_market_without_one_side_goes_on(nobody):
    """No creators: own rooms, search and mall still trade, nobody earns a commission. No merchants: no GMV at all."""
    rows = lived(classroom(0, f"population.{nobody}=0", "check=true"), lambda model: dict(model.metrics))
    if nobody == "merchants":
        assert all(row["gmv_gross"] == 0 and row["orders"] == 0 for row in rows) and rows[-1]["dau"] > 100
        return
    for venue in ("live", "search", "mall", "shop", "video"):
        assert sum(row[f"orders_{venue}"] for row in rows) > 0, venue
    assert all(row["creator_income"] == 0 for row in rows)
    assert all(row["self_broadcast_share"] == 1 or np.isnan(row["self_broadcast_share"]) for row in rows)
