"""A policy that does nothing changes nothing: every metric of every day differs by exactly 0."""

import pytest

from sim.checkpoint import state_hash
from tests.worlds import days, same, toy_model

DAYS = 12
OWN = ("subsidy_", "policy_")  # a policy's own columns exist only with it


@pytest.fixture(scope="module")
def baseline() -> list[dict[str, float]]:
    """Daily rows without any policy."""
    return days(toy_model(), DAYS)


@pytest.mark.parametrize("overrides", [
    ("policy=[placebo]",),
    ("policy=[subsidy]", "policy.subsidy.budget_yuan=0"),
    ("policy=[subsidy]", "policy.subsidy.intensity=0"),
    ("policy=[subsidy]", "policy.subsidy.start=20"),
    ("policy=[subsidy]", "policy.subsidy.announce=15", "policy.subsidy.start=20"),
    ("policy=[subsidy]", "policy.subsidy.announce=2", "policy.subsidy.start=5", "policy.subsidy.budget_yuan=0"),
    ("policy=[subsidy]", "policy.subsidy.announce=2", "policy.subsidy.start=5", "policy.subsidy.intensity=0"),
    ("policy=[subsidy]", "policy.subsidy.announce=2", "policy.subsidy.start=5", "policy.subsidy.depth=0"),
    ("policy=[placebo]", "policy.placebo.announce=2", "policy.placebo.start=5"),
    ("policy=[store_diversion]", "policy.store_diversion.intensity=0"),
    ("policy=[store_diversion]", "policy.store_diversion.start=20"),
    ("policy=[self_broadcast_support]", "policy.self_broadcast_support.intensity=0"),
    ("policy=[self_broadcast_support]", "policy.self_broadcast_support.start=20"),
    ("policy=[self_broadcast_support]", "policy.self_broadcast_support.budget_yuan=0"),
])
def test_nothing_done_is_nothing_changed(baseline, overrides):
    """Placebo, no budget, no intensity, or not announced yet: exactly the baseline."""
    rows = days(toy_model(*overrides), DAYS)
    same(rows, baseline, but=OWN)
    assert all(row["subsidy_total"] == 0 for row in rows)


@pytest.mark.parametrize("policy", ["subsidy", "store_diversion", "self_broadcast_support"])
def test_a_real_policy_changes_something(baseline, policy):
    """The check above can fail: a policy at work changes the days."""
    with pytest.raises(AssertionError):
        same(days(toy_model(f"policy=[{policy}]"), DAYS), baseline, but=OWN)


def test_order_of_policies_does_not_matter():
    """Levers and programmes fold in the order of instance names, not of the command line."""
    names = ["subsidy", "store_diversion", "self_broadcast_support"]
    one, two = (toy_model(f"policy=[{','.join(order)}]") for order in (names, names[::-1]))
    same(days(one, DAYS), days(two, DAYS))
    assert state_hash(one.world) == state_hash(two.world)


def test_second_instance_composes():
    """Two subsidies give both coupons: the second spends its own purse."""
    model = toy_model("policy=[subsidy]", "+policy@policy.s2=subsidy", "policy.s2.depth=0.3")
    rows = days(model, DAYS)
    assert sum(row["subsidy_s2"] for row in rows) > 0
    assert sum(row["subsidy_subsidy"] for row in rows) > 0
    assert sum(row["subsidy_total"] for row in rows) == pytest.approx(
        sum(row["subsidy_s2"] + row["subsidy_subsidy"] for row in rows))
