"""The whole shelf at once: policies that do nothing change nothing, those at work act, pay and stay in budget.

One toy world serves as baseline. That all policies together at their null setting leave every metric of every day as it
was, to the last bit, says so of each; where it fails, the slow test beside it names the culprit.
"""
from itertools import combinations

import numpy as np
import pytest

from sim.checkpoint import state_hash
from sim.compose import configure, members
from sim.lab.shelf_page import shipped
from tests.unit.policy_world import knobs
from tests.worlds import days, same, toy_config, toy_model

DAYS = 14
SHELF = [name for name in members("policy") if name != "placebo"]
ALL = f"policy=[{','.join(SHELF)}]"
OWN = ("subsidy_", "policy_")  # a policy's own columns exist only with it
# what makes a policy bite in a fortnight of a toy world, whose twelve shops do not trade in every category
BITES = {"campaign_calendar": ["policy.campaign_calendar.dates=[2]", "policy.campaign_calendar.sizes=[1]"],
         "category_explosion": ["policy.category_explosion.segment.ranges.category=[0,5]"],
         "niche_support": ["policy.niche_support.segment.ranges.category=[0,5]"],
         "governance": ["policy.governance.rate=0.5"]}


@pytest.fixture(scope="module")
def baseline() -> list[dict[str, float]]:
    """Daily rows without any policy."""
    return days(toy_model(), DAYS)


def typed(value: object) -> str:
    """A value as an override has it."""
    return str(value).replace("None", "null").replace(" ", "")


def null_of(name: str) -> list[str]:
    """The overrides that put a policy at its null setting."""
    return [f"policy.{name}.{key}={typed(value)}" for key, value in knobs(name)["_null_"].items()]


OFF = {"null": null_of, "intensity": lambda name: [f"policy.{name}.intensity=0"],
       "budget": lambda name: [f"policy.{name}.budget_yuan=0"],
       "daily budget": lambda name: [f"policy.{name}.budget_yuan_per_1000=0"],
       "people": lambda name: [f"policy.{name}.segment.share=0"],
       "before": lambda name: [f"policy.{name}.start={DAYS + 5}"],
       "over": lambda name: [f"policy.{name}.stop=0"]}


@pytest.mark.parametrize("off", OFF)
def test_a_shelf_that_does_nothing_changes_nothing(baseline, off):
    """All policies together at null, without strength, money or people, before their day or after it."""
    rows = days(toy_model(ALL, *[word for name in SHELF for word in OFF[off](name)]), DAYS)
    same(rows, baseline, but=OWN)
    assert all(row[f"policy_spent_{name}"] == 0 for row in rows for name in SHELF)


@pytest.mark.slow
@pytest.mark.parametrize("off", OFF)
@pytest.mark.parametrize("name", SHELF)
def test_a_policy_that_does_nothing_changes_nothing(baseline, name, off):
    """The same of each policy alone, and whatever it is announced to be."""
    same(days(toy_model(f"policy=[{name}]", *OFF[off](name)), DAYS), baseline, but=OWN)


@pytest.mark.parametrize("name", SHELF)
def test_a_policy_at_work_changes_something(baseline, name):
    """With its shipped settings every policy moves some metric within a fortnight, and the books close (check=true)."""
    model = toy_model(f"policy=[{name}]", *BITES.get(name, []))
    with pytest.raises(AssertionError, match="day "):
        same(days(model, DAYS), baseline, but=OWN)


def bites() -> list[str]:
    """The overrides by which the whole shelf is at work."""
    return [word for words in BITES.values() for word in words]


def test_no_policy_spends_more_than_a_day_allows():
    """All at once, ¥20 a day and 1,000 users each: what was granted never exceeds it; money runs short; books close."""
    model = toy_model(ALL, *bites(), *[f"policy.{name}.budget_yuan_per_1000=20" for name in SHELF])
    refused = 0
    for _ in range(DAYS):
        users = int((model.world.users["state"] > 0).sum())
        model.step()
        assert (model.world.purses["spent"] <= int(2000 * users / 1000)).all()
        refused += int(model.world.purses["refused"].sum())
    assert refused > 0


