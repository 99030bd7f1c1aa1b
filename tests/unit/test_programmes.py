"""Programmes carried out: segments, coupons, traffic, training, insurance, and the purses that pay for them."""

from itertools import pairwise

import numpy as np
import pytest

from sim.ledger import Account
from sim.phases import benefits, policies
from sim.phases.policies import BUDGET, NO_LIMIT
from sim.programmes import CARDS, ROOMS, Boost, Segment
from sim.rules.coupons import give_coupon
from sim.segments import columns_of, members
from sim.tables import ANY, NO_STUDIO, STUDIO
from sim.tally import Count
from tests.unit.bazaar import intent_of
from tests.unit.policy_world import evening, knobs, morning, world_of

EVERYBODY = Segment(None, 1.0, {}, {})


# ---- segments ----------------------------------------------------------------------------------------------

def test_shares_are_nested_lasting_and_of_the_right_size():
    """A larger share takes in the smaller one's members, every day, whatever the order of rows."""
    world = world_of()
    parts = [members(world, "users", Segment(None, share, {}, {}), "a") for share in (0.0, 0.1, 0.3, 0.8, 1.0)]
    for small, large in pairwise(parts):
        assert (large | ~small).all()
    assert not parts[0].any() and parts[-1].all()
    assert 20 < parts[1].sum() < 60
    world.now["day"] = 50
    assert (members(world, "users", Segment(None, 0.3, {}, {}), "a") == parts[2]).all()
    world.users = world.users[::-1].copy()
    assert (members(world, "users", Segment(None, 0.3, {}, {}), "a")[::-1] == parts[2]).all()


def test_segments_of_one_name_draw_the_same_people():
    """Without a name an instance draws its own."""
    world = world_of()
    named = [members(world, "users", Segment("test", 0.5, {}, {}), instance) for instance in ("a", "b")]
    own = [members(world, "users", Segment(None, 0.5, {}, {}), instance) for instance in ("a", "b")]
    assert (named[0] == named[1]).all()
    assert (own[0] != own[1]).any()


def test_ranges_read_days_as_days_ago_and_leave_out_never():
    """Lapsed buyers: last order 30 days ago or more, not those who never ordered; nobody from outside."""
    world = world_of()
    world.now["day"] = 100
    world.users["last_order"] = np.resize([-1, 100, 71, 70, 5], 400)
    lapsed = members(world, "users", Segment(None, 1.0, {"last_order": (30.0, None)}, {}), "a")
    assert (lapsed == np.resize([False, False, False, True, True], 400)).all()
    shoppers = Segment(None, 1.0, {"shopper": (1.0, 1.0), "last_order": (None, 30.0)}, {})
    recent = np.resize([False, True, True, True, False], 400) & (world.users["shopper"] == 1)
    assert (members(world, "users", shoppers, "a") == recent).all()
    world.users["state"] = 0
    assert not members(world, "users", EVERYBODY, "a").any()


def test_ranks_are_shares_of_those_present():
    """The smaller half of open shops by sales; closed ones neither count nor belong."""
    world = world_of()
    world.merchants["sales"], world.merchants["state"] = [5, 1, 4, 2, 3, 0], [1, 1, 1, 1, 0, 0]
    small = Segment(None, 1.0, {}, {"sales": (0.0, 0.5)})
    assert members(world, "merchants", small, "a").tolist() == [False, True, False, True, False, False]


def test_segments_name_single_numbers_only():
    """Neither keys nor vectors; taste stays hidden from policies."""
    assert columns_of("users")["last_order"] and not columns_of("users")["wallet"]
    assert not {"key", "taste", "coupons", "need"} & set(columns_of("users"))


# ---- coupons -----------------------------------------------------------------------------------------------

def slots(user):
    """A user's coupons as (grant, expiry) of those held."""
    return [(int(c["grant"]), int(c["expiry"])) if c["benefit"] > 0 else None for c in user["coupons"]]


