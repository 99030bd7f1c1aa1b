"""Phase: programmes hand out what policies promised: coupons, deals, traffic, training, insurance (platform)."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.audits import audit, keep_down, penalised, screen
from sim.bills import allowance, is_broke, pay_out
from sim.goods import assort, deal, label, lift, welcome
from sim.jit import kernel
from sim.ledger import Account, Flow
from sim.outreach import acquire, invite_to_play, push
from sim.phases.policies import active, calendar_day, observe
from sim.programmes import (
    Accounts,
    Acquire,
    Assortment,
    Audit,
    Boost,
    Coach,
    Contract,
    Deal,
    Grant,
    Insurance,
    Label,
    Lift,
    Membership,
    Programme,
    Push,
    Quota,
    Reward,
    Screen,
    Studio,
    Training,
    Visit,
    Welcome,
)
from sim.rules.coupons import give_coupon, is_drawn
from sim.segments import members, name_key
from sim.shops import coach, equip, insure, open_accounts, split, subscribe, train
from sim.tables import ANY, NO_DEAL, NO_STUDIO
from sim.tally import Count
from sim.uplift import above
from sim.world import Loan

if TYPE_CHECKING:
    from sim.world import World

LAST_EXPIRY = np.iinfo(np.int16).max


def run(world: World) -> None:
    """Clear away yesterday's traffic, deals, venues and insurance, then carry out today's programmes by instance."""
    world.boost[:], world.studio[:], world.deals[:] = 0.0, NO_STUDIO, NO_DEAL
    world.cover["purse"], world.cover["share"] = -1, 0.0
    world.products["labels"], world.day.lent = 0, []
    keep_down(world, penalised(world))
    for instance, programme in todays(world):
        EXECUTE[type(programme)](world, instance, programme)


def todays(world: World) -> Iterator[tuple[str, Programme]]:
    """Today's programmes, each with the policy instance that pays for it."""
    day = calendar_day(world)
    for name, policy in active(world):
        for programme in policy.programmes(day, observe(world, name)):
            yield name, programme


def grant(world: World, instance: str, what: Grant) -> None:
    """Give coupons to those of the segment who are drawn today and above the bar; an empty purse gives none."""
    if is_broke(world, instance):
        return
    row, inside = world.ledger.purses.index(instance), members(world, "users", what.segment, instance)
    if what.bar is not None:
        inside &= above(world.users, world.today, what.benefit, what.life_days + 1, what.bar)
    expiry, category = min(world.today + what.life_days, LAST_EXPIRY), ANY if what.category is None else what.category
    world.tally[Count.COUPONS_GIVEN] += hand_out(
        world.users, inside, world.now, name_key(instance), what.share, row, what.benefit, what.threshold_fen, expiry,
        category)


@kernel
def hand_out(users: Any, inside: np.ndarray, now: Any, instance: int, share: float, row: int, benefit: float,
             threshold: int, expiry: int, category: int) -> int:
    """Draw among the users inside and give each one drawn a coupon; how many were given."""
    given = 0
    for i in range(len(users)):
        if inside[i] and is_drawn(now[0], users[i], instance, share):
            give_coupon(users[i], row, benefit, threshold, expiry, category)
            given += 1
    return given


def boost(world: World, instance: str, what: Boost) -> None:
    """Lend traffic to the accounts of a segment; what several programmes lend adds up."""
    first = len(world.creators) if what.kind == "merchants" else 0
    inside = np.flatnonzero(members(world, what.kind, what.segment, instance))
    for scope in what.scope:
        world.boost[scope][first + inside] += np.float32(what.log_odds)
        lent = np.zeros(len(world.boost))
        lent[first + inside] = what.log_odds
        world.day.lent.append(Loan(instance, scope, lent))


def sign(world: World, instance: str, what: Membership) -> None:
    """Put the creators of a segment under contract with an MCN."""
    world.creators["mcn"][members(world, "creators", what.segment, instance)] = 1


def reward(world: World, instance: str, what: Reward) -> None:
    """Pay users, as many as today's allowance pays for."""
    count = min(what.count, allowance(world, instance) // max(what.amount_fen, 1))
    world.purses["refused"][world.ledger.purses.index(instance)] += what.count - count
    pay_out(world, instance, count * what.amount_fen, Account.HOUSEHOLDS, Flow.REWARD)


EXECUTE: dict[type, Callable[..., None]] = {
    Grant: grant, Boost: boost, Lift: lift, Assortment: assort, Deal: deal, Welcome: welcome, Label: label,
    Studio: equip, Training: train, Insurance: insure, Membership: sign, Contract: subscribe, Coach: coach,
    Accounts: open_accounts, Quota: split, Audit: audit, Screen: screen, Reward: reward, Push: push, Acquire: acquire,
    Visit: invite_to_play}
