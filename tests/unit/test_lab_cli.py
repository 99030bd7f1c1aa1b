"""The lab's verbs on the command line: what is asked is found out, and refused, before anything is written."""
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.lab import verbs
from sim.lab.ask import Task

Icsim = Callable[..., Any]
TOY = ("population=toy", "horizon=5", "burn_in=0")
ARMS = "arms=[baseline,subsidy]"


def test_compare_asks_what_was_typed(icsim: Icsim, tasks: list[Task], tmp_path: Path) -> None:
    done = icsim("compare", ARMS, *TOY, "n=12", "stats.half_width=1%", "lang=zh", "seed=7")
    [task] = tasks
    asked = task.study
    assert (done.code, list(asked.arms), asked.control, asked.n, asked.lang) == (
        0, ["baseline", "subsidy"], "baseline", 12, "zh")
    assert (asked.primary, asked.stats.half_width, asked.config.seed) == ("gmv_net_total", "1%", 7)
    assert task.out == Path("runs", f"compare-{asked.key[:12]}")
    assert asked.command.startswith("icsim compare 'arms=[baseline,subsidy]' population=toy")
    assert not list(tmp_path.iterdir())


def test_more_pairs_another_engine_or_language_is_the_same_question(icsim: Icsim, tasks: list[Task]) -> None:
    for words in ((), ("n=40",), ("lang=zh",), ("stats.half_width=1%",), ("threads=1",), ("store=elsewhere",)):
        assert icsim("compare", ARMS, *TOY, *words).code == 0
    for words in (("seed=2",), ("primary=orders_total",), ("control=subsidy",), ("world.arrival.habit=0",)):
        assert icsim("compare", ARMS, *TOY, *words).code == 0
    first, *others = [task.out for task in tasks]
    assert set(others[:5]) == {first} and len(set(others[5:]) | {first}) == 5


def test_a_folder_of_another_question_is_refused(icsim: Icsim, tasks: list[Task], tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "manifest.json").write_text(json.dumps({"key": "0" * 64}))
    done = icsim("compare", ARMS, *TOY, "out=kept")
    assert (done.code, tasks) == (2, []) and "another question" in done.err and "overwrite=true" in done.err
    assert icsim("compare", ARMS, *TOY, "out=kept", "overwrite=true").code == 0
    (tmp_path / "kept" / "manifest.json").write_text(json.dumps({"key": tasks[0].study.key}))
    assert icsim("compare", ARMS, *TOY, "out=kept", "n=40").code == 0


def test_the_other_verbs_make_their_arms(icsim: Icsim, tasks: list[Task]) -> None:
    icsim("sweep", "doses={policy.subsidy.depth:[0,0.1,0.2]}", "policy=[subsidy]", *TOY)
    factors = "factors={policy.subsidy.depth:[0,0.2],recommender:[interest,popularity]}"
    icsim("design", factors, "policy=[subsidy]", *TOY)
    icsim("match", "arms=[subsidy,merchant_coupon]", "match.to=900", "match.knobs={subsidy:policy.subsidy.depth}", *TOY)
    sweep, design, match = (task.study for task in tasks)
    assert list(sweep.arms) == ["control", "depth=0.1", "depth=0.2"]
    assert list(design.arms) == ["p1", "p2", "p3", "p4"]
    assert match.match is not None and match.match.to == "900" and match.match.knob("subsidy") == "policy.subsidy.depth"


def test_several_studies_at_once(icsim: Icsim, tasks: list[Task]) -> None:
    assert icsim("compare", "-m", ARMS, "era=omni,content", *TOY).code == 0
    assert [task.config.era.name for task in tasks] == ["omni", "content"]
    assert len({task.out for task in tasks}) == 2


def test_the_configuration_can_be_looked_at(icsim: Icsim, tasks: list[Task]) -> None:
    shown = yaml.safe_load(icsim("compare", ARMS, *TOY, "--cfg", "job").out)
    assert (shown["arms"], shown["horizon"], shown["stats"]["n_min"], tasks) == (["baseline", "subsidy"], 5, 10, [])


def test_arms_may_come_from_an_own_folder(icsim: Icsim, tasks: list[Task], tmp_path: Path) -> None:
    (tmp_path / "own" / "arm").mkdir(parents=True)
    (tmp_path / "own" / "arm" / "mine.yaml").write_text("- world.arrival.habit=0\n")
    assert icsim("compare", "-cd", "own", "arms=[baseline,mine]", *TOY).code == 0
    assert tasks[0].study.arms["mine"].world.arrival.habit == 0


def test_an_interrupt_leaves_the_question_and_can_be_resumed(
    icsim: Icsim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verbs, "sample", interrupt)
    for _ in range(2):
        done = icsim("compare", ARMS, *TOY, "out=study")
        assert (done.code, done.err) == (130, "icsim: interrupted\n")
        manifest = json.loads((tmp_path / "study" / "manifest.json").read_text("utf-8"))
        assert (manifest["status"], manifest["primary"]) == ("interrupted", "gmv_net_total")
        assert manifest["arms"]["subsidy"] == ["policy=[subsidy]"] and len(manifest["primary_hash"]) == 64


@pytest.mark.parametrize(("words", "part"), [
    (("compare", "arms=[baseline,subsidi]"), "did you mean subsidy?"),
    (("compare", "arms=[]"), "must be a list of arms"),
    (("compare", "arms=[baseline]"), "needs two arms or more"),
    (("compare", "arms=[baseline,baseline]"), "stands twice"),
    (("compare", ARMS, "n=1"), "n=1: must be a whole number from 2"),
    (("compare", ARMS, "control=nobody"), "none of the arms"),
    (("compare", ARMS, "primary=gmv_nett_total"), "did you mean gmv_net_total?"),
    (("compare", ARMS, "metrics=[orders_totall]"), "did you mean orders_total?"),
    (("compare", ARMS, "stats.half_width=much"), "must be a positive number"),
    (("compare", ARMS, "stats=defualt"), "did you mean default?"),
    (("compare", ARMS, "lang=fr"), "must be one of en, zh"),
    (("compare", ARMS, "match.by=time"), "must be one of spend"),
    (("compare", ARMS, "match.knobs={subsidie:x}"), "did you mean subsidy?"),
    (("compare", ARMS, "replication=3"), "n= says how many"),
    (("compare", ARMS, "horizon=-1"), "horizon=-1"),
    (("compare", ARMS, "sed=3"), "did you mean seed?"),
    (("compare", 'arms=[baseline,{x:["policy.subsidy.depth=1"]}]'), "arm x: policy.subsidy"),
    (("compare", ARMS, "store=file/store"), "is a file"),
    (("sweep",), "must map keys to lists"),
    (("sweep", "doses={policy.subsidy.depth:[0,0.1]}"), "not among the chosen policies"),
    (("design", "factors={seed:[1,2]}"), "is the study's"),
    (("design", "factors={world.arrival.habit:[0,1]}", "kind=half"), "must be one of full, fractional, lhs"),
    (("match", "arms=[subsidy]"), "needs two arms"),
    (("compare", "--nonsense"), "--nonsense"),
])
def test_bad_input_is_one_line_exit_two_and_nothing_written(
    icsim: Icsim, tasks: list[Task], tmp_path: Path, words: tuple[str, ...], part: str
) -> None:
    (tmp_path / "file").touch()
    done = icsim(words[0], *TOY, *words[1:])
    assert (done.code, done.out, tasks, [path.name for path in tmp_path.iterdir()]) == (2, "", [], ["file"])
    [line] = done.err.splitlines()
    assert line.startswith("icsim: ") and part in line
