"""Phase: shocks from outside strike accounts: hosts leave, fall or arrive; somebody has a hit (platform)."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.creator import ACTIVE, DORMANT, RESERVE
from sim.jit import kernel
from sim.programmes import CARDS, ROOMS
from sim.rng import clock
from sim.rules.career import come_back, start_career, stop
from sim.segments import draw_share, takes_part
from sim.shocks import begun
from sim.shocks.base import MERCHANTS, Absence, Blame, Comeback, Debut, Hit, Target
from sim.tables import TIE_CHANGE

if TYPE_CHECKING:
    from sim.world import World

MEMORY = "shock:{}"  # whom an instance struck, in `world.policy_state`: rows and spells, int64 (accounts, 2)


def run(world: World) -> None:
    """Carry out today's effects of the shocks that have begun, by instance name."""
    for name, shock, day in begun(world):
        effects = shock.effects(day)
        if effects and shock.target:
            rows = struck(world, name, shock.target)
            for effect in effects:
                EXECUTE[type(effect)](world, shock.target.kind, rows, effect)


def struck(world: World, name: str, target: Target) -> np.ndarray:
    """Rows of those whom a shock strikes, chosen on its first day; who has begun another career or firm is let go."""
    agents, key = getattr(world, target.kind), MEMORY.format(name)
    if key not in world.policy_state:
        rows = chosen(agents, target)
        world.policy_state[key] = np.stack([rows, agents["spell"][rows].astype(np.int64)], axis=1)
    rows, spells = world.policy_state[key].T
    return rows[agents["spell"][rows] == spells]


def chosen(agents: np.ndarray, target: Target) -> np.ndarray:
    """The rows that a target describes today; fewer than `count` where there are no more."""
    if target.waiting:
        waiting = np.flatnonzero(agents["state"] == RESERVE)
        return waiting[np.argsort(agents["key"][waiting])][:target.count]
    there = np.flatnonzero(takes_part(agents, target.kind))
    order = there[np.lexsort((agents["key"][there], -agents["sales"][there]))]
    first = int((1.0 - target.rank) * max(len(order) - 1, 0) + 0.5)
    return order[first:first + target.count]


def keep_off(world: World, kind: str, rows: np.ndarray, what: Absence) -> None:
    """Creators who are on the stage step down, for a while or for good."""
    on_stage = rows[world.creators["state"][rows] == ACTIVE]
    _stop(world.creators, on_stage, RESERVE if what.final else DORMANT)


@kernel
def _stop(creators: np.ndarray, rows: np.ndarray, state: int) -> None:
    """Let these creators leave the stage."""
    for row in rows:
        stop(creators[row], state)


def bring_back(world: World, kind: str, rows: np.ndarray, what: Comeback) -> None:
    """Creators who rest return to the stage; who left for good meanwhile stays away."""
    _come_back(world.num, world.creators, rows[world.creators["state"][rows] == DORMANT])


@kernel
def _come_back(num: np.ndarray, creators: np.ndarray, rows: np.ndarray) -> None:
    """Let these creators return."""
    for row in rows:
        come_back(num[0], creators[row])


def blame(world: World, kind: str, rows: np.ndarray, what: Blame) -> None:
    """Public trust falls."""
    getattr(world, kind)["trust"][rows] -= np.float32(what.sd)


def hit(world: World, kind: str, rows: np.ndarray, what: Hit) -> None:
    """Traffic for what accounts show, on top of what programmes lend."""
    first = len(world.creators) if kind == MERCHANTS else 0
    for scope in (CARDS, ROOMS):
        world.boost[scope][first + rows] += np.float32(what.log_odds)


def debut(world: World, kind: str, rows: np.ndarray, what: Debut) -> None:
    """Careers begin; the fans' follows reach the graph tonight."""
    _start(world.now, world.num, world.creators, rows)
    world.creators["talent"][rows], world.creators["hours"][rows] = what.talent, what.hours
    world.day.changes.extend(_fans(world, int(row), what.fans) for row in rows)


@kernel
def _start(now: np.ndarray, num: np.ndarray, creators: np.ndarray, rows: np.ndarray) -> None:
    """Begin new careers."""
    for row in rows:
        start_career(now[0], num[0], creators[row])


def _fans(world: World, row: int, share: float) -> np.ndarray:
    """The follows of a share of the users on the platform, drawn by (user, star)."""
    users, inside = world.users, takes_part(world.users, "users").copy()
    home = clock(int(world.now["seed"][0]))
    draw_share(users["key"], home, int(world.creators["key"][row]), share, inside)
    found = np.zeros(int(inside.sum()), TIE_CHANGE)
    found["user"], found["user_key"] = np.flatnonzero(inside), users["key"][inside]
    found["target"], found["sign"] = row, 1
    return found


EXECUTE: dict[type, Callable[[World, str, np.ndarray, Any], None]] = {
    Absence: keep_off, Comeback: bring_back, Blame: blame, Hit: hit, Debut: debut}
