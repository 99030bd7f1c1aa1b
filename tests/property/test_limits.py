"""Worlds at the edge of what is legal have defined days."""

import math

import pytest

from sim.lanes import Lanes
from sim.phases import enter, feed, publish
from tests.worlds import days, toy_model


@pytest.mark.parametrize("empty", ["users", "creators", "merchants"])
def test_nobody_of_one_kind_is_a_legal_world(empty):
    """No users, no creators or no merchants: the days run, the books close, undefined metrics are NaN."""
    row = days(toy_model(f"population.{empty}=0"), 3)[-1]
    if empty == "users":
        assert row["dau"] == 0
        assert math.isnan(row["mab_share"])
    if empty != "creators":
        assert row["orders"] == 0
        assert math.isnan(row["aov"])


@pytest.mark.parametrize("kind", ["interest", "popularity", "random", "oracle"])
def test_every_recommender_serves(kind):
    """Each kind of recommender fills the feed, and only those that know something serve above-average interest."""
    rows = days(toy_model(f"recommender={kind}", "population=classroom", "burn_in=0"), 4)
    served = sum(row["mean_interest_served"] for row in rows) / len(rows)
    assert rows[-1]["video_impressions"] > 0
    if kind == "oracle":
        assert served > 1.0
    if kind == "random":
        assert abs(served) < 0.1


def test_content_era_has_no_shelf():
    """Without mall, search and shops, all orders come from content."""
    rows = days(toy_model("era=content"), 6)
    assert sum(row["orders"] for row in rows) > 0
    assert all(row["shelf_share"] == 0 or math.isnan(row["shelf_share"]) for row in rows)


def test_better_recommender_serves_more_interest():
    """Oracle serves more interest than learning, which serves more than chance (classroom, days 15–20)."""
    served = {}
    for kind in ("oracle", "interest", "random"):
        rows = days(toy_model(f"recommender={kind}", "population=classroom", "burn_in=0"), 20)[14:]
        served[kind] = sum(row["mean_interest_served"] for row in rows)
    assert served["oracle"] > served["interest"] > served["random"]


def test_equal_boost_changes_nothing():
    """The same boost for every presenter leaves previews, rooms entered and feed exactly as they were."""
    results = []
    for boost in (0.0, 1.5):
        model = toy_model()
        days(model, 3)
        model.world.boost[:] = boost
        publish.run(model.world)
        model.world.users["opened"], model.world.users["slots"] = model.world.users["state"] > 0, 20
        model.world.day.events = []
        for rows in (enter.enter_rows, feed.feed_rows):
            Lanes(1, 512).run(model.world, rows, len(model.users))
        results.append(b"".join(piece.tobytes() for piece in model.world.day.events))
    assert results[0] == results[1]
    assert results[0]


def test_conservation_of_impressions():
    """Every commerce slot of the day is a preview, a video, or stays empty; entries never exceed what was offered."""
    for row in days(toy_model(), 10):
        assert row["video_impressions"] <= row["impressions"] + row["friend_cards"]
        assert row["room_entries"] <= row["previews"] + row["entries_follow"]
        presented = sum(row[f"impressions_{who}"] for who in ("merchants", "tail", "waist", "head"))
        assert presented == row["video_impressions"] + row["previews"]
