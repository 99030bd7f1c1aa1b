"""A coupon for one user in a hundred hardly touches the others: the pairs stay together."""

from collections import defaultdict

import pytest

from sim.compose import configure
from sim.model import InterestCommerceModel
from sim.policies import policies_of
from sim.segments import members

DAYS = 25
WORLD = ("population=town", "burn_in=20", f"horizon={DAYS}", "progress=false")
COUPON = ("policy=[subsidy]", "policy.subsidy.segment.share=0.01", "policy.subsidy.depth=0.2")


def baskets(model: InterestCommerceModel) -> dict[int, list[tuple[int, int]]]:
    """Each user's orders from day 0 on: (day, product)."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for day in range(-model.cfg.burn_in, DAYS):
        model.step()
        if day >= 0:
            for order in model.world.day.orders:
                found[int(order["user_key"])].append((int(order["day"]), int(order["product"])))
    return found


@pytest.mark.slow
def test_one_percent_treated_changes_few_others():
    """Below 3 % of the untreated buyers' orders change in 25 days (fixed seed; measured on one pair of worlds)."""
    plain, treated = (InterestCommerceModel(configure(*WORLD, *extra)) for extra in ((), COUPON))
    before, after = baskets(plain), baskets(treated)
    keys = treated.world.users["key"]
    segment = policies_of(treated.cfg.policy)["subsidy"].segment
    chosen = set(keys[members(treated.world, "users", segment, "subsidy")].tolist())
    others = [key for key in before.keys() | after.keys() if key not in chosen]
    total = sum(len(before.get(key, [])) for key in others)
    changed = sum(len(set(before.get(key, [])) ^ set(after.get(key, []))) / 2 for key in others)
    assert total > 500
    assert any(before.get(key) != after.get(key) for key in chosen)
    assert changed / total < 0.03, f"{changed / total:.2%}"
