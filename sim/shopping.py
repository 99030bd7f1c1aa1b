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
HIGHEST = 1.0  # 1/day, above any hazard of adoption


class Shopping(NamedTuple):
    """How shopping spreads over a stay: share of shoppers among arrivals, and the hazard of adopting (1/day)."""

    arriving: float
    hazard: float

    def share_at(self, age: np.ndarray) -> np.ndarray:
        """P(shops) after `age` days of a stay: 1 − (1 − arriving)·e^(−hazard·age)."""
        return 1.0 - (1.0 - self.arriving) * np.exp(-self.hazard * age)


def stationary_shopping(churn: Churn, adopted: float, theta: np.ndarray) -> Shopping:
    """The spread of shopping that leaves the configured share of those present as shoppers.

    `theta` are quantiles of θ among those present. Adoption follows Bass at the stationary share of shopping friends,
    and first orders; what this leaves open the arrivals must bring. Where adoption alone already exceeds the
    configured share, nobody arrives as a shopper, and the stock has been growing for less long and goes on doing so.
    """
    peers = adopted * churn.shoppers
    hazard = (churn.bass_p + churn.bass_q * peers) / YEAR + churn.first_orders
    stay = np.clip(theta, churn.floor, 1.0)
    arriving = 1.0 - (1.0 - churn.shoppers) / not_yet(stay, hazard)
    if arriving >= 0.0:
        return Shopping(float(arriving), hazard)
    reached = optimize.brentq(lambda h: not_yet(stay, h) - 1.0 + churn.shoppers, 0.0, HIGHEST)
    return Shopping(0.0, float(reached))


def not_yet(stay: np.ndarray, hazard: float) -> float:
    """Share of those present who have not adopted during their stay: mean of e^(−hazard·age), age geometric in θ."""
    return float(np.mean(stay / (1.0 - (1.0 - stay) * np.exp(-hazard))))
