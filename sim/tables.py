"""What kernels see: every array of the world under one name, and the records of a day's work."""

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import levers
from sim.agents import creator, merchant, platform, recommender, user
from sim.agents.creator import OFFERS
from sim.agents.user import COUPON_SLOTS, DIM
from sim.interpreted import view
from sim.numbers import numbers_dtype
from sim.population import make_dtype
from sim.rng import CLOCK

INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT") == "1"  # rules run as plain Python

Record = Any  # one row of a structured array, as rules see it: type checkers cannot know its fields
GRID = 36  # steps of ten minutes a room may be open
STEP = 10  # minutes
TILE = 32  # items in a tile of the search index
PLATFORM, MERCHANT, CREATOR, PARTNER = range(4)  # a purse's funders, by their place
FUNDERS = PARTNER + 1

# flags of an impression
WATCH, LONG, CLICK, ORDERED, RETURNED, AD, EXPLORED, PREVIEW = 1, 2, 4, 8, 16, 32, 64, 128

CARD = np.dtype([
    ("key", "u4"), ("presenter", "i4"), ("product", "i4"), ("merchant", "i4"), ("category", "u1"),
    ("young", "u1"), ("brand", "u1"), ("attract", "f4"), ("boost", "f4"), ("gmv", "f4"), ("bid", "f4"),
    ("experience", "f4"), ("position", "f4", (DIM,)), ("factor", "f4", (DIM,)),
], align=True)

ROOM = np.dtype([
    ("key", "u4"), ("presenter", "i4"), ("merchant", "i4"), ("own", "u1"), ("start", "i2"), ("minutes", "i2"),
    ("count", "i2"), ("skill", "f4"), ("trust", "f4"), ("hype", "f4"), ("attract", "f4"), ("boost", "f4"),
    ("gmv", "f4"), ("weight", "f4"), ("position", "f4", (DIM,)), ("factor", "f4", (DIM,)),
    ("goods", "i4", (OFFERS,)), ("viewer_minutes", "i8", (GRID,)), ("entries", "i8"), ("sales", "i8"),
    ("traffic", "f4"), ("packet", "f4"), ("urgency", "f4", (OFFERS,)), ("pitch", "i1", (GRID,)),
], align=True)

EVENT = np.dtype([
    ("user", "i4"), ("presenter", "i4"), ("product", "i4"), ("flags", "u2"), ("slot", "i2"),
    ("price", "i4"),  # of an ad, milli-fen
], align=True)

INTENT = np.dtype([
    ("priority", "u8"), ("user", "i4"), ("user_key", "u4"), ("product", "i4"), ("presenter", "i4"),
    ("venue", "u1"), ("origin", "u1"), ("via", "u1"), ("excited_by", "i4"), ("trace", "f4"),
    ("status", "u1"), ("insured", "u1"), ("nth", "i2"), ("spell", "i2"),
    ("list_price", "i4"), ("price", "i4"), ("paid", "i4"), ("outside_price", "i4"), ("base", "f8"), ("rival", "f8"),
    ("sensitivity", "f4"), ("reference", "f4"), ("deal", "f4"), ("expected", "f4"),
    ("spent", "f4"),  # of the buyer's intent in the category
    ("grants", "i2", (COUPON_SLOTS,)), ("benefits", "f4", (COUPON_SLOTS,)), ("thresholds", "i4", (COUPON_SLOTS,)),
    ("expiries", "i2", (COUPON_SLOTS,)), ("cuts", "i4", (COUPON_SLOTS,)), ("categories", "i1", (COUPON_SLOTS,)),
], align=True)
STANDS, LAPSED_BUDGET, LAPSED_STOCK = 1, 2, 3
# `via`: the way that led to what was bought
(OWN_VISIT, NEED_SEARCH, AFTER_VIEW, SUGGESTED, DIVERTED, FEED_CARD, AD_CARD, FRIEND_CARD, PREVIEWED_ROOM,
 FOLLOWED_ROOM, FOLLOWED_SHOP, KNOWN_SHOP) = range(12)

TIE_CHANGE = np.dtype([("user", "i4"), ("target", "i4"), ("user_key", "u4"), ("sign", "i1")], align=True)

