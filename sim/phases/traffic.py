"""Phase: from whom boosts took the exposure that they granted, where that is to be recorded (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.lanes import Lanes
from sim.phases.publish import pools_of
from sim.programmes import CARDS, ROOMS
from sim.rules.displace import BOOSTED, NOBODY, PARTIES, SLOTS, fill_again, parties, read_slots
from sim.tables import EVENT

if TYPE_CHECKING:
    from sim.world import World

SLOT_NAMES = ("organic", "ad", "exploration", "room")
PARTY_NAMES = ("tail", "waist", "head", "merchants", "nobody")
TRAFFIC = np.dtype([("slot", "U11"), ("party", "U9"), ("boosted", "u1"), ("shown", "i8"), ("without", "i8"),
                    ("gained", "i8")])
"""One row of the traffic table: slots of a kind that accounts of a kind had today (`shown`), would have had without
any boost (`without`), and the difference, which sums to 0 over the videos and over the rooms. A slot for an ad that
nobody bids enough for shows an organic video, so the kinds of video slots may change places."""


def run(world: World) -> None:
    """Fill the day's slots again without boosts, and note who gained and who lost how many."""
    if world.cfg.record.traffic and any(world.boost[scope].any() for scope in (CARDS, ROOMS)):
        world.day.traffic = [rows_of(*with_and_without(world))]


def with_and_without(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Slots by kind and party as they were filled, and as they would have been without boosts: int64 (SLOTS, PARTIES).

    As many slots of each user either way, with the same nature and the same luck.
    """
    by_video, by_room = (parties(world.creators, world.boost[scope]) for scope in (CARDS, ROOMS))
    slots, shown, without = (np.zeros(shape, np.int64) for shape in
                             ((len(world.users), 2), (SLOTS, PARTIES), (SLOTS, PARTIES)))
    read_slots(np.concatenate([*world.day.events, np.zeros(0, EVENT)]), by_video, by_room, slots, shown)
    day = world.day
    cards, rooms, pools = day.cards, day.rooms, day.pools
    try:
        day.cards, day.rooms = unboosted(cards), unboosted(rooms)
        day.pools = pools_of(world)
        lane = Lanes(1, 1).lanes[0]
        fill_again(world.tables(lane.buffers, lane.fill, world.new_tally()), slots, by_video, by_room, without)
    finally:
        day.cards, day.rooms, day.pools = cards, rooms, pools
    return shown, without


def unboosted(offers: np.ndarray) -> np.ndarray:
    """The same cards or rooms without a boost."""
    plain = offers.copy()
    plain["boost"] = 0.0
    return plain


def rows_of(shown: np.ndarray, without: np.ndarray) -> np.ndarray:
    """The table's rows, those of which there is nothing left out."""
    found = np.zeros((SLOTS, PARTIES), TRAFFIC)
    kinds = np.arange(PARTIES)
    found["slot"] = np.array(SLOT_NAMES)[:, None]
    found["party"] = np.array(PARTY_NAMES)[np.where(kinds == NOBODY, BOOSTED, kinds % BOOSTED)]
    found["boosted"] = (kinds >= BOOSTED) & (kinds < NOBODY)
    found["shown"], found["without"], found["gained"] = shown, without, shown - without
    return found[(shown > 0) | (without > 0)]
