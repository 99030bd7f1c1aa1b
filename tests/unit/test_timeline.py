"""Timelines: steps read once, whole settings by day, part of the question; what they do is what its settings would."""
from pathlib import Path

import pytest

from sim.checkpoint import state_hash
from sim.config import question_key
from sim.schema import ConfigError
from sim.timeline import knobs_on
from tests.worlds import days, same, toy_config, toy_model

STEPS = """
- {day: 2, instance: coupons, policy: subsidy, set: {depth: 0.2, segment.share: 0.5}}
- {day: 5, instance: coupons, set: {depth: 0.4}}
- {day: 8, instance: coupons, stop: true}
"""


def written(folder: Path, steps: str) -> str:
    """The override that names a file of these steps."""
    (folder / "steps.yaml").write_text(steps, encoding="utf-8")
    return f"timeline={folder / 'steps.yaml'}"


def test_each_day_has_the_settings_of_its_last_step(tmp_path):
    """Before the first step the instance waits; a step changes what it names and nothing else; stop is a day."""
    cfg = toy_config(written(tmp_path, STEPS))
    on = [knobs_on(cfg.policy, cfg.timeline, day)["coupons"] for day in range(10)]
    assert [one["depth"] for one in on] == [0.2] * 5 + [0.4] * 5
    assert {one["start"] for one in on} == {2} and {one["segment"]["share"] for one in on} == {0.5}
    assert [one["stop"] for one in on] == [None] * 8 + [8] * 2


def test_a_timeline_of_one_policy_is_that_policy(tmp_path):
    """Starting by a step on day 2 and ending by one on day 8 is a window from 2 to 8, to the bit."""
    steps = "- {day: 2, instance: subsidy, policy: subsidy}\n- {day: 8, instance: subsidy, set: {stop: 8}}\n"
    one = toy_model(written(tmp_path, steps))
    two = toy_model("policy=[subsidy]", "policy.subsidy.start=2")
    rows = days(one, 8)
    same(rows, days(two, 8))
    assert state_hash(one.world) == state_hash(two.world)
    after = days(one, 4)
    assert all(row["coupons_given"] == 0 for row in after) and rows[-1]["coupons_given"] > 0


def test_steps_are_part_of_the_question(tmp_path):
    """Another day of a step is another key; the file's place and the order of its lines are not."""
    key = question_key(toy_config(written(tmp_path, STEPS)))
    other = tmp_path / "other"
    other.mkdir()
    lines = STEPS.strip().splitlines()
    assert question_key(toy_config(written(other, "\n".join(lines[::-1])))) == key
    assert question_key(toy_config(written(other, STEPS.replace("day: 5", "day: 6")))) != key
    assert question_key(toy_config()) != key


@pytest.mark.parametrize(("steps", "part"), [
    ("- {day: 2, instance: a}", "is no instance yet"),
    ("- {day: -1, instance: a, policy: subsidy}", "timeline\\[0\\].day"),
    ("- {day: 1, instance: a, policy: subsidi}", "no such preset"), ("day: 1", "must hold a list"),
    ("- {day: 1, instance: a, policy: subsidy, set: {deptt: 1}}", "did you mean depth"),
    ("- {day: 1, instance: a, policy: subsidy, set: {depth: 2}}", "from 0 to 0.9"),
    ("- {day: 1, instance: a, policy: subsidy}\n- {day: 2, instance: a, policy: placebo}", "runs already"),
    ("- {day: 1, instance: a, policy: subsidy, sett: {}}", "did you mean set"), ("- [", "cannot be read"),
])
def test_bad_steps_are_refused_in_a_line(tmp_path, steps, part):
    """Each names what is wrong."""
    with pytest.raises(ConfigError, match=part):
        toy_config(written(tmp_path, steps))
