"""Who pays changes nobody's mind but the payer's: until creators and merchants next decide, only the ledger differs."""

import numpy as np
import pytest

from sim.model import InterestCommerceModel
from tests.worlds import days, toy_model

DAY = 6
GIVERS = ("subsidy", "red_packets", "flash_sale", "mind_channel", "category_explosion", "replenishment",
          "newcomer_rights", "self_broadcast_support", "campaign_calendar")
GENEROUS = ("policy.subsidy.threshold_yuan=0", "policy.red_packets.threshold_yuan=0", "policy.flash_sale.goods=1",
            "policy.category_explosion.segment.ranges.category=[0,5]", "policy.replenishment.low=10",
            f"policy.campaign_calendar.dates=[{DAY}]", "policy.campaign_calendar.sizes=[1]",
            "policy.newcomer_rights.pool_age=0")
SPLITS = {"platform": (1, 0, 0, 0), "merchant": (0, 1, 0, 0), "creator": (0, 0, 1, 0), "partner": (0, 0, 0, 1),
          "all four": (0.4, 0.3, 0.2, 0.1)}


def lived(*overrides: str) -> InterestCommerceModel:
    """A toy world at the end of the first day on which money is given away, no purse limited."""
    limits = [f"policy.{name}.{word}" for name in GIVERS
              for word in (f"start={DAY}", "budget_yuan=null", "budget_yuan_per_1000=null")]
    model = toy_model(f"policy=[{','.join(GIVERS)}]", *GENEROUS, *limits, *overrides)
    days(model, DAY + 1)
    return model


def paid_by(split: tuple[float, ...]) -> list[str]:
    """The overrides by which every policy's funders share in these parts."""
    return [f"policy.{name}.funders.{who}={part}" for name in GIVERS
            for who, part in zip(("platform", "merchant", "creator", "partner"), split, strict=True)]


@pytest.fixture(scope="module")
def first() -> InterestCommerceModel:
    """The world in which the platform pays for everything."""
    return lived(*paid_by(SPLITS["platform"]))


@pytest.mark.parametrize("split", [name for name in SPLITS if name != "platform"])
def test_the_split_over_funders_moves_money_and_nothing_else(first, split):
    """Every order of the day and every user are equal to the bit; the same was given away, out of other pockets."""
    other = lived(*paid_by(SPLITS[split]))
    orders = first.world.day.orders
    assert (orders["cuts"] > 0).any(axis=1).sum() > 5
    assert other.world.day.orders.tobytes() == orders.tobytes()
    assert other.world.users.tobytes() == first.world.users.tobytes()
    assert (other.world.purses["spent"] == first.world.purses["spent"]).all()
    assert other.world.ledger.total() == first.world.ledger.total() == 0
    assert not np.array_equal(other.world.ledger.balances, first.world.ledger.balances)
