"""Programmes beyond coupons and boosts: deals, audits, services, splits, rewards, pools, contracts with agencies."""

import numpy as np
import pytest

from sim.agents.creator import OFFERS
from sim.ledger import Account
from sim.phases import benefits, policies
from sim.policies.base import Observed
from sim.tables import NO_DEAL, SELECTED
from tests.unit.policy_world import knobs, morning, policy, world_of
from tests.worlds import days, toy_model

ALL = {"segment__ranks": {}, "segment__ranges": {}}


def held(world, account):
    """What an account holds, fen."""
    return int(world.ledger.balances[account])


# ---- deals ---------------------------------------------------------------------------------------------------

def test_the_larger_deal_counts_and_tomorrow_there_is_none():
    """Of a tenth and a fifth off, the fifth, from the instance that gives it; on the shelf only where it says so."""
    world = world_of(p0=knobs("mind_channel", depth=0.2, lift=0, **ALL),
                     p1=knobs("category_explosion", depth=0.1, **ALL))
    morning(world)
    assert (world.deals["purse"] == 0).all() and (world.deals["benefit"] == np.float32(0.2)).all()
    assert set(world.deals["venues"]) == {0b111000}
    assert (world.deals["lift"] == 1.0).all()
    world.cfg.policy = {}
    morning(world)
    assert (world.deals == np.array([NO_DEAL], world.deals.dtype)).all()


def test_a_flash_sale_costs_its_price_and_draws_anew():
    """Goods dearer than a yuan cost one; another session offers other goods; between sessions there is none."""
    world = world_of(p0=knobs("flash_sale", goods=0.5, every=2, budget_yuan_per_1000=None, **ALL))
    world.products["price"] = 4000
    chosen = []
    for _ in range(3):
        morning(world)
        chosen.append(world.deals["purse"] == 0)
        world.now["day"] += 1
    assert 0 < chosen[0].sum() < len(chosen[0]) and not chosen[1].any() and (chosen[0] != chosen[2]).any()
    assert world.deals["benefit"][chosen[2]] == pytest.approx(1 - 100 / 4000)


def test_a_deal_cuts_what_the_buyer_pays_and_its_funder_pays_the_rest():
    """Half off on the shelf: every shelf order has exactly that instance's cut, no other order has any; books close."""
    model = toy_model("policy=[mind_channel]", "policy.mind_channel.depth=0.5", "policy.mind_channel.lift=0",
                      "policy.mind_channel.segment.ranks.sold=[0,1]")
    orders = []
    for _ in range(8):
        days(model, 1)
        orders.append(model.world.day.orders.copy())
    orders = np.concatenate(orders)
    shelf, dealt = orders["venue"] >= 3, (orders["cuts"] > 0).any(axis=1)
    assert shelf.sum() > 5 and dealt[shelf].mean() > 0.9 and not dealt[~shelf].any()
    half = (orders["paid"] + orders["subsidy"] + 1) // 2
    assert (np.abs(orders["paid"] - half)[dealt] <= 1).all()


# ---- audits --------------------------------------------------------------------------------------------------

AUDIT = {"threshold": 3.0, "false_positive": 0.0, "days": 5, "audit_yuan": 30}


