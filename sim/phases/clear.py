"""Phase: wishes meet purses, goods and hands (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.orders import desk_of
from sim.rules.clearing import clear_all, rank
from sim.tables import INTENT, LAPSED_BUDGET, LAPSED_STOCK

if TYPE_CHECKING:
    from sim.world import World


def run(world: World) -> None:
    """Clear the day's intents; they stay in `day.intents`, in order of priority, with their status."""
    day, desk = world.day, desk_of(world)
    intents = np.concatenate([*day.intents, np.zeros(0, INTENT)])
    rank(desk, intents)
    intents = intents[queue(intents)]
    clear_all(desk, intents, np.zeros(len(world.merchants), np.int64))
    day.intents = [intents]
    day.lapsed_budget = int((intents["status"] == LAPSED_BUDGET).sum())
    day.lapsed_stock = int((intents["status"] == LAPSED_STOCK).sum())


def queue(intents: np.ndarray) -> np.ndarray:
    """The order in which intents are cleared: by priority, then by what they are, not where they lay."""
    names = ("paid", "presenter", "origin", "venue", "product", "user_key", "priority")
    return np.lexsort([intents[name] for name in names])
