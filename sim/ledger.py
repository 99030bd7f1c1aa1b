"""Double entry in whole fen: every transfer leaves one account and reaches another, so all accounts sum to
zero.

Money enters and leaves the platform's world through outside accounts (households, suppliers, couriers ...),
whose balances are minus what they put in. Accounts are rows of one int64 array: the single accounts, then all
merchants, all creators and the policies' purses, so that kernels may post by row and adding a purse moves no
one else.
"""
from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import IntEnum
from typing import Any

import numpy as np

from sim.jit import kernel

FEN_PER_YUAN = 100
PURSE = "purse:"
TODAY, ENTRIES = 0, 1  # rows of `Ledger.moved`: the day's totals, and the first account's entries


class Account(IntEnum):
    """The single accounts and their rows; those from HOUSEHOLDS on lie outside the platform's world."""

    PLATFORM = 0
    ESCROW = 1
    MCN = 2
    HOUSEHOLDS = 3
    SUPPLIERS = 4
    COURIERS = 5
    LABOUR = 6
    OTHER_SHOPS = 7
    PARTNERS = 8
    INVESTORS = 9


class Flow(IntEnum):
    """What a transfer is for; the day's books total each kind."""

    ORDER_PAYMENT = 0  # household -> escrow
    SUBSIDY = 1  # purse, merchant or creator -> escrow: the discount's funders
    SETTLEMENT = 2  # escrow -> merchant
    FEE = 3  # escrow -> platform
    CPS = 4  # escrow -> creator: commission on a settled sale
    MCN_SHARE = 5  # creator -> MCN
    SLOT_FEE = 6  # merchant -> creator, never returned
    REFUND_USER = 7  # escrow -> household
    REFUND_PURSE = 8  # escrow -> whoever funded the discount
    PARCEL = 9  # merchant -> couriers
    RETURN_FREIGHT = 10  # merchant or household -> couriers
    INSURANCE_PREMIUM = 11  # merchant or purse -> partners
    INSURANCE_PAYOUT = 12  # partners -> couriers or household
    AD_SPEND = 13  # merchant -> platform
    COGS = 14  # merchant -> suppliers
    SALVAGE = 15  # suppliers -> merchant
    WAGES = 16  # merchant or creator -> labour
    FIXED_COST = 17  # merchant -> suppliers
    SERVICE_COST = 18  # merchant -> labour
    CAPITAL_IN = 19  # investors -> merchant
    CAPITAL_OUT = 20  # merchant -> investors
    GIFT = 21  # household -> creator
    AUDIT_COST = 22  # platform -> labour
    TRAINING = 23  # platform or purse -> labour
    PURSE_FUND = 24  # platform, merchant or partner -> purse
    PURSE_RETURN = 25  # purse -> whoever funded it
    SUPPORT = 26  # purse -> merchant or creator
    OUTSIDE_PURCHASE = 27  # household -> other shops
    REWARD = 28  # purse or creator -> household: red packets and prizes paid in cash
    PENALTY = 29  # merchant -> platform
    INVESTMENT = 30  # merchant -> labour: quality and content
    RENT = 31  # merchant or creator -> partners: warehouse, tools, data
    INCOME = 32  # outside -> household or creator
    MARKETING = 33  # platform -> partners: paid arrivals, messages


class LedgerError(RuntimeError):
    """The books do not close: money was made or lost."""


def fen(yuan: float | str | Decimal) -> int:
    """Yuan as whole fen, rounded half up on the decimal number as written (fen(1.005) == 101).

    Raises ValueError for anything that is not a finite number.
    """
    try:
        amount = Decimal(str(yuan))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise ValueError(f"not an amount of money: {yuan!r}")
    return int((amount * FEN_PER_YUAN).to_integral_value(rounding=ROUND_HALF_UP))


@kernel
def post(balances: np.ndarray, moved: np.ndarray, src: int, dst: int, amount: int, flow: int) -> None:
    """Move `amount` fen between two rows of `Ledger.balances`, counted and entered in `Ledger.moved`.

    For serial kernels only; the caller vouches for the rows. Raises ValueError for a negative amount.
    """
    if amount < 0:
        raise ValueError("a transfer cannot be negative: turn it round")
    balances[src] -= amount
    balances[dst] += amount
    moved[TODAY, flow] += amount
    moved[ENTRIES + src, flow] -= amount
    moved[ENTRIES + dst, flow] += amount


@kernel
def _post_rows(balances: np.ndarray, moved: np.ndarray, src: np.ndarray, dst: np.ndarray,
               amount: np.ndarray, flow: int) -> None:
    """Post one transfer a row."""
    for i in range(len(amount)):
        post(balances, moved, src[i], dst[i], amount[i], flow)


