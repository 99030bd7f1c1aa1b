"""Shocks: nothing before their day, then what they say, and nothing else than what they say."""

from itertools import pairwise

import numpy as np
import pytest

from sim.agents.creator import ACTIVE, DORMANT
from sim.checkpoint import load, save
from sim.compose import configure, members
from sim.lab.arms import arms_of
from sim.model import InterestCommerceModel
from sim.phases.strike import chosen
from sim.schema import ConfigError
from sim.shocks import shocks_of
from sim.shocks.base import CREATORS, Target
from tests.worlds import days, same, state_hash, toy_config, toy_model

NAMES = ("demand", "head_entry", "head_exit", "logistics_cut", "rival_subsidy", "scandal", "viral_hit")
NEEDLESS = ("shock.demand.day=0", "shock.demand.factor=0")


def shocked(name: str, *knobs: str) -> InterestCommerceModel:
    """A toy world that a shock strikes on day 4."""
    return toy_model(f"shock=[{name}]", f"shock.{name}.day=4", *(f"shock.{name}.{knob}" for knob in knobs))


def test_every_shock_has_its_yaml():
    assert tuple(members("shock")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_shock_is_unknown_before_its_day_and_felt_on_it(name):
    """To the bit the same world until its day; another one on the evening of it."""
    plain, struck = toy_model(), shocked(name)
    same(days(plain, 4), days(struck, 4))
    assert state_hash(plain.world) == state_hash(struck.world)
    for model in (plain, struck):
        model.step()
    assert state_hash(plain.world) != state_hash(struck.world)


def test_no_shock_in_burn_in():
    """Day 0 is the first after burn-in, and no shock can come before it."""
    model = InterestCommerceModel(toy_config("burn_in=6", "shock=[demand]", *NEEDLESS))
    plain = InterestCommerceModel(toy_config("burn_in=6"))
    same(days(plain, 6), days(model, 6))
    model.step()
    assert model.world.lev["need"][0] == 0.0
    with pytest.raises(ConfigError, match=r"shock\.demand\.day"):
        configure("shock=[demand]", "shock.demand.day=-1")


@pytest.mark.parametrize(("name", "lever", "value"), [
    ("rival_subsidy", "outside_price", 0.9), ("logistics_cut", "capacity", 0.5), ("demand", "need", 2.0)])
def test_levers_move_while_it_lasts(name, lever, value):
    model = shocked(name, "length=3")
    seen = []
    for _ in range(8):
        model.step()
        seen.append(float(model.world.lev[lever][0]))
    assert seen == [1.0] * 4 + [value] * 3 + [1.0]


def test_shocks_and_policies_move_one_lever_together():
    """Two shocks of one kind multiply."""
    model = toy_model("shock=[demand]", "+shock@shock.second=demand", "shock.demand.day=0", "shock.second.day=0",
                      "shock.second.factor=3")
    model.step()
    assert model.world.lev["need"][0] == 6.0


def test_the_best_seller_leaves_for_good_and_its_followers_let_go():
    plain, struck = toy_model(), shocked("head_exit")
    days(plain, 5)
    days(struck, 4)
    [row] = chosen(struck.world.creators, Target(CREATORS, 1.0, 1))
    creators = struck.world.creators
    assert creators["sales"][row] == creators["sales"][creators["state"] == ACTIVE].max()
    struck.step()
    assert struck.world.creators["state"][row] != ACTIVE
    assert struck.world.creators["followers"][row] == 0 < plain.world.creators["followers"][row]
    assert row not in struck.world.day.cards["presenter"] and row not in struck.world.day.rooms["presenter"]


def test_a_scandal_takes_trust_and_the_air_and_gives_the_air_back():
    """Off the air on each day of the length; on the day after, active again unless it left meanwhile."""
    struck = shocked("scandal", "length=5", "trust=1.5")
    days(struck, 4)
    creators = struck.world.creators
    [row] = chosen(creators, Target(CREATORS, 1.0, 1))
    trust, spell = float(creators["trust"][row]), int(creators["spell"][row])
    for _ in range(5):
        struck.step()
        assert row not in struck.world.day.cards["presenter"] and row not in struck.world.day.rooms["presenter"]
    assert trust - 2.0 < creators["trust"][row] < trust - 1.0  # parcels on their way are still judged
    rests = creators["state"][row] == DORMANT
    struck.step()
    assert creators["spell"][row] == spell and rests and row in struck.world.day.cards["presenter"]


def test_a_star_begins_practised_and_followed():
    """A row of the reserve; its fans are the configured share of users on the platform, within chance (4 sd)."""
    struck = shocked("head_entry", "fans=0.5")
    days(struck, 4)
    creators = struck.world.creators
    [row] = chosen(creators, Target(CREATORS, 0.0, 1, waiting=True))
    there, spell = int((struck.world.users["state"] > 0).sum()), int(creators["spell"][row])
    struck.step()
    assert creators["state"][row] == ACTIVE and creators["spell"][row] == spell + 1
    assert creators["hours"][row] >= 500 and creators["talent"][row] == 1
    assert abs(creators["followers"][row] - 0.5 * there) <= 4 * (0.25 * there) ** 0.5


def test_a_hit_multiplies_what_is_seen_of_the_account():
    """Impressions of a middling creator's videos at odds ×1, ×1.5, ×3.5: each more than the one before."""
    seen = []
    for times in (1, 1.5, 3.5):
        struck = toy_model("population=classroom", "shock=[viral_hit]", "shock.viral_hit.day=3",
                           f"shock.viral_hit.times={times}")
        days(struck, 3)
        [row] = chosen(struck.world.creators, Target(CREATORS, 0.5, 1))
        total = 0
        for _ in range(6):
            struck.step()
            total += int((struck.world.day.log["presenter"] == row).sum())
        seen.append(total)
    print(f"\nimpressions at odds x1, x1.5, x3.5: {seen}")
    assert all(less < more for less, more in pairwise(seen)) and seen[2] > 2 * seen[0]


def test_chosen_are_ranks_of_those_present():
    """By sales downwards, equal sales by key; fewer where there are no more."""
    creators = toy_model().world.creators[:6].copy()
    creators["state"], creators["sales"] = [1, 1, 0, 1, 1, 2], [5, 9, 99, 0, 5, 99]
    assert chosen(creators, Target(CREATORS, 1.0, 2)).tolist() == [1, 0]
    assert chosen(creators, Target(CREATORS, 0.0, 3)).tolist() == [3]
    assert chosen(creators, Target(CREATORS, 0.5, 9)).tolist() == [4, 3]
    assert not len(chosen(creators[:0], Target(CREATORS, 1.0, 1)))


def test_a_branch_may_change_shocks_and_goes_on_as_from_scratch(tmp_path):
    """A world saved before the day branches into the shocked one, to the bit; and one saved during it goes on."""
    knobs = ("shock=[scandal]", "shock.scandal.day=4", "shock.scandal.length=6")
    scratch = toy_model(*knobs)
    days(scratch, 9)
    plain = toy_model()
    days(plain, 3)
    save(plain.world, tmp_path / "before.npz")
    branch = InterestCommerceModel(toy_config(*knobs), load(tmp_path / "before.npz", toy_config(*knobs)))
    days(branch, 3)
    save(branch.world, tmp_path / "during.npz")
    again = InterestCommerceModel(branch.cfg, load(tmp_path / "during.npz"))
    for model in (branch, again):
        days(model, 3)
        assert state_hash(model.world) == state_hash(scratch.world)


def test_bad_names_and_values_list_what_exists():
    with pytest.raises(ConfigError, match="there are: demand, head_entry"):
        configure("shock=[head_exi]")
    with pytest.raises(ConfigError, match="not among the chosen shocks"):
        configure("shock.demand.day=3")
    with pytest.raises(ConfigError, match="creator, brand"):
        configure("shock=[viral_hit]", "shock.viral_hit.who=user")


def test_equal_shocks_have_equal_questions():
    """Knobs are filled in, so that a default told is a default left out."""
    told, left = (configure("shock=[demand]", *more) for more in (["shock.demand.factor=2"], []))
    assert told.shock == left.shock and shocks_of(told.shock) == shocks_of(left.shock)
    assert np.isclose(shocks_of(told.shock)["demand"].levers(30)["need"], 2.0)


def test_a_branch_cannot_change_a_shock_of_its_past(tmp_path):
    """What struck before the checkpoint, or would have, stands; what strikes from its day on may change."""
    struck = toy_model("shock=[demand]", "shock.demand.day=1")
    days(struck, 3)
    save(struck.world, tmp_path / "world.npz")
    for other in ([], ["shock=[demand]", "shock.demand.day=2"], ["shock=[demand,scandal]", "shock.scandal.day=0",
                                                               "shock.demand.day=1"]):
        with pytest.raises(ConfigError, match="in the past of the checkpoint, of day 3"):
            load(tmp_path / "world.npz", toy_config(*other))
    later = toy_config("shock=[demand,scandal]", "shock.demand.day=1", "shock.scandal.day=3")
    assert load(tmp_path / "world.npz", later).today == 3


def test_a_shock_is_an_arm_by_its_name():
    """Beside the shared ones, as policies are."""
    arms = arms_of(["baseline", "head_exit"], ["shock=[demand]"])
    assert list(arms["baseline"].shock) == ["demand"] and list(arms["head_exit"].shock) == ["demand", "head_exit"]