ORDER = np.dtype([
    ("day", "i4"), ("user", "i4"), ("user_key", "u4"), ("product", "i4"), ("product_key", "u4"), ("merchant", "i4"),
    ("presenter", "i4"), ("category", "u1"), ("venue", "u1"), ("origin", "u1"), ("via", "u1"),
    ("excited_by", "i4"), ("trace", "f4"), ("outside_price", "i4"), ("status", "u1"), ("insured", "u1"),
    ("stars", "u1"), ("late", "u1"), ("failed", "u1"), ("complained", "u1"), ("returned", "u1"), ("judged", "u1"),
    ("defect", "u1"),
    ("spell", "i2"), ("nth", "i2"), ("list_price", "i4"), ("paid", "i4"), ("subsidy", "i4"), ("fee", "i4"),
    ("commission", "i4"), ("cost", "i4"), ("dispatch", "i4"), ("due", "i4"), ("final", "i4"),
    ("quality", "f4"), ("expected", "f4"), ("lateness", "f4"), ("latent", "f4"), ("signal", "f4"), ("hazard", "f4"),
    ("grants", "i2", (COUPON_SLOTS,)), ("cuts", "i4", (COUPON_SLOTS,)),
], align=True)
PAID, SENT, DELIVERED, RETURNING, SETTLED, REFUNDED, CANCELLED = 0, 1, 2, 3, 4, 5, 6

PURSE = np.dtype([("left", "i8"), ("spent", "i8"), ("funders", "f8", (FUNDERS,)),
                  ("refused", "i8")], align=True)  # benefits refused today for want of money
COVER = np.dtype([("purse", "i2"), ("share", "f4")], align=True)
BOOST = np.dtype([("cards", "f4"), ("rooms", "f4")], align=True)
STUDIO = np.dtype([("frequency", "f8"), ("skill", "f8"), ("capacity", "f8"), ("noise", "f8"), ("attract", "f8"),
                   ("certificate", "f8"), ("accounts", "i8"), ("brand", "i8"), ("brand_pull", "f8"),
                   ("brand_follow", "f8")], align=True)
NO_STUDIO = (1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1, 0, 0.0, 0.0)  # what a merchant has without any programme
DEAL = np.dtype([("purse", "i2"), ("venues", "u1"), ("benefit", "f4"), ("lift", "f4"), ("units", "i4"),
                 ("entry_purse", "i2"), ("entry_venues", "u1"), ("entry_benefit", "f4"), ("entry_pull", "f4"),
                 ("entry_days", "i4"), ("entry_orders", "i4")], align=True)  # `entry_`: for newcomers alone
NO_DEAL = (-1, 0, 0.0, 0.0, -1, -1, 0, 0.0, 0.0, 0, 0)  # what a good has without any programme
SELECTED = 1  # bit of a good's labels: chosen by the platform (严选)
OF_THE_GOOD = -1  # expiry of a benefit that came with the good and is nobody's coupon
ANY = -1  # category of a coupon that is valid for every good
ENDLESS = -1  # units of a deal that has no limit


