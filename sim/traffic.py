"""What boosts granted: impressions that policies moved to whom they lift, and what advertising would have charged.

If a thing's chance to be shown is its own weight times e^boost, what was seen tells what would have been seen without
any boost: of N impressions each with boost b, N·e^−b / Σ e^−b. The rest was granted, at others' expense: over all
impressions it sums to zero, and equal boosts grant nothing. Exact for the lottery of rooms, an approximation for ranked
cards (assumption: a card is one among many). Adverts and exploration are not for boosts to give.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.fixed import SCALE
from sim.programmes import CARDS, ROOMS
from sim.rules.feed import FRIEND_SLOT
from sim.tables import AD, EXPLORED, PREVIEW

if TYPE_CHECKING:
    from sim.world import Loan, World


def granted(world: World) -> dict[str, float]:
    """Impressions that each policy instance with a boost granted today, videos and previews of rooms together."""
    found = {loan.instance: 0 for loan in world.day.lent}
    if not found:
        return {}
    log = world.day.log
    slots = (log["slot"] >= 0) & (log["slot"] < FRIEND_SLOT)  # those that the recommender fills
    open_to_all = log[slots & ((log["flags"] & (AD | EXPLORED)) == 0)]
    previewed = (open_to_all["flags"] & PREVIEW) > 0
    for scope, shown in ((CARDS, open_to_all[~previewed]), (ROOMS, open_to_all[previewed])):
        boost = _lent_to(world, scope, shown)
        gained = _gained(boost)
        for loan in world.day.lent:
            own = _part_of(world, loan, scope, shown)
            part = np.divide(own, boost, out=np.zeros(len(shown)), where=boost != 0.0)
            found[loan.instance] += int(_fixed(gained * part).sum())
    return {name: total / SCALE for name, total in found.items()}


def _gained(boost: np.ndarray) -> np.ndarray:
    """The part of each impression that boosts granted, or took where it is negative."""
    keep = np.exp(-boost)
    return 1.0 - keep * (len(boost) * SCALE / max(1, int(_fixed(keep).sum())))


def _fixed(values: np.ndarray) -> np.ndarray:
    """Fractions as whole numbers, so that no sum depends on the order of rows."""
    return np.round(values * SCALE).astype(np.int64)


def _lent_to(world: World, scope: str, shown: np.ndarray) -> np.ndarray:
    """The whole boost of what each impression showed, log-odds."""
    total = world.boost[scope][shown["presenter"]].astype(np.float64)
    return total + _of_goods(world, world.deals["lift"], scope, shown)


def _part_of(world: World, loan: Loan, scope: str, shown: np.ndarray) -> np.ndarray:
    """The part of it that one loan makes up."""
    if loan.scope is None:
        return _of_goods(world, loan.log_odds, scope, shown)
    return loan.log_odds[shown["presenter"]] if loan.scope == scope else np.zeros(len(shown))


def _of_goods(world: World, lift: np.ndarray, scope: str, shown: np.ndarray) -> np.ndarray:
    """What goods lend: to a card its good's lift, to a room the mean of those it shows."""
    if scope == CARDS:
        return lift[shown["product"]].astype(np.float64)
    rooms = world.day.rooms
    goods = rooms["goods"]
    sums = np.where(goods >= 0, lift[goods], 0.0).sum(axis=1) / np.maximum(rooms["count"], 1)
    places = world.day.room_of[shown["presenter"]]
    return np.where(places >= 0, sums[places], 0.0) if len(rooms) else np.zeros(len(shown))
