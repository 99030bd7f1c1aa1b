"""What a good costs its buyer: coupons, the price really paid, and how much the buyer minds it.

One rule for the first choice and for the second look at clearing (architecture, contract 7): both read the
price in whole fen and weigh it with the same noise. A buyer's coupons are three arrays of equal length, one
entry a slot: `grants` (the policy instance that pays, -1 none), `benefits` (below 1 a share off, from 1 on
fen off, 0 none) and `thresholds` (fen, the shelf price from which the coupon is valid). Of several coupons of
one instance only the best counts; coupons of different instances stack as (1 - r1)(1 - r2), whatever slots
they lie in.
"""
from __future__ import annotations

import math

import numpy as np
from numba import float64, int64

from sim.jit import kernel, typed_kernel
from sim.ledger import split_discount
from sim.tables import Record

PARTS = 1e6  # rates are read in millionths: a float32 of .15 means .15, not .15000000596
NUDGE = 1e-7  # far below a millionth of a fen: exact halves stay halves in binary


@typed_kernel(int64(int64))
def plain(n: int) -> int:
    """A whole number as int64: rules compile anew for every constant and width of integer they are called with."""
    return n


@typed_kernel(float64(int64, float64, int64))
def coupon_rate(price: int, benefit: float, threshold: int) -> float:
    """The share of a shelf price that one coupon takes off, 0–1; 0 when it is empty or the price too low.

    `price`, `threshold` in fen; `benefit` below 1 is a share, from 1 on fen (never more than the price).
    """
    if benefit <= 0.0 or price <= 0 or price < threshold:
        return 0.0
    if benefit < 1.0:
        return math.floor(benefit * PARTS + 0.5) / PARTS
    return min(math.floor(benefit), price) / price


@kernel
def next_coupon(price: int, after: int, benefits: np.ndarray, thresholds: np.ndarray,
                grants: np.ndarray) -> int:
    """The slot of the next coupon that counts: the best of the lowest instance above `after`; -1 if none."""
    found, best = -1, 0.0
    for slot in range(len(grants)):
        rate = coupon_rate(price, benefits[slot], thresholds[slot])
        if grants[slot] <= after or rate == 0.0:
            continue
        if found < 0 or grants[slot] < grants[found] or (grants[slot] == grants[found] and rate > best):
            found, best = slot, rate
    return found


@typed_kernel(int64(float64))
def whole_fen(amount: float) -> int:
    """An amount of at least 0 as whole fen, half up."""
    return math.floor(amount + 0.5 + NUDGE)


@kernel
def discounted(price: int, benefits: np.ndarray, thresholds: np.ndarray, grants: np.ndarray,
               cuts: np.ndarray) -> int:
    """What the buyer pays for a shelf price of `price` fen with these coupons; rounded once, half up.

    Writes into `cuts` what each slot's coupon takes off: the discount shared in proportion to -ln(1 - r) by
    largest remainder, ties to the earlier instance. A coupon was used exactly if its cut is above 0.
    """
    keep, grant, used, only = 1.0, plain(-1), plain(0), 0
    for slot in range(len(cuts)):
        cuts[slot] = 0
    for _ in range(len(grants)):
        slot = next_coupon(price, grant, benefits, thresholds, grants)
        if slot < 0:
            break
        keep *= 1.0 - coupon_rate(price, benefits[slot], thresholds[slot])
        grant, only, used = grants[slot], slot, used + 1
    if used == 0:
        return int(price)
    paid = whole_fen(price * keep)
    if used == 1:
        cuts[only] = price - paid
    else:
        _share_out(price, price - paid, used, benefits, thresholds, grants, cuts)
    return paid


@kernel
def _share_out(price: int, discount: int, used: int, benefits: np.ndarray, thresholds: np.ndarray,
               grants: np.ndarray, cuts: np.ndarray) -> None:
    """Share a discount over the `used` coupons that count, in order of their instances."""
    slots, weights, shares = np.empty(used, np.int64), np.empty(used), np.zeros(used, np.int64)
    grant = plain(-1)
    for i in range(used):
        slots[i] = next_coupon(price, grant, benefits, thresholds, grants)
        grant = grants[slots[i]]
        weights[i] = -math.log1p(-coupon_rate(price, benefits[slots[i]], thresholds[slots[i]]))
    split_discount(discount, weights, shares)
    for i in range(used):
        cuts[slots[i]] = shares[i]


@typed_kernel(float64(int64, float64))
def price_log(paid: int, outside_price: float) -> float:
    """ln(p_eff / p_out), the price paid against the same good elsewhere, each at least one whole fen."""
    return math.log(max(paid, 1) / max(whole_fen(outside_price), 1))


@kernel
def price_gap(num: Record, level: float, reference: float) -> float:
    """How a price differs from the remembered one, as it is felt: losses weigh more than gains."""
    gap = level - reference
    felt = num.choice_loss * gap if gap > 0.0 else gap
    return num.choice_reference * felt


@kernel
def price_utility(num: Record, sensitivity: float, paid: int, outside_price: float, reference: float,
                  deal: float) -> float:
    """How a price feels, logit: against the price elsewhere, against the remembered one, and as a deal.

    `paid` and `outside_price` in fen; `reference` r_uk, the remembered ln(p_eff / p_out); `deal` the deal tag
    where a coupon applies, else 0. Paying more than remembered hurts `choice_loss` times as much as paying
    less pleases (model.md §2.7; loss ratio: Tversky and Kahneman 1992).
    """
    level = price_log(paid, outside_price)
    return deal - sensitivity * (level + price_gap(num, level, reference))
