"""What several tests share: the command line, called in an empty folder."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sim import cli
from sim.config import SimConfig
from sim.lab import verbs
from sim.lab.ask import Task
from sim.model import InterestCommerceModel
from tests import worlds


class Outcome(NamedTuple):
    """What a command line left behind: exit code, what it printed, the worlds it would have simulated."""

    code: int
    out: str
    err: str
    simulated: list[SimConfig]


@pytest.fixture
def icsim(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Call `icsim` with some words in an empty folder; worlds are noted down instead of simulated."""
    simulated: list[SimConfig] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "_simulate", lambda config: simulated.append(config) or 0)

    def call(*words: str) -> Outcome:
        capsys.readouterr()
        try:
            code = cli.main(words)
        except SystemExit as stop:  # Hydra leaves this way after its own pages and after a crash
            code = int(stop.code or 0)
        return Outcome(code, *capsys.readouterr(), simulated)

    return call


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The tasks of the lab's verbs, noted down instead of carried out."""
    noted: list[Task] = []
    for verb, (question, _) in verbs.VERBS.items():
        monkeypatch.setitem(verbs.VERBS, verb, (question, lambda task: noted.append(task) or 0))
    return noted


@pytest.fixture
def toy_model() -> InterestCommerceModel:
    """The toy world on its first morning."""
    return worlds.toy_model()
