"""An intent becomes an order: its record, and what having ordered does to the buyer."""
from __future__ import annotations

import numpy as np

from sim.agents.user import BUYER, KNOWN_SHOPS
from sim.jit import kernel
from sim.orders import Desk
from sim.rules.payment import by_creator, insure, pay
from sim.rules.price import price_log, whole_fen
from sim.rules.ship import load, plan, return_odds
from sim.tables import PAID, Record


@kernel
def order_goods(desk: Desk, intent: Record, order: Record, orders_today: int) -> None:
    """Write the order of a standing intent, take its money and tell the buyer; stock went at clearing.

    `orders_today` are the merchant's orders of the day, which decide how fast it ships.
    """
    _copy(desk, intent, order)
    _charge(desk, order)
    merchant = desk.merchants[order.merchant]
    plan(desk.now[0], desk.num[0], order, load(orders_today, merchant.capacity * desk.lev[0].capacity))
    pay(desk, order)
    if intent.insured:
        insure(desk, order, intent.insured)
    _remember(desk.num[0], desk.users[intent.user], order, price_log(intent.paid, intent.outside_price))


@kernel
def _copy(desk: Desk, intent: Record, order: Record) -> None:
    """Who bought what where, as the intent says it, and the good as it is today."""
    product, user = desk.products[intent.product], desk.users[intent.user]
    order.day, order.status, order.final = desk.now[0].day, PAID, -1
    order.user, order.user_key = intent.user, intent.user_key
    order.spell, order.nth = user.spell, user.orders_spell + 1
    order.product, order.product_key, order.merchant = intent.product, product.key, product.merchant
    order.presenter, order.venue, order.origin = intent.presenter, intent.venue, intent.origin
    order.via, order.excited_by, order.trace = intent.via, intent.excited_by, intent.trace
    order.outside_price = intent.outside_price
    order.category, order.quality, order.cost = product.category, product.quality, product.unit_cost
    order.expected, order.insured = intent.expected, min(intent.insured, 1)
    order.hazard = return_odds(desk.num[0], product.category, intent.venue, intent.insured)
    order.list_price, order.paid, order.subsidy = intent.list_price, intent.paid, intent.price - intent.paid
    for slot in range(len(order.cuts)):
        order.cuts[slot] = intent.cuts[slot]
        order.grants[slot] = intent.grants[slot] if intent.cuts[slot] > 0 else -1


@kernel
def _charge(desk: Desk, order: Record) -> None:
    """Platform fee and commission as agreed on the day of the order, due at settlement."""
    price, rate = order.paid + order.subsidy, desk.num[0].merchants_fee + desk.lev[0].fee
    order.fee = min(price, whole_fen(price * max(0.0, rate)))
    if by_creator(desk, order):
        promised = whole_fen(price * desk.merchants[order.merchant].commission)
        order.commission = min(price - order.fee, promised)


@kernel
def _remember(num: Record, user: Record, order: Record, ln_ratio: float) -> None:
    """What an order changes in its buyer beyond what the wish to buy did: a new reference, a buyer's record."""
    k = order.category
    user.reference[k] += num.choice_reference_step * (ln_ratio - user.reference[k])
    user.orders_spell += 1
    user.orders_ever += 1
    user.state, user.shopper, user.last_order = BUYER, 1, order.day
    if user.orders_spell == 1:
        user.first_order = order.day
    know_shop(user, order.merchant)


@kernel
def know_shop(user: Record, merchant: int) -> None:
    """Put a shop in front of those that a buyer remembers; the oldest is forgotten."""
    place = 0
    while place < KNOWN_SHOPS - 1 and user.bought[place] != merchant:
        place += 1
    while place > 0:
        user.bought[place] = user.bought[place - 1]
        place -= 1
    user.bought[0] = merchant


@kernel
def order_all(desk: Desk, intents: np.ndarray, orders_today: np.ndarray, orders: np.ndarray) -> int:
    """Turn standing intents into orders, one by one; how many buyers adopted shopping with them.

    `orders_today` int64, one entry an intent: the orders of its merchant today.
    """
    adopted = 0
    for i in range(len(intents)):
        adopted += 1 - desk.users[intents[i].user].shopper
        order_goods(desk, intents[i], orders[i], orders_today[i])
    return adopted
