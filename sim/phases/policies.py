"""Phase: policies open the day: purses are paced, levers set, by shocks too (platform)."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.ledger import Account, Flow, fen
from sim.levers import fold
from sim.policies import policies_of
from sim.policies.base import Observed, Policy
from sim.shocks import begun
from sim.timeline import knobs_on
from sim.world import BUDGET, OUT, PAID

if TYPE_CHECKING:
    from sim.world import World

NO_LIMIT = 10**15  # fen: far beyond what a world can spend
MEMORY = ":memory"  # behind an instance's name: what the policy itself wants to know tomorrow
YEAR = 365


def run(world: World) -> None:
    """Book yesterday's spending, set today's allowances, and fold what policies and shocks move into the levers."""
    day = calendar_day(world)
    policies = todays_policies(world)
    users = int((world.users["state"] > 0).sum())
    for row, name in enumerate(world.ledger.purses):
        turn_page(world, row, name)
        policy = policies.get(name)
        if policy and policy.level(day) > 0.0:
            open_purse(world, row, name, policy)
            left = int(world.policy_state[name][BUDGET])
            world.purses["left"][row] = policy.allowance(left, day, users, world.cfg.horizon)
        else:
            close_purse(world, row)
    for name, policy in active(world):
        recall(world, name, policy.remember(day, observe(world, name)))
    moves = [policy.levers(day, observe(world, name)) for name, policy in active(world)]
    world.lev[:] = fold([*moves, *(shock.levers(day) for _, shock, day in begun(world))])


def calendar_day(world: World) -> int:
    """Today on the calendar of tables and policies: day 0 is the first after burn-in."""
    return world.today - world.cfg.burn_in


def active(world: World) -> Iterator[tuple[str, Policy]]:
    """The policies that may make a difference today, by instance name."""
    day = calendar_day(world)
    return ((name, policy) for name, policy in todays_policies(world).items() if policy.active(day))


def todays_policies(world: World) -> Mapping[str, Policy]:
    """Every policy instance with the settings that the timeline gives it today."""
    cfg = world.cfg
    return policies_of(knobs_on(cfg.policy, cfg.timeline, calendar_day(world)) if cfg.timeline else cfg.policy)


def observe(world: World, name: str) -> Observed:
    """What the policy of an instance may know this morning."""
    account, memory = world.policy_state.get(name), world.policy_state.get(name + MEMORY, ())
    left = 0 if account is None else int(account[BUDGET])
    today = int(world.purses["left"][world.ledger.purses.index(name)])
    return Observed(world.metrics, left, world.today % YEAR, tuple(float(one) for one in memory), today)


def recall(world: World, name: str, memory: tuple[float, ...]) -> None:
    """Keep what a policy wants to know tomorrow."""
    if memory:
        world.policy_state[name + MEMORY] = np.array(memory, np.float64)


def turn_page(world: World, row: int, name: str) -> None:
    """Take what an instance spent yesterday out of its budget; what came back with returned goods is there again."""
    if name in world.policy_state:
        world.policy_state[name][BUDGET] -= world.purses["spent"][row]
        world.policy_state[name][PAID] = 0
    world.purses["spent"][row], world.purses["refused"][row] = 0, 0


def note_budgets(world: World) -> None:
    """Note in the evening which budgets ran out today: a benefit was refused, or nothing is left, with all of it open.

    Where pacing holds a part back for the days to come, a refusal is no end.
    """
    day = calendar_day(world)
    for name, policy in active(world):
        row, account = world.ledger.purses.index(name), world.policy_state.get(name)
        if account is None or account[OUT] >= 0 or policy.budget_yuan is None or policy.level(day) == 0.0:
            continue
        left = int(account[BUDGET] - world.purses["spent"][row])
        last = policy.days_to_share(day, world.cfg.horizon) == 1 and policy.budget_yuan_per_1000 is None
        if left <= 0 or (last and world.purses["refused"][row] > 0):
            account[OUT] = day


def open_purse(world: World, row: int, name: str, policy: Policy) -> None:
    """On an instance's first day: note its budget and funders, and move the platform's part of it into the purse.

    Without a limit nothing can be set aside: the phase `fund` then pays in what was granted, day by day.
    """
    if name in world.policy_state:
        return
    budget = NO_LIMIT if policy.budget_yuan is None else fen(policy.budget_yuan)
    world.policy_state[name] = np.array([budget, 0, -1], np.int64)
    world.purses["funders"][row] = policy.funders.shares
    if policy.budget_yuan is not None:
        own = int(budget * policy.funders.platform)
        world.ledger.transfer(int(Account.PLATFORM), world.ledger.purse(name), own, Flow.PURSE_FUND)


def close_purse(world: World, row: int) -> None:
    """Outside its window an instance grants nothing; what its purse holds goes back to the platform."""
    world.purses["left"][row] = 0
    account = world.ledger.purses_at + row
    held = int(world.ledger.balances[account])
    if held > 0:
        world.ledger.transfer(account, int(Account.PLATFORM), held, Flow.PURSE_RETURN)
