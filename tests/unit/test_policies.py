"""Policies: windows, ramps, refusals, and what each policy asks for on a day."""

import pytest

from sim.paths import configs_dir
from sim.policies import build_policy, policies_of
from sim.policies.base import Observed
from sim.programmes import ROOMS, Boost, Insurance, Studio, Training
from sim.schema import ConfigError, to_plain
from tests.unit.policy_world import knobs, policy

SEEN = Observed({}, 0)
KINDS = sorted(path.stem for path in (configs_dir() / "policy").glob("*.yaml"))


# ---- windows, ramps, budgets -------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_null_setting_is_named_and_does_nothing(kind):
    """Each yaml names the setting at which its policy is idle, and the class agrees."""
    settings = knobs(kind)
    null = settings["_null_"]
    idle = build_policy("p", settings | null)
    assert null == to_plain(dict(type(idle).null))
    assert idle.idle and not idle.active(0)
    assert build_policy("p", settings).idle == (kind == "placebo")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("off", [{"intensity": 0}, {"budget_yuan": 0}, {"segment__share": 0}])
def test_a_policy_without_strength_money_or_people_is_idle(kind, off):
    """No lever, no programme, on any day."""
    idle = policy(kind, **off)
    assert not any(idle.active(day) or idle.level(day) for day in range(100))


def test_window_opens_at_announce_acts_from_start_and_ends_before_stop():
    """Active from announce until the day before stop; at work only from start."""
    one = policy("subsidy", announce=3, start=5, stop=8)
    assert [day for day in range(12) if one.active(day)] == [3, 4, 5, 6, 7]
    assert [day for day in range(12) if one.level(day)] == [5, 6, 7]
    assert [day for day in range(12) if one.programmes(day, SEEN)] == [5, 6, 7]
    assert [day for day in range(12) if policy("subsidy", start=5).active(day)] == list(range(5, 12))
    assert not any(policy("subsidy", start=5, stop=5).active(day) for day in range(12))


def test_ramp_is_linear_to_full_intensity():
    """A ramp of four days: a quarter more each day, then level."""
    one = policy("subsidy", start=2, ramp=4, intensity=0.8)
    assert [one.level(day) for day in range(1, 8)] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 0.8, 0.8])
    assert policy("subsidy", start=2).level(2) == 1.0


@pytest.mark.parametrize(("changes", "key"), [
    ({"announce": 6, "start": 5}, "policy.p.announce"), ({"start": 5, "stop": 4}, "policy.p.stop"),
    ({"funders__merchant": 0.5}, "policy.p.funders"), ({"depth": 1.2}, "policy.p.depth"),
    ({"segment__ranges": {"shoper": [1, 1]}}, "policy.p.segment.ranges.shoper"),
    ({"segment__ranks": {"sales": [0, 1]}}, "policy.p.segment.ranks.sales"),
    ({"segment__ranges": {"wallet": [2, 1]}}, "policy.p.segment.ranges.wallet"),
    ({"pacing": "slow"}, "policy.p.pacing"), ({"_target_": "os.system"}, "policy.p._target_"),
    ({"_target_": "sim.policies.base.Observed"}, "policy.p._target_"),
])
def test_contradictions_name_their_key(changes, key):
    """Bad settings are refused with the key that holds them."""
    with pytest.raises(ConfigError) as error:
        policy("subsidy", **changes)
    assert error.value.key == key


def test_unknown_column_lists_those_that_exist():
    """A mistyped column is answered with the nearest and all others."""
    with pytest.raises(ConfigError, match=r"did you mean shopper.*wallet"):
        policy("subsidy", segment__ranges={"shoper": [1, 1]})


def test_a_lever_has_no_segment():
    """Diversion reaches all users; a part of them is refused rather than ignored."""
    with pytest.raises(ConfigError, match="all users"):
        policy("store_diversion", segment__share=0.5)


def test_instances_come_in_sorted_order_whatever_the_command_line_says():
    """Order of policy=[...] does not matter."""
    chosen = {name: knobs("placebo") for name in ("b", "c", "a")}
    assert list(policies_of(chosen)) == ["a", "b", "c"]
    assert policies_of(chosen) == policies_of(dict(sorted(chosen.items())))
    with pytest.raises(ConfigError):
        policies_of({"total": knobs("placebo")})


