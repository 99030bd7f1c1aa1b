"""The books: money is neither made nor lost, whatever the order, and discounts split to the last fen."""
from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest

from sim.jit import kernel
from sim.ledger import Account, Flow, Ledger, LedgerError, fen, post, split_discount


def world() -> Ledger:
    return Ledger(merchants=5, creators=3, purses=["subsidy", "mind_channel", "s2"])


def random_transfers(seed: int, n: int = 3_000) -> tuple[np.ndarray, ...]:
    """Source and target rows, fen and flow of n transfers anywhere in `world`."""
    source = np.random.default_rng(seed)
    rows = len(world().balances)
    return (source.integers(0, rows, n), source.integers(0, rows, n),
            source.integers(0, 10**9, n), source.integers(0, len(Flow), n))


def posted(transfers: tuple[np.ndarray, ...], order: np.ndarray) -> Ledger:
    """A ledger after the transfers, flow by flow, in the given order within each."""
    ledger = world()
    src, dst, amount, flow = (column[order] for column in transfers)
    for kind in Flow:
        rows = flow == kind
        ledger.transfer(src[rows], dst[rows], amount[rows], kind)
    return ledger


@pytest.mark.parametrize("seed", range(10))
def test_accounts_sum_to_zero_and_the_order_of_transfers_leaves_no_trace(seed: int) -> None:
    transfers = random_transfers(seed)
    one = posted(transfers, np.arange(3_000))
    other = posted(transfers, np.random.default_rng(seed + 100).permutation(3_000))
    assert one.total() == 0 == other.total()
    assert (one.balances == other.balances).all() and one.close_day() == other.close_day()


def test_every_flow_of_the_day_is_totalled_and_the_next_day_starts_at_nothing() -> None:
    transfers = random_transfers(3)
    ledger = posted(transfers, np.arange(3_000))
    books = ledger.close_day()
    for kind in Flow:
        assert books[kind.name.lower()] == transfers[2][transfers[3] == kind].sum()
    nets = sum(value for name, value in books.items() if name.startswith("net_"))
    assert nets + ledger.balance("merchants") + ledger.balance("creators") == 0
    assert books["net_purse:s2"] == ledger.balance("purse:s2")
    assert set(ledger.close_day().values()) == {0}


def test_an_order_closes_to_the_fen_from_payment_to_settlement() -> None:
    ledger = world()
    ledger.transfer(Account.PARTNERS, ledger.purse("subsidy"), 5_000, Flow.PURSE_FUND)
    shares = np.zeros(2, np.int64)
    split_discount(1_301, -np.log1p(-np.array([0.1, 0.05])), shares)
    ledger.transfer(Account.HOUSEHOLDS, Account.ESCROW, 10_000 - 1_301, Flow.ORDER_PAYMENT)
    ledger.transfer([ledger.purse("subsidy"), ledger.merchant(2)], Account.ESCROW, shares, Flow.SUBSIDY)
    assert ledger.balance("escrow") == 10_000
    ledger.transfer(Account.ESCROW, ledger.merchant(2), 8_200, Flow.SETTLEMENT)
    ledger.transfer(Account.ESCROW, ledger.creator(1), 1_500, Flow.CPS)
    ledger.transfer(Account.ESCROW, Account.PLATFORM, 300, Flow.FEE)
    assert ledger.balance("escrow") == 0 and ledger.total() == 0
    assert ledger.merchant_balances[2] == 8_200 - shares[1] and ledger.creator_balances[1] == 1_500
    assert ledger.close_day()["net_households"] == -8_699


@pytest.mark.parametrize(("amount", "error"), [
    (-1, ValueError), (np.array([5, -1]), ValueError), (1.0, TypeError), (np.array([1.5, 2.0]), TypeError),
    (True, TypeError), ("1", TypeError),
])
def test_a_refused_transfer_moves_nothing(amount: object, error: type[Exception]) -> None:
    ledger = world()
    with pytest.raises(error):
        ledger.transfer(Account.HOUSEHOLDS, [0, 1], amount, Flow.GIFT)
    assert not ledger.balances.any() and not ledger.moved.any()


@pytest.mark.parametrize("row", [-1, 10_000])
def test_an_unknown_account_is_refused(row: int) -> None:
    ledger = world()
    for src, dst in ((row, 0), (0, row)):
        with pytest.raises(IndexError, match="no such account"):
            ledger.transfer(src, dst, 5, Flow.GIFT)
    with pytest.raises(KeyError, match="purse:subsidy"):
        ledger.purse("nobody")
    with pytest.raises(KeyError, match="escrow"):
        ledger.balance("vault")


def test_nothing_to_transfer_is_no_transfer() -> None:
    ledger = world()
    none = np.zeros(0, np.int64)
    ledger.transfer(none, Account.ESCROW, none, Flow.ORDER_PAYMENT)
    assert not ledger.moved.any()


def test_money_made_out_of_nothing_is_found_at_the_close() -> None:
    ledger = world()
    ledger.balances[Account.ESCROW] += 1
    with pytest.raises(LedgerError, match="1 fen"):
        ledger.close_day()


@kernel
def _pay_rows(balances: np.ndarray, moved: np.ndarray, first: int, amounts: np.ndarray) -> None:
    for i in range(len(amounts)):
        post(balances, moved, Account.ESCROW, first + i, amounts[i], Flow.SETTLEMENT)


