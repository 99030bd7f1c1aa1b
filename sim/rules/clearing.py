"""Clearing: which wishes to buy become orders when money, goods and hands are short (contract 7).

Intents come one by one in ascending priority, a draw keyed by (buyer, good, venue). For each one
1. its benefits ask their purses, and a deal of few units for one of them: a whole cut or nothing, then a
   programme's part of the freight insurance;
2. if a benefit was lost, the buyer looks once more, by the rule of the first choice and with the same noise,
   at the price that is really to be paid, and lets go (`LAPSED_BUDGET`) or pays the difference out of the
   wallet;
3. the merchant must have the good and the capacity, else the intent lapses too (`LAPSED_STOCK`).
An intent that lapses leaves nothing behind: what it had reserved is back in purse and wallet before the next
one asks, and its coupons and the need or interest it came from are back with their owner. So money held for an
order that never comes is never refused to another, and a world with ample purses, goods and hands clears
every intent as it was meant.
"""
from __future__ import annotations

import math

import numpy as np

from sim.jit import kernel
from sim.orders import Desk
from sim.rng import Decision, uniform
from sim.rules.choose import want_again
from sim.rules.payment import BY_MERCHANT, BY_PROGRAMME, covered_part, release, reserve
from sim.rules.price import discounted, plain, price_utility
from sim.rules.ship import return_odds
from sim.tables import ENDLESS, LAPSED_BUDGET, LAPSED_STOCK, OF_THE_GOOD, STANDS, Record

WORDS = 2.0**53


@kernel
def priority(now: Record, user_key: int, product_key: int, venue: int) -> np.uint64:
    """The place of an intent in the day's queue, uint64; keyed, so that nobody's intent moves another's."""
    return np.uint64(uniform(now, user_key, product_key, Decision.PRIORITY, venue, 0) * WORDS)


@kernel
def clear(desk: Desk, intent: Record, accepted: np.ndarray) -> None:
    """Clear one intent and write its `status`; `accepted` int64 counts each merchant's orders of the day."""
    lost_coupon = _strike_coupons(desk, intent)
    _reserve_cuts(desk, intent)
    lost_cover = _lose_cover(desk, intent)
    if (lost_coupon or lost_cover) and not _agree(desk, intent):
        intent.status = LAPSED_BUDGET
    elif not _deliverable(desk, intent, accepted):
        intent.status = LAPSED_STOCK
    else:
        intent.status = STANDS
        return
    _undo(desk, intent)


@kernel
def _strike_coupons(desk: Desk, intent: Record) -> bool:
    """Give back the coupons whose purse cannot pay their whole cut; whether there was one.

    Without one of them the others cut more, so they ask again.
    """
    struck = False
    slot = _unpaid(desk, intent)
    while slot >= 0:
        purse = desk.purses[intent.grants[slot]]
        purse.refused += purse.left < intent.cuts[slot]
        _hand_back(desk.users[intent.user], intent, slot)
        if not struck:
            desk.users[intent.user].wallet += intent.paid
        price = plain(intent.price)
        intent.paid = discounted(price, intent.benefits, intent.thresholds, intent.grants, intent.cuts)
        struck = True
        slot = _unpaid(desk, intent)
    if struck:
        desk.users[intent.user].wallet -= intent.paid
    return struck


@kernel
def _unpaid(desk: Desk, intent: Record) -> int:
    """The first coupon or deal whose purse holds less than its cut, or of which no unit is left; -1 for none."""
    for slot in range(len(intent.cuts)):
        if intent.cuts[slot] > 0 and desk.purses[intent.grants[slot]].left < intent.cuts[slot]:
            return slot
        if _by_units(desk, intent, slot) and desk.deals[intent.product].units == 0:
            return slot
    return -1


@kernel
def _by_units(desk: Desk, intent: Record, slot: int) -> bool:
    """Whether a slot holds a deal of which there are so many units a day."""
    deal = desk.deals[intent.product]
    if intent.cuts[slot] <= 0 or intent.expiries[slot] != OF_THE_GOOD:
        return False
    return deal.units != ENDLESS and intent.grants[slot] == deal.purse


@kernel
def _hand_back(user: Record, intent: Record, slot: int) -> None:
    """Put a coupon back into a free slot of its owner and strike it from the intent; a good's deal is nobody's."""
    free = slot
    for place in range(len(user.coupons)):
        if user.coupons[free].benefit > 0.0:
            free = place
    coupon = user.coupons[free]
    if coupon.benefit <= 0.0 and intent.expiries[slot] != OF_THE_GOOD:
        coupon.benefit, coupon.threshold = intent.benefits[slot], intent.thresholds[slot]
        coupon.expiry, coupon.grant = intent.expiries[slot], intent.grants[slot]
        coupon.category = intent.categories[slot]
    intent.grants[slot], intent.benefits[slot], intent.cuts[slot] = -1, 0.0, 0


