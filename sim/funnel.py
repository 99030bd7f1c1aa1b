"""The funnel's counts: what of a day's tally the daily table shows, each with its unit and meaning.

`_organic` slots are neither ads nor exploration. `_quiet` users lie one standard deviation of activity below the mean
or more, `_keen` above it; `_fresh` users are in the first week of their first stay, `_known` in a stay of 60 days or
more.
"""
from __future__ import annotations

from typing import NamedTuple

from sim.tally import Count


class Step(NamedTuple):
    """One count of the funnel."""

    row: Count
    unit: str
    meaning: str


SLOTS, PLAYS, VISITS, SEARCHES = "slots", "plays", "visits", "searches"


def tenure(name: str, who: str) -> dict[str, Step]:
    """Slots and watches of the users of one tenure."""
    whom = {"fresh": "the first week of a first stay", "known": "a stay of 60 days or more"}[name]
    kinds = {"organic": "organic slots", "explore": "exploration slots"}
    rows = {"organic": Count[f"{who}_ORGANIC"], "explore": Count[f"{who}_EXPLORED"]}
    watches = {"organic": Count[f"{who}_ORGANIC_WATCHES"], "explore": Count[f"{who}_EXPLORE_WATCHES"]}
    found = {}
    for kind, slots in kinds.items():
        found[f"impressions_{kind}_{name}"] = Step(rows[kind], SLOTS, f"{slots} of users in {whom}")
        found[f"watches_{kind}_{name}"] = Step(watches[kind], PLAYS, f"effective plays in {slots} of users in {whom}")
    return found


FUNNEL: dict[str, Step] = {
    "impressions": Step(Count.SLOTS, SLOTS, "commerce slots of today's visits, videos and previews"),
    "previews": Step(Count.PREVIEWS, SLOTS, "slots that preview a live room"),
    "video_impressions": Step(Count.VIDEOS, SLOTS, "slots that show a video, friends' cards included"),
    "impressions_ads": Step(Count.ADS, SLOTS, "video slots sold as ads"),
    "impressions_explore": Step(Count.EXPLORED, SLOTS, "video slots that show a little-seen card by lot"),
    "watches": Step(Count.WATCHES, PLAYS, "effective plays of videos"),
    "long_views": Step(Count.LONG_VIEWS, PLAYS, "videos viewed long"),
    "product_clicks": Step(Count.CLICKS_VIDEO, "clicks", "clicks on the product of a video"),
    "clicks_live": Step(Count.CLICKS_LIVE, "clicks", "clicks on a product in live rooms"),
    "negatives": Step(Count.NEGATIVES, "clicks", "videos marked as not of interest"),
    "room_entries": Step(Count.ENTRIES, VISITS, "entries into live rooms"),
    "entries_follow": Step(Count.ENTRIES_FOLLOW, VISITS, "entries into the rooms of followed accounts"),
    "mall_visits": Step(Count.MALL_VISITS, VISITS, "visits to the mall's tab"),
    "search_visits": Step(Count.SEARCH_VISITS, VISITS, "users with a search, by need or by intent"),
    "searches": Step(Count.SEARCHES, SEARCHES, "results pages looked at"),
    "searches_need": Step(Count.SEARCHES_NEED, SEARCHES, "for an open need"),
    "searches_after_view": Step(Count.SEARCHES_AFTER_VIEW, SEARCHES, "for what content showed (看后搜)"),
    "searches_suggested": Step(Count.SEARCHES_SUGGESTED, SEARCHES, "by suggestion (猜你想搜)"),
    "searches_unclear": Step(Count.SEARCHES_UNCLEAR, SEARCHES, "with words that fit several kinds of goods"),
    "asked_back": Step(Count.ASKED_BACK, SEARCHES, "unclear searches to which the platform put a question"),
    "shop_visits": Step(Count.SHOP_VISITS, VISITS, "visits to the shop of a followed or known merchant"),
    "diverted": Step(Count.DIVERTED, VISITS, "visits led from content to the shelf by a policy"),
    "intents": Step(Count.INTENTS, "intents", "decisions to buy, before clearing"),
    "needs": Step(Count.NEEDS, "needs", "needs that arose today"),
    "shares": Step(Count.SHARES, "shares", "goods passed on to friends"),
    "friend_cards": Step(Count.FRIEND_SLOTS, SLOTS, "cards shown because a friend passed the good on"),
    "impressions_merchants": Step(Count.IMPRESSIONS_MERCHANT, SLOTS, "of merchants' own accounts"),
    "impressions_tail": Step(Count.IMPRESSIONS_TAIL, SLOTS, "of creators of the tail tier"),
    "impressions_waist": Step(Count.IMPRESSIONS_WAIST, SLOTS, "of creators of the middle tier"),
    "impressions_head": Step(Count.IMPRESSIONS_HEAD, SLOTS, "of creators of the head tier"),
    "coupons_given": Step(Count.COUPONS_GIVEN, "coupons", "coupons that policies handed out"),
    "messages": Step(Count.MESSAGES, "messages", "sent to users by programmes"),
    "opened_for_game": Step(Count.OPENED_FOR_GAME, "users", "who would not have opened the app without its game"),
    "game_visits": Step(Count.GAME_VISITS, VISITS, "to the mall for a game alone: no good is looked at"),
    "players": Step(Count.PLAYERS, "users", "who were in the mall while their game was on"),
    "impressions_organic": Step(Count.INTEREST_COUNT, SLOTS, "video slots neither ad nor exploration"),
    "watches_organic": Step(Count.ORGANIC_WATCHES, PLAYS, "effective plays in organic slots"),
    "watches_explore": Step(Count.EXPLORE_WATCHES, PLAYS, "effective plays in exploration slots"),
    "negatives_organic": Step(Count.ORGANIC_NEGATIVES, "clicks", "organic videos marked as not of interest"),
    "negatives_explore": Step(Count.EXPLORE_NEGATIVES, "clicks", "exploration videos marked as not of interest"),
    "impressions_organic_quiet": Step(Count.QUIET_ORGANIC, SLOTS, "organic slots of quiet users"),
    "watches_organic_quiet": Step(Count.QUIET_ORGANIC_WATCHES, PLAYS, "effective plays in them"),
    "impressions_explore_quiet": Step(Count.QUIET_EXPLORED, SLOTS, "exploration slots of quiet users"),
    "watches_explore_quiet": Step(Count.QUIET_EXPLORE_WATCHES, PLAYS, "effective plays in them"),
    "impressions_organic_keen": Step(Count.KEEN_ORGANIC, SLOTS, "organic slots of keen users"),
    "watches_organic_keen": Step(Count.KEEN_ORGANIC_WATCHES, PLAYS, "effective plays in them"),
    "impressions_explore_keen": Step(Count.KEEN_EXPLORED, SLOTS, "exploration slots of keen users"),
    "watches_explore_keen": Step(Count.KEEN_EXPLORE_WATCHES, PLAYS, "effective plays in them"),
    **tenure("fresh", "FRESH"), **tenure("known", "KNOWN"),
}
