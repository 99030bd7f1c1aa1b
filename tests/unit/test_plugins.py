"""A policy of one's own: the shipped example runs from its file, and its contents are part of the question."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.config import question_key
from sim.paths import experiments_dir
from sim.policies import policies_of
from sim.schema import ConfigError
from tests.worlds import days, same, toy_config, toy_model

OWN = experiments_dir() / "own_policy"
WORDS = (f"plugins=[{OWN / 'weekend_mall.py'}]", f"hydra.searchpath=[file://{OWN}]", "policy=[weekend_mall]")


def test_the_example_acts_on_its_days_and_only_then():
    """Five days as without it, to the bit; on the sixth more look into the mall; at its null setting never."""
    rows, plain = days(toy_model(*WORDS, "policy.weekend_mall.prominence=3"), 6), days(toy_model(), 6)
    same(rows[:5], plain[:5], but=("subsidy_", "policy_"))
    assert rows[5]["mall_visits"] > plain[5]["mall_visits"]
    same(days(toy_model(*WORDS, "policy.weekend_mall.prominence=0"), 6), plain, but=("subsidy_", "policy_"))


def test_what_a_plugin_says_is_part_of_the_question(tmp_path):
    """The same text elsewhere asks the same; another text asks something else."""
    key = question_key(toy_config(*WORDS))
    assert question_key(toy_config(*WORDS[1:], f"plugins=[{OWN / 'weekend_mall.py'}]")) == key
    copy = tmp_path / "weekend_other.py"
    shutil.copy(OWN / "weekend_mall.py", copy)
    with copy.open("a") as file:
        file.write("\n")
    assert question_key(toy_config(*WORDS[1:], f"plugins=[{OWN / 'weekend_mall.py'},{copy}]")) != key


def test_no_file_is_imported_that_is_not_listed(tmp_path):
    """A class in a file that nobody listed is refused before any of it runs; so is a file that shadows a module."""
    trap = tmp_path / "icsim_trap.py"
    trap.write_text("raise SystemExit('imported')\n")
    with pytest.raises(ConfigError, match="must name a policy class"):
        policies_of({"a": {"_target_": "icsim_trap.Trap"}})
    shadow = tmp_path / "json.py"
    shadow.write_text("")
    with pytest.raises(ConfigError, match="another module"):
        toy_config(f"plugins=[{shadow}]")
    with pytest.raises(ConfigError, match=r"must be a file"):
        toy_config("plugins=[nowhere.py]")


@pytest.mark.slow
def test_the_example_runs_from_an_installed_wheel(tmp_path):
    """Built, unpacked and run far from the checkout, with the example that the wheel brings along."""
    checkout = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=checkout,
                   check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    shutil.unpack_archive(wheel, tmp_path / "site", "zip")
    own = tmp_path / "site" / "sim" / "experiments" / "own_policy"
    words = ["run", "population=toy", "horizon=7", "burn_in=0", "progress=false",
             f"plugins=[{own / 'weekend_mall.py'}]", f"hydra.searchpath=[file://{own}]", "policy=[weekend_mall]",
             f"out={tmp_path / 'out'}"]
    done = subprocess.run([sys.executable, "-m", "sim", *words], cwd=tmp_path, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(tmp_path / "site")}, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "manifest.json").exists()