# ---- what each policy asks for -----------------------------------------------------------------------------

def test_subsidy_widens_its_circle_and_ends_coupons_with_its_window():
    """Ramp scales who gets a coupon, never its depth; no coupon outlives stop."""
    one = policy("subsidy", depth=0.2, threshold_yuan=49.9, life=7, daily_share=0.4, ramp=2, stop=10)
    first, later = one.programmes(0, SEEN)[0], one.programmes(8, SEEN)[0]
    assert (first.benefit, first.threshold_fen, first.share, first.life_days) == (0.2, 4990, 0.2, 7)
    assert (later.share, later.life_days) == (0.4, 1)


def test_merchants_expect_a_subsidy_from_announce_to_stop_in_proportion_to_what_was_announced():
    """Readiness rises evenly over the lead; before, after, and without strength or people nothing is expected."""
    one = policy("subsidy", announce=3, start=6, stop=9, uplift=0.4, lead=4, intensity=0.5, segment__share=0.5)
    expected = [one.levers(day, SEEN).get("expected_demand", 1.0) for day in range(11)]
    assert expected == pytest.approx([1, 1, 1, 1.025, 1.05, 1.075, 1.1, 1.1, 1.1, 1, 1])
    assert policy("subsidy", uplift=0).levers(0, SEEN) == {"expected_demand": 1.0}
    assert policy("subsidy", announce=0, start=5, depth=0).levers(2, SEEN) == {}


def test_training_is_given_once():
    """Whatever the ramp, all courses together are one course at one price."""
    for ramp in (0, 1, 4):
        one = policy("self_broadcast_support", ramp=ramp, training_hours=20, training_yuan=200)
        courses = [p for day in range(30) for p in one.programmes(day, SEEN) if isinstance(p, Training)]
        assert sum(course.hours for course in courses) == pytest.approx(20)
        assert sum(course.cost_fen for course in courses) == 20_000


def test_support_scales_with_its_level():
    """Half way up the ramp, half of venue, tools, traffic and insurance."""
    one = policy("self_broadcast_support", ramp=2, live=1.4, tools=0.2, boost=0.6, insurance=0.5)
    kinds = {type(programme): programme for programme in one.programmes(0, SEEN)}
    assert kinds[Studio] == Studio(one.segment, pytest.approx(1.2), 0.1)
    assert (kinds[Boost].log_odds, kinds[Boost].scope) == (pytest.approx(0.3), (ROOMS,))
    assert kinds[Insurance].share == pytest.approx(0.25)


@pytest.mark.parametrize(("destination", "lever", "match"), [
    ("shop", "divert_shop", 1.0), ("search", "divert_search", 1.0), ("mall", "divert_mall", 1.0),
    ("forced", "divert_mall", 0.4),
])
def test_diversion_leads_to_one_place(destination, lever, match):
    """One destination, one lever; forcing costs match."""
    one = policy("store_diversion", destination=destination, rate=0.5, intensity=0.5, start=1)
    assert one.levers(0, SEEN) == {}
    assert one.levers(1, SEEN) == {lever: 0.25, "divert_match": match}


def test_the_page_of_the_shelf_is_what_classes_and_yaml_say():
    """`icsim policies out=docs/policies.md` has been run since the last change, and no policy is missing."""
    from sim.lab.shelf_page import markdown

    page = (configs_dir().parent / "docs" / "policies.md").read_text(encoding="utf-8")
    assert page == markdown()
    assert [kind for kind in KINDS if f"### `{kind}` " not in page] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_policy_has_a_class_of_its_own_in_a_file_of_its_name(kind):
    """One file, one yaml, one class; none is left without a yaml."""
    assert knobs(kind)["_target_"].split(".")[2] == kind


def test_no_policy_is_without_a_yaml():
    """Every file of the shelf but the base has its settings."""
    files = {path.stem for path in (configs_dir().parent / "sim" / "policies").glob("*.py")}
    assert files - {"__init__", "base"} == set(KINDS)
