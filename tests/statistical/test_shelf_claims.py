"""What each policy of the shelf claims for itself, on paired classrooms: same seeds with it and without.

"Rises" means: the mean of the paired differences is above 0 by a one-sided t-test at 5 % over four pairs, so a policy
without any effect would pass one claim in twenty.
"""
from functools import cache

import numpy as np
import pytest

from sim.compose import configure
from sim.lab.stats.paired import paired_t
from sim.model import InterestCommerceModel
from tests.statistical import shelf_measures as look
from tests.statistical.shelf_measures import Measure, metric

pytestmark = pytest.mark.slow
PAIRS, DAYS = 4, 15


@cache
def lived(replication: int, *overrides: str) -> dict[str, float]:
    """Every measure over a classroom's days."""
    model = InterestCommerceModel(configure(
        "population=classroom", "burn_in=0", f"horizon={DAYS}", "threads=1", "progress=false",
        f"replication={replication}", *overrides))
    sums = {name: np.zeros(2) for name in MEASURES}
    for _ in range(DAYS):
        model.step()
        for name, measure in MEASURES.items():
            sums[name] += np.nan_to_num(measure(model))
    return {name: float(total[0] / max(total[1], 1.0)) for name, total in sums.items()}


CUSTOM: dict[str, Measure] = {one.__name__: one for one in (
    look.beauty_orders, look.other_exposure, look.fresh_sales, look.small_hosts_sales, look.score_shown,
    look.best_tenth_sales, look.own_rooms, look.young_rooms, look.restlessness, look.own_watched, look.own_viewed_long,
    look.shop_followers, look.own_video_orders, look.failures, look.offers_pay, look.better_half,
    look.first_orders_of_newcomers, look.shelf_orders_at_a_yuan)}
ALONE = ("capacity=1", "matching=1", "diagnosis=0", "monitoring=0", "certificate=0")  # no service but one
POOL = ("depths=[0,0,0]", "pool_dearest=1", "pool_sold=0", "pool_age=0", "pool_score=0", "pool_goods=1000",
        "pool_categories=[0,1,2,3,4,5,6,7,8,9,10,11]", "window=365")  # a pool of all goods, for half of the users
FULL = ("world.merchants.capacity=1", "world.merchants.capacity_plus=1")  # warehouses without room to spare
SPAM = tuple(word for k in range(19) for word in (f"+policy@policy.p{k}=push_reminders", f"policy.p{k}.broadcast=true"))
BASES = {"supply_services": FULL}  # what the world has, with the policy and without
BESIDE = {"push_reminders, too many": SPAM}  # what comes with the policy: nineteen more that have nothing to say
CLAIMS: dict[str, tuple[tuple[str, ...], str, int]] = {  # policy: overrides, what it moves, which way
    "mall_tab": ((), "mall_visits", +1),
    "search_prompts": ((), "searches_after_view", +1),
    "search_clarification": ((), "asked_back", +1),
    "cap_commerce": ((), "impressions", -1),
    "experience_ranking": (("weight=0.3",), "score_shown", +1),
    "push_reminders": ((), "dau", +1),
    "push_reminders, too many": (("broadcast=true",), "dau", -1),
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
    "supply_services": ((*ALONE, "capacity=4"), "late_rate", -1),
    "supply_services, matching": ((*ALONE, "matching=4"), "offers_pay", +1),
    "supply_services, diagnosis": ((*ALONE, "diagnosis=0.5"), "own_watched", +1),
    "supply_services, monitoring": ((*ALONE, "monitoring=0.05"), "failures", -1),
    "supply_services, certificate": ((*ALONE, "certificate=0.5"), "better_half", +1),
    "account_strategy": (("purpose=sales", "accounts=4"), "impressions_merchants", +1),
    "account_strategy, at hosts' expense": (("purpose=sales", "accounts=4"), "impressions_tail", -1),
    "account_strategy, brand": ((), "shop_followers", +1),
    "account_strategy, brand is viewed": (("purpose=brand", "accounts=1"), "own_viewed_long", +1),
    "account_strategy, brand sells nothing": (("purpose=brand", "accounts=1"), "own_video_orders", -1),
    "data_product": (("noise=0",), "restlessness", -1),
    "fact_budget": ((), "own_rooms", +1),
    "stage_rule": ((), "young_rooms", +1),
    "newcomer_rights, pool": (POOL, "first_orders_of_newcomers", +1),
    "newcomer_rights, at a yuan": (POOL, "shelf_orders_at_a_yuan", +1),
    "paid_arrivals": ((), "arrivals", +1),
    "subsidy": (("threshold_yuan=0",), "orders", +1),
    "store_diversion": ((), "shelf_share", +1),
    "self_broadcast_support": ((), "self_broadcast_share", +1),
    "governance": (("remove=true", "rate=0.1", "threshold=4.2"), "gmv_gross", -1),
}
MEASURES = {name: CUSTOM.get(name, metric(name)) for _, name, _ in CLAIMS.values()}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_policy_does_what_it_claims(claim):
    """Fifteen days with its shipped settings, or some of them stronger, against the same days without it."""
    knobs, name, sign = CLAIMS[claim]
    policy = claim.split(",")[0]
    base = BASES.get(claim, ())
    words = (*base, f"policy=[{policy}]", *BESIDE.get(claim, ()), *(f"policy.{policy}.{knob}" for knob in knobs))
    gains = np.array([sign * (lived(k, *words)[name] - lived(k, *base)[name]) for k in range(PAIRS)])
    found = paired_t(gains)
    print(f"\n{claim}: {name} {sign * found.delta:+.4g}, p {found.p / 2:.2g}")
    assert found.delta > 0 and found.p < 0.10, f"{claim}: {gains}"
