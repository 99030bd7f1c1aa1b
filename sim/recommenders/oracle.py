"""Oracle: match true tastes with true positions; the ceiling that no learner passes."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.recommenders.base import Recommender
from sim.rules.common import ROOT_DIM
from sim.tables import ORACLE, Tables

if TYPE_CHECKING:
    from sim.world import World


class Oracle(Recommender):
    """True positions against true tastes; the product is the learnable part of interest, ρ_m √d ⟨taste, item⟩."""

    mode = ORACLE

    def card_vectors(self, world: World) -> np.ndarray:
        """Where today's cards truly lie."""
        return world.day.cards["position"]

    def good_vectors(self, world: World, rows: np.ndarray) -> np.ndarray:
        """Where the goods truly lie."""
        return world.products["position"][rows]


@kernel
def oracle_query(t: Tables, i: int, out: np.ndarray) -> None:
    """The true taste of user i, scaled so that its product with a position is expected interest, into `out` (16)."""
    scale = t.num[0].interest_learnable * ROOT_DIM
    for k in range(DIM):
        out[k] = scale * t.users[i].taste[k]
