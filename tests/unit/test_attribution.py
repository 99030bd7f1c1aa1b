"""Attribution and minutes: whose content an order goes back to, and where the minutes of a day went."""

import numpy as np
import pytest

from sim.agents.user import KNOWN_SHOPS
from sim.attribution import attribution, exciters
from sim.rng import Venue
from sim.rules.choose import BROWSE, EXCITED, NEED, surplus
from sim.rules.excite import excite, exciter
from sim.rules.purchase import know_shop
from sim.rules.shelf import other_meaning
from sim.tables import AFTER_VIEW, DIVERTED, ORDER, OWN_VISIT
from tests.worlds import days, toy_model

CREATORS = 10


def order(**fields) -> np.ndarray:
    """One order worth 100 yuan."""
    one = np.zeros(1, ORDER)
    for name, value in ({"paid": 10_000, "venue": Venue.MALL, "merchant": 3} | fields).items():
        one[name] = value
    return one


@pytest.mark.parametrize("account", [0, 7, 10, 4_000_000])
@pytest.mark.parametrize("live", [0, 1])
def test_the_exciter_of_an_order_is_read_as_it_was_written(account, live):
    """Account and venue go through one number; 0 is nobody."""
    accounts, lives = exciters(order(excited_by=exciter(account, live)))
    assert accounts[0] == account and lives[0] == bool(live)
    assert exciters(order(excited_by=0))[0][0] == -1


def test_whoever_lifts_a_trace_to_the_threshold_excited_it():
    """A faint trace is taken over, a real one is not, one that has faded is again."""
    num = np.rec.array(np.array([(0.25,)], [("needs_excited", "f8")]))
    user = np.rec.array(np.zeros(1, [("intent", "f4", (2,)), ("excited_by", "i4", (2,))]))
    found = []
    for clicks, account in ((0.03, 1), (1.0, 2), (1.0, 3), (-1.9, 4), (0.5, 5)):
        excite(num[0], user[0], 1, clicks, account, 0)
        found.append(exciters(order(excited_by=user["excited_by"][0, 1]))[0][0])
    assert found == [1, 2, 2, 2, 5] and user["excited_by"][0, 0] == 0


def test_help_to_the_shelf_is_split_among_those_who_excited():
    """A need does not undo that content helped; a faint trace and an order in content itself are no help."""
    orders = np.concatenate([
        order(excited_by=exciter(2, 0), trace=0.25, origin=EXCITED, via=AFTER_VIEW),
        order(excited_by=exciter(12, 1), trace=3.0, origin=NEED),
        order(excited_by=exciter(2, 0), trace=0.24, origin=BROWSE),
        order(excited_by=exciter(2, 1), trace=1.0, origin=EXCITED, venue=Venue.LIVE),
    ])
    row = attribution(orders, orders["paid"].astype(np.int64), CREATORS, 0.25)
    assert row["assisted_gmv"] == 200.0
    assert row["assisted_gmv_creator_video"] == row["assisted_gmv_merchant_live"] == 100.0
    assert row["assisted_gmv_creator_live"] == row["assisted_gmv_merchant_video"] == 0.0
    assert [row[f"gmv_origin_{name}"] for name in ("need", "interest", "browse")] == [100.0, 200.0, 100.0]


def test_only_a_diverted_order_that_another_excited_is_cannibalised():
    """The seller's own content, or no content, leaves nobody to be robbed."""
    seller = CREATORS + 3
    orders = np.concatenate([
        order(via=DIVERTED, excited_by=exciter(2, 0)), order(via=DIVERTED, excited_by=exciter(seller, 0)),
        order(via=DIVERTED), order(via=OWN_VISIT, excited_by=exciter(2, 0))])
    assert attribution(orders, orders["paid"].astype(np.int64), CREATORS, 0.25)["cannibalised_gmv"] == 100.0


def test_surplus_is_the_log_sum_in_money():
    """One good at 100 yuan with V = 0 and ε = 2: ln 2 / (2/100) yuan; λ does not matter to a single good."""
    assert surplus(2.0, 1.0, 10_000.0, 1.0, 1.0) == pytest.approx(50.0 * np.log(2.0))
    assert surplus(2.0, 1.0, 10_000.0, 0.4, 1.0) == pytest.approx(50.0 * np.log(2.0))
    assert surplus(2.0, 0.0, 0.0, 0.4, 1.0) == 0.0


def test_a_buyer_remembers_the_last_shops_each_once():
    """The latest comes first; buying again where one has bought forgets nobody."""
    user = np.rec.array(np.zeros(1, [("bought", "i4", (KNOWN_SHOPS,))]))
    user["bought"] = -1
    seen = []
    for merchant in (5, 5, 6, 5, 7):
        know_shop(user[0], merchant)
        seen.append(user["bought"][0].tolist())
    assert seen == [[5, -1], [5, -1], [6, 5], [5, 6], [7, 5]]


def test_an_unclear_query_means_another_category():
    """Never the one that was meant, and every other one some day."""
    model = toy_model()
    now, users = model.world.now, model.world.users.view(np.recarray)
    meant = {other_meaning(now[0], users[i], 4) for i in range(len(users))}
    assert meant == set(range(12)) - {4}


def test_the_days_books_of_attention_close():
    """Origins sum to GMV, helpers to the help, causes to the searches, venues to the minutes, every day."""
    for row in days(toy_model("population=classroom", "population.users=400"), 6):
        origins = sum(row[f"gmv_origin_{name}"] for name in ("need", "interest", "browse"))
        assert origins == pytest.approx(row["gmv_gross"])
        helpers = [row[f"assisted_gmv_{who}_{where}"] for who in ("creator", "merchant") for where in ("video", "live")]
        assert sum(helpers) == pytest.approx(row["assisted_gmv"]) and row["assisted_gmv"] <= row["gmv_gross"]
        causes = row["searches_need"] + row["searches_after_view"] + row["searches_suggested"]
        assert causes == row["searches"]
        assert sum(row[f"minutes_{v}"] for v in ("feed", "live", "mall", "search", "shop")) == row["minutes"]
        assert 0 < row["minutes_live"] < row["watch_minutes"] < row["minutes"]


def test_time_in_rooms_and_mall_is_not_there_for_videos():
    """Longer visits to the mall leave fewer videos and as many minutes in all."""
    short, long = (days(toy_model("population=classroom", f"world.lists.mall_minutes={m}"), 1)[0] for m in (1, 40))
    assert long["minutes"] == short["minutes"] and long["minutes_mall"] > 10 * short["minutes_mall"]
    assert long["video_impressions"] < 0.97 * short["video_impressions"]
