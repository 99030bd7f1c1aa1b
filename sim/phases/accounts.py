"""Phase: the day's costs are paid: gifts, pit fees, wages, fixed costs, ads, stock, investment, capital (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.creator import ACTIVE
from sim.agents.merchant import OPENED
from sim.jit import kernel
from sim.ledger import Account, Flow, post
from sim.orders import Desk, desk_of
from sim.rules.common import keep
from sim.rules.offers import slot_fee
from sim.rules.price import whole_fen
from sim.rules.ship import FEN, return_prob
from sim.rules.stock import fixed_cost
from sim.standings import add_cost, best_earners, take_stock
from sim.tables import CHANNEL_RULE, DELIVERED, IMITATION

if TYPE_CHECKING:
    from sim.world import World

MILLI = 1000  # milli-fen in a fen
AD_MEMORY = 14.0  # days behind a merchant's view of its advertising


def run(world: World) -> None:
    """Add the day up, pay hosts, and settle every merchant's costs, stock and capital."""
    take_stock(world)
    desk = desk_of(world)
    pay_hosts(desk, world.day.rooms)
    keep_all_books(desk, world.orders)
    if world.modes[CHANNEL_RULE] == IMITATION:
        world.day.examples = best_earners(world.merchants)


@kernel
def pay_hosts(desk: Desk, rooms: np.ndarray) -> None:
    """Viewers' gifts to creators on air, hosts' red packets, and the pit fees that head hosts get for each good."""
    for r in range(len(rooms)):
        room = rooms[r]
        if room.own:
            continue
        c, account = desk.creators[room.presenter], desk.creators_at + room.presenter
        gifts = whole_fen(room.entries * desk.num[0].rooms_gift * 100.0)
        post(desk.balances, desk.moved, Account.HOUSEHOLDS, account, gifts, Flow.GIFT)
        c.earned += gifts
        _hand_packets(desk, c, account, room)
        for j in range(room.count):
            _pay_slot(desk, c, account, desk.products[room.goods[j]].merchant)


@kernel
def _hand_packets(desk: Desk, c: np.record, account: int, room: np.record) -> None:
    """The red packets that a host promised to everybody who enters."""
    handed = whole_fen(room.entries * np.float64(room.packet) * 100.0)
    post(desk.balances, desk.moved, account, Account.HOUSEHOLDS, handed, Flow.REWARD)
    c.earned -= handed
    c.entries = room.entries


@kernel
def _pay_slot(desk: Desk, c: np.record, account: int, merchant: int) -> None:
    """One good's pit fee, paid whatever it sells."""
    m = desk.merchants[merchant]
    fee = whole_fen(100.0 * slot_fee(desk.num[0], c, m))
    post(desk.balances, desk.moved, desk.merchants_at + merchant, account, fee, Flow.SLOT_FEE)
    c.earned += fee
    add_cost(m, fee)


@kernel
def _spend(desk: Desk, i: int, account: int, fen: int, flow: int) -> None:
    """Merchant i pays an account."""
    post(desk.balances, desk.moved, desk.merchants_at + i, account, fen, flow)


@kernel
def _invest_capital(desk: Desk, i: int, fen: int) -> None:
    """Investors put money into merchant i."""
    post(desk.balances, desk.moved, Account.INVESTORS, desk.merchants_at + i, fen, Flow.CAPITAL_IN)


@kernel
def charge_ads(desk: Desk, i: int) -> int:
    """Charge whole fen of the day's advertising; the rest stays owed. Fen."""
    m, held = desk.merchants[i], keep(AD_MEMORY)
    fen = m.ad_left // MILLI
    m.ad_left -= fen * MILLI
    m.ads = held * m.ads + (1.0 - held) * fen / FEN
    _spend(desk, i, Account.PLATFORM, fen, Flow.AD_SPEND)
    return fen


@kernel
def pay_running(desk: Desk, i: int) -> None:
    """Fixed costs, the host's wage, ads and investment of an open firm."""
    m, num = desk.merchants[i], desk.num[0]
    wage = whole_fen(100.0 * num.merchants_host_wage * m.live * m.minutes / 60.0 * m.room_share)
    _spend(desk, i, Account.SUPPLIERS, whole_fen(100.0 * fixed_cost(num, m)), Flow.FIXED_COST)
    _spend(desk, i, Account.LABOUR, wage, Flow.WAGES)
    _spend(desk, i, Account.LABOUR, m.invested, Flow.INVESTMENT)
    add_cost(m, wage + charge_ads(desk, i))
    m.invested = 0


