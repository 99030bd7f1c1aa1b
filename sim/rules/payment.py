"""The money of an order: who pays what, from payment to settlement or refund, in whole fen (model.md §2.10).

A coupon's cut is shared by its funders; the same split, worked out again from the same numbers, takes it
back.
"""
from __future__ import annotations

import numpy as np
from numba import int64, void

from sim.jit import kernel, typed_kernel
from sim.ledger import Account, Flow, post, split_discount
from sim.orders import Desk
from sim.rules.price import plain, whole_fen
from sim.rules.ship import FEN, premium
from sim.tables import FUNDERS, Record

PLATFORM_PAYS, MERCHANT_PAYS, CREATOR_PAYS, PARTNER_PAYS = 0, 1, 2, 3
PARTNERS = int(Account.PARTNERS)
BY_MERCHANT, BY_PROGRAMME = 1, 2  # who insures the freight of a return


@typed_kernel(void(int64[::1], int64[:, ::1], int64, int64, int64, int64))
def _move(balances: np.ndarray, moved: np.ndarray, source: int, target: int, amount: int, flow: int) -> None:
    """`ledger.post`, compiled once for all mixtures of accounts, rows and widths of integers."""
    post(balances, moved, source, target, amount, flow)


@kernel
def _merchant_pays(desk: Desk, order: Record, account: int, amount: int, flow: int) -> None:
    """Let the merchant of an order pay `amount` fen into an account."""
    _move(desk.balances, desk.moved, desk.merchants_at + order.merchant, account, amount, flow)


@kernel
def by_creator(desk: Desk, order: Record) -> bool:
    """Whether a creator presented the good; merchants' own accounts come behind the creators' ids."""
    return 0 <= order.presenter < len(desk.creators)


@kernel
def _funder(desk: Desk, order: Record, grant: int, k: int) -> int:
    """The account of an instance's k-th funder for this order; an absent creator's part is the merchant's."""
    if k == PLATFORM_PAYS:
        return desk.purses_at + grant
    if k == PARTNER_PAYS:
        return PARTNERS
    if k == CREATOR_PAYS and by_creator(desk, order):
        return desk.creators_at + order.presenter
    return desk.merchants_at + order.merchant


@kernel
def _funded(desk: Desk, order: Record, grant: int, amount: int) -> np.ndarray:
    """The funders' parts of an amount, whole fen that sum to it; int64 (FUNDERS,)."""
    shares = np.zeros(FUNDERS, np.int64)
    split_discount(amount, desk.purses[grant].funders, shares)
    return shares


@kernel
def fund(desk: Desk, order: Record, grant: int, amount: int, account: int, flow: int) -> None:
    """Let an instance's funders pay `amount` fen into an account."""
    shares = _funded(desk, order, grant, amount)
    for k in range(FUNDERS):
        _move(desk.balances, desk.moved, _funder(desk, order, grant, k), account, shares[k], flow)
    if by_creator(desk, order):
        desk.creators[order.presenter].earned -= shares[CREATOR_PAYS]


@kernel
def give_back(desk: Desk, order: Record, grant: int, amount: int) -> None:
    """Return what `fund` took into escrow, and let the budget have it again."""
    shares = _funded(desk, order, grant, amount)
    for k in range(FUNDERS):
        funder = _funder(desk, order, grant, k)
        _move(desk.balances, desk.moved, Account.ESCROW, funder, shares[k], Flow.REFUND_PURSE)
    if by_creator(desk, order):
        desk.creators[order.presenter].earned += shares[CREATOR_PAYS]
    release(desk.purses, grant, amount)


@kernel
def reserve(purses: np.ndarray, grant: int, amount: int) -> None:
    """Set fen of an instance's budget aside."""
    purses[grant].left -= amount
    purses[grant].spent += amount


@kernel
def release(purses: np.ndarray, grant: int, amount: int) -> None:
    """Put fen back into an instance's budget."""
    reserve(purses, grant, -amount)


