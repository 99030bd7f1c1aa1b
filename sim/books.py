"""Whose books: every merchant's and creator's profit and loss since genesis, line by line, out of ledger and orders.

What orders were worth comes from the order book, all else from the ledger's entries by flow; both meet in the
settlements that escrow paid, so that the lines of an account sum to its balance, to the fen.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.ledger import Flow
from sim.tables import CANCELLED, REFUNDED, SETTLED

if TYPE_CHECKING:
    from sim.world import World

SOLD, BACK, FEES, COMMISSIONS = range(4)  # what the order book says of a merchant's orders, fen since genesis
PARTS = 4

MERCHANT_LINES: dict[str, tuple[Flow, ...]] = {
    "subsidies": (Flow.SUBSIDY, Flow.REFUND_PURSE), "goods": (Flow.COGS, Flow.SALVAGE), "parcels": (Flow.PARCEL,),
    "service": (Flow.SERVICE_COST,), "return_freight": (Flow.RETURN_FREIGHT,), "insurance": (Flow.INSURANCE_PREMIUM,),
    "ads": (Flow.AD_SPEND,), "slot_fees": (Flow.SLOT_FEE,), "wages": (Flow.WAGES,), "fixed": (Flow.FIXED_COST,),
    "investment": (Flow.INVESTMENT,), "training": (Flow.TRAINING,), "capital": (Flow.CAPITAL_IN, Flow.CAPITAL_OUT),
}
"""A merchant's lines from the ledger, beside `sales`, `returns`, `open`, `fees` and `commissions` of its orders."""
CREATOR_LINES: dict[str, tuple[Flow, ...]] = {
    "commissions": (Flow.CPS,), "mcn": (Flow.MCN_SHARE,), "slot_fees": (Flow.SLOT_FEE,), "gifts": (Flow.GIFT,),
    "red_packets": (Flow.REWARD,), "subsidies": (Flow.SUBSIDY, Flow.REFUND_PURSE),
}
Lines = dict[str, np.ndarray]
ORDER_LINES = ("sales", "returns", "open", "fees", "commissions")


def empty_order_books(merchants: int) -> np.ndarray:
    """Nothing sold yet, int64 (merchants, PARTS)."""
    return np.zeros((merchants, PARTS), np.int64)


def note_orders(world: World) -> None:
    """Add today's payments and endings to the merchants' order books."""
    books, closed = world.history["order_books"], world.closed
    settled, back = closed[closed["status"] == SETTLED], closed[np.isin(closed["status"], (CANCELLED, REFUNDED))]
    for part, orders, values in ((SOLD, world.day.orders, value_of(world.day.orders)), (BACK, back, value_of(back)),
                                 (FEES, settled, settled["fee"]), (COMMISSIONS, settled, settled["commission"])):
        np.add.at(books[:, part], orders["merchant"], values.astype(np.int64))


def value_of(orders: np.ndarray) -> np.ndarray:
    """What orders put into escrow, fen: the buyer's outlay and what others added."""
    return orders["paid"].astype(np.int64) + orders["subsidy"]


def merchants_books(world: World) -> Lines:
    """Each merchant's lines, fen received (+) and spent (−) since genesis, int64; they sum to its balance.

    `open` takes out of `sales` what escrow still holds.
    """
    ledger, books = world.ledger, world.history["order_books"]
    waiting = np.zeros(len(world.merchants), np.int64)
    np.add.at(waiting, world.orders["merchant"], value_of(world.orders))
    orders = (books[:, SOLD], -books[:, BACK], -waiting, -books[:, FEES], -books[:, COMMISSIONS])
    entries = ledger.entries(ledger.merchants_at, ledger.creators_at)
    return dict(zip(ORDER_LINES, orders, strict=True)) | lines_of(entries, MERCHANT_LINES, apart=Flow.SETTLEMENT)


def creators_books(world: World) -> Lines:
    """Each creator's lines, fen received (+) and handed on (−) since genesis, int64; they sum to its balance."""
    ledger = world.ledger
    return lines_of(ledger.entries(ledger.creators_at, ledger.purses_at), CREATOR_LINES)


def lines_of(entries: np.ndarray, lines: dict[str, tuple[Flow, ...]], apart: Flow | None = None) -> Lines:
    """Ledger entries (accounts, flows) as named lines; `other` is what is in none of them, nor in the flow `apart`."""
    found = {name: entries[:, [int(flow) for flow in flows]].sum(axis=1) for name, flows in lines.items()}
    told = entries[:, int(apart)] if apart is not None else 0
    return found | {"other": entries.sum(axis=1) - told - sum(found.values())}


def profits(world: World) -> np.ndarray:
    """What each merchant has made since genesis: its balance without what owners put in or took out, fen, int64."""
    ledger = world.ledger
    entries = ledger.entries(ledger.merchants_at, ledger.creators_at)
    return ledger.merchant_balances - entries[:, [int(flow) for flow in MERCHANT_LINES["capital"]]].sum(axis=1)


def book_columns(world: World) -> Lines:
    """books.parquet: a row an account, creators first; money in fen, NaN-free, 0 where a line is the other kind's.

    `hourly` a creator's trailing income per hour on air and `daily` a merchant's trailing profit a day, yuan;
    `profit_fen` is the balance without what owners put in or took out.
    """
    sides = (("creator", world.creators, creators_books(world), world.ledger.creator_balances, "income"),
             ("merchant", world.merchants, merchants_books(world), world.ledger.merchant_balances, "profit"))
    names = list(dict.fromkeys([*sides[1][2], *sides[0][2]]))
    parts = [_side(*side, names) for side in sides]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _side(kind: str, agents: np.ndarray, lines: Lines, balances: np.ndarray, trailing: str,
          names: list[str]) -> Lines:
    """The rows of one kind of account."""
    nothing = np.zeros(len(agents), np.int64)
    found = {"kind": np.full(len(agents), kind), "row": np.arange(len(agents)), "key": agents["key"].copy()}
    found |= {name: agents[name].copy() for name in ("state", "spell", "started", "followers", "sales", "hours")}
    found |= {f"{name}_fen": lines.get(name, nothing) for name in names}
    scale = agents["room_share"] if kind == "creator" else 1.0
    own, other = ("hourly", "daily") if kind == "creator" else ("daily", "hourly")
    found |= {own: (agents[trailing] / scale).astype(np.float64), other: np.full(len(agents), np.nan)}
    return found | {"profit_fen": balances - lines.get("capital", nothing), "balance_fen": balances.copy()}
