"""The command line: light, found out before it writes, and one line when something is wrong."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim import cli, paths
from sim.compose import configure, members
from sim.config import question_key

CHECKOUT = Path(__file__).parents[2]
Icsim = Callable[..., Any]


def in_own_process(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in a folder."""
    return subprocess.run([sys.executable, *words], cwd=folder, env={**os.environ, **env}, capture_output=True,
                          text=True, check=False)


# ---- pages --------------------------------------------------------------------------------------------------------

def test_help_lists_the_verbs_and_imports_nothing_heavy(tmp_path: Path) -> None:
    code = ("import sys; from sim.cli import main; main(['--help']); "
            "print({'numba', 'pandas', 'matplotlib', 'numpy', 'hydra'} & set(sys.modules))")
    done = in_own_process(tmp_path, "-c", code, PYTHONPATH=str(CHECKOUT))
    *page, loaded = done.stdout.splitlines()
    assert loaded == "set()", done.stderr
    assert all(any(line.strip().startswith(verb) for line in page) for verb in cli.VERBS)


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",)])
def test_help_is_also_the_answer_to_nothing(icsim: Icsim, words: tuple[str, ...]) -> None:
    assert icsim(*words).out.startswith("icsim: a simulated interest-commerce platform")


@pytest.mark.parametrize("verb", [name for name, verb in cli.VERBS.items() if verb.paged])
def test_a_verb_that_hydra_composes_has_a_page(icsim: Icsim, verb: str, tmp_path: Path) -> None:
    done = icsim(verb, "--help")
    assert done.code == 0 and done.out.startswith(f"icsim {verb}: ") and f"usage: icsim {verb} " in done.out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", [name for name, verb in cli.VERBS.items() if not verb.paged])
def test_every_other_verb_explains_itself(icsim: Icsim, verb: str) -> None:
    done = icsim(verb, "--help")
    assert (done.code, done.out.splitlines()[0]) == (0, f"usage: icsim {verb} {cli.VERBS[verb].takes}")


def test_run_help_lists_presets(icsim: Icsim, tmp_path: Path) -> None:
    done = icsim("run", "--help")
    assert done.code == 0
    assert "population: city, classroom, metropolis, province, town, toy" in done.out
    assert not list(tmp_path.iterdir())


def test_parameters_shows_values_units_ranges_and_sources(icsim: Icsim) -> None:
    done = icsim("parameters", "world.arrival.habit=0.25")
    [line] = [line for line in done.out.splitlines() if line.startswith("world.arrival.habit ")]
    assert line.split() == ["world.arrival.habit", "0.25", "logit", "0", "to", "5", "A", "γ_H"]
    assert [line for line in done.out.splitlines() if line.startswith("seed ")]


def test_policies_shows_every_policy(icsim: Icsim) -> None:
    done = icsim("policies")
    assert done.code == 0
    first = [line.split()[0] for line in done.out.splitlines() if line.startswith("  ")]
    assert sorted(first) == members("policy")


def test_policies_shows_one_whole(icsim: Icsim) -> None:
    done = icsim("policies", "subsidy")
    assert done.code == 0
    words = ("补贴", "expect ", "tensions ", "nothing   happens at depth=0", "daily_share", "budget_yuan_per_1000")
    assert [word for word in words if word not in done.out] == []


def test_the_reader_may_stop_reading(tmp_path: Path) -> None:
    code = "import sys; from sim.cli import main; sys.exit(main(['parameters']))"
    shell = f'"{sys.executable}" -c "{code}" | head -n 1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
                          capture_output=True, text=True, check=True)
    assert (done.stdout.splitlines()[1], done.stderr) == ("0", "")


def test_a_reader_that_leaves_within_hydra_is_met_quietly(tmp_path: Path) -> None:
    """Hydra would report the broken pipe with a traceback; the first word is written into a pipe nobody reads."""
    code = ("import sys; from sim import cli; cli._simulate = lambda config: print('x' * 200_000) or 0; "
            "sys.exit(cli.main(['run', 'population=toy']))")
    shell = f'"{sys.executable}" -c "{code}" | true; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
                          capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("0", "")


