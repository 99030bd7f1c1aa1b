"""Interest: match what the recommender has learned of users with what it has learned of items (兴趣推荐)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.recommenders.base import Recommender
from sim.tables import INTEREST, Tables

if TYPE_CHECKING:
    from sim.world import World


class Interest(Recommender):
    """Learned factors of products and presenters against learned factors of users; the product ⟨U, F⟩ is the
    expected interest m. The only kind whose factors learn.
    """

    mode = INTEREST

    def card_vectors(self, world: World) -> np.ndarray:
        """Learned card factors, as the phase `publish` mixed them from product and presenter."""
        return world.day.cards["factor"]

    def good_vectors(self, world: World, rows: np.ndarray) -> np.ndarray:
        """Learned factors of goods."""
        return world.products["learned"][rows]


@kernel
def interest_query(t: Tables, i: int, out: np.ndarray) -> None:
    """What the recommender has learned of user i, into `out` (16)."""
    for k in range(DIM):
        out[k] = t.users[i].learned[k]
