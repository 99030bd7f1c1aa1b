"""`icsim report` writes what the verb wrote, to the last byte; `study=` says what the command line would have said."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.lab.ask import Task
from sim.lab.engines import close_engines
from tests.unit.lab_items import SMALL, files

Icsim = Callable[..., Any]
QUICK = (*SMALL, "n=2", "backend.workers=1", "stats.half_width=null", "out=study")


@pytest.fixture(scope="module", autouse=True)
def _no_workers_left() -> Iterator[None]:
    """End the workers of these tests with them."""
    yield
    close_engines()


@pytest.mark.parametrize("words", [
    ("compare", "arms=[baseline,subsidy]"),
    pytest.param(("sweep", "doses={policy.subsidy.depth:[0,0.2]}", "policy=[subsidy]"), marks=pytest.mark.slow),
    pytest.param(("design", "factors={policy.subsidy.depth:[0,0.2],policy.subsidy.life:[2,9]}", "policy=[subsidy]"),
                 marks=pytest.mark.slow),
])
def test_a_report_is_made_again_to_the_last_byte(icsim: Icsim, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert icsim(*words, *QUICK).code == 0
    before = files(tmp_path / "study")
    for path in (tmp_path / "study").rglob("*"):
        if path.suffix in (".csv", ".html", ".md", ".png") or path.name in ("runs.parquet", "pairs.parquet"):
            path.unlink()
    assert icsim("report", "study").code == 0
    assert files(tmp_path / "study") == before


@pytest.mark.slow
def test_matched_budgets_are_drawn_again_and_the_primary_keeps_its_hash(icsim: Icsim, tmp_path: Path) -> None:
    """Matching sets knobs, it asks no other question: manifest and report name the one hash fixed before the runs."""
    arms = 'arms=[baseline,subsidy,{deep:["policy=[subsidy]","policy.subsidy.depth=0.4"]}]'
    words = (arms, *QUICK, "match.n=2", "match.tolerance=0.2")
    assert icsim("match", *words).code == 0
    before = files(tmp_path / "study")
    assert {"figures/budgets.png", "figures/budgets.csv", "report.html", "matched.csv"} <= set(before)
    for name in ("figures/budgets.png", "figures/budgets.csv", "report.html", "report.md", "matched.csv"):
        if name != "matched.csv":
            (tmp_path / "study" / name).unlink()
    assert icsim("report", "study").code == 0 and files(tmp_path / "study") == before
    assert icsim("compare", *words, "match.by=spend", "out=compared").code == 0
    manifest = json.loads((tmp_path / "compared" / "manifest.json").read_text("utf-8"))
    report = (tmp_path / "compared" / "report.md").read_text("utf-8")
    assert f"hash {manifest['primary_hash'][:12]})" in report
    before = files(tmp_path / "compared")
    assert icsim("report", "compared").code == 0 and files(tmp_path / "compared") == before


@pytest.mark.slow
def test_a_half_finished_study_says_so_and_reads_what_is_there(icsim: Icsim, tmp_path: Path) -> None:
    assert icsim("compare", "arms=[baseline,subsidy,placebo]", *QUICK).code == 0
    (tmp_path / "study" / "comparison.csv").unlink()
    lost = sorted(path for path in (tmp_path / "runs" / "store").glob("??/*.parquet"))
    from sim.lab.roll import read_roll

    roll = read_roll(tmp_path / "study")
    assert roll is not None
    key = next(cell.key for cell in roll.cells if cell.arm == "placebo" and cell.replication == 1)
    next(path for path in lost if path.name.startswith(key)).unlink()
    done = icsim("report", "study", "lang=zh")
    assert done.code == 0 and "half-finished: 1 of 6 worlds are missing" in done.out
    rows = (tmp_path / "study" / "comparison.csv").read_text("utf-8").splitlines()
    assert next(row for row in rows if row.startswith("placebo,gmv_net_total,")).split(",")[4] == "1"
    assert "对照" in (tmp_path / "study" / "report.md").read_text("utf-8")
    for path in lost:
        path.unlink(missing_ok=True)
    done = icsim("report", "study")
    assert done.code == 2 and "study: 6 of 6 worlds are missing: too few to report" in done.err


def test_a_folder_of_no_study_is_one_line(icsim: Icsim, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for words, said in ((("other",), "other: is not the folder of a study"), (("nowhere",), "nowhere: is not"),
                        (("other", "more", "lang=zh"), "takes no further arguments")):
        done = icsim("report", *words)
        assert done.code == 2 and len(done.err.splitlines()) == 1 and said in done.err


# ---- study=

FILE = """
arms:
  - baseline
  - mild: ["policy=[subsidy]", "policy.subsidy.depth=0.05", "+policy.subsidy.segment.ranges.last_order=[30,null]"]
population: toy
stats: {half_width: 2%, n_min: 4}
metrics: [orders_total]
horizon: 5
burn_in: 0
world.arrival.habit: 0.25
n: 7
"""


def test_a_file_asks_what_the_command_line_would_and_the_line_wins(
    icsim: Icsim, tasks: list[Task], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text(FILE)
    arm = ('{mild:["policy=[subsidy]","policy.subsidy.depth=0.05",'
           '"+policy.subsidy.segment.ranges.last_order=[30,null]"]}')
    assert icsim("compare", f"arms=[baseline,{arm}]", "population=toy", "stats.half_width=2%", "stats.n_min=4", "n=7",
                 "metrics=[orders_total]", "horizon=5", "burn_in=0", "world.arrival.habit=0.25").code == 0
    assert icsim("compare", "study=mine.yaml").code == 0
    assert icsim("compare", "n=3", "study=mine.yaml", "horizon=6", "stats.half_width=null").code == 0
    typed, told, changed = (task.study for task in tasks)
    assert (told.key, told.n, told.stats) == (typed.key, 7, typed.stats)
    assert (changed.n, changed.config.horizon, changed.stats.half_width, changed.stats.n_min) == (3, 6, None, 4)
    assert "study=" not in told.command and "horizon=5" in told.command


def test_a_ready_study_is_found_by_name(icsim: Icsim, tasks: list[Task]) -> None:
    assert icsim("compare", "study=lapsed_coupon").code == 0
    assert list(tasks[0].study.arms) == ["baseline", "everybody", "lapsed_coupon"]


@pytest.mark.parametrize(("text", "words", "said"), [
    ("arms: [baseline, subsidi]", (), "mine.yaml: arms=subsidi: no such arm; did you mean subsidy?"),
    ("arms: [baseline, subsidy]\nhorizont: 4", (), "mine.yaml: horizont: no such key; did you mean horizon?"),
    ("arms: [baseline, subsidy]\nstats: {half_width: much}", (), "mine.yaml: stats.half_width=much: must be"),
    ("arms: [baseline, subsidy]\npopulation: toi", (), "mine.yaml: population=toi: no such preset"),
    ("- 1", (), "study=mine.yaml: must map keys to values"),
    ("a: [", (), "study=mine.yaml: "),
    ("arms: [baseline, subsidy]", ("n=1",), "icsim: n=1: must be"),
    ("arms: [baseline, subsidy]", ("study=other",), "study=other: no such file; "),
])
def test_what_is_wrong_with_a_file_names_it_and_the_key(
    icsim: Icsim, tasks: list[Task], tmp_path: Path, text: str, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    done = icsim("compare", "study=mine.yaml", "burn_in=0", *words)
    assert (done.code, tasks, len(done.err.splitlines())) == (2, [], 1) and said in done.err
