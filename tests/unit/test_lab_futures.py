"""The verdict over futures: a Latin hypercube of what is assumed, own worlds in each, and who turns the sign."""
from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.compose import configure
from sim.lab.arms import arms_of
from sim.lab.effects import Ensemble
from sim.lab.engines import close_engines
from sim.lab.foresee import Outlook
from sim.lab.futures import Dimension, changed, dimensions, future_items, futures_of, hypercube, numbers_of, plausible
from sim.lab.robust import Verdicts, ensemble
from sim.lab.settings import Futures
from sim.lab.stats.draws import generator
from sim.lab.study import Study
from tests.unit import lab_studies
from tests.unit.lab_items import SMALL, files

Icsim = Callable[..., Any]
WORLD = ("population=toy", "horizon=5", "burn_in=3")
KEYS = ("world.choice.need", "world.satisfy.habit_gain", "world.churn.satisfaction", "world.needs.intent_leak")
DIMS = [Dimension(key, 0.0, 1.0, False, False, "made up") for key in KEYS]


@pytest.fixture(scope="module", autouse=True)
def _no_workers_left() -> Iterator[None]:
    """End the workers of these tests with them."""
    yield
    close_engines()


def study(*arms: Any, k: int = 5, **options: Any) -> Study:
    """A study of these arms on a toy market with a burn-in, over some futures."""
    made = arms_of(list(arms) or ["baseline", "subsidy"], WORLD)
    return Study(verb="compare", arms=made, control=next(iter(made)), primary="gmv_net_total", metrics=(), n=2,
                 stats=lab_studies.statistics(), futures=Futures(k, **options))


# ---- what is sampled

@pytest.mark.parametrize("every", [False, True])
def test_the_futures_are_a_latin_hypercube(every: bool) -> None:
    asked = study(k=16, all=every)
    dims = dimensions(asked, asked.futures)
    values = hypercube(dims, 16, seed=4)
    assert np.array_equal(values, hypercube(dims, 16, seed=4)) and not np.array_equal(values, hypercube(dims, 16, 5))
    for one, column in zip(dims, values.T, strict=True):
        assert column.min() >= one.low and column.max() <= one.high
        place = np.log(column / one.low) / np.log(one.high / one.low) if one.by_ratio else (
            (column - one.low) / (one.high - one.low))
        if not one.whole:  # rounding a whole number may carry it over the edge of its part
            assert sorted(np.floor(16 * np.clip(place, 0, 1 - 1e-9)).astype(int)) == list(range(16)), one.key


def test_parameters_do_not_go_together_by_chance() -> None:
    """Columns drawn apart reach a correlation of .3 among ten parameters; these stay near 0, or blame would spread."""
    dims = dimensions(study(), Futures(64))
    assert np.abs(np.corrcoef(hypercube(dims, 64, seed=1).T) - np.eye(len(dims))).max() < 0.15


def test_every_plausible_range_is_of_a_grade_a_number_and_within_its_bounds() -> None:
    rules = {key: rule for key, _, rule in numbers_of(configure(*WORLD))}
    assert len(plausible()) > 5  # enough to span futures; how many depends on what is still assumed
    for key, told in plausible().items():
        assert rules[key]["low"] <= told["low"] < told["high"] <= rules[key]["high"], key
        assert told["source"]


def test_ranges_hold_the_value_in_play_and_stay_within_the_bounds() -> None:
    asked = study(all=True)
    known = {key: (value, rule) for key, value, rule in numbers_of(asked.config)}
    found = dimensions(asked, asked.futures)
    assert {one.key for one in found} > set(plausible())
    for one in found:
        value, rule = known[one.key]
        assert rule["low"] <= one.low <= value <= one.high <= rule["high"] and one.low < one.high
        assert value != 0 or one.key in plausible()
        assert one.by_ratio == (one.key not in plausible())
    assert [one.key for one in dimensions(study(), Futures(5))] == [key for key in known if key in plausible()]


