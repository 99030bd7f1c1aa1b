"""What a kind of recommender is: a vector for every item and a vector for every user.

Retrieval takes the items with the largest inner product (`sim.rules.retrieve`), so a kind consists of nothing but
its vectors. Each kind's file holds both sides: the class with the items', the kernel `<kind>_query` with the user's.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

if TYPE_CHECKING:
    from sim.world import World


class Recommender(ABC):
    """One way to match users and items. Subclasses set `mode`, the value of `modes[RECOMMENDER]` in kernels."""

    mode: ClassVar[int]

    @abstractmethod
    def card_vectors(self, world: World) -> np.ndarray:
        """The vectors of today's cards, float32 (cards, 16)."""

    @abstractmethod
    def good_vectors(self, world: World, rows: np.ndarray) -> np.ndarray:
        """The vectors of the goods in `rows` of the products' table, float32 (len(rows), 16)."""
