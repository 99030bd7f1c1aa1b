"""Arms, doses, designs and matched budgets, without simulating: what is asked for, and what known outcomes say."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config import SimConfig
from sim.lab import factorial, match, sweep
from sim.lab.arms import arms_of, read_arm, world_overrides
from sim.lab.findings import Worlds, findings
from sim.lab.match_page import budgets_of, read_budgets, tell_budgets, told_of
from sim.lab.settings import Match
from sim.lab.stats.draws import generator
from sim.lab.study import Study
from sim.paths import configs_dir
from sim.schema import ConfigError
from tests.unit.lab_studies import WORLD, outcomes, statistics, study

# ---- arms ---------------------------------------------------------------------------------------------------------


def test_an_arm_is_the_base_a_file_a_policy_or_a_map() -> None:
    mild = {"mild": ["policy=[subsidy]", "policy.subsidy.depth=0.05"]}
    found = arms_of(["baseline", "subsidy", "small_rooms", mild], (*WORLD, "world.arrival.habit=0.1"))
    assert list(found) == ["baseline", "subsidy", "small_rooms", "mild"]
    assert [list(config.policy) for config in found.values()] == [
        [], ["subsidy"], ["self_broadcast_support"], ["subsidy"]]
    assert found["mild"].policy["subsidy"]["depth"] == 0.05 and found["subsidy"].policy["subsidy"]["depth"] == 0.13
    assert {config.world.arrival.habit for config in found.values()} == {0.1}
    assert {config.population.name for config in found.values()} == {"toy"}


def test_a_policys_arm_keeps_the_policies_of_the_world() -> None:
    found = arms_of(["baseline", "subsidy"], (*WORLD, "policy=[placebo]"))
    assert [list(config.policy) for config in found.values()] == [["placebo"], ["placebo", "subsidy"]]


@pytest.mark.parametrize("path", sorted((configs_dir() / "arm").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_arm_is_one(path: Path) -> None:
    [config] = arms_of([path.stem], WORLD).values()
    assert config.policy and read_arm(path)
    assert path.read_text("utf-8").startswith("# ")


def test_arms_come_from_the_users_own_folder(tmp_path: Path) -> None:
    (tmp_path / "arm").mkdir()
    (tmp_path / "arm" / "mine.yaml").write_text("- world.arrival.habit=0\n")
    search = f"hydra.searchpath=[file://{tmp_path}]"
    assert arms_of(["mine"], (*WORLD, search))["mine"].world.arrival.habit == 0
    (tmp_path / "arm" / "mine.yaml").write_text("habit: 0\n")
    with pytest.raises(ConfigError, match="list of overrides"):
        arms_of(["mine"], (*WORLD, search))


@pytest.mark.parametrize(("spec", "words"), [
    (["subsidi"], "did you mean subsidy"), (["lapsed_cupon"], "did you mean lapsed_coupon"),
    ([], r"arms=\[\]: must be a list"), ("baseline", "must be a list"), (["subsidy", "subsidy"], "stands twice"),
    ([{"a b": ["x=1"]}], "is no name"), ([{"x": 3}], "quoted overrides"),
    ([{"x": ["a=1"], "y": []}], "quoted overrides"),
    ([{"x": ["seed=3"]}], "arm x: seed=3: is the study's"), ([{"x": ["world.arrival.habbit=1"]}], "did you mean habit"),
    ([{"x": ["world.arrival.habit=99"]}], "arm x: world.arrival.habit=99: must be a number from 0 to 5"),
    ([{"x": ["policy.subsidy.depth=1"]}], "not among the chosen policies"), ([{"x": ["nonsense"]}], "key=value")])
def test_what_is_no_arm_is_refused_by_name(spec: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        arms_of(spec, WORLD)


def test_the_lab_and_the_world_each_get_their_own_overrides() -> None:
    words = ["n=3", "arms=[baseline]", "population=toy", "world.arrival.habit=0", "stats.half_width=0.5%",
             "match.by=spend", "+policy@policy.x=subsidy", "hydra.searchpath=[file:///tmp]", "lang=zh"]
    assert world_overrides(words) == ["population=toy", "world.arrival.habit=0", "+policy@policy.x=subsidy",
                                      "hydra.searchpath=[file:///tmp]"]


# ---- sweep --------------------------------------------------------------------------------------------------------

BASE = (*WORLD, "policy=[subsidy]")


def dose_study(doses: dict[str, list[Any]], n: int = 12) -> Study:
    """A sweep over these doses."""
    asked = sweep.SweepAsked(doses=doses, stats=statistics(), backend={}, n=n, primary="gmv_net_total", metrics=(),
                             store="s", lang="en")
    common = {"primary": asked.primary, "metrics": (), "n": n, "stats": asked.stats}
    return sweep.Sweep().study(asked, BASE, common)


def responses(asked: Study, worlds: Worlds) -> list[sweep.Response]:
    """What a sweep's worlds say."""
    return list(sweep.responses(asked, worlds, findings(asked, worlds, {}).comparison.effects))


