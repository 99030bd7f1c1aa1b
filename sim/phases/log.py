"""Phase: the day's impressions become one log, sorted by user; ads are charged, traffic is counted (platform)."""

import numpy as np

from sim.agents.creator import HEAD, WAIST
from sim.jit import kernel
from sim.tables import AD, EVENT, PREVIEW
from sim.tally import Count
from sim.world import World


def run(world: World) -> None:
    """Join the lanes' events, order them by user without changing a user's own order, and read what they say."""
    events = np.concatenate(world.day.events) if world.day.events else np.zeros(0, EVENT)
    world.day.log = events[np.argsort(events["user"], kind="stable")]
    world.day.events = []
    read_log(world.day.log, world.creators, world.merchants, world.day.cards, world.day.card_of, world.tally)


@kernel
def read_log(log: np.ndarray, creators: np.ndarray, merchants: np.ndarray, cards: np.ndarray,
             card_of: np.ndarray, tally: np.ndarray) -> None:
    """Charge each ad to the merchant of its good, in milli-fen; count impressions by who presents."""
    for e in range(len(log)):
        event = log[e]
        if event.slot < 0:
            continue
        tally[presenter_class(creators, event.presenter)] += 1
        if event.flags & AD and not event.flags & PREVIEW:
            merchant = cards[card_of[event.product]].merchant
            merchants[merchant].ad_left += event.price
            tally[Count.AD_MILLIFEN] += event.price


@kernel
def presenter_class(creators: np.ndarray, presenter: int) -> int:
    """The row of the tally for impressions of this presenter: merchants, or creators by tier."""
    if presenter >= len(creators):
        return Count.IMPRESSIONS_MERCHANT
    tier = creators[presenter].tier
    if tier == HEAD:
        return Count.IMPRESSIONS_HEAD
    return Count.IMPRESSIONS_WAIST if tier == WAIST else Count.IMPRESSIONS_TAIL
