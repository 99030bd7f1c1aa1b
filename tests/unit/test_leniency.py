"""Leniency may go with the inclination to buy: a common cause of orders and opinions, off by default."""
from __future__ import annotations

import numpy as np
import pytest

from sim.compose import configure
from sim.genesis import theta_tables, users_at_genesis

PEOPLE = 20_000


def people(shared: float) -> np.ndarray:
    """The users of a first day whose leniency shares so much with b_u."""
    config = configure("population=toy", f"world.satisfy.person_buying={shared}")
    churn = config.world.churn
    return users_at_genesis(PEOPLE, config, theta_tables(churn.alpha, churn.beta, churn.floor),
                            np.random.default_rng(8))


@pytest.mark.parametrize("shared", [-0.5, 0.0, 0.6, 1.0])
def test_it_correlates_as_asked_and_keeps_its_spread(shared: float) -> None:
    """Within four standard errors of a correlation and of a standard deviation."""
    found, spread = people(shared), configure("population=toy").world.satisfy.person_sd
    lenient, liking = found["leniency"].astype(float), found["buyer_effect"].astype(float)
    assert np.corrcoef(lenient, liking)[0, 1] == pytest.approx(shared, abs=4 * (1 - shared**2) / PEOPLE**0.5 + 1e-6)
    assert lenient.std() == pytest.approx(spread, rel=4 / (2 * PEOPLE) ** 0.5)


def test_it_changes_nobodys_other_traits() -> None:
    """But for what hangs on leniency: θ, and with it who is there, since when, and what they did before."""
    plain, shared = people(0.0), people(0.6)
    for name in ("taste", "activity", "buyer_effect", "price_sensitivity", "impulse", "need_rate", "wallet_week"):
        assert (plain[name] == shared[name]).all(), name
    assert (plain["leniency"] != shared["leniency"]).any()