# ---- running ------------------------------------------------------------------------------------------------------

def test_run_hands_over_the_checked_configuration_and_writes_nothing_itself(icsim: Icsim, tmp_path: Path) -> None:
    done = icsim("run", "population=toy", "horizon=3")
    [config] = done.simulated
    assert (done.code, config.population.users, config.horizon) == (0, 200, 3)
    assert config.out == f"runs/run-{question_key(config)[:12]}"
    assert not list(tmp_path.iterdir())


def test_flags_may_stand_anywhere(icsim: Icsim) -> None:
    done = icsim("run", "population=toy", "--cfg", "job", "horizon=3")
    shown = yaml.safe_load(done.out)
    assert (done.code, done.simulated, shown["horizon"], shown["population"]["users"]) == (0, [], 3, 200)


def test_multirun_runs_every_combination(icsim: Icsim) -> None:
    done = icsim("run", "-m", "seed=1,2", "era=omni,content", "population=toy")
    assert [(one.seed, one.era.name) for one in done.simulated] == [
        (1, "omni"), (1, "content"), (2, "omni"), (2, "content")]
    assert len({one.out for one in done.simulated}) == 4


def test_multirun_is_refused_whole_if_one_combination_cannot_be(icsim: Icsim, tmp_path: Path) -> None:
    done = icsim("run", "-m", "seed=1,2", "horizon=1,-1", "population=toy")
    assert (done.code, done.simulated, list(tmp_path.iterdir())) == (2, [], [])
    assert "horizon=-1" in done.err


def test_own_presets_come_from_a_folder(icsim: Icsim, tmp_path: Path) -> None:
    own = tmp_path / "own" / "population" / "tiny.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("name: tiny\nusers: 9\ncreators: 1\nmerchants: 1\nproducts_per_merchant: 1\nadopted: 0.5\n")
    assert icsim("run", "--config-dir", "own", "population=tiny").simulated[0].population.users == 9
    assert "there are: city, classroom, metropolis, province, tiny" in icsim("run", "-cd", "own", "population=tin").err
    assert "no such folder" in icsim("run", "-cd", "elsewhere").err