@kernel
def restock_cost(desk: Desk, m: np.record) -> int:
    """Fen that the goods ordered this morning cost."""
    total = 0
    for j in range(m.first, m.first + m.count):
        total += np.int64(desk.products[j].restock) * desk.products[j].unit_cost
    return total


@kernel
def buy_stock(desk: Desk, i: int) -> None:
    """Pay the goods ordered this morning and put them on the shelf."""
    m = desk.merchants[i]
    _spend(desk, i, Account.SUPPLIERS, restock_cost(desk, m), Flow.COGS)
    for j in range(m.first, m.first + m.count):
        desk.products[j].stock += desk.products[j].restock
        desk.products[j].restock = 0


@kernel
def stock_at_cost(desk: Desk, m: np.record) -> int:
    """What a merchant's stock cost, fen."""
    total = 0
    for j in range(m.first, m.first + m.count):
        total += np.int64(desk.products[j].stock) * desk.products[j].unit_cost
    return total


@kernel
def wind_up(desk: Desk, i: int) -> None:
    """A closed firm sells its stock at salvage value; what is left goes to its owners, who make up for debts.

    Settlements and returns of old orders still come in after the closing, so this is done every day.
    """
    m, account, owners = desk.merchants[i], desk.merchants_at + i, Account.INVESTORS
    salvage = whole_fen(desk.num[0].merchants_salvage * stock_at_cost(desk, m))
    post(desk.balances, desk.moved, Account.SUPPLIERS, account, salvage, Flow.SALVAGE)
    charge_ads(desk, i)
    for j in range(m.first, m.first + m.count):
        desk.products[j].stock, desk.products[j].restock = 0, 0
    if desk.balances[account] >= 0:
        post(desk.balances, desk.moved, account, owners, desk.balances[account], Flow.CAPITAL_OUT)
    else:
        _invest_capital(desk, i, -desk.balances[account])


@kernel
def open_capital(desk: Desk, i: int) -> int:
    """Opening cash of a new firm, some days of fixed cost, and its first stock; fen put in."""
    m, num = desk.merchants[i], desk.num[0]
    cash = whole_fen(100.0 * num.merchants_opening_days * fixed_cost(num, m))
    put_in = cash + restock_cost(desk, m)
    _invest_capital(desk, i, put_in)
    return put_in


@kernel
def expected_settlement(num: np.record, order: np.record) -> int:
    """Fen that an open order is expected to bring its merchant; nothing when it is on its way back."""
    if order.returned or order.due < 0:
        return 0
    kept = 1.0 if order.status == DELIVERED else 1.0 - return_prob(num, order.hazard, num.satisfy_mean)
    return int(kept * (np.int64(order.paid) + order.subsidy - order.fee - order.commission))


@kernel
def keep_books(desk: Desk, i: int, due: int) -> None:
    """One merchant's evening at the till. Profit is what cash, stock and open orders gained, without owners' money."""
    m, put_in = desk.merchants[i], 0
    if m.state != ACTIVE:
        wind_up(desk, i)
        m.cash, m.stock_value, m.receivable, m.worth = desk.balances[desk.merchants_at + i], 0, 0, 0
        return
    if m.turn == OPENED:
        put_in = open_capital(desk, i)
        m.cash, m.stock_value, m.receivable = 0, 0, 0
    pay_running(desk, i)
    buy_stock(desk, i)
    cash, stock = desk.balances[desk.merchants_at + i], stock_at_cost(desk, m)
    gained = cash - m.cash + stock - m.stock_value + due - m.receivable - put_in
    m.profit += (1.0 - keep(desk.num[0].merchants_loss_days)) * (gained / FEN - m.profit)
    m.cash, m.stock_value, m.receivable = cash, stock, due
    m.worth = cash + due + whole_fen(desk.num[0].merchants_salvage * stock)


@kernel
def keep_all_books(desk: Desk, orders: np.ndarray) -> None:
    """Every merchant's books, row by row; `orders` are the open ones."""
    due = np.zeros(len(desk.merchants), np.int64)
    for o in range(len(orders)):
        due[orders[o].merchant] += expected_settlement(desk.num[0], orders[o])
    for i in range(len(desk.merchants)):
        keep_books(desk, i, due[i])
