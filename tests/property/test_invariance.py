"""The same question has the same answer, to the last bit, however it is computed."""

import numpy as np
import pytest

from sim.checkpoint import load, save, state_hash
from sim.genesis import create
from sim.model import InterestCommerceModel
from tests.worlds import days, permute_users, same, toy_config, toy_model

DAYS = 30


@pytest.fixture(scope="module")
def plain() -> tuple[list[dict[str, float]], str]:
    """The daily rows and the final state of the toy world, computed the plain way."""
    model = toy_model()
    return days(model, DAYS), state_hash(model.world)


@pytest.mark.parametrize("overrides", [(), ("threads=2",), ("chunk=7",), ("threads=2", "chunk=64")])
def test_seed_decides_everything(plain, overrides):
    """Same seed: same days and same state, whatever the threads and chunks."""
    model = toy_model(*overrides)
    same(days(model, DAYS), plain[0])
    assert state_hash(model.world) == plain[1]


def test_another_seed_is_another_world(plain):
    """The state hash sees a change of seed."""
    model = toy_model("seed=2")
    days(model, DAYS)
    assert state_hash(model.world) != plain[1]


def test_agent_by_agent_is_the_same_day(plain):
    """`step_by_agent` in random order lives the same days as the fast path."""
    model = toy_model()
    rows = []
    for _ in range(DAYS):
        model.step_by_agent()
        rows.append(dict(model.metrics))
    same(rows, plain[0])
    assert state_hash(model.world) == plain[1]


def test_saved_and_reloaded(plain, tmp_path):
    """A world saved at half-time and read back goes on as if nothing had happened."""
    model = toy_model()
    first = days(model, DAYS // 2)
    save(model.world, tmp_path / "half.npz")
    world = load(tmp_path / "half.npz")
    assert state_hash(world) == state_hash(model.world)
    rest = InterestCommerceModel(world.cfg, world)
    same(first + days(rest, DAYS - DAYS // 2), plain[0])
    assert state_hash(rest.world) == plain[1]


def test_users_in_another_order(plain):
    """Permuting users with their keys leaves every total equal."""
    cfg = toy_config()
    world = create(cfg)
    permute_users(world, np.random.default_rng(5).permutation(len(world.users)))
    same(days(InterestCommerceModel(cfg, world), DAYS), plain[0])


def test_agents_act_only_in_their_phase():
    """Outside a day `agent.step()` says how to open one."""
    model = toy_model()
    with pytest.raises(RuntimeError, match="step_by_agent"):
        model.users[0].step()
