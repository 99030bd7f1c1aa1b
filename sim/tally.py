"""What a day counts: one integer a kind of event, added up by lane and then over lanes."""

from enum import IntEnum


class Count(IntEnum):
    """Rows of the day's tally (int64). Money in fen, times in minutes, the rest in events."""

    OPENED = 0
    SLOTS = 1
    PREVIEWS = 2
    VIDEOS = 3
    ADS = 4
    EXPLORED = 5
    WATCHES = 6
    LONG_VIEWS = 7
    CLICKS_VIDEO = 8
    CLICKS_LIVE = 9
    NEGATIVES = 10
    ENTRIES = 11
    ENTRIES_FOLLOW = 12
    DWELL = 13
    MALL_VISITS = 14
    SEARCHES = 15
    SEARCH_VISITS = 16
    SHOP_VISITS = 17
    DIVERTED = 18
    INTENTS = 19
    LEAK_NEED = 20
    LEAK_EXCITED = 21
    SHARES = 22
    ARRIVALS = 23
    INVITED = 24
    DROPOUTS = 25
    ADOPTIONS = 26
    ASKED = 27
    PROMOTERS = 28
    PASSIVES = 29
    DETRACTORS = 30
    INTEREST_SUM = 31  # fixed point, over organic video slots
    INTEREST_COUNT = 32
    AD_MILLIFEN = 33
    FRIEND_SLOTS = 34
    NEEDS = 35
    COUPONS_GIVEN = 36
    ORGANIC_WATCHES = 37
    EXPLORE_WATCHES = 38
    IMPRESSIONS_MERCHANT = 39
    IMPRESSIONS_TAIL = 40
    IMPRESSIONS_WAIST = 41
    IMPRESSIONS_HEAD = 42
    ORGANIC_NEGATIVES = 43
    EXPLORE_NEGATIVES = 44
    # the same two kinds of slots and their watches, of users one standard deviation below the mean activity or more
    QUIET_ORGANIC = 45
    QUIET_ORGANIC_WATCHES = 46
    QUIET_EXPLORED = 47
    QUIET_EXPLORE_WATCHES = 48
    # and of users above the mean
    KEEN_ORGANIC = 49
    KEEN_ORGANIC_WATCHES = 50
    KEEN_EXPLORED = 51
    KEEN_EXPLORE_WATCHES = 52
    MINUTES = 53  # on the app, all venues
    MINUTES_MALL = 54
    MINUTES_SEARCH = 55
    MINUTES_SHOP = 56
    SEARCHES_NEED = 57
    SEARCHES_AFTER_VIEW = 58
    SEARCHES_SUGGESTED = 59
    SEARCHES_UNCLEAR = 60
    ASKED_BACK = 61
    SURPLUS = 62  # yuan, fixed point
    LAPSES = 63
    LEAK_CHOICE = 75  # goods chosen here and bought elsewhere
    LEAK_CHOICE_FEN = 76
    MESSAGES = 77
    ARRIVALS_PAID = 78
    ARRIVALS_ANYWAY = 79  # of them, who would have come unpaid
    ACQUIRED_FEN = 80
    OPENED_FOR_GAME = 81  # who would not have opened without it
    GAME_VISITS = 82  # to the mall, for the game alone
    PLAYERS = 83  # who were in the mall while their game was on
    GAME_FEN = 84
    ARRIVALS_NEW = 64  # first stays
    # organic slots, their watches and interest (fixed point), exploration slots and theirs, by tenure: first week
    FRESH_ORGANIC = 65
    FRESH_ORGANIC_WATCHES = 66
    FRESH_INTEREST = 67
    FRESH_EXPLORED = 68
    FRESH_EXPLORE_WATCHES = 69
    # and of stays of `sim.rules.feed.KNOWN` days or more
    KNOWN_ORGANIC = 70
    KNOWN_ORGANIC_WATCHES = 71
    KNOWN_INTEREST = 72
    KNOWN_EXPLORED = 73
    KNOWN_EXPLORE_WATCHES = 74


COUNTS = max(Count) + 1
