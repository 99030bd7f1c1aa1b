"""Ablation: a pattern breaks only beyond doubt and over its band's edge; what does nothing breaks nothing."""

import csv
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from sim.compose import compose, configure
from sim.lab.ablate import BREAKS, FEWEST, MENDS, MOVES, STANDS, Ablate, changes, overrides_of
from sim.lab.ask import Task
from sim.lab.patterns.bands import bands_of
from sim.lab.report.ablation import ablation_figure
from sim.lab.verbs import ablate
from sim.launch import launch
from sim.schema import ConfigError

SIZE = (200_000, 400)
NPS = next(band for band in bands_of("omni") if band.id == "P15.nps")
ARMS = ("whole", "off")
QUIET = np.array([-0.2, 0.1, 0.0, 0.2, -0.1, 0.0])


def judged(whole: float, without: float, spread: np.ndarray = QUIET) -> str:
    """What becomes of the NPS pattern at these levels, over six worlds whose differences spread so."""
    rows = np.stack([np.full(6, whole), without + spread])
    [found] = [one for one in changes(ARMS, {"P15.nps": rows}, "omni", 0.95, SIZE) if one.band.id == "P15.nps"]
    return found.verdict


@pytest.mark.parametrize(("whole", "without", "verdict"), [
    (16, 5, BREAKS), (5, 16, MENDS), (16, 20, MOVES), (5, 2, MOVES), (16, 16, STANDS)])
def test_a_verdict_is_a_move_over_the_bands_edge(whole, without, verdict):
    assert NPS.holds(16) and NPS.holds(20) and not NPS.holds(5)
    assert judged(whole, without) == verdict


def test_a_change_that_may_be_chance_breaks_nothing():
    """The mean leaves the band, but worlds disagree by far more than it moves."""
    assert judged(12.5, 11.5, 30 * QUIET) == STANDS


def test_noise_is_called_a_change_as_seldom_as_promised():
    """No effect on 30 patterns: some change is called in at most 5 % of studies; in 200, at most 22 (4 sd)."""
    bands = [band.id for band in bands_of("omni") if band.low is not None][:30]
    rng = np.random.default_rng(5)
    called = 0
    for _ in range(200):
        values = {name: rng.normal(size=(2, 6)) for name in bands}
        called += any(one.verdict for one in changes(ARMS, values, "omni", 0.95, SIZE))
    print(f"\nstudies of noise that call a change: {called} of 200")
    assert called <= 22


def test_worlds_without_a_value_and_bands_for_larger_worlds_are_left_out():
    values = {"P15.nps": np.full((2, 6), np.nan), "P1.gini": np.full((2, 6), 0.9), "P15.passives": np.full((2, 6), 0.6)}
    values["P15.nps"][:, :FEWEST - 1] = 14.0
    found = {one.band.id for one in changes(ARMS, values, "omni", 0.95, (2_000, 60))}
    assert found == {"P15.passives"}


@pytest.mark.slow
def test_the_shipped_mechanisms_are_ways_to_change_a_world():
    """Every mechanism's overrides compose, and each changes the configuration; no two are the same."""
    node = compose([], "ablate")
    off = overrides_of(OmegaConf.to_container(node["mechanisms"]))
    plain = configure()
    arms = {name: configure(*overrides) for name, overrides in off.items()}
    assert len(arms) >= 25 and all(config != plain for config in arms.values())
    assert len({repr(config) for config in arms.values()}) == len(arms)


@pytest.mark.parametrize(("words", "key"), [
    (["only=[habbit]"], "only"), (['+mechanisms.whole=["seed=2"]'], "mechanisms.whole"),
    (["+mechanisms.mine=3"], "mechanisms.mine"), (['+mechanisms.mine=["world.choice.nead=0"]'], "arm mine")])
def test_bad_mechanisms_are_refused_by_name(words, key):
    with pytest.raises(ConfigError, match=key.replace(".", r"\.")):
        launch(Ablate().reader(), words, lambda task: 0)


def test_a_mechanism_that_does_nothing_changes_no_pattern(tmp_path: Path):
    """Overrides that say what holds anyway make the very same worlds: every difference is exactly 0."""
    words = ["population=toy", "horizon=20", "n=3", "threads=1", f"store={tmp_path}/store", f"out={tmp_path}/out",
             "only=[nothing,matching]", '+mechanisms.nothing=["world.choice.need=1.0"]', "backend.workers=1",
             "progress=false"]
    tasks: list[Task] = []
    assert launch(Ablate().reader(), words, lambda task: tasks.append(task) or ablate(task)) == 0
    rows = list(csv.DictReader((tmp_path / "out" / "ablation.csv").open()))
    idle = [row for row in rows if row["mechanism"] == "nothing"]
    assert idle and all(float(row["delta"]) == 0.0 and row["verdict"] == STANDS for row in idle)
    assert any(float(row["delta"]) for row in rows if row["mechanism"] == "matching")
    assert (tmp_path / "out" / "figures" / "ablation.png").stat().st_size > 10_000


def test_the_figure_has_a_cell_a_change():
    values = {"P15.nps": np.stack([np.full(6, 16.0), 5 + QUIET]), "P3.buyers": np.stack([np.full(6, 0.7), 0.7 + QUIET])}
    found = changes(ARMS, values, "omni", 0.95, SIZE)
    [axes] = ablation_figure(found, "test").axes
    assert len(axes.patches) == len(found) == 2
    assert [text.get_text() for text in axes.texts] == ["↓"]
