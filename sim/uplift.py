"""Whom a coupon would move: what the platform expects of one, from what it has seen of each user (智能券)."""
from __future__ import annotations

import numpy as np

from sim.programmes import Bar

PRIOR_ORDERS, PRIOR_DAYS = 1.0, 30.0  # what a user without a record is taken for: an order a month (assumption)
RARE = 1e-9


def buying_odds(users: np.ndarray, today: int, days: int) -> np.ndarray:
    """P(a user buys within so many days) by the orders of the stay so far, shrunk to an order a month (users,).

    Purchases as a Poisson stream whose rate is the mean of a gamma posterior (Ehrenberg 1959; Fader, Hardie and Lee
    2005 for its use on single customers). Records begin at genesis.
    """
    seen = np.clip(today - np.maximum(users["started"], 0), 0, None).astype(np.float64)
    rate = (users["orders_spell"] + PRIOR_ORDERS) / (seen + PRIOR_DAYS)
    return np.maximum(-np.expm1(-rate * days), RARE)


def expected_return(users: np.ndarray, today: int, share: float, days: int, elasticity: float) -> np.ndarray:
    """New sales for each yuan that a coupon of a `share` off costs, if a user gets one for so many days (users,).

    The log-odds of buying rise by elasticity × −ln(1 − share); the coupon is paid on every order, the new and those
    that would have come anyway, so who buys rarely has the highest return.
    """
    before = buying_odds(users, today, days)
    after = before / (before + (1.0 - before) * (1.0 - share) ** elasticity)
    return (after - before) / (after * share)


def above(users: np.ndarray, today: int, share: float, days: int, bar: Bar) -> np.ndarray:
    """Which users' coupons are expected to bring at least the bar; bool (users,)."""
    return expected_return(users, today, share, days, bar.elasticity) >= bar.least