def test_what_arms_move_policies_and_lists_stay() -> None:
    moving: Any = {"moved": ["world.satisfy.habit_gain=0.1", "policy=[subsidy]"]}
    keys = {one.key for one in dimensions(study("baseline", moving, all=True), Futures(5, all=True))}
    assert "world.satisfy.habit_gain" not in keys and "world.churn.satisfaction" in keys
    assert not any(key.startswith("policy") for key in keys) and "world.needs.cycle" not in keys


def test_a_future_changes_only_what_it_says_and_the_same_in_every_arm() -> None:
    asked = study()
    dims = dimensions(asked, asked.futures)
    for one in futures_of(asked, dims, asked.futures):
        set_to = dict(zip([dim.key for dim in dims], one.values.tolist(), strict=True))
        for arm, config in one.arms.items():
            assert {key: value for key, value, _ in numbers_of(config) if key in set_to} == set_to
            before = {key: value for key, value, _ in numbers_of(asked.config) if key in set_to}
            assert changed(config, before) == asked.arms[arm]


def test_a_future_that_the_configuration_refuses_is_named_and_left_out() -> None:
    asked = study()
    [first, *_] = futures_of(asked, [Dimension("world.churn.satisfaction", -9.0, -8.0, False, False, "")], Futures(3))
    assert first.refused.startswith("world.churn.satisfaction=-8.") and future_items(asked, first, 2) == ([], [])


def test_every_future_has_worlds_and_a_past_of_its_own() -> None:
    outlook = Outlook(study(k=4, n=3))
    cells = [(item.arm, item.replication) for item in outlook.items + outlook.warm]
    assert len(set(cells)) == len(cells) == 4 * 3 * (2 + 1)
    pasts = [{item.parent for item in outlook.items if item.arm.endswith(f"-{k}")} for k in range(1, 5)]
    assert all(len(one) == 3 for one in pasts) and len(set.union(*pasts)) == 12
    assert {item.key for item in outlook.warm} == set.union(*pasts)
    assert {item.replication for item in outlook.items} == set(range(12))


def test_without_futures_the_question_is_what_it_was() -> None:
    assert study(k=0, n=7, factor=3.0).key == study(k=0).key
    assert len({study(k=k, n=n).key for k, n in ((0, 2), (8, 2), (9, 2), (8, 3))}) == 4


# ---- what they say

def said(effects: np.ndarray, values: np.ndarray, delta: float, lang: str = "en") -> Ensemble:
    """The verdict of one arm over some futures."""
    return ensemble(Verdicts({"a": delta}, {"a": True}, lang=lang), DIMS, range(1, len(values) + 1), values,
                    {"a": effects}, 2)


@pytest.mark.parametrize(("slope", "delta", "way"), [
    (1, 1.0, "low"), (-1, 1.0, "high"), (1, -1.0, "high"), (-1, -1.0, "low")])
def test_a_monotone_effect_is_put_down_to_its_parameter(slope: int, delta: float, way: str) -> None:
    values = hypercube(DIMS, 64, seed=1)
    [one] = said(slope * (np.exp(4 * values[:, 1]) - np.exp(1.0)), values, delta).arms
    assert f"flips when {KEYS[1]} is {way} (rank correlation {'+' if slope > 0 else '−'}1.00)" in one.sentence
    assert one.holds == (0.75 if slope * delta > 0 else 0.25)  # the sign turns at a quarter of the range
    assert one.holds_low < one.holds < one.holds_high and one.correlation[1] == pytest.approx(slope)


def test_pure_luck_is_put_down_to_nothing() -> None:
    values = hypercube(DIMS, 40, seed=2)
    [one] = said(generator(5).standard_normal(40), values, 1.0).arms
    assert "no single parameter explains the flips" in one.sentence and one.p_adjusted.min() > 0.05


def test_holm_blames_a_parameter_for_luck_in_one_study_in_twenty() -> None:
    """400 studies of pure luck: 2–8 blamed in a hundred holds by far more than 99 % of seeds; this seed is fixed."""
    draws, blamed = generator(11), 0
    for _ in range(400):
        [one] = said(draws.standard_normal(30), draws.random((30, len(DIMS))), 1.0).arms
        blamed += bool(one.p_adjusted.min() <= 0.05)
    assert 8 <= blamed <= 32


