"""Phase: who was in the mall while a game was on is paid for it (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.bills import allowance, pay_out
from sim.ledger import Account, Flow
from sim.tally import Count

if TYPE_CHECKING:
    from sim.world import World


def run(world: World) -> None:
    """Pay every player out of the purse of the game, before anything else asks for today's money."""
    if not world.day.rewards:
        return
    games = np.bincount(world.users["game_of"][world.users["played"] > 0], minlength=len(world.ledger.purses) + 1)
    for instance, fen in sorted(world.day.rewards.items()):
        players = int(games[world.ledger.purses.index(instance) + 1])
        amount = min(players * fen, allowance(world, instance))
        world.tally[Count.GAME_FEN] += amount
        pay_out(world, instance, amount, Account.HOUSEHOLDS, Flow.REWARD)
