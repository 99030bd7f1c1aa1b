"""A killed run loses nothing that matters: started again, it ends as if nobody had disturbed it, to the last byte."""
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sim.config import SimConfig, question_key
from sim.files import read_columns
from sim.parts import parts_of
from sim.resume import checkpoints, unfinished_world
from sim.runner import run_study
from tests.worlds import toy_config

CHECKOUT = Path(__file__).parents[2]
LONG = ("horizon=150", "burn_in=20", "check=false", "record.panel=5", "record.checkpoint=30", "policy=[subsidy]",
        "policy.subsidy.start=25", "policy.subsidy.budget_yuan=5000")
TABLES = ("daily.parquet", "orders.parquet", "panel.parquet", "cohorts.parquet", "summary.json", "runs.parquet")
PATIENCE = 300  # seconds, rules may have to be compiled


def kill_at_a_checkpoint(out: Path, *overrides: str) -> None:
    """Start `icsim run` in a process of its own and SIGKILL it after its second checkpoint."""
    words = ["population=toy", "threads=1", "progress=false", *LONG, *overrides, f"out={out}"]
    process = subprocess.Popen([sys.executable, "-m", "sim", "run", *words], cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE
    while not (checkpoints(out) and checkpoints(out)[-1].stem > "world-000030"):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def config() -> SimConfig:
    """The run that is killed."""
    return toy_config(*LONG)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a killed run left behind."""
    out = tmp_path_factory.mktemp("killed")
    kill_at_a_checkpoint(out)
    return out


@pytest.fixture
def folder(killed: Path, tmp_path: Path) -> Path:
    """A copy of it to go on in."""
    for path in killed.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(killed)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return tmp_path


def test_killed_and_started_again_is_the_undisturbed_run(config, folder, tmp_path_factory, capsys):
    whole = tmp_path_factory.mktemp("whole")
    run_study(config, whole)
    capsys.readouterr()
    kept = [read_columns(part)["day"] for part in parts_of(folder / "unfinished", "daily")]
    assert [day for days in kept for day in days][:40] == list(range(40))
    run_study(config, folder)
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("goes on from day ")
    for name in TABLES:
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "done" and manifest["days_before"] >= 60
    assert manifest["days_before"] + manifest["days"] == 170
    assert not (folder / "unfinished").exists() and not (whole / "unfinished").exists()


def test_threads_and_the_next_checkpoint_may_change_in_between(config, folder):
    change = replace(config, threads=2, record=replace(config.record, checkpoint=0))
    assert unfinished_world(change, folder, question_key(change)) is not None


@pytest.mark.parametrize(("change", "why"), [
    (lambda cfg: replace(cfg, record=replace(cfg.record, panel=6)), "recorded something else"),
    (lambda cfg: replace(cfg, seed=2), "another question"),
])
def test_another_run_begins_anew_and_says_why(config, folder, change, why, capsys):
    other = change(config)
    assert unfinished_world(other, folder, question_key(other)) is None
    assert why in capsys.readouterr().out


@pytest.mark.parametrize("name", ["python", "platform", "packages"])
def test_other_machinery_or_sources_begin_anew(config, folder, name, capsys):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {name: "another"}))
    assert unfinished_world(config, folder, question_key(config)) is None
    assert f"{name} changed" in capsys.readouterr().out
    assert unfinished_world(config, folder, question_key(config, parent="other sources, other key")) is None


def test_a_damaged_checkpoint_or_overwrite_begins_anew(config, folder):
    key = question_key(config)
    assert unfinished_world(replace(config, overwrite=True), folder, key) is None
    checkpoints(folder)[-1].write_bytes(b"half a world")
    assert unfinished_world(config, folder, key) is None


def test_an_interrupted_run_keeps_partial_tables_and_goes_on(config, tmp_path, monkeypatch, capsys):
    """Ctrl-C on day 45: readable tables at once, and the same end as ever."""
    from sim import runner

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    cfg = replace(config, horizon=60, policy={})
    step = runner.InterestCommerceModel.step
    monkeypatch.setattr(runner.InterestCommerceModel, "step",
                        lambda model: interrupt() if model.day == 45 else step(model))
    with pytest.raises(KeyboardInterrupt):
        run_study(cfg, tmp_path / "stopped")
    assert read_columns(tmp_path / "stopped" / "daily.partial.parquet")["day"].tolist() == list(range(45))
    monkeypatch.setattr(runner.InterestCommerceModel, "step", step)
    for name in ("stopped", "whole"):
        run_study(cfg, tmp_path / name)
    assert "goes on from day 40" in capsys.readouterr().out
    for name in TABLES:
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert not list((tmp_path / "stopped").glob("*.partial.parquet"))