@pytest.mark.parametrize("pacing", ["even", "free"])
def test_no_policy_spends_more_than_its_budget_and_the_rest_returns(pacing):
    """¥60 each for eight days: never more in sum, one day on which it ran out, purses empty but for a day's refunds."""
    when = [f"policy.{name}.{word}" for name in SHELF
            for word in ("budget_yuan=60", "stop=8", f"pacing={pacing}", "budget_yuan_per_1000=null")]
    model = toy_model(ALL, *bites(), *when)
    rows = days(model, DAYS)
    for name in SHELF:
        spent = np.cumsum([row[f"policy_spent_{name}"] for row in rows[:8]])
        assert (spent <= 60 + 1e-9).all()
        left = [row[f"policy_left_{name}"] for row in rows[:8]]
        assert left == pytest.approx(list(60 - spent), abs=1e-6)
        out = {row[f"policy_out_{name}"] for row in rows if row[f"policy_out_{name}"] == row[f"policy_out_{name}"]}
        assert len(out) <= 1
        back = -100 * rows[-1][f"policy_spent_{name}"]
        assert 0 <= model.world.ledger.balance(f"purse:{name}") <= back + 1e-6
    assert any(row[f"policy_out_{name}"] >= 0 for row in rows for name in SHELF)


def pairs(count: int, size: int) -> list[tuple[str, ...]]:
    """So many keyed picks out of all sets of a size."""
    every = list(combinations(SHELF, size))
    return [every[k] for k in np.random.default_rng(len(every)).choice(len(every), count, replace=False)]


def in_both_orders(names: tuple[str, ...]) -> None:
    """Hold a set of policies against the same in another order: configuration, days and state."""
    extra = [word for name in names for word in BITES.get(name, [])]
    one, two = (toy_model(f"policy=[{','.join(order)}]", *extra) for order in (names, names[::-1]))
    same(days(one, 8), days(two, 8))
    assert state_hash(one.world) == state_hash(two.world)


@pytest.mark.parametrize("names", pairs(3, 2), ids="-".join)
def test_order_of_two_policies_does_not_matter(names):
    """Pairs in both orders end bit-equal."""
    in_both_orders(names)


@pytest.mark.slow
@pytest.mark.parametrize("names", pairs(50, 2) + pairs(50, 3), ids="-".join)
def test_order_of_policies_does_not_matter(names):
    """Fifty pairs and fifty triples."""
    in_both_orders(names)


def test_equal_traffic_for_all_is_none():
    """The same boost for all creators and all merchants leaves every card and room as likely as before."""
    plain = toy_model()
    lent = toy_model("policy=[up_plans]", "policy.up_plans.segment.ranks.sales=[0,1]", "policy.up_plans.who=creators",
                     "+policy@policy.b=up_plans", "policy.b.segment.ranks.sales=[0,1]")
    rows, others = days(plain, 5), days(lent, 5)
    same(others, rows, but=OWN)
    assert all(abs(row["policy_impressions_up_plans"]) < 1e-3 for row in others)


def test_lent_traffic_is_shared_out_by_what_each_lent():
    """Two instances that lend half each are the world in which one lends all, and grant half of it each, at its cpm."""
    one = toy_model("policy=[traffic_floor]", "policy.traffic_floor.boost=1", "policy.traffic_floor.explore=0")
    two = toy_model("policy=[traffic_floor]", "+policy@policy.b=traffic_floor",
                    *[f"policy.{name}.{knob}" for name in ("traffic_floor", "b")
                      for knob in ("boost=0.5", "explore=0")])
    whole, halves = days(one, 5), days(two, 5)
    same(whole, halves, but=OWN)
    for row, parts in zip(whole, halves, strict=True):
        lent = row["policy_impressions_traffic_floor"]
        assert 0 < lent < row["impressions"]
        assert parts["policy_impressions_b"] == pytest.approx(lent / 2, abs=1e-3)
        if row["cpm"] == row["cpm"]:
            assert row["policy_shadow_traffic_floor"] == pytest.approx(lent * row["cpm"] / 1000)
        assert row["policy_spent_traffic_floor"] == 0  # a shadow cost moves no money


@pytest.mark.parametrize("name", members("policy"))
def test_every_policy_says_what_it_is(name):
    """Group, Chinese term, mechanism, what to expect and tensions; a yaml at the class's null setting is idle."""
    policy = shipped(name)
    assert policy.group and policy.term and policy.expect and policy.tensions and type(policy).__doc__
    assert configure(f"policy=[{name}]", *null_of(name)).policy[name]
    assert toy_config(f"policy=[{name}]").policy[name]["_target_"].endswith(type(policy).__name__)