@kernel
def pay(desk: Desk, order: Record) -> None:
    """Payment: what the buyer pays and what coupons cut, both into escrow."""
    _move(desk.balances, desk.moved, Account.HOUSEHOLDS, Account.ESCROW, order.paid, Flow.ORDER_PAYMENT)
    for slot in range(len(order.cuts)):
        if order.cuts[slot] > 0:
            grant, cut = plain(order.grants[slot]), plain(order.cuts[slot])
            fund(desk, order, grant, cut, Account.ESCROW, Flow.SUBSIDY)


@kernel
def covered_part(num: Record, cover: Record, odds: float) -> int:
    """What a programme's purse owes of an order's insurance premium, fen."""
    return whole_fen(premium(num, odds) * min(cover.share, 1.0))


@kernel
def insure(desk: Desk, order: Record, payer: int) -> None:
    """Premium of freight insurance to the insurer: the merchant's, less what a programme took over."""
    num, odds = desk.num[0], np.float64(order.hazard)
    due = premium(num, odds)
    if payer == BY_PROGRAMME:
        cover = desk.cover[order.merchant]
        part = covered_part(num, cover, odds)
        fund(desk, order, plain(cover.purse), part, Account.PARTNERS, Flow.INSURANCE_PREMIUM)
        due -= part
    _merchant_pays(desk, order, Account.PARTNERS, due, Flow.INSURANCE_PREMIUM)


@kernel
def send(desk: Desk, order: Record) -> None:
    """Dispatch: the merchant pays the courier, and its people for the service they give."""
    num = desk.num[0]
    service = num.merchants_service_cost * desk.merchants[order.merchant].service
    _merchant_pays(desk, order, Account.COURIERS, whole_fen(num.merchants_parcel * FEN), Flow.PARCEL)
    _merchant_pays(desk, order, Account.LABOUR, whole_fen(service * FEN), Flow.SERVICE_COST)


@kernel
def settle(desk: Desk, order: Record) -> None:
    """Settlement: escrow pays platform fee, commission and, with the rest, the merchant."""
    _move(desk.balances, desk.moved, Account.ESCROW, Account.PLATFORM, order.fee, Flow.FEE)
    if order.commission > 0:
        _commission(desk, order)
    rest = order.paid + order.subsidy - order.fee - order.commission
    _move(desk.balances, desk.moved, Account.ESCROW, desk.merchants_at + order.merchant, rest, Flow.SETTLEMENT)


@kernel
def _commission(desk: Desk, order: Record) -> None:
    """Commission (CPS) to the creator, who hands an Account.MCN its share."""
    creator = desk.creators[order.presenter]
    account, share = desk.creators_at + order.presenter, 0
    if creator.mcn:
        share = whole_fen(order.commission * desk.num[0].creators_mcn_cut)
    _move(desk.balances, desk.moved, Account.ESCROW, account, order.commission, Flow.CPS)
    _move(desk.balances, desk.moved, account, Account.MCN, share, Flow.MCN_SHARE)
    creator.earned += order.commission - share


@kernel
def refund(desk: Desk, order: Record) -> None:
    """Refund: escrow returns to buyer and funders exactly what each had paid; no fee, no commission."""
    _move(desk.balances, desk.moved, Account.ESCROW, Account.HOUSEHOLDS, order.paid, Flow.REFUND_USER)
    refill(desk.users[order.user], order)
    for slot in range(len(order.cuts)):
        if order.cuts[slot] > 0:
            give_back(desk, order, plain(order.grants[slot]), plain(order.cuts[slot]))


@kernel
def refill(user: Record, order: Record) -> None:
    """Money that comes back can be spent again in the same stay, up to a week's shopping money."""
    if user.spell == order.spell:
        user.wallet = min(user.wallet_week, user.wallet + order.paid)


@kernel
def freight_back(desk: Desk, order: Record) -> None:
    """Freight of a return: the insurer's when insured, else the merchant's."""
    freight = whole_fen(desk.num[0].merchants_return_freight * FEN)
    if order.insured:
        _move(desk.balances, desk.moved, Account.PARTNERS, Account.COURIERS, freight, Flow.INSURANCE_PAYOUT)
    else:
        _merchant_pays(desk, order, Account.COURIERS, freight, Flow.RETURN_FREIGHT)
