"""The calibration: its loss, its knobs, and that a killed search goes on."""
import sys
from pathlib import Path

import pytest

from sim.schema import ConfigError

sys.path.insert(0, str(Path(__file__).parents[2] / "experiments" / "calibration"))
from knobs import read_knobs
from loss import loss


def line(value, role="calibrated"):
    return {"id": "P", "role": role, "value": value, "low": 1.0, "high": 3.0}


def test_the_loss_is_zero_inside_ends_included_and_grows_with_distance():
    assert loss([line(1.0), line(2.0), line(3.0)]) == 0
    assert loss([line(4.0)]) == 1.0
    assert [loss([line(3.0 + d)]) for d in (1, 2, 3)] == [1.0, 4.0, 9.0] == [loss([line(1.0 - d)]) for d in (1, 2, 3)]


def test_losing_sight_of_a_pattern_never_pays():
    """An undefined value is as bad as any, however wild; a value that comes nearer is never worse."""
    blank = loss([line(None)])
    assert all(loss([line(value)]) <= blank for value in (-1e9, -3.0, 0.9, 4.0, 7.9, 1e9))
    assert loss([line(7.9)]) < blank == loss([line(1e9)])


def test_the_loss_ignores_emergent_and_input_bands():
    assert loss([line(2.0), line(99.0, "emergent"), line(99.0, "input"), line(None, "emergent")]) == 0


def test_a_knob_out_of_the_schema_is_named():
    knobs, lines = read_knobs({"choice": {"barrier": 11.0}})
    assert [knob.name for knob in knobs] == ["barrier"]
    assert "skipped churn_idle: the schema has no world.churn.idle" in lines


def test_a_killed_search_goes_on_with_the_same_numbers(tmp_path, monkeypatch):
    pytest.importorskip("optuna")
    import calibrate

    asked = calibrate.read_command(["--out", str(tmp_path), "--trials", "4", "--workers", "1"])
    first = calibrate.Search(asked)
    drawn = [first.ask(-1) for _ in range(2)]
    params = first.study.trials[1].params
    again = calibrate.Search(asked)
    assert drawn == [0, 1] and again.numbers() == [0, 1, -1, -1]
    monkeypatch.setattr(calibrate.Search, "card", lambda *_: [line(4.0)])
    again.run()
    assert [one.number for one in again.study.trials] == [0, 1, 2, 3]
    assert again.study.trials[1].params == params
    assert [one.value for one in again.study.trials] == [1.0] * 4
    assert calibrate.Search(asked).numbers() == []
    with pytest.raises(ConfigError, match="other worlds"):
        calibrate.Search(calibrate.read_command(["--out", str(tmp_path), "--horizon", "30"]))