LAYOUT: dict[str, tuple[np.dtype, int]] = {
    "users": (make_dtype(user.COLUMNS), 1),
    "creators": (make_dtype(creator.COLUMNS), 1),
    "merchants": (make_dtype(merchant.COLUMNS), 1),
    "products": (make_dtype(merchant.PRODUCT_COLUMNS), 1),
    "recommender": (make_dtype(recommender.COLUMNS), 1),
    "platform": (make_dtype(platform.COLUMNS), 1),
    "num": (numbers_dtype(), 1),
    "lev": (levers.DTYPE, 1),
    "now": (CLOCK, 1),
    "modes": (np.dtype("i8"), 1),
    "theta": (np.dtype("f8"), 2),
    "boost": (BOOST, 1),
    "cover": (COVER, 1),
    "studio": (STUDIO, 1),
    "deals": (DEAL, 1),
    "purses": (PURSE, 1),
    "ties_ptr": (np.dtype("i8"), 1),
    "ties_idx": (np.dtype("i4"), 1),
    "follow_ptr": (np.dtype("i8"), 1),
    "follow_idx": (np.dtype("i4"), 1),
    "shop_ptr": (np.dtype("i8"), 1),
    "shop_idx": (np.dtype("i4"), 1),
    "signals": (np.dtype("u1"), 1),
    "cards": (CARD, 1),
    "rooms": (ROOM, 1),
    "card_of": (np.dtype("i4"), 1),
    "room_of": (np.dtype("i4"), 1),
    "young": (np.dtype("i4"), 1),
    "visits": (np.dtype(user.VISIT, align=True), 2),
    "pools": (np.dtype("i4"), 2),
    "pages": (np.dtype("i4"), 2),
    "page_size": (np.dtype("i4"), 1),
    "card_centres": (np.dtype("f4"), 2),
    "card_start": (np.dtype("i8"), 1),
    "card_ids": (np.dtype("i4"), 1),
    "card_tiles": (np.dtype("f4"), 3),
    "good_centres": (np.dtype("f4"), 2),
    "good_start": (np.dtype("i8"), 1),
    "good_ids": (np.dtype("i4"), 1),
    "good_tiles": (np.dtype("f4"), 3),
    "examples": (np.dtype("f4"), 2),
    "parcels": (ORDER, 1),
    "log": (EVENT, 1),
    "events": (EVENT, 1),
    "intents": (INTENT, 1),
    "changes": (TIE_CHANGE, 1),
    "fill": (np.dtype("i8"), 1),
    "tally": (np.dtype("i8"), 1),
}
"""Every array of `Tables`: dtype and number of dimensions."""
ENTRY = 4  # words of the directory for each array: address and up to three extents


class Tables:
    """The arrays that kernels read and write; `t` in every rule.

    Populations and catalogue hold one row an agent or good. `cards`, `rooms`, `visits`, `pools`, `pages` are the
    day's. `events`, `intents`, `changes` are a lane's growing buffers with their fill in `fill`; `tally` counts.
    Arrays not given are empty. Raises TypeError for an array of another layout.
    """

    __slots__ = (*LAYOUT, "address", "directory")

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """An array by its name; type checkers cannot know their fields."""

    def __init__(self, **arrays: np.ndarray) -> None:
        self.directory = np.zeros(len(LAYOUT) * ENTRY, np.int64)
        for place, (name, (dtype, ndim)) in enumerate(LAYOUT.items()):
            array = arrays.pop(name, None)
            array = np.zeros((0,) * ndim, dtype) if array is None else array
            if array.dtype != dtype or array.ndim != ndim or not array.flags.c_contiguous:
                raise TypeError(f"{name} must be a contiguous array of {ndim} dimensions and the declared dtype")
            self.directory[place * ENTRY] = array.ctypes.data
            self.directory[place * ENTRY + 1 : place * ENTRY + 1 + ndim] = array.shape
            setattr(self, name, view(array) if INTERPRETED else array)
        if arrays:
            raise TypeError(f"no such tables: {', '.join(arrays)}")
        self.address = int(self.directory.ctypes.data)


# what friends can see of a user, one byte (world.signals)
ADOPTED, SHOPS, PROMOTES, DETRACTS, SHARES = 1, 2, 4, 8, 16

# modes: switches that are not numbers
RECOMMENDER, SATISFACTION, VENUES, CHOICE, CHANNEL_RULE, PRICE_RULE, CAREER_RULE, OUTSIDE_OPTION = range(8)
MODES = 8
INTEREST, POPULARITY, RANDOM, ORACLE = 0, 1, 2, 3
LEVEL_AND_SURPRISE, SURPRISE_ONLY = 0, 1
NESTED_LOGIT, BEST_OF_LAST = 0, 1
NOTHING, SAME_GOOD = 0, 1
BANDIT, IMITATION = 0, 1
CLIMB, COST_PLUS = 0, 1
BY_WAGE, NO_EXIT = 0, 1
# the lane's buffers
EVENTS, INTENTS, CHANGES = 0, 1, 2
ROW_MOST = 256  # entries of one kind that one row may add in one phase
