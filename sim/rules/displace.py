"""Whose slots a boost takes: the slots of a visit filled again, by the same rules and luck, without the boost."""
from __future__ import annotations

import numpy as np

from sim.agents.creator import HEAD, WAIST
from sim.jit import kernel
from sim.rules.arrival import MOST_SLOTS
from sim.rules.feed import FRIEND_SLOT, fill_slots
from sim.rules.rooms import MOST_ROOMS, best_rooms
from sim.tables import AD, EXPLORED, PREVIEW, Tables

ORGANIC, ADVERT, EXPLORATION, ROOM = range(4)  # kinds of slots
SLOTS = 4
TAIL_HOSTS, WAIST_HOSTS, HEAD_HOSTS, SHOPS = range(4)  # kinds of accounts
BOOSTED = 4  # added to the kind of an account that a boost lifts
NOBODY = 8  # a slot that one of the two ways leaves empty
PARTIES = 9


@kernel
def kind_of_slot(flags: int) -> int:
    """What kind of slot showed a video."""
    if flags & AD:
        return ADVERT
    return EXPLORATION if flags & EXPLORED else ORGANIC


@kernel
def party_of(creators: np.ndarray, presenter: int, boost: float) -> int:
    """Who an account is, by its creator's tier and by whether it is boosted."""
    lifted = BOOSTED if boost > 0.0 else 0
    if presenter >= len(creators):
        return SHOPS + lifted
    tier = creators[presenter].tier
    return (HEAD_HOSTS if tier == HEAD else WAIST_HOSTS if tier == WAIST else TAIL_HOSTS) + lifted


@kernel
def parties(creators: np.ndarray, boost: np.ndarray) -> np.ndarray:
    """The party of every presenter, int64 (creators + merchants,); `boost` of the same length, log-odds."""
    found = np.empty(len(boost), np.int64)
    for presenter in range(len(found)):
        found[presenter] = party_of(creators, presenter, np.float64(boost[presenter]))
    return found


@kernel
def read_slots(events: np.ndarray, by_video: np.ndarray, by_room: np.ndarray, slots: np.ndarray,
               counts: np.ndarray) -> None:
    """Count who filled the slots that events tell of, friends' cards apart.

    `by_video`, `by_room` the parties; `slots` (users, 2) videos and rooms of each user; `counts` (SLOTS, PARTIES).
    """
    for e in range(len(events)):
        event = events[e]
        if event.slot < 0 or event.slot >= FRIEND_SLOT:
            continue
        if event.flags & PREVIEW:
            slots[event.user, 1] += 1
            counts[ROOM, by_room[event.presenter]] += 1
        else:
            slots[event.user, 0] += 1
            counts[kind_of_slot(event.flags), by_video[event.presenter]] += 1


@kernel
def fill_again(t: Tables, slots: np.ndarray, by_video: np.ndarray, by_room: np.ndarray, counts: np.ndarray) -> None:
    """Count who fills as many slots of each user as `slots` says, with the cards, rooms and pools in `t`."""
    shown, flags = np.empty(MOST_SLOTS, np.int32), np.empty(MOST_SLOTS, np.int64)
    prices, rows = np.empty(MOST_SLOTS, np.int64), np.empty(MOST_ROOMS, np.int32)
    for i in range(len(slots)):
        if slots[i, 0] > 0:
            n = fill_slots(t, i, slots[i, 0], shown, flags, prices)
            for k in range(n):
                counts[kind_of_slot(flags[k]), by_video[t.cards[shown[k]].presenter]] += 1
            counts[ORGANIC, NOBODY] += slots[i, 0] - n
        if slots[i, 1] > 0:
            n = best_rooms(t, i, slots[i, 1], rows)
            for k in range(n):
                counts[ROOM, by_room[t.rooms[rows[k]].presenter]] += 1
            counts[ROOM, NOBODY] += slots[i, 1] - n
