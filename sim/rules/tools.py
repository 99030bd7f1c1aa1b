"""Tools that hosts set up in their own rooms: red packets (红包) for everybody who enters, out of the host's pocket."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import kernel
from sim.tables import Record


@kernel
def packet_pull(num: Record, room: Record) -> float:
    """What a room's red packet adds to the log-odds of entering it."""
    return num.rooms_entry_packet * math.log(1.0 + room.packet)


@kernel
def best_packet(pull: float, per_entry: float) -> float:
    """The packet that leaves a host most where an entry earns `per_entry` yuan: argmax (y − x)·(1 + x)^pull, x ≥ 0.

    While few enter, entries grow with the odds, as (1 + x)^pull.
    """
    return max(0.0, (pull * per_entry - 1.0) / (1.0 + pull))


@kernel
def set_packet(num: np.record, c: np.record) -> None:
    """After a room: what an entry earned takes it in, and the packet of the next room follows."""
    if c.entries > 0:
        earned = c.earned / 100.0 / c.entries + c.packet
        c.per_entry += (earned - c.per_entry) / num.creators_income_memory
        c.entries = 0
    c.packet = best_packet(num.rooms_entry_packet, c.per_entry)