def test_the_exit_code_is_the_runs(icsim: Icsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_simulate", lambda config: config.seed)
    assert icsim("run", "seed=1").code == 1
    assert icsim("run", "-m", "seed=1,0").code == 1


def test_an_interrupt_is_one_line_and_130(icsim: Icsim, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_simulate", interrupt)
    for words in (("run",), ("run", "-m", "seed=1,2")):
        done = icsim(*words)
        assert (done.code, done.err) == (130, "icsim: interrupted\n")


def test_a_crash_is_a_failure_with_its_traceback(icsim: Icsim, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setattr(cli, "_simulate", crash)
    done = icsim("run")
    assert done.code == 1
    assert "RuntimeError: a bug" in done.err


# ---- bad input ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("words", "part"), [
    (("rnu",), "did you mean run?"),
    (("run", "sed=3"), "did you mean seed?"),
    (("run", "population=toi"), "did you mean toy?"),
    (("run", "horizon=-1"), "horizon=-1: must be a whole number from 0 to 30000 (day)"),
    (("run", "seed"), "key=value"),
    (("run", "seed=1,2"), "--multirun"),
    (("run", "--nonsense"), "--nonsense"),
    (("run", "-cn", "other"), "--config-dir"),
    (("run", "--cfg", "job", "sed=3"), "did you mean seed?"),
    (("run", "-m", "era=omni,contnt"), "did you mean content?"),
    (("parameters", "sed=3"), "did you mean seed?"),
    (("plan", "seed=3"), "is not the folder of a finished run"),
    (("warm", "seed=3"), "takes no further arguments"),
    (("policies", "subsidi"), "did you mean subsidy?"),
    (("policies", "subsidy", "seed=3"), "takes no further arguments"),
])
def test_bad_input_is_one_line_exit_two_and_nothing_written(
    icsim: Icsim, tmp_path: Path, words: tuple[str, ...], part: str
) -> None:
    done = icsim(*words)
    assert (done.code, done.out, done.simulated, list(tmp_path.iterdir())) == (2, "", [], [])
    [line] = done.err.splitlines()
    assert line.startswith("icsim: ") and part in line


def test_the_results_of_another_question_are_not_overwritten_by_accident(icsim: Icsim, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    manifest = tmp_path / "kept" / "manifest.json"
    manifest.write_text(json.dumps({"key": "0" * 64}))
    done = icsim("run", "out=kept")
    assert (done.code, done.simulated) == (2, [])
    assert "another question" in done.err and "overwrite=true" in done.err
    assert icsim("run", "out=kept", "overwrite=true").code == 0
    manifest.write_text(json.dumps({"key": question_key(configure())}))
    assert icsim("run", "out=kept").code == 0
    manifest.write_text("no manifest at all")
    assert icsim("run", "out=kept").code == 2


def test_a_folder_of_other_files_is_not_written_into(icsim: Icsim, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    assert "not a run's" in icsim("run", "out=.").err
    assert "is a file" in icsim("run", "out=thesis.tex").err
    assert "is a file" in icsim("run", "out=thesis.tex/deeper").err
    (tmp_path / "empty").mkdir()
    assert icsim("run", "out=empty").code == 0


# ---- completion ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("line", "words"), [
    ("icsim ", set(cli.VERBS)),
    ("icsim ru", set(cli.VERBS)),
    ("icsim run population=t", {"population=town", "population=toy"}),
    ("icsim run seed=1 era=", {"era=content", "era=omni", "era=shelf", "era=tool"}),
    ("icsim run world.arrival.hab", {"world.arrival.habit="}),
    ("icsim parameters recommender=o", {"recommender=oracle"}),
    ("icsim plan ", set()),
])
def test_tab_completes_verbs_presets_and_keys(
    icsim: Icsim, monkeypatch: pytest.MonkeyPatch, line: str, words: set[str]
) -> None:
    monkeypatch.setenv("COMP_LINE", line)
    done = icsim("-sc", "query=bash")
    assert (done.code, set(done.out.split())) == (0, words)


def test_completion_installs_for_the_command(icsim: Icsim) -> None:
    assert "complete -o nospace" in icsim("-sc", "install=bash").out


# ---- the package --------------------------------------------------------------------------------------------------

def test_public_names_are_there() -> None:
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sim.nothing


def test_a_checkout_uses_its_own_configs() -> None:
    assert paths.configs_dir() == CHECKOUT / "configs"
    assert paths.experiments_dir() == CHECKOUT / "experiments"


def test_a_wheel_works_in_an_empty_folder(tmp_path: Path) -> None:
    """Built, unpacked and used away from the checkout."""
    pytest.importorskip("hatchling")
    built = in_own_process(CHECKOUT, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist"))
    assert built.returncode == 0, built.stderr
    [wheel] = (tmp_path / "dist").glob("icsim-*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    (tmp_path / "empty").mkdir()
    code = "import sys; from sim.cli import main; sys.exit(main(sys.argv[1:]))"
    for words, part in ((["--version"], "icsim"), (["parameters", "era=content"], "world.churn.bass_q"),
                        (["run", "--cfg", "job"], "products_per_merchant")):
        done = in_own_process(tmp_path / "empty", "-c", code, *words, PYTHONPATH=str(tmp_path / "installed"))
        assert done.returncode == 0, done.stderr
        assert part in done.stdout
    assert not list((tmp_path / "empty").iterdir())
    assert (tmp_path / "installed" / "sim" / "experiments" / "README.md").exists()
