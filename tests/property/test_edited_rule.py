"""Editing a rule changes the next process's day, and only compiles what the edit reaches."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sim.paths import configs_dir
from sim.sources import PACKAGE

LIVE = '''
from tests.worlds import toy_model
from sim.checkpoint import state_hash
model = toy_model("population.users=60", "horizon=2")
model.step()
print(state_hash(model.world))
'''
BEFORE, AFTER = "return 1.0 - stay ** math.exp(", "return 2.0 - stay ** math.exp("


def day_of(checkout: Path) -> str:
    """The state hash after one fast day, lived by a fresh process on the checkout's sources."""
    env = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-c", LIVE], cwd=checkout, env=env, capture_output=True, text=True,
                          check=True).stdout


def test_an_edited_rule_changes_the_fast_day_of_the_next_process(tmp_path: Path) -> None:
    for folder in (PACKAGE, configs_dir(), Path(__file__).parents[1]):
        shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    first = day_of(tmp_path)
    assert day_of(tmp_path) == first
    rule = tmp_path / "sim" / "rules" / "churn.py"
    text = rule.read_text()
    assert BEFORE in text
    rule.write_text(text.replace(BEFORE, AFTER))
    assert day_of(tmp_path) != first
    rule.write_text(text)
    assert day_of(tmp_path) == first