def test_coupons_fill_slots_renew_their_own_and_push_out_the_first_to_expire():
    """Own last coupon, else an empty slot, else the one that expires first."""
    user = world_of().users[0]
    for grant, expiry in ((0, 9), (1, 5), (2, 7), (3, 8)):
        give_coupon(user, grant, 0.1, 0, expiry, ANY)
    assert slots(user) == [(0, 9), (1, 5), (2, 7), (3, 8)]
    give_coupon(user, 2, 0.1, 0, 12, ANY)
    assert slots(user) == [(0, 9), (1, 5), (2, 12), (3, 8)]
    give_coupon(user, 4, 0.1, 0, 20, ANY)
    assert slots(user) == [(0, 9), (4, 20), (2, 12), (3, 8)]
    user["coupons"]["benefit"][0] = 0.0
    give_coupon(user, 5, 0.1, 0, 3, ANY)
    assert slots(user) == [(5, 3), (4, 20), (2, 12), (3, 8)]


def test_grant_reaches_a_daily_share_of_the_segment_and_nobody_else():
    """Counted, keyed by person, with threshold and last day; the rest of the row is untouched."""
    world = world_of(p1=knobs("subsidy", depth=0.2, threshold_yuan=49, life=7, daily_share=0.5,
                              segment__ranges={"shopper": [1, 1]}))
    world.now["day"] = 3
    before = world.users.copy()
    morning(world)
    held = world.users["coupons"]["benefit"][:, 0] > 0
    assert not held[world.users["shopper"] == 0].any()
    assert 70 < held.sum() < 130 and world.tally[Count.COUPONS_GIVEN] == held.sum()
    coupon = world.users["coupons"][held][0, 0]
    assert coupon["benefit"] == np.float32(0.2)
    assert (coupon["grant"], coupon["threshold"], coupon["expiry"]) == (1, 4900, 10)
    others = [name for name in before.dtype.names if name != "coupons"]
    assert all((world.users[name] == before[name]).all() for name in others)
    assert (world.users[~held] == before[~held]).all()


def test_coupons_do_not_depend_on_the_order_of_rows():
    """Permuting users with their keys permutes who holds a coupon."""
    chosen = {"p0": knobs("subsidy", segment__share=0.5)}
    one, two = world_of(**chosen), world_of(**chosen)
    order = np.random.default_rng(3).permutation(400)
    two.users = two.users[order]
    morning(one)
    morning(two)
    assert (one.users[order] == two.users).all()


def test_empty_purse_gives_no_coupons():
    """A budget that is spent hands nothing out."""
    world = world_of(p0=knobs("subsidy", budget_yuan=1))
    policies.run(world)
    world.purses["left"] = 0
    benefits.run(world)
    assert world.tally[Count.COUPONS_GIVEN] == 0


# ---- purses ------------------------------------------------------------------------------------------------

def test_even_pacing_spreads_what_is_left_over_the_days_until_stop():
    """What a day leaves goes to the days after it; the last day may spend all."""
    world = world_of(p0=knobs("subsidy", budget_yuan=100, stop=4))
    allowed = []
    for spent in (1000, 2500, 0, 0):
        policies.run(world)
        allowed.append(int(world.purses["left"][0]))
        world.purses["spent"][0] = spent
        world.now["day"] += 1
    assert allowed == [2500, 3000, 3250, 6500]


def test_free_pacing_allows_all_that_is_left_and_no_budget_has_no_limit():
    """First come, first served."""
    world = world_of(p0=knobs("subsidy", budget_yuan=100, stop=4, pacing="free"), p1=knobs("subsidy", stop=4))
    policies.run(world)
    assert world.purses["left"].tolist() == [10_000, NO_LIMIT]