@kernel
def split_discount(amount: int, log_keep: np.ndarray, shares: np.ndarray) -> None:
    """Split a discount of `amount` fen over its funders, in whole fen that sum to it exactly.

    `log_keep` float64 (n,): -ln(1 - r) of each funder's rate r, so that stacked discounts share what they
    took off together; 0 funds nothing, infinite (r = 1) funds all. Largest remainder; ties go to the earlier
    funder, so give them by instance name. Writes `shares` int64 (n,). Raises ValueError for a negative amount
    or weight, or when nobody funds an amount.
    """
    free = bool(np.any(np.isinf(log_keep)))
    total, left = 0.0, amount
    for weight in log_keep:
        if not weight >= 0.0:
            raise ValueError("split_discount: a weight -ln(1 - r) is never negative")
        total += _weight(weight, free)
    if amount < 0 or (amount > 0 and total == 0.0):
        raise ValueError("split_discount: an amount of at least 0 needs a funder")
    for i in range(len(log_keep)):
        shares[i] = np.int64(_quota(amount, _weight(log_keep[i], free), total))
        left -= shares[i]
    for _ in range(left):
        shares[_neediest(amount, log_keep, free, total, shares)] += 1


@kernel
def _weight(weight: float, free: bool) -> float:
    """A funder's weight; once somebody gives the good away, only those who do count, and alike."""
    return np.float64(math.isinf(weight)) if free else weight


@kernel
def _quota(amount: int, weight: float, total: float) -> float:
    """A funder's share of a discount before rounding, fen."""
    return amount * weight / total if weight > 0.0 else 0.0


@kernel
def _neediest(amount: int, log_keep: np.ndarray, free: bool, total: float, shares: np.ndarray) -> int:
    """The first funder whose share falls shortest of its quota."""
    best, most = 0, -np.inf
    for i in range(len(log_keep)):
        weight = _weight(log_keep[i], free)
        short = _quota(amount, weight, total) - shares[i]
        if weight > 0.0 and short > most:
            best, most = i, short
    return best


