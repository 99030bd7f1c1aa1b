"""Who shops on the first day, and who among those who arrive later: both from one stationary stock (model.md §1).

Whoever is on the platform adopts shopping sooner or later, so the longer a stay the likelier its person shops. A first
day that gave every stay the same chance would be no stationary state: the long stays, which hardly anyone leaves, would
go on adopting for years and every series with them.
"""

from typing import NamedTuple

import numpy as np
from scipy import optimize

from sim.parameters import Churn

YEAR = 365.0


class Shopping(NamedTuple):
    """How shopping spreads over a stay: share of shoppers among arrivals, hazards of adopting and giving up (1/day)."""

    arriving: float
    hazard: float
    lapses: float = 0.0

    def share_at(self, age: np.ndarray) -> np.ndarray:
        """P(shops) after `age` days of a stay: from the arrivals' share towards hazard / (hazard + lapses)."""
        ends = balance(self.hazard, self.lapses)
        return ends + (self.arriving - ends) * np.exp(-(self.hazard + self.lapses) * age)


def balance(hazard: float, lapses: float) -> float:
    """Share of shoppers at which as many adopt as give up."""
    return hazard / (hazard + lapses) if hazard + lapses > 0.0 else 0.0


def stationary_shopping(churn: Churn, adopted: float, theta: np.ndarray) -> Shopping:
    """The spread of shopping that leaves the configured share of those present as shoppers.

    `theta` are quantiles of θ among those present. Adoption follows Bass at the stationary share of shopping friends,
    and first orders; what this and lapsing leave open the arrivals must bring. Where adoption alone already exceeds the
    configured share, nobody arrives as a shopper, and the stock has been growing for less long and goes on doing so.
    """
    peers = adopted * churn.shoppers
    hazard = (churn.bass_p + churn.bass_q * peers) / YEAR + churn.first_orders
    stay = np.clip(theta, churn.floor, 1.0)
    arriving = arrivals_needed(churn, stay, hazard)
    if arriving >= 0.0:
        return Shopping(min(1.0, float(arriving)), hazard, churn.lapses)
    reached = optimize.brentq(lambda h: arrivals_needed(churn, stay, h), 0.0, hazard)
    return Shopping(0.0, float(reached), churn.lapses)


def arrivals_needed(churn: Churn, stay: np.ndarray, hazard: float) -> float:
    """Share of shoppers among arrivals that keeps the configured share of those present; below 0: too many."""
    ends, left = balance(hazard, churn.lapses), not_yet(stay, hazard + churn.lapses)
    return (churn.shoppers - ends * (1.0 - left)) / left


def not_yet(stay: np.ndarray, hazard: float) -> float:
    """Share of those present whom a hazard spared in their stay: mean of e^(−hazard·age), age geometric in θ."""
    return float(np.mean(stay / (1.0 - (1.0 - stay) * np.exp(-hazard))))
