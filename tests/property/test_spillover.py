"""One person more, and nothing else differs."""

import numpy as np
import pytest

from sim.genesis import create
from sim.model import InterestCommerceModel
from tests.worlds import days, same, toy_config, with_stranger

DAYS = 20
# no channel left through which one person reaches another: no learning, crowd, scarcity, talk or seller's reaction
# six goods a shop fit on its page, so nobody's purchase changes what is shown; sellers neither reprice nor invest
APART = (
    "population.creators=0", "population.products_per_merchant=6", "world.merchants.price_step=0",
    "world.merchants.service_step=0", "world.merchants.quality_step=0", "world.merchants.drift=0",
    "recommender=random", "world.interest.crowd=0", "world.survey.word_of_mouth=false", "world.feed.pool_followers=0",
    "world.rooms.dwell_trust=0",
    "world.goods.stock_floor=100000", "world.merchants.capacity_plus=1000000", "world.fulfil.backlog=100",
    "world.choice.social_proof=0", "world.lists.popularity=0", "world.feed.ad_share=0", "world.feed.explore_bar=0",
)


def test_stranger_outside_changes_nobody():
    """A potential user without ties, held outside, changes no other row and no metric of any day."""
    cfg = toy_config()
    plain, crowded = InterestCommerceModel(cfg), InterestCommerceModel(cfg, with_stranger(cfg))
    crowded.world.platform["reach_hazard"] = plain.world.platform["reach_hazard"]
    for _ in range(DAYS):
        crowded.world.users["state"][-1] = 0
        same(days(plain, 1), days(crowded, 1), but=("arrivals",))
        crowded.world.users["state"][-1] = 0
        assert rows_equal(plain.world.users, crowded.world.users[:-1])


def test_stranger_inside_reaches_nobody():
    """With every channel between people closed, a stranger let in changes no other user's row in six days.

    Sellers decide weekly, so within a week they cannot carry anything over either.
    """
    cfg = toy_config(*APART)
    plain, crowded = InterestCommerceModel(cfg), InterestCommerceModel(cfg, with_stranger(cfg))
    crowded.world.users["state"][-1], crowded.world.users["shopper"][-1] = 1, 1
    crowded.world.users["activity"][-1], crowded.world.users["buyer_effect"][-1] = 9.0, 4.0
    days(plain, 6)
    days(crowded, 6)
    assert crowded.world.users["orders_ever"][-1] > 0
    assert rows_equal(plain.world.users, crowded.world.users[:-1])


def rows_equal(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether two tables agree in every column of every row."""
    differ = [name for name in left.dtype.names if not np.array_equal(left[name], right[name])]
    if differ:
        pytest.fail(f"columns differ: {differ}")
    return True


def test_create_is_repeatable():
    """Genesis is a pure function of the configuration."""
    one, two = create(toy_config()), create(toy_config())
    for kind in ("users", "creators", "merchants", "products"):
        assert rows_equal(getattr(one, kind), getattr(two, kind))