class Ledger:
    """All accounts of a world: their balances in fen, and what moved today.

    `balances` int64, one row an account: `Account`, merchants from `merchants_at`, creators from
    `creators_at`, purses in the order of their instance names. `moved` int64, one column a `Flow`: in its first row
    what moved today, below it what each account has received less paid since genesis. Both may be posted to by
    kernels.
    """

    def __init__(self, merchants: int, creators: int, purses: Iterable[str] = ()) -> None:
        """Open empty accounts for so many merchants and creators and for each policy instance's purse."""
        self.purses = tuple(sorted(set(purses)))
        self.merchants_at = len(Account)
        self.creators_at = self.merchants_at + merchants
        self.purses_at = self.creators_at + creators
        self.balances = np.zeros(self.purses_at + len(self.purses), np.int64)
        self.moved = np.zeros((ENTRIES + len(self.balances), len(Flow)), np.int64)
        self._opening = self._single_balances()

    def account(self, name: str) -> int:
        """The row of an account ('escrow') or purse ('purse:<instance>'); KeyError lists them."""
        if name.startswith(PURSE) and name[len(PURSE):] in self.purses:
            return self.purses_at + self.purses.index(name[len(PURSE):])
        if name.upper() in Account.__members__:
            return int(Account[name.upper()])
        known = ", ".join(self.single_names())
        raise KeyError(f"no account {name!r}; there are {known}")

    def purse(self, instance: str) -> int:
        """The row of a policy instance's purse. Raises KeyError when none was declared."""
        return self.account(PURSE + instance)

    def merchant(self, ids: Any) -> Any:
        """The account rows of merchants (an integer or an array of rows of the merchants' table)."""
        return ids + self.merchants_at

    def creator(self, ids: Any) -> Any:
        """The account rows of creators (an integer or an array of rows of the creators' table)."""
        return ids + self.creators_at

    @property
    def merchant_balances(self) -> np.ndarray:
        """What each merchant holds, fen: a live int64 view in the order of the merchants' table."""
        return self.balances[self.merchants_at:self.creators_at]

    @property
    def creator_balances(self) -> np.ndarray:
        """What each creator holds, fen: a live int64 view in the order of the creators' table."""
        return self.balances[self.creators_at:self.purses_at]

    def entries(self, first: int, last: int) -> np.ndarray:
        """What accounts of rows [first, last) received less paid since genesis by flow: a live view, int64."""
        return self.moved[ENTRIES + first:ENTRIES + last]

    def single_names(self) -> list[str]:
        """The names of all single accounts and purses, in the order of their rows."""
        return [account.name.lower() for account in Account] + [PURSE + name for name in self.purses]

    def balance(self, name: str) -> int:
        """The balance of a single account or purse, or of all 'merchants' or 'creators' together, fen."""
        groups = {"merchants": self.merchant_balances, "creators": self.creator_balances}
        return int(groups[name].sum()) if name in groups else int(self.balances[self.account(name)])

    def total(self) -> int:
        """The sum of all accounts, fen: zero, always."""
        return int(self.balances.sum())

    def transfer(self, src: Any, dst: Any, amount: Any, flow: Flow) -> None:
        """Move money from `src` to `dst`, booked under `flow`.

        `src`, `dst` account rows and `amount` fen are integers or integer arrays that broadcast together.
        Raises TypeError for other types, ValueError for a negative amount, IndexError for an unknown account;
        then nothing has moved.
        """
        rows = np.broadcast_arrays(_integers(src, "src"), _integers(dst, "dst"), _integers(amount, "amount"))
        src, dst, amount = (np.ascontiguousarray(np.atleast_1d(row)).ravel() for row in rows)
        self._check(src, dst, amount)
        _post_rows(self.balances, self.moved, src, dst, amount, int(Flow(flow)))

    def _check(self, src: np.ndarray, dst: np.ndarray, amount: np.ndarray) -> None:
        """Refuse a set of transfers before any of it is posted."""
        if (amount < 0).any():
            raise ValueError("a transfer cannot be negative: turn it round")
        for rows in (src, dst):
            if ((rows < 0) | (rows >= len(self.balances))).any():
                raise IndexError(f"no such account; rows are 0 to {len(self.balances) - 1}")

    def close_day(self) -> dict[str, int]:
        """The day's books in fen: each flow by name, and what each single account gained as `net_<account>`.

        Starts the next day's books. Raises LedgerError when the accounts do not sum to zero.
        """
        if self.total() != 0:
            raise LedgerError(f"accounts sum to {self.total()} fen, not to zero")
        now = self._single_balances()
        books = {flow.name.lower(): int(self.moved[TODAY, flow]) for flow in Flow}
        nets = zip(self.single_names(), now - self._opening, strict=True)
        books |= {f"net_{name}": int(net) for name, net in nets}
        self.moved[TODAY] = 0
        self._opening = now
        return books

    def _single_balances(self) -> np.ndarray:
        """A copy of the balances of the single accounts and purses, in the order of `single_names`."""
        return np.concatenate([self.balances[:len(Account)], self.balances[self.purses_at:]])

    def state(self) -> dict[str, np.ndarray]:
        """Everything a checkpoint needs, as arrays (copies)."""
        sizes = np.array([self.creators_at - self.merchants_at, self.purses_at - self.creators_at], np.int64)
        purses = np.array(self.purses, dtype=np.str_)
        return {"sizes": sizes, "purses": purses, "balances": self.balances.copy(),
                "moved": self.moved.copy(), "opening": self._opening.copy()}

    @classmethod
    def from_state(cls, state: dict[str, np.ndarray], purses: Iterable[str] = ()) -> Ledger:
        """The ledger that `state` describes, with empty purses for the policies that a branch adds.

        Rows of all accounts but purses stay. Rows of purses follow their names: find them again by `purse`.
        """
        before = [str(name) for name in state["purses"]]
        merchants, creators = (int(size) for size in state["sizes"])
        ledger = cls(merchants, creators, [*before, *purses])
        rows = np.array([ledger.purse(name) for name in before], np.int64)
        singles = len(Account)
        ledger.balances[:ledger.purses_at] = state["balances"][:ledger.purses_at]
        ledger.balances[rows] = state["balances"][ledger.purses_at:]
        ledger.moved[:ENTRIES + ledger.purses_at] = state["moved"][:ENTRIES + ledger.purses_at]
        ledger.moved[ENTRIES + rows] = state["moved"][ENTRIES + ledger.purses_at:]
        ledger._opening[:singles] = state["opening"][:singles]
        ledger._opening[rows - ledger.purses_at + singles] = state["opening"][singles:]
        return ledger


def _integers(values: Any, name: str) -> np.ndarray:
    """Values as int64. Raises TypeError for fractions and truth values, which are not money or accounts."""
    found = np.asarray(values)
    if found.dtype.kind not in "iu":
        raise TypeError(f"{name} must be whole numbers, not {found.dtype}")
    return found.astype(np.int64, copy=False)