@kernel
def _reserve_cuts(desk: Desk, intent: Record) -> None:
    """Set every coupon's cut aside in its purse, and a unit of a deal that has so many."""
    for slot in range(len(intent.cuts)):
        if _by_units(desk, intent, slot):
            desk.deals[intent.product].units -= 1
        if intent.cuts[slot] > 0:
            reserve(desk.purses, intent.grants[slot], intent.cuts[slot])


@kernel
def _release_cuts(desk: Desk, intent: Record) -> None:
    """Put every coupon's cut back into its purse, and the unit of the deal."""
    for slot in range(len(intent.cuts)):
        if _by_units(desk, intent, slot):
            desk.deals[intent.product].units += 1
        if intent.cuts[slot] > 0:
            release(desk.purses, intent.grants[slot], intent.cuts[slot])


@kernel
def _premium_part(desk: Desk, intent: Record) -> int:
    """What the merchant's programme owes of this intent's insurance premium, fen; 0 without a programme."""
    product = desk.products[intent.product]
    cover = desk.cover[product.merchant]
    if cover.share <= 0.0 or cover.purse < 0:
        return 0
    odds = return_odds(desk.num[0], product.category, intent.venue, intent.insured)
    return covered_part(desk.num[0], cover, odds)


@kernel
def _lose_cover(desk: Desk, intent: Record) -> bool:
    """Find who insures the freight of a return; whether nobody does although the buyer counted on it."""
    if intent.insured == 0:
        return False
    part, merchant = _premium_part(desk, intent), desk.products[intent.product].merchant
    if part > 0 and part > desk.purses[desk.cover[merchant].purse].left:
        desk.purses[desk.cover[merchant].purse].refused += 1
    if part > 0 and part <= desk.purses[desk.cover[merchant].purse].left:
        reserve(desk.purses, desk.cover[merchant].purse, part)
        intent.insured = BY_PROGRAMME
    elif part == 0 or desk.merchants[merchant].insured:
        intent.insured = BY_MERCHANT
    else:
        intent.insured = 0
        intent.base -= desk.num[0].choice_insurance
        return True
    return False


@kernel
def wanted(num: Record, intent: Record) -> bool:
    """Whether the buyer still prefers this good, at the price now to be paid, to the best alternative."""
    tag = intent.deal if intent.paid < intent.price else 0.0
    value = intent.base + price_utility(
        num, intent.sensitivity, intent.paid, intent.outside_price, intent.reference, tag)
    return value > intent.rival


@kernel
def _agree(desk: Desk, intent: Record) -> bool:
    """Whether the buyer, having lost a benefit, can and will still buy."""
    return desk.users[intent.user].wallet >= 0 and wanted(desk.num[0], intent)


@kernel
def day_limit(desk: Desk, merchant: int) -> int:
    """Orders a merchant accepts in a day: so many days' capacity may pile up."""
    backlog, capacity = desk.num[0].fulfil_backlog, desk.merchants[merchant].capacity
    return math.floor(backlog * capacity * desk.lev[0].capacity)


@kernel
def _deliverable(desk: Desk, intent: Record, accepted: np.ndarray) -> bool:
    """Take a unit from stock and a place in the day's orders, if there are both."""
    product = desk.products[intent.product]
    if product.stock <= 0 or accepted[product.merchant] >= day_limit(desk, product.merchant):
        return False
    product.stock -= 1
    accepted[product.merchant] += 1
    return True


@kernel
def _undo(desk: Desk, intent: Record) -> None:
    """Return what a lapsed intent held: budgets, wallet, coupons, what it was meant to meet."""
    user = desk.users[intent.user]
    _release_cuts(desk, intent)
    if intent.insured == BY_PROGRAMME:
        merchant = desk.products[intent.product].merchant
        release(desk.purses, desk.cover[merchant].purse, _premium_part(desk, intent))
    user.wallet += intent.paid
    want_again(user, intent, desk.products[intent.product].category)
    for slot in range(len(intent.cuts)):
        if intent.cuts[slot] > 0:
            _hand_back(user, intent, slot)


@kernel
def clear_all(desk: Desk, intents: np.ndarray, accepted: np.ndarray) -> None:
    """Clear intents that lie in ascending priority."""
    for i in range(len(intents)):
        clear(desk, intents[i], accepted)


@kernel
def rank(desk: Desk, intents: np.ndarray) -> None:
    """Write every intent's priority."""
    for i in range(len(intents)):
        product = desk.products[intents[i].product]
        intents[i].priority = priority(desk.now[0], intents[i].user_key, product.key, intents[i].venue)