DOSES = {"policy.subsidy.depth": [0, 0.1, 0.2, 0.3], "policy.subsidy.life": [7, 14]}


def test_each_key_moves_alone_from_the_first_dose() -> None:
    found = {name: config.policy["subsidy"] for name, config in dose_study(DOSES).arms.items()}
    assert {name: (knobs["depth"], knobs["life"]) for name, knobs in found.items()} == {
        "control": (0, 7), "depth=0.1": (0.1, 7), "depth=0.2": (0.2, 7), "depth=0.3": (0.3, 7), "life=14": (0, 14)}


def test_the_best_dose_stands_with_all_that_cannot_be_told_from_it() -> None:
    asked = dose_study(DOSES)
    lifts = {"depth=0.1": 2.0, "depth=0.2": 5.0, "depth=0.3": 5.0, "life=14": -1.0}
    depth, life = responses(asked, outcomes(asked, lifts, noise=10))
    assert depth.best in ((0.2,), (0.3,)) and depth.as_good == (0.2, 0.3)
    assert (life.best, life.as_good) == ((7,), (7,))
    assert [dose.value for dose in depth.doses] == [0.1, 0.2, 0.3]
    assert {dose.effect.adjustment for dose in (*depth.doses, *life.doses)} == {"bh"}


def test_the_first_dose_that_loses_money_is_named() -> None:
    asked = dose_study({"policy.subsidy.depth": [0, 0.1, 0.2, 0.3]})
    worlds = outcomes(asked, {"depth=0.1": 1.0, "depth=0.2": -1.0, "depth=0.3": -2.0})
    spend = np.arange(4)[:, None] * np.full(12, 500.0)
    [found] = responses(asked, worlds._replace(spend=spend))
    assert found.unprofitable == 0.2
    assert [dose.roi.value > 1 for dose in found.doses] == [True, False, False]
    gain = worlds.values["contribution_total"]
    assert found.doses[1].marginal.value == pytest.approx(1 + (gain[2] - gain[1]).mean() / 500)


@pytest.mark.parametrize(("doses", "words"), [
    ({}, "must map keys"), ({"policy.subsidy.depth": [0.1]}, "2 values or more"), ({"a": 3}, "must be a list"),
    ({"policy.subsidy.depth": [0, 0]}, "twice"), ({"policy.subsidy.dept": [0, 1]}, "did you mean depth"),
    ({"policy.subsidy.depth": [0, 7]}, "depth=7: must be a number")])