def test_a_sign_that_never_turns_has_no_flips_but_a_strongest_pull() -> None:
    values = hypercube(DIMS, 20, seed=3)
    [one] = said(1 + values[:, 2], values, 2.0).arms
    assert (one.holds, one.holds_high) == (1.0, 1.0) and 0.8 < one.holds_low < 0.9
    assert "flips" not in one.sentence and f"depends most on {KEYS[2]}" in one.sentence


def test_no_effect_is_a_sign_of_its_own_and_a_lost_future_counts_nowhere() -> None:
    values = hypercube(DIMS, 10, seed=3)
    [one] = said(np.zeros(10), values, 0.0).arms
    assert one.sign == 0 and one.holds == 1.0 and not np.isfinite(one.correlation).any()
    assert "no effect, exactly 0, in 100 % of 10 futures" in one.sentence
    [lost] = said(np.array([np.nan] * 4 + [1.0] * 6), values, 1.0, "zh").arms
    assert lost.holds == 1.0 and "在 6 个未来中" in lost.sentence and "4 个未来运行失败或缺失" in lost.sentence
    [none] = said(np.full(10, np.nan), values, 1.0).arms
    assert none.sentence == "a: no future has its effect."


# ---- on the command line

@pytest.mark.slow
def test_a_study_over_futures_is_told_resumed_and_made_again(icsim: Icsim, tmp_path: Path) -> None:
    words = ("compare", "arms=[baseline,subsidy,placebo]", *SMALL, "n=2", "backend.workers=1", "futures=3",
             "futures_n=1", "stats.half_width=null", "out=study")
    done = icsim(*words)
    assert done.code == 0 and "placebo: no effect, exactly 0, in 100 % of 3 futures" in done.out
    assert "3 futures of 10 grade-A parameters, 1 paired worlds each: 9 worlds and 3 burn-ins, 12 of them" in done.err
    with (tmp_path / "study" / "figures" / "futures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["effect"] for row in rows if row["arm"] == "placebo"] == ["0.0"] * 3
    assert "## Assumed, not found" in (tmp_path / "study" / "report.md").read_text("utf-8")
    assert icsim("status", "study").out.count("in futures") == 4
    before = files(tmp_path / "study")
    again = icsim(*words)
    assert again.code == 0 and "0 of them still to simulate\n" in again.err
    assert json.loads((tmp_path / "study" / "manifest.json").read_text("utf-8"))["simulated"] == 0
    for path in (tmp_path / "study").rglob("*.csv"):
        path.unlink()
    assert icsim("report", "study").code == 0
    after = files(tmp_path / "study")
    assert {name for name in before if after.get(name) != before[name]} == {"manifest.json"}
    assert icsim("report", "study", "lang=zh").code == 0
    page = (tmp_path / "study" / "report.html").read_text("utf-8")
    assert "placebo：在 3 个未来中，100 % 的未来里效应恰为 0" in page and "拉丁超立方" in page


@pytest.mark.parametrize(("words", "part"), [
    (("compare", "futures=1"), "futures=1: must be 0 (off), or 2 or more"),
    (("compare", "futures=-2"), "futures=-2: must be a whole number from 0"),
    (("compare", "futures=8", "futures_n=0"), "futures_n=0: must be a whole number from 1"),
    (("compare", "futures=8", "futures_factor=1"), "futures_factor=1: must be a number from 1.01"),
    (("compare", "futures=8", "futures_all=some"), "futures_all=some: must be true or false"),
    (("compare", "futures=8", "warm=w.npz"), "futures=8: each has a past of its own: warm=w.npz"),
    (("match", "futures=8"), "futures: no such key"),
    (("sweep", "futures=8", "doses={world.churn.habit:[0,1]}"), "futures: no such key"),
])
def test_bad_input_is_one_line_and_nothing_written(
    icsim: Icsim, tmp_path: Path, words: tuple[str, ...], part: str
) -> None:
    arms = () if words[0] == "sweep" else ("arms=[baseline,subsidy]",)
    done = icsim(words[0], *WORLD, *arms, *words[1:])
    assert (done.code, done.out, list(tmp_path.iterdir())) == (2, "", [])
    [line] = done.err.splitlines()
    assert line.startswith("icsim: ") and part in line
