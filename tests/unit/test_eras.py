"""Eras and starts are presets of numbers: what is not there sells nothing, what is there does."""

import pytest

from sim.compose import configure, members
from sim.schema import ConfigError
from tests.worlds import days, toy_model

VENUES = {"video", "live", "mall", "search", "shop"}
DAYS = 25


@pytest.mark.parametrize("preset", ["era=tool", "era=content", "era=omni", "era=shelf", "start=shelf"])
def test_venues_that_are_not_there_trade_exactly_nothing(preset):
    """Orders and GMV of every closed venue are 0 on every day; those that are open trade."""
    model = toy_model("population=classroom", preset)
    rows, there = days(model, DAYS), set(model.cfg.era.venues)
    for venue in VENUES - there:
        assert all(row[f"orders_{venue}"] == 0 and row[f"gmv_{venue}"] == 0 for row in rows)
    for venue in there:
        assert sum(row[f"orders_{venue}"] for row in rows) > 0, venue
    assert sum(row["gmv_gross"] for row in rows) == pytest.approx(sum(row[f"gmv_{v}"] for row in rows for v in there))


def test_tool_has_ads_and_few_rooms():
    """Ads take more of the video slots than in content, at least half of them; few hosts are on air."""
    tool, content = (days(toy_model("population=classroom", f"era={era}"), DAYS) for era in ("tool", "content"))
    share, rooms = ([sum(row[name] for row in rows) / sum(row[whole] for row in rows) for rows in (tool, content)]
                    for name, whole in (("impressions_ads", "video_impressions"), ("rooms_open", "dau")))
    assert share[0] > 0.5 > share[1] and rooms[0] < 0.5 * rooms[1]


def test_search_comes_first_where_people_came_to_buy():
    """`start=shelf` sells more by search than the same era does; nobody searches for what a video showed."""
    shelf, usual = (days(toy_model("population=classroom", *start), DAYS) for start in (["start=shelf"], []))
    orders, after = ([sum(row[name] for row in rows) for rows in (shelf, usual)]
                     for name in ("orders_search", "searches_after_view"))
    assert orders[0] > orders[1] and after[0] == 0 < after[1]


def test_presets_of_starts_are_named():
    assert members("start") == ["content", "shelf"] and configure().start.name == "content"
    with pytest.raises(ConfigError, match="there are: content, shelf"):
        configure("start=self")