def test_kernels_post_to_the_same_books() -> None:
    by_kernel, by_call = world(), world()
    amounts = np.array([5, 0, 7, 11, 13])
    _pay_rows(by_kernel.balances, by_kernel.moved, by_kernel.merchants_at, amounts)
    by_call.transfer(Account.ESCROW, by_call.merchant(np.arange(5)), amounts, Flow.SETTLEMENT)
    assert (by_kernel.balances == by_call.balances).all() and by_kernel.close_day() == by_call.close_day()


def test_accounts_never_move_when_policies_bring_purses() -> None:
    bare, rich = Ledger(5, 3), world()
    assert bare.merchant(4) == rich.merchant(4) and bare.creator(2) == rich.creator(2)
    assert [rich.purse(name) for name in ("mind_channel", "s2", "subsidy")] == [18, 19, 20]
    assert Ledger(5, 3, ["s2", "subsidy", "mind_channel"]).purses == rich.purses
    assert rich.account("households") == Account.HOUSEHOLDS


def test_a_ledger_comes_back_from_its_state_in_the_middle_of_a_day() -> None:
    ledger = posted(random_transfers(5), np.arange(3_000))
    ledger.close_day()
    ledger.transfer(Account.HOUSEHOLDS, Account.ESCROW, 77, Flow.ORDER_PAYMENT)
    state = ledger.state()
    assert all(isinstance(part, np.ndarray) and part.dtype != object for part in state.values())
    again = Ledger.from_state(state)
    ledger.transfer(Account.ESCROW, Account.PLATFORM, 7, Flow.FEE)
    again.transfer(Account.ESCROW, Account.PLATFORM, 7, Flow.FEE)
    assert again.purses == ledger.purses and (again.balances == ledger.balances).all()
    assert again.close_day() == ledger.close_day()


def test_a_branch_with_new_policies_keeps_every_balance_under_its_name() -> None:
    ledger = posted(random_transfers(6), np.arange(3_000))
    branch = Ledger.from_state(ledger.state(), purses=["a_new_one", "subsidy", "zz"])
    assert branch.purses == ("a_new_one", "mind_channel", "s2", "subsidy", "zz")
    for name in [*ledger.single_names(), "merchants", "creators"]:
        assert branch.balance(name) == ledger.balance(name)
    books = ledger.close_day()
    assert branch.close_day() == books | {"net_purse:a_new_one": 0, "net_purse:zz": 0}


@pytest.mark.parametrize(("yuan", "expected"), [
    (0, 0), (3, 300), (1.005, 101), ("2.675", 268), (0.285, 29), (4.5, 450), (Decimal("0.004999"), 0),
    (np.float64(1.115), 112), (-0.005, -1), (10**15, 10**17),
])
def test_yuan_become_fen_rounded_half_up_as_written(yuan: object, expected: int) -> None:
    assert fen(yuan) == expected


@pytest.mark.parametrize("yuan", [math.nan, math.inf, "ten", True, None])
def test_what_is_not_money_is_refused(yuan: object) -> None:
    with pytest.raises(ValueError, match="not an amount of money"):
        fen(yuan)


def split(amount: int, log_keep: list[float] | np.ndarray) -> list[int]:
    shares = np.full(len(log_keep), -9, np.int64)
    split_discount(amount, np.asarray(log_keep, float), shares)
    return shares.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_a_discount_is_split_to_the_fen_and_within_one_fen_of_its_proportion(seed: int) -> None:
    source = np.random.default_rng(seed)
    for _ in range(400):
        log_keep = -np.log1p(-source.random(source.integers(1, 5)) * source.integers(0, 2))
        log_keep[0] += 0.01
        amount = int(10 ** source.uniform(0, 12)) - 1
        shares = split(amount, log_keep)
        quotas = amount * log_keep / log_keep.sum()
        assert sum(shares) == amount and min(shares) >= 0
        assert np.abs(shares - quotas).max() < 1.0 + 1e-3
        assert all(share == 0 for share, weight in zip(shares, log_keep, strict=True) if weight == 0.0)


def test_the_odd_fen_goes_to_the_largest_remainder_and_ties_to_the_first() -> None:
    assert split(10, [1.0, 1.0, 1.0]) == [4, 3, 3]
    assert split(11, [1.0, 1.0, 1.0]) == [4, 4, 3]
    assert split(7, [1.0, 2.0]) == [2, 5]
    assert split(1, [0.0, 0.3, 0.3]) == [0, 1, 0]
    assert split(0, [0.2, 0.1]) == [0, 0] == split(0, [0.0, 0.0])


def test_who_gives_the_good_away_pays_for_all_of_it() -> None:
    assert split(99, [0.1, math.inf]) == [0, 99]
    assert split(9, [math.inf, 0.1, math.inf]) == [5, 0, 4]


def test_equal_rates_taken_one_after_the_other_share_alike() -> None:
    """-ln(1 - r) is additive: 10 % on top of 10 % is 19 %, half of it each."""
    assert split(1_900, -np.log1p(-np.array([0.1, 0.1]))) == [950, 950]


@pytest.mark.parametrize(("amount", "log_keep"), [
    (-1, [1.0]), (5, [0.0, 0.0]), (5, []), (5, [0.2, -0.1]), (5, [math.nan, 1.0]),
])
def test_a_discount_without_a_funder_is_refused(amount: int, log_keep: list[float]) -> None:
    with pytest.raises(ValueError, match="split_discount"):
        split(amount, log_keep)
