"""The compiler changes nothing: the same rules as plain Python live the same day, to the last bit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LIVE = """
import json, sys
from sim.checkpoint import state_hash
from tests.worlds import toy_model
model = toy_model("population.users=60", "policy=[subsidy]")
model.step_by_agent() if "by_agent" in sys.argv else model.step()
print(json.dumps([state_hash(model.world), {name: float(value).hex() for name, value in model.metrics.items()}]))
"""


def lived(uncompiled: str, *how: str) -> list:
    """The world's hash after one day of sixty users, and the day's metrics in hexadecimal, from a fresh process."""
    done = subprocess.run([sys.executable, "-c", LIVE, *how], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2], env=os.environ | {"NUMBA_DISABLE_JIT": uncompiled})
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("how", [(), ("by_agent",)], ids=["by phase", "by agent"])
def test_a_day_uncompiled_is_the_compiled_day(how: tuple[str, ...]) -> None:
    """All arrays of the world and all metrics, whole numbers and fractions alike: no tolerance is needed."""
    assert lived("1", *how) == lived("0")
