"""Max-t over real worlds: arms that are the same world over again, drawn from a bank of 400 independent ones."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.compose import configure
from sim.lab import frames
from sim.lab.backend import Backend
from sim.lab.execute import execute
from sim.lab.item import Item
from sim.lab.stats.draws import generator
from sim.lab.stats.multiple import max_t
from sim.lab.store import Store

pytestmark = pytest.mark.slow
WORLDS, STUDIES, ARMS, PAIRS = 400, 2_000, 3, 12
METRICS = ("gmv_gross_total", "gmv_net_total", "nps_latent")
BANK = Path(__file__).parents[2] / "runs" / "store"  # simulated once, kept for the next time


@pytest.fixture(scope="module")
def bank() -> dict[str, np.ndarray]:
    """The worlds' summary numbers, (400,) each; about five minutes on two cores when the store is empty."""
    config = configure("population=classroom", "horizon=30", "burn_in=0", "progress=false")
    items = [Item("world", replace(config, replication=k)) for k in range(WORLDS)]
    store = Store(BANK)
    outcome = execute(items, store, Backend(), progress=False)
    assert not outcome.failures
    return {name: frames.matrix(store, items, name)[1][0] for name in METRICS}


@pytest.mark.parametrize("metric", METRICS)
def test_family_wise_error_of_max_t_over_worlds(bank: dict[str, np.ndarray], metric: str) -> None:
    """2,000 studies of three arms that do nothing, 12 worlds each: 3.5-6.5 % find something (three standard errors)."""
    draws, alarms = generator(11), 0
    for _ in range(STUDIES):
        worlds = draws.permutation(bank[metric])[:(ARMS + 1) * PAIRS].reshape(ARMS + 1, PAIRS)
        alarms += bool(max_t(worlds[1:] - worlds[0]).min() <= 0.05)
    print(f"\nmax-t, {metric}, {ARMS} arms x {PAIRS} worlds: {alarms / STUDIES:.4f}")
    assert len(np.unique(bank[metric])) == WORLDS
    assert 0.035 <= alarms / STUDIES <= 0.065
