"""What each policy of the shelf claims for itself, on paired classrooms: same seeds with it and without.

"Rises" means: the mean of the paired differences is above 0 by a one-sided t-test at 5 % over four pairs, so a policy
without any effect would pass one claim in twenty.
"""
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from sim.compose import configure
from sim.lab.stats.paired import paired_t
from sim.model import InterestCommerceModel
from sim.rng import Venue

pytestmark = pytest.mark.slow
PAIRS, DAYS = 4, 15
Measure = Callable[[InterestCommerceModel], tuple[float, float]]  # a day's numerator and denominator


def metric(name: str) -> Measure:
    """A metric's daily mean."""
    return lambda model: (model.metrics[name], 1.0)


def orders_of(model: InterestCommerceModel, category: int) -> np.ndarray:
    """Today's orders of a category."""
    orders = model.world.day.orders
    return orders[orders["category"] == category]


def beauty_orders(model: InterestCommerceModel) -> tuple[float, float]:
    """Orders of beauty."""
    return float(len(orders_of(model, 1))), 1.0


def other_exposure(model: InterestCommerceModel) -> tuple[float, float]:
    """Videos of goods of other categories than beauty."""
    seen = model.world.day.log["product"]
    return float((model.world.products["category"][seen[seen >= 0]] != 1).sum()), 1.0


def fresh_sales(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of fresh food in orders."""
    return float(len(orders_of(model, 3))), float(len(model.world.day.orders))


def small_hosts_sales(model: InterestCommerceModel) -> tuple[float, float]:
    """Orders in rooms of tail creators, over entries into them."""
    world, orders = model.world, model.world.day.orders
    tail = np.append(world.creators["tier"] == 0, np.zeros(len(world.merchants), bool))
    sold = (orders["venue"] == Venue.LIVE) & tail[orders["presenter"]]
    rooms = world.day.rooms
    return float(sold.sum()), float(rooms["entries"][tail[rooms["presenter"]]].sum())


def score_shown(model: InterestCommerceModel) -> tuple[float, float]:
    """Mean experience score behind the goods that videos showed."""
    world, seen = model.world, model.world.day.log["product"]
    scores = world.merchants["score"][world.products["merchant"][seen[seen >= 0]]]
    return float(scores.sum(dtype=np.float64)), float(len(scores))


def best_tenth_sales(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of the tenth of merchants with the largest sales in videos shown of merchants' own accounts."""
    world = model.world
    hosts = len(world.creators)
    seen = world.day.log["presenter"]
    own = seen[seen >= hosts] - hosts
    bar = np.quantile(world.merchants["sales"][world.merchants["state"] == 1], 0.9)
    return float((world.merchants["sales"][own] >= bar).sum()), float(len(own))


@cache
def lived(replication: int, *overrides: str) -> tuple[InterestCommerceModel, dict[str, float]]:
    """A classroom's days, and every measure over them."""
    model = InterestCommerceModel(configure(
        "population=classroom", "burn_in=0", f"horizon={DAYS}", "threads=1", "progress=false",
        f"replication={replication}", *overrides))
    sums = {name: np.zeros(2) for name in MEASURES}
    for _ in range(DAYS):
        model.step()
        for name, measure in MEASURES.items():
            sums[name] += np.nan_to_num(measure(model))
    return model, {name: float(total[0] / max(total[1], 1.0)) for name, total in sums.items()}


CUSTOM: dict[str, Measure] = {
    "beauty_orders": beauty_orders, "other_exposure": other_exposure, "fresh_sales": fresh_sales,
    "small_hosts_sales": small_hosts_sales, "score_shown": score_shown, "best_tenth_sales": best_tenth_sales}
CLAIMS = {  # policy: overrides, what it moves, which way
    "mall_tab": ((), "mall_visits", +1),
    "search_prompts": ((), "searches_after_view", +1),
    "search_clarification": ((), "asked_back", +1),
    "cap_commerce": ((), "impressions", -1),
    "experience_ranking": (("weight=0.3",), "score_shown", +1),
    "push_reminders": ((), "dau", +1),
    "push_reminders, too many": (("messages=20",), "dau", -1),
    "games": ((), "dau", +1),
    "games, paid": (("pull=0.001", "reward_yuan=1"), "contribution", -1),
    "share_rewards": (("pull=5",), "invited", +1),
    "traffic_floor": ((), "impressions_tail", +1),
    "traffic_floor, at shops' expense": ((), "impressions_merchants", -1),
    "niche_support": ((), "fresh_sales", +1),
    "up_plans": ((), "best_tenth_sales", +1),
    "official_pool": (("discount=0", "places=8"), "small_hosts_sales", +1),
    "mind_channel": ((), "shelf_share", +1),
    "flash_sale": ((), "orders_live", +1),
    "red_packets": (("amount_yuan=15",), "orders", +1),
    "newcomer_rights": (("depths=[0.6,0.4,0.3]", "window=365"), "orders", +1),
    "replenishment": (("depth=0.2",), "orders", +1),
    "category_explosion": ((), "beauty_orders", +1),
    "category_explosion, at others' expense": ((), "other_exposure", -1),
    "campaign_calendar": (("dates=[2]", "sizes=[1]"), "orders", +1),
    "mcn": ((), "mcn_income", +1),
    "supply_services": (("capacity=4",), "late_rate", -1),
    "governance": (("remove=true", "rate=0.1", "threshold=4.2"), "gmv_gross", -1),
}
MEASURES = {name: CUSTOM.get(name, metric(name)) for _, name, _ in CLAIMS.values()}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_policy_does_what_it_claims(claim):
    """Fifteen days with its shipped settings, or some of them stronger, against the same days without it."""
    knobs, name, sign = CLAIMS[claim]
    policy = claim.split(",")[0]
    words = (f"policy=[{policy}]", *(f"policy.{policy}.{knob}" for knob in knobs))
    gains = np.array([sign * (lived(k, *words)[1][name] - lived(k)[1][name]) for k in range(PAIRS)])
    found = paired_t(gains)
    print(f"\n{claim}: {name} {sign * found.delta:+.4g}, p {found.p / 2:.2g}")
    assert found.delta > 0 and found.p < 0.10, f"{claim}: {gains}"
