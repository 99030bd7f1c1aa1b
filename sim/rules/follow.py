"""Follows that content earns: of hosts after a long stay, of shops after a video of their brand."""

import numpy as np

from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.excite import excite
from sim.tables import CHANGES


@kernel
def note_tie(t, i, presenter, sign):
    """Write a follow (+1) or unfollow (-1) into the day's changes of the graph."""
    change = t.changes[t.fill[CHANGES]]
    change.user, change.target, change.user_key, change.sign = i, presenter, t.users[i].key, sign
    t.fill[CHANGES] += 1


@kernel
def remember_brand(t, i, card):
    """A video of a brand viewed long leaves a faint trace of interest, and the user may follow the shop.

    Keyed (user, merchant), so that the day's videos of one brand share their luck.
    """
    u, now, shop = t.users[i], t.now[0], t.merchants[card.merchant]
    excite(t.num[0], u, card.category, t.num[0].needs_intent_shown, card.presenter, 0)
    luck = uniform(now, u.key, shop.key, Decision.FOLLOW, Venue.VIDEO, 0)
    if luck < t.studio[card.merchant].brand_follow:
        note_tie(t, i, np.int64(card.presenter), np.int64(1))
