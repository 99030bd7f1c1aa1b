"""What audits do: merchants found wanting are seen less for a time, or close down (model.md §2.18)."""
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.merchant import OPENED
from sim.bills import Bill, affordable, charge, draws
from sim.jit import kernel
from sim.ledger import Account, Flow
from sim.programmes import Audit, Screen
from sim.rng import Decision, Venue, normal
from sim.rules.business import close_firm
from sim.rules.govern import LEAST, MOST
from sim.rules.invest import QUALITY_POINTS, SERVICE_POINTS
from sim.segments import members, name_key

if TYPE_CHECKING:
    from sim.world import World


def audit(world: World, instance: str, what: Audit) -> None:
    """Examine merchants, as many as today's allowance pays for, and penalise or remove those found wanting."""
    rows = affordable(world, instance, "merchants", suspects(world, instance, what), what.cost_fen)
    charge(world, instance, Bill("merchants", rows, what.cost_fen, Account.LABOUR, Flow.AUDIT_COST))
    if what.remove:
        close_all(world.merchants, world.products, rows)
        return
    world.penalty["until"][rows] = world.today + what.days
    world.penalty["log_odds"][rows] = math.log(what.factor)
    keep_down(world, rows)


def suspects(world: World, instance: str, what: Audit) -> np.ndarray:
    """Rows of the merchants drawn today, of low score or by mistake; those already under a penalty are left alone."""
    firms = world.merchants
    free = members(world, "merchants", what.segment, instance) & (world.penalty["until"] <= world.today)
    chance = np.where(firms["score"] < what.threshold, what.rate, what.rate * what.false_positive)
    lots = draws(world.now, firms["key"], name_key(instance), int(Decision.GRANT), 0)
    return np.flatnonzero(free & (lots < chance))


# ---- at the entry --------------------------------------------------------------------------------

def screen(world: World, instance: str, what: Screen) -> None:
    """Examine the firms that opened last night, as many as the allowance pays for; below the bar they never trade."""
    opened = members(world, "merchants", what.segment, instance) & (world.merchants["turn"] == OPENED)
    rows = affordable(world, instance, "merchants", np.flatnonzero(opened), what.cost_fen)
    charge(world, instance, Bill("merchants", rows, what.cost_fen, Account.LABOUR, Flow.AUDIT_COST))
    if len(rows) == 0:
        return
    read = promise(world, rows) + what.noise * errors(world.now, world.merchants["key"][rows], name_key(instance))
    close_all(world.merchants, world.products, rows[np.clip(read, LEAST, MOST) < what.bar])


def promise(world: World, rows: np.ndarray) -> np.ndarray:
    """The experience score that firms' service and goods promise, points: the category's mean and what they differ.

    Merchants weigh service and quality by the same points (sim/rules/invest.py).
    """
    firms, goods = world.merchants, world.products
    usual = firms["service"][firms["state"] == 1].mean(dtype=np.float64)
    quality = [goods["quality"][firms["first"][i]:firms["first"][i] + firms["count"][i]].mean(dtype=np.float64)
               for i in rows]
    service = firms["service"][rows].astype(np.float64) - usual
    return firms["score_mean"][rows] + SERVICE_POINTS * service + QUALITY_POINTS * np.array(quality, np.float64)


@kernel
def errors(now: np.ndarray, keys: np.ndarray, instance: int) -> np.ndarray:
    """Today's error of each examination, standard normal (n,), keyed (firm, instance)."""
    found = np.empty(len(keys))
    for i in range(len(keys)):
        found[i] = normal(now[0], keys[i], instance, Decision.AUDIT, Venue.NONE, 0)
    return found


# ---- penalties -----------------------------------------------------------------------------------

def penalised(world: World) -> np.ndarray:
    """Rows of the open merchants that serve a penalty today; a firm that closed has done with its own."""
    world.penalty["until"][world.merchants["state"] != 1] = 0
    return np.flatnonzero(world.penalty["until"] > world.today)


def keep_down(world: World, rows: np.ndarray) -> None:
    """Lower the odds that goods of some merchants are shown today: their cards, in lists, and rooms that show them."""
    factor = np.zeros(len(world.merchants), np.float32)
    factor[rows] = world.penalty["log_odds"][rows]
    world.deals["lift"] += factor[world.products["merchant"]]


@kernel
def close_all(merchants: np.ndarray, products: np.ndarray, rows: np.ndarray) -> None:
    """Let firms close down, as if they had failed."""
    for row in rows:
        close_firm(merchants[row], products)
