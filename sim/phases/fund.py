"""Phase: purses are filled up to what was granted, before it is paid (platform).

A limited budget lies in its purse from the first day. Without a limit, or where whole fen fall to the platform when a
cut is split, the purse is topped up here, so that no account is ever overdrawn.
"""
from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.ledger import Account, Flow
from sim.phases.policies import PAID
from sim.tables import PLATFORM, STANDS

if TYPE_CHECKING:
    from sim.world import World

ODD_FEN = 2  # an order may round up against the platform twice: its coupon's cut, its insurance premium


def run(world: World) -> None:
    """Top every purse up to the platform's part of what clearing granted today."""
    orders = sum(int((piece["status"] == STANDS).sum()) for piece in world.day.intents)
    for row, name in enumerate(world.ledger.purses):
        if name not in world.policy_state:
            continue
        granted = int(world.purses["spent"][row]) - int(world.policy_state[name][PAID])
        own = float(world.purses["funders"][row, PLATFORM])
        if granted > 0 and own > 0.0:
            fill(world, row, math.ceil(granted * own) + odd_fen(world, row, orders))


def odd_fen(world: World, row: int, orders: int) -> int:
    """Most fen by which whole fen may exceed the platform's exact part today."""
    exact = world.purses["funders"][row, PLATFORM] == 1.0 and not (world.cover["purse"] == row).any()
    return 0 if exact else ODD_FEN * orders


def fill(world: World, row: int, need: int) -> None:
    """Move money from the platform into a purse until it holds `need` fen."""
    account = world.ledger.purses_at + row
    missing = need - int(world.ledger.balances[account])
    if missing > 0:
        world.ledger.transfer(int(Account.PLATFORM), account, missing, Flow.PURSE_FUND)