def test_burn_in_shifts_the_calendar():
    """Day 0 is the first after burn-in: nothing before, on the absolute clock."""
    world = world_of(burn_in=5, p0=knobs("subsidy"))
    given = []
    for _ in range(7):
        morning(world)
        given.append(int(world.tally[Count.COUPONS_GIVEN]) > 0)
        world.now["day"] += 1
    assert given == [False] * 5 + [True] * 2


def test_purse_is_funded_at_start_and_returned_at_stop():
    """The platform's part of the budget moves in, what is not spent moves back; nothing is lost."""
    world = world_of(p0=knobs("subsidy", budget_yuan=100, start=1, stop=3,
                              funders__platform=0.6, funders__merchant=0.4))
    balances = []
    for _ in range(5):
        morning(world)
        balances.append((world.ledger.balance("purse:p0"), world.ledger.balance("platform")))
        evening(world)
    assert balances == [(0, 0), (6000, -6000), (6000, -6000), (0, 0), (0, 0)]


@pytest.mark.parametrize("funders", [(1.0, 0.0, 0.0, 0.0), (0.5, 0.3, 0.2, 0.0), (0.0, 1.0, 0.0, 0.0),
                                     (0.34, 0.33, 0.0, 0.33)])
@pytest.mark.parametrize("budget", [None, 300])
def test_money_is_conserved_and_no_purse_is_overdrawn(funders, budget):
    """Coupons, insurance, training and returns over forty days, with and without a limit."""
    parts = {f"funders__{name}": share for name, share in
             zip(("platform", "merchant", "creator", "partner"), funders, strict=True)}
    world = world_of(p0=knobs("subsidy", budget_yuan=budget, stop=30, threshold_yuan=0, **parts),
                     p1=knobs("self_broadcast_support", budget_yuan=budget, start=2, stop=30, **parts))
    rng, granted = np.random.default_rng(5), 0
    for _ in range(40):
        morning(world)
        allowed = world.purses["left"].copy()
        world.products["stock"] += 3
        granted += evening(world, wishes(world, rng, 20))["subsidy"]
        assert (world.purses["left"] >= 0).all()
        assert all(world.ledger.balance(f"purse:{name}") >= 0 for name in world.ledger.purses)
        assert (world.purses["spent"] <= allowed).all()
    assert granted > 0
    assert world.ledger.total() == 0
    if budget:
        assert all(state[BUDGET] >= 0 for state in world.policy_state.values())


def wishes(world, rng, number):
    """Random buyers want random goods and use the coupons they hold."""
    found = []
    for row in rng.integers(0, len(world.users), number):
        held = [(int(c["grant"]), float(c["benefit"]), int(c["threshold"])) if c["benefit"] > 0 else (-1, 0.0, 0)
                for c in world.users["coupons"][row]]
        presenter = int(rng.integers(-1, len(world.creators) + len(world.merchants)))
        one = intent_of(world, row, int(rng.integers(len(world.products))), presenter=presenter, coupons=held)
        world.users["coupons"]["benefit"][row][one["cuts"][0] > 0] = 0.0
        found.append(one)
    return np.concatenate(found)


def test_training_pays_once_and_only_what_the_budget_allows():
    """Six shops, money for three courses: three are trained, by lot, and their price is gone from the purse."""
    world = world_of(p0=knobs("self_broadcast_support", budget_yuan=700, boost=0, insurance=0, training_hours=20))
    for _ in range(3):
        morning(world)
        evening(world)
    assert sorted(world.merchants["hours"].tolist()) == [0, 0, 0, 20, 20, 20]
    assert world.ledger.balance("labour") == 60_000
    assert world.ledger.balance("purse:p0") == 10_000
    assert int(world.policy_state["p0"][BUDGET]) == 10_000


