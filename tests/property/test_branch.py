"""A world branched from its burn-in is the world lived from genesis, to the last bit."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.checkpoint import restore, state
from sim.compose import configure
from sim.config import SimConfig
from sim.lab.item import Item, warm_item
from sim.lab.store import Result, Store
from sim.lab.work import Job, attempt, model_of, simulate, warm_world
from sim.model import InterestCommerceModel
from sim.schema import ConfigError

TOY = ("population=toy", "burn_in=10", "horizon=20", "progress=false")


def both_ways(config: SimConfig, root: Path) -> tuple[Result, Result]:
    """An item's result from genesis, and as a branch of the control's warm world."""
    store, world = Store(root), warm_item(config)
    assert attempt(Job(world.key, world, str(root))).error == ""
    return simulate(Item("arm", config), store), simulate(Item("arm", config, world.key), store)


@pytest.mark.parametrize("overrides", [
    (), ("policy=[subsidy]", "policy.subsidy.depth=0.2"),
    ("policy=[self_broadcast_support,store_diversion,subsidy]", "policy.subsidy.start=5", "policy.subsidy.stop=12",
     "policy.subsidy.budget_yuan=500"), ("replication=3", "policy=[subsidy]"),
])
def test_branch_is_scratch(overrides: tuple[str, ...], tmp_path: Path) -> None:
    scratch, branch = both_ways(configure(*TOY, *overrides), tmp_path)
    assert list(scratch.daily) == list(branch.daily) and len(scratch.daily["day"]) == 20
    for name, column in scratch.daily.items():
        assert branch.daily[name].tobytes() == column.tobytes(), name
    assert {name: np.float64(value).tobytes() for name, value in branch.summary.items()} == {
        name: np.float64(value).tobytes() for name, value in scratch.summary.items()}
    for name in ("spend", "redeemed", "recall", "thickness"):
        assert branch.meta[name] == scratch.meta[name]


def test_a_branch_compiles_nothing_that_genesis_did_not(tmp_path: Path) -> None:
    """A loaded world's tables have the layout that kernels were compiled for."""
    config = configure(*TOY)
    world = warm_item(config)
    assert attempt(Job(world.key, world, str(tmp_path))).error == ""
    born = warm_world(world, 1).world
    loaded = model_of(Item("arm", config, world.key), Store(tmp_path), 1).world
    for name in ("users", "creators", "merchants", "products", "orders", "now", "num", "lev", "purses"):
        mine, theirs = getattr(born, name), getattr(loaded, name)
        assert (mine.dtype, mine.dtype.isalignedstruct, type(mine)) == (
            theirs.dtype, theirs.dtype.isalignedstruct, type(theirs)), name


@pytest.mark.parametrize("override", [
    "recommender=random", "recommender=popularity", "recommender=oracle", "world.learning.engage=0.5",
    "world.learning.gmv=0.1", "world.learning.experience=0.7",
])
def test_a_branch_has_its_own_recommender(override: str) -> None:
    """Kind and weights are those of a world born with them; the past, and so what was learned, is the other one's."""
    lived = InterestCommerceModel(configure(*TOY))
    for _ in range(4):
        lived.step()
    other = configure(*TOY, override)
    branch, born = restore(state(lived.world), other), InterestCommerceModel(other).world
    assert (branch.modes == born.modes).all()
    for weight in ("engage", "gmv", "experience"):
        assert branch.recommender[f"weight_{weight}"] == born.recommender[f"weight_{weight}"]
    assert (branch.users["learned"] == lived.world.users["learned"]).all()


def test_another_recommender_serves_another_market_from_day_zero(tmp_path: Path) -> None:
    """Random cards in a branch find less interest than the learned ones of the same past."""
    control, other = configure(*TOY), configure(*TOY, "recommender=random")
    world = warm_item(control)
    assert attempt(Job(world.key, world, str(tmp_path))).error == ""
    learned, blind = (simulate(Item("arm", config, world.key), Store(tmp_path)).daily["mean_interest_served"]
                      for config in (control, other))
    assert blind.mean() < learned.mean()


def test_a_branch_with_another_past_is_refused_by_key(tmp_path: Path) -> None:
    config = configure(*TOY)
    world = warm_item(config)
    assert attempt(Job(world.key, world, str(tmp_path))).error == ""
    other = replace(config, population=replace(config.population, users=100))
    with pytest.raises(ConfigError, match=r"population.users=100: a branch cannot change it"):
        simulate(Item("arm", other, world.key), Store(tmp_path))
