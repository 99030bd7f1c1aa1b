"""Ties that loosen: a user drops hosts and shops now and then."""

import numpy as np

from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.follow import note_tie

GATE = 0.1  # most users drop nobody today: one keyed draw decides whether to look at each tie


@kernel
def loosen(t, i):
    """Let user i drop followed presenters, each with the configured daily chance (gate × chance within)."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.opened == 0 or uniform(now, u.key, 0, Decision.UNFOLLOW, Venue.NONE, 0) >= GATE:
        return
    chance = num.rooms_unfollow / GATE
    for e in range(t.follow_ptr[i], t.follow_ptr[i + 1]):
        host = t.follow_idx[e]
        if uniform(now, u.key, t.creators[host].key, Decision.UNFOLLOW, Venue.NONE, 1) < chance:
            note_tie(t, i, np.int64(host), np.int64(-1))
    for e in range(t.shop_ptr[i], t.shop_ptr[i + 1]):
        shop = t.shop_idx[e]
        if uniform(now, u.key, t.merchants[shop].key, Decision.UNFOLLOW, Venue.NONE, 1) < chance:
            note_tie(t, i, np.int64(len(t.creators) + shop), np.int64(-1))