def test_audits_strike_low_scores_for_their_days_and_cost_money():
    """Three poor shops of six: their goods lose ln 2 of log-odds for five days; ¥30 each goes to labour, once."""
    world = world_of(p0=knobs("governance", rate=1.0, **AUDIT))
    world.merchants["score"] = [2, 4, 2, 4, 2, 4]
    poor = world.merchants["score"][world.products["merchant"]] < 3
    for day in range(8):
        morning(world)
        assert world.deals["lift"][poor] == pytest.approx(-np.log(2)) and not world.deals["lift"][~poor].any()
        assert held(world, int(Account.LABOUR)) == 3 * 3000 * (1 + day // 5)
        world.now["day"] += 1
    world.cfg.policy = {}
    for _ in range(5):
        morning(world)
        world.now["day"] += 1
    assert not world.deals["lift"].any()


def test_removal_closes_the_shop_and_mistakes_happen():
    """With removal the poor close down for good; with false positives and everybody good, some suffer all the same."""
    world = world_of(p0=knobs("governance", rate=1.0, remove=True, **AUDIT))
    world.merchants["score"], world.merchants["count"] = [2, 4, 2, 4, 4, 4], 1
    world.merchants["first"] = np.arange(6)
    morning(world)
    assert world.merchants["state"].tolist() == [0, 1, 0, 1, 1, 1]
    assert world.products["on_sale"][:6].tolist() == [0, 1, 0, 1, 1, 1]
    wrong = world_of(p0=knobs("governance", rate=1.0, **AUDIT | {"false_positive": 1.0}))
    wrong.merchants["score"] = 5
    morning(wrong)
    assert (wrong.penalty["until"] == 5).all()


def test_audits_stop_where_the_money_does():
    """¥65 pay for two audits of six."""
    world = world_of(p0=knobs("governance", rate=1.0, budget_yuan=65, **AUDIT))
    world.merchants["score"] = 1
    morning(world)
    assert (world.penalty["until"] > 0).sum() == 2
    assert (world.purses["left"][0], world.purses["spent"][0], world.purses["refused"][0]) == (500, 6000, 4)


# ---- services, splits, rewards, pools ------------------------------------------------------------------------

def test_services_multiply_and_are_paid_by_whom_they_serve():
    """A warehouse half as large again and data at half the noise; the fee leaves the merchants for the partners."""
    world = world_of(p0=knobs("supply_services", capacity=1.5, fee_yuan=2),
                     p1=knobs("data_product", noise=0.5, fee_yuan=1))
    morning(world)
    assert (world.studio["capacity"] == 1.5).all() and (world.studio["noise"] == 0.5).all()
    assert (world.ledger.merchant_balances == -300).all() and held(world, int(Account.PARTNERS)) == 6 * 300
    assert world.ledger.total() == 0


def test_a_split_holds_for_its_stage():
    """Young shops take the one split, grown ones the other, wholly at full level; shares that miss 1 are refused."""
    young, grown = (0.5, 0.5, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.5, 0.5)
    settings = {"young": list(young), "growing": None, "grown": list(grown), "ages": [10, 20]}
    world = world_of(p0=knobs("stage_rule", **settings))
    world.now["day"] = 100
    world.merchants["started"], world.merchants["budget"] = [100, 91, 90, 81, 80, 0], 0.2
    morning(world)
    found = world.merchants["budget"].astype(float).round(6)
    assert found.tolist() == [list(young)] * 2 + [[0.2] * 5] * 2 + [list(grown)] * 2
    with pytest.raises(ValueError, match="must sum to 1"):
        policy("fact_budget", shares=[0.5, 0.2, 0.1, 0.1, 0.2])


def test_rewards_reach_as_many_as_the_purse_pays_for():
    """A hundred brought by friends yesterday at ¥0.5, ¥20 in the purse: forty are paid for and sixty are not."""
    world = world_of(p0=knobs("share_rewards", pull=2, reward_yuan=0.5, budget_yuan=20))
    world.metrics = {"invited": 100.0}
    morning(world)
    assert held(world, int(Account.HOUSEHOLDS)) == 0 and world.lev["invite"][0] == 2.0
    world.now["day"] += 1
    morning(world)
    assert held(world, int(Account.HOUSEHOLDS)) == 2000 and world.purses["refused"][0] == 60
    world.now["day"] += 1
    policies.run(world)
    assert world.lev["invite"][0] == 1.0  # no money, no louder call
    assert world.ledger.total() == 0


def test_the_pool_is_labelled_and_small_hosts_carry_it():
    """The better half bears the label; hosts of the tail carry three of it, the nearest, before their own goods."""
    world = world_of(p0=knobs("official_pool", places=3, discount=0, bar=0.5))
    world.products["reputation"] = np.arange(len(world.products))
    world.creators["offers"], world.creators["tier"] = -1, [0, 0, 1, 2]
    world.creators["offers"][:, 0] = 0
    world.products["position"][:, 0] = np.arange(len(world.products))
    world.creators["position"][:, 0] = 1.0
    morning(world)
    assert ((world.products["labels"] & SELECTED) > 0).tolist() == [False] * 12 + [True] * 12
    assert world.creators["offers"][:2].tolist() == [[23, 22, 21, 0] + [-1] * (OFFERS - 4)] * 2
    assert (world.creators["offers"][2:, 1:] == -1).all()
    assert world.lev["label_omega"][0] == 0.7


def test_signing_lasts_beyond_the_policy():
    """Tail and waist sign, the head does not; the day after the policy they are still under contract."""
    world = world_of(p0=knobs("mcn", signed=1, training_hours=0, stop=1))
    world.creators["mcn"], world.creators["tier"] = 0, [0, 1, 2, 2]
    for _ in range(2):
        morning(world)
        world.now["day"] += 1
    assert world.creators["mcn"].tolist() == [1, 1, 0, 0]


# ---- segments and the manager --------------------------------------------------------------------------------

def test_segments_know_categories_sellers_and_tenure():
    """Users by what they need in a category, newcomers by tenure, goods by their seller's sales."""
    world = world_of(p0=knobs("replenishment", categories=[2], low=0.5, gone=0.1))
    world.users["cupboard"][:, 2] = np.resize([0.0, 0.3, 0.9], 400)
    morning(world)
    assert (world.users["coupons"]["benefit"][:, 0] > 0).tolist() == np.resize([False, True, False], 400).tolist()
    new = world_of(p0=knobs("newcomer_rights", depths=[0.3, 0.2, 0.1], window=10))
    new.now["day"] = 50
    new.users["started"] = np.resize([0, 45], 400)
    new.users["orders_spell"] = np.resize([0, 1, 2, 3], 400)
    morning(new)
    expected = np.resize([0, 0.2, 0, 0], 400)
    assert new.users["coupons"]["benefit"][:, 0] == pytest.approx(expected)
    lifted = world_of(p0=knobs("up_plans", who="products", segment__ranks={"seller_sales": [0.5, 1]}))
    lifted.merchants["sales"] = np.arange(6)
    policies.run(lifted)
    benefits.run(lifted)
    assert (lifted.deals["lift"] > 0).sum() == len(lifted.products) / 2


def test_the_myopic_manager_climbs():
    """A figure that rises with the weight drives it to its bound; one that falls with it, to the other."""
    for slope, bound in ((1.0, 0.05), (-1.0, -0.05)):
        manager, memory = policy("myopic_manager", step=0.005, most=0.05), ()
        for day in range(400):
            weight = memory[0] if memory else 0.0
            memory = manager.remember(day, Observed({"gmv_gross": 100 + slope * weight}, 0, 0, memory))
        assert memory[0] == pytest.approx(bound, abs=0.011)
        assert manager.levers(400, Observed({}, 0, 0, memory)) == {"gmv_weight": memory[0]}