def test_doses_that_are_none_are_refused(doses: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        dose_study(doses)


# ---- designs ------------------------------------------------------------------------------------------------------

TWO = {"a": [0, 1], "b": ["x", "y"], "c": [10, 20]}


def test_a_full_design_has_every_combination_once() -> None:
    found = factorial.points("full", {"a": [0, 1, 2], "b": ["x", "y"]}, 0, 1)
    assert len(found) == len(set(found)) == 6


@pytest.mark.parametrize("k", range(1, 12))
def test_a_fraction_is_balanced_orthogonal_and_clear_of_interactions(k: int) -> None:
    signs = factorial.folded(k)
    assert not signs.sum(axis=0).any()
    assert np.array_equal(signs.T @ signs, len(signs) * np.eye(k))
    pairs = np.array([signs[:, i] * signs[:, j] for i in range(k) for j in range(i)]).reshape(-1, len(signs))
    assert not (pairs @ signs).any()
    assert len(signs) <= 4 * k


def test_a_hypercube_has_one_point_in_every_slice_and_keeps_whole_numbers_whole() -> None:
    found = np.array(factorial.points("lhs", {"a": [0.0, 1.0], "b": [-5.0, 5.0]}, 20, 1))
    for column, (low, high) in zip(found.T, ((0, 1), (-5, 5)), strict=True):
        slices = np.floor((column - low) / (high - low) * 20).astype(int)
        assert sorted(slices) == list(range(20))
    assert all(isinstance(value, int) for [value] in factorial.points("lhs", {"life": [1, 30]}, 8, 1))


@pytest.mark.parametrize("kind", ["full", "fractional", "lhs"])
def test_main_effects_of_an_additive_world_are_its_slopes(kind: str) -> None:
    factors = {"a": [0.0, 1.0], "b": [2.0, 4.0], "c": [-1.0, 1.0]}
    rows = factorial.points(kind, factors, 16, 1)
    luck = generator(1).standard_normal(12)
    values = np.array([5 * a + 3 * b + 0 * c + luck for a, b, c in rows])
    found = factorial.main_effects({"kind": kind, "factors": factors, "points": rows}, values, 0.95)
    assert [float(one.mean.delta) for one in found] == pytest.approx([5, 6, 0], abs=1e-4)
    levels = list(factorial.level_means({"factors": factors, "points": rows}, values, 0.95)) if kind != "lhs" else []
    if levels:
        assert float(levels[1].mean.delta - levels[0].mean.delta) == pytest.approx(5)


@pytest.mark.parametrize(("kind", "factors", "words"), [
    ("fractional", {"a": [0, 1, 2]}, "two values"), ("lhs", {"a": [1, 0]}, "low and high"),
    ("lhs", {"a": ["x", "y"]}, "two numbers"), ("full", {str(k): [0, 1] for k in range(13)}, "at most 4,096")])
def test_designs_that_cannot_be_are_refused(kind: str, factors: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        factorial.points(kind, factors, 8, 1)


# ---- matched budgets ----------------------------------------------------------------------------------------------

def matching(**changed: Any) -> Match:
    """Match spends with the defaults of configs/match.yaml."""
    return Match(**{"knobs": {}, "by": "spend", "to": None, "tolerance": 0.02, "n": 4, "rounds": 12} | changed)


def costs(arm: str, config: SimConfig) -> np.ndarray:
    """A market in which spend rises faster than the depth of a coupon, and a course costs its price."""
    luck = np.array([0.9, 1.0, 1.1, 1.0])
    if "subsidy" in config.policy:
        knobs = config.policy["subsidy"]
        return 1e4 * luck * (1 + 4 * knobs["depth"]) * knobs["depth"] * knobs["intensity"]
    return 400 * luck if "self_broadcast_support" in config.policy else 0 * luck


def test_all_that_spend_end_at_the_least_spend() -> None:
    asked = study("baseline", "subsidy", "small_rooms", "store_diversion", match=matching())
    arms, found = match.match_arms(asked, costs)
    assert {one.arm for one in found} == {"subsidy", "small_rooms"}
    assert all(one.reached for one in found)
    assert costs("", arms["subsidy"]).mean() == pytest.approx(400, rel=0.02)
    assert arms["subsidy"].policy["subsidy"]["intensity"] < 1 and arms["subsidy"].policy["subsidy"]["depth"] == 0.13
    assert all(arms[name] == asked.arms[name] for name in ("baseline", "small_rooms", "store_diversion"))


def test_matching_answers_a_question_and_asks_no_other() -> None:
    """Key and hash of the primary are those fixed before the first run; other knobs would be another question."""
    asked = study("baseline", "subsidy", "small_rooms", match=matching())
    arms, found = match.match_arms(asked, costs)
    told = told_of(asked, budgets_of(found))
    matched = asked.matched(arms, told)
    assert matched.arms != asked.arms and told["subsidy"][-1].startswith("policy.subsidy.intensity=0.")
    assert (matched.key, matched.primary_key) == (asked.key, asked.primary_key)
    assert replace(matched, asked="").key != asked.key
    assert [one.given for one in found] == [pytest.approx(costs("", asked.arms[one.arm]).mean()) for one in found]


def test_the_table_of_budgets_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """matched.csv keeps every digit, and the undefined value of an arm left as it is."""
    asked = study("baseline", "subsidy", "small_rooms", match=matching(), verb="match", command="icsim match")
    budgets = budgets_of(match.match_arms(asked, costs)[1])
    assert "policy.subsidy.intensity" in tell_budgets(tmp_path, budgets, asked)
    assert str(read_budgets(tmp_path)) == str(budgets)  # NaN is itself here
    assert "旋钮" in tell_budgets(tmp_path, budgets, replace(asked, lang="zh"))


def test_an_arm_that_spends_nothing_is_named_below_the_table(tmp_path: Path) -> None:
    asked = study("baseline", "subsidy", "small_rooms", "store_diversion", match=matching())
    *_, last = tell_budgets(tmp_path, budgets_of(match.match_arms(asked, costs)[1]), asked).splitlines()
    assert last.startswith("store_diversion: none of the platform's money is spent")


@pytest.mark.parametrize("target", ["100", "3000", "9000"])
def test_a_named_knob_turns_either_way_to_a_sum(target: str) -> None:
    asked = study("baseline", "subsidy", match=matching(to=target, knobs={"subsidy": "policy.subsidy.depth"}))
    arms, [one] = match.match_arms(asked, costs)
    assert one.reached and one.knob == "policy.subsidy.depth"
    assert costs("", arms["subsidy"]).mean() == pytest.approx(float(target), rel=0.02)


def test_a_target_out_of_reach_is_told_with_the_nearest_there_is() -> None:
    asked = study("baseline", "subsidy", match=matching(to="1e9"))
    _, [one] = match.match_arms(asked, costs)
    assert not one.reached and one.value == 1.0


@pytest.mark.parametrize(("changed", "words"), [
    ({"to": "subsidi"}, "did you mean subsidy"), ({"to": "baseline"}, "spends nothing"), ({"to": "-3"}, "yuan a world"),
    ({"to": "9", "knobs": {"subsidy": "policy.subsidy.dept"}}, "did you mean depth"),
    ({"to": "9", "knobs": {"subsidy": "policy.subsidy.segment"}}, "must be a number"),
    ({"to": "9", "knobs": {"subsidy": "seed"}}, "no such key")])
def test_matching_that_cannot_be_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        match.match_arms(study("baseline", "subsidy", match=matching(**changed)), costs)