def test_training_is_split_over_its_funders():
    """Where no creator is involved, a creator's part is the merchant's."""
    world = world_of(p0=knobs("self_broadcast_support", boost=0, insurance=0, funders__platform=0.4,
                              funders__merchant=0.3, funders__creator=0.2, funders__partner=0.1))
    morning(world)
    shops = len(world.merchants)
    assert world.ledger.balance("labour") == 20_000 * shops
    assert world.ledger.merchant_balances.tolist() == [-10_000] * shops
    assert world.ledger.balances[Account.PARTNERS] == -2_000 * shops
    assert world.ledger.balance("platform") == -8_000 * shops
    assert world.ledger.balance("purse:p0") == 0


def test_support_goes_to_the_segment_and_ends_with_the_policy():
    """Boosts of rooms and tools add up over instances, venues multiply, and videos get nothing; of two insurers the
    better one pays; next morning without them nothing is left.
    """
    small = {"segment__ranks": {"sales": [0, 0.5]}, "training_hours": 0}
    world = world_of(p0=knobs("self_broadcast_support", boost=0.5, insurance=0.3, stop=1, training_hours=0,
                          live=1.5, tools=0.25),
                     p1=knobs("self_broadcast_support", boost=0.25, insurance=0.6, stop=1, live=2, tools=0.5,
                          **small))
    world.merchants["sales"] = np.arange(6)
    morning(world)
    hosts = len(world.creators)
    assert world.boost["rooms"][:hosts].tolist() == [0] * hosts
    assert world.boost["rooms"][hosts:].tolist() == [0.75] * 3 + [0.5] * 3
    assert not world.boost["cards"].any()
    assert world.studio["frequency"].tolist() == [3.0] * 3 + [1.5] * 3
    assert world.studio["skill"].tolist() == [0.75] * 3 + [0.25] * 3
    assert world.cover["purse"].tolist() == [1] * 3 + [0] * 3
    assert world.cover["share"].tolist() == pytest.approx([0.6] * 3 + [0.3] * 3)
    world.now["day"] += 1
    morning(world)
    assert not world.boost["rooms"].any() and (world.studio == np.array(NO_STUDIO, STUDIO)).all()
    assert not world.cover["share"].any() and (world.cover["purse"] == -1).all()


@pytest.mark.parametrize("scope", [(CARDS,), (ROOMS,), (CARDS, ROOMS)])
def test_a_boost_lifts_what_its_scope_names(scope):
    """Videos, rooms or both, of the kind of account it is for."""
    world = world_of()
    benefits.boost(world, "p", Boost("creators", EVERYBODY, 0.5, scope))
    hosts = len(world.creators)
    for name in (CARDS, ROOMS):
        assert world.boost[name].tolist() == [0.5 * (name in scope)] * hosts + [0.0] * len(world.merchants)


def test_levers_of_active_policies_reach_the_world():
    """Neutral before, moved during, neutral after."""
    world = world_of(p0=knobs("store_diversion", start=1, stop=2, rate=0.3), p1=knobs("placebo"))
    found = []
    for _ in range(3):
        policies.run(world)
        found.append(float(world.lev["divert_shop"][0]))
        world.now["day"] += 1
    assert found == [0.0, 0.3, 0.0]


@pytest.mark.parametrize("chosen", [
    knobs("placebo", budget_yuan=1000), knobs("subsidy", intensity=0), knobs("subsidy", budget_yuan=0),
    knobs("subsidy", depth=0), knobs("subsidy", start=9), knobs("subsidy", stop=0), knobs("subsidy", segment__share=0),
    knobs("self_broadcast_support", budget_yuan=0), knobs("store_diversion", rate=0),
])
def test_an_idle_policy_leaves_no_trace(chosen):
    """Nothing in any array, no money moved, no memory kept."""
    idle, none = world_of(p0=chosen), world_of()
    for world in (idle, none):
        morning(world)
        evening(world)
    for name in ("users", "merchants", "creators", "boost", "studio", "cover", "lev", "purses", "tally"):
        assert getattr(idle, name).tobytes() == getattr(none, name).tobytes(), name
    assert not idle.ledger.balances.any() and idle.policy_state == {}
