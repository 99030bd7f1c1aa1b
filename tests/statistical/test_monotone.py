"""What must go up or down goes that way: classrooms with the same seeds, changed in one respect after burn-in.

Fixed seeds. "Rises" means: the mean of the paired differences is above 0 by a one-sided t-test at 5 %, so a change
without any effect would pass one test in twenty.
"""
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from sim.compose import configure
from sim.fixed import to_fixed
from sim.lab.stats.paired import paired_t
from sim.model import InterestCommerceModel
from sim.world import World

pytestmark = pytest.mark.slow
PAIRS, BURN_IN, LAST = 6, 30, 28
Change = Callable[[World], object]
Row = dict[str, float]


def nothing(_: World) -> None:
    """The control's change."""


def lived(replication: int, horizon: int, change: Change = nothing, *extra: str) -> tuple[list[Row], list[np.ndarray]]:
    """The daily rows and orders of a classroom from day 0 on; `change` strikes on the morning of day 0."""
    model = InterestCommerceModel(configure(
        "population=classroom", f"burn_in={BURN_IN}", f"horizon={horizon}", "threads=1", "progress=false",
        f"replication={replication}", *extra))
    rows, orders = [], []
    for day in range(-BURN_IN, horizon):
        if day == 0:
            change(model.world)
        model.step()
        if day >= 0:
            rows.append(dict(model.metrics))
            orders.append(model.world.day.orders.copy())
    return rows, orders


@cache
def metrics_of(change: Change, horizon: int) -> tuple[list[Row], ...]:
    """The daily rows of every replication."""
    return tuple(lived(replication, horizon, change)[0] for replication in range(PAIRS))


def totals(worlds: tuple[list[Row], ...], name: str, last: int | None = None) -> np.ndarray:
    """The mean of a metric over the (last) days on which it is defined, one value a world."""
    return np.array([np.nanmean([row[name] for row in rows[-last if last else 0:]]) for rows in worlds])


def rises(after: np.ndarray, before: np.ndarray, what: str) -> None:
    """Assert that a quantity is higher after than before, over pairs of worlds."""
    found = paired_t(after - before)
    print(f"\n{what}: {before.mean():.4g} to {after.mean():.4g}, difference {found.delta:.4g}, p {found.p / 2:.2g}")
    assert found.delta > 0 and found.p < 0.10, f"{what}: {before} to {after}"


# ---- changes -------------------------------------------------------------------------------------

def quarter(world: World) -> np.ndarray:
    """The merchants whose prices are raised: every fourth."""
    return np.arange(0, len(world.merchants), 4)


def dearer(world: World) -> None:
    """Raise the prices of every fourth merchant by 15 %, with the bounds within which they may move them."""
    own = np.isin(world.products["merchant"], quarter(world))
    for name in ("price", "list_price"):
        world.products[name][own] = np.round(world.products[name][own] * 1.15).astype(int)


def slower(world: World) -> None:
    """Parcels take twice as long as before; what merchants promise stays."""
    world.num["fulfil_ship_days"] *= 2


def uninsured(world: World) -> None:
    """No merchant insures the freight of returns, now or later."""
    world.num["merchants_insured_share"], world.merchants["insured"] = 0.0, 0


def insured(world: World) -> None:
    """Every merchant insures it."""
    world.num["merchants_insured_share"], world.merchants["insured"] = 1.0, 1


def crowded(world: World) -> None:
    """Commerce takes .16 of the feed instead of .08: twice the slots."""
    world.num["arrival_commerce_share"], world.num["arrival_slots"] = 0.16, 2 * world.num["arrival_slots"]


# ---- prices and coupons --------------------------------------------------------------------------

def test_own_price_up_own_units_down():
    """Merchants that raise their prices by 15 % sell fewer units within 40 days."""
    before, after = ([sum(int((day["merchant"] % 4 == 0).sum()) for day in lived(k, 40, change)[1])
                      for k in range(PAIRS)] for change in (nothing, dearer))
    rises(np.array(before, float), np.array(after, float), "units at the old price against the new")


def redeemed(replication: int, depth: float) -> float:
    """Orders with a coupon in 40 days."""
    orders = lived(replication, 40, nothing, "policy=[subsidy]", f"policy.subsidy.depth={depth}")[1]
    return float(sum(int((day["cuts"].sum(axis=1) > 0).sum()) for day in orders))


def test_deeper_coupons_are_redeemed_more():
    """Redemptions rise with depth: .05, .13, .30."""
    counts = [np.array([redeemed(k, depth) for k in range(PAIRS)]) for depth in (0.05, 0.13, 0.30)]
    rises(counts[1], counts[0], "redemptions at .13 over .05")
    rises(counts[2], counts[1], "redemptions at .30 over .13")


# ---- service -------------------------------------------------------------------------------------

def test_delay_lowers_nps_and_raises_complaints():
    """Twice the days of shipping for 60 days: latent NPS falls, the customer complaint rate rises."""
    before, after = metrics_of(nothing, 60), metrics_of(slower, 60)
    rises(totals(after, "ccr"), totals(before, "ccr"), "ccr with delay")
    rises(totals(before, "nps_latent", LAST), totals(after, "nps_latent", LAST), "latent NPS without delay")


def test_insurance_raises_orders_and_returns():
    """All merchants insured against none, 60 days: more orders, and more of them come back."""
    none, everyone = metrics_of(uninsured, 60), metrics_of(insured, 60)
    rises(totals(everyone, "orders"), totals(none, "orders"), "orders with insurance")
    rises(totals(everyone, "return_rate"), totals(none, "return_rate"), "return rate with insurance")


# ---- the platform's long run ---------------------------------------------------------------------

def test_twice_the_commerce_costs_visits():
    """Commerce share .16 against .08 for 150 days: DAU of the last 28 days lies 1 to 10 % lower."""
    before, after = (totals(metrics_of(change, 150), "dau", LAST) for change in (nothing, crowded))
    change = float((after / before).mean() - 1)
    print(f"\nDAU with twice the commerce: {change:+.2%}")
    assert -0.10 <= change <= -0.01, f"{change:+.2%}"


def latent_nps_of_quality(replication: int, shift: float) -> float:
    """Latent NPS of a year's last 28 days where all goods, of new firms too, are `shift` sd better, as reviews say.

    Investment in quality rests in both worlds: it would undo the shift within a year.
    """
    model = InterestCommerceModel(configure(
        "population=classroom", "burn_in=0", "horizon=365", "threads=1", "progress=false",
        f"replication={replication}", "world.merchants.quality_step=0"))
    world, weight, seen = model.world, float(model.world.num["goods_review_weight"][0]), []
    world.products["star_sum"] += np.array([to_fixed(n * shift) for n in world.products["star_count"]])
    world.products["reputation"] += shift * world.products["star_count"] / (world.products["star_count"] + weight)
    spells = np.full(len(world.merchants), -1)
    for _ in range(365):
        fresh = (world.merchants["spell"] != spells)[world.products["merchant"]]
        world.products["quality"][fresh] += shift
        spells = world.merchants["spell"].copy()
        model.step()
        seen.append(model.metrics["nps_latent"])
    return float(np.nanmean(seen[-LAST:]))


def test_better_goods_are_recommended():
    """All qualities +1 sd, reputation with them: latent NPS after a year at least 8 points higher (3 pairs)."""
    gain = np.mean([latent_nps_of_quality(k, 1.0) - latent_nps_of_quality(k, 0.0) for k in range(3)])
    print(f"\nlatent NPS with qualities 1 sd higher: {gain:+.1f} points")
    assert gain >= 8
