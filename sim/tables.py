"""What kernels see: every array of the world under one name, and the records of a day's work."""

from typing import Any, NamedTuple

import numpy as np

from sim.agents.creator import OFFERS
from sim.agents.user import COUPON_SLOTS, DIM

Record = Any  # one row of a structured array, as rules see it: type checkers cannot know its fields
GRID = 36  # steps of ten minutes a room may be open
STEP = 10  # minutes
TILE = 32  # items in a tile of the search index
FUNDERS = 4  # platform, merchant, creator, partner

# flags of an impression
WATCH, LONG, CLICK, ORDERED, RETURNED, AD, EXPLORED, PREVIEW = 1, 2, 4, 8, 16, 32, 64, 128

CARD = np.dtype([
    ("key", "u4"), ("presenter", "i4"), ("product", "i4"), ("merchant", "i4"), ("category", "u1"),
    ("young", "u1"), ("attract", "f4"), ("boost", "f4"), ("gmv", "f4"), ("bid", "f4"), ("experience", "f4"),
    ("position", "f4", (DIM,)), ("factor", "f4", (DIM,)),
], align=True)

ROOM = np.dtype([
    ("key", "u4"), ("presenter", "i4"), ("merchant", "i4"), ("own", "u1"), ("start", "i2"), ("minutes", "i2"),
    ("count", "i2"), ("skill", "f4"), ("trust", "f4"), ("hype", "f4"), ("attract", "f4"), ("boost", "f4"),
    ("gmv", "f4"), ("weight", "f4"), ("position", "f4", (DIM,)), ("factor", "f4", (DIM,)),
    ("goods", "i4", (OFFERS,)), ("viewer_minutes", "i8", (GRID,)), ("entries", "i8"), ("sales", "i8"),
], align=True)

EVENT = np.dtype([
    ("user", "i4"), ("presenter", "i4"), ("product", "i4"), ("flags", "u2"), ("slot", "i2"),
    ("price", "i4"),  # of an ad, milli-fen
], align=True)

INTENT = np.dtype([
    ("priority", "u8"), ("user", "i4"), ("user_key", "u4"), ("product", "i4"), ("presenter", "i4"),
    ("venue", "u1"), ("origin", "u1"), ("status", "u1"), ("insured", "u1"), ("nth", "i2"), ("spell", "i2"),
    ("list_price", "i4"), ("price", "i4"), ("paid", "i4"), ("outside_price", "i4"), ("base", "f8"), ("rival", "f8"),
    ("sensitivity", "f4"), ("reference", "f4"), ("deal", "f4"), ("expected", "f4"),
    ("grants", "i2", (COUPON_SLOTS,)), ("benefits", "f4", (COUPON_SLOTS,)), ("thresholds", "i4", (COUPON_SLOTS,)),
    ("expiries", "i2", (COUPON_SLOTS,)), ("cuts", "i4", (COUPON_SLOTS,)),
], align=True)
STANDS, LAPSED_BUDGET, LAPSED_STOCK = 1, 2, 3

TIE_CHANGE = np.dtype([("user", "i4"), ("target", "i4"), ("user_key", "u4"), ("sign", "i1")], align=True)

ORDER = np.dtype([
    ("day", "i4"), ("user", "i4"), ("user_key", "u4"), ("product", "i4"), ("product_key", "u4"), ("merchant", "i4"),
    ("presenter", "i4"), ("category", "u1"), ("venue", "u1"), ("origin", "u1"), ("status", "u1"), ("insured", "u1"),
    ("stars", "u1"), ("late", "u1"), ("failed", "u1"), ("complained", "u1"), ("returned", "u1"), ("judged", "u1"),
    ("defect", "u1"),
    ("spell", "i2"), ("nth", "i2"), ("list_price", "i4"), ("paid", "i4"), ("subsidy", "i4"), ("fee", "i4"),
    ("commission", "i4"), ("cost", "i4"), ("dispatch", "i4"), ("due", "i4"), ("final", "i4"),
    ("quality", "f4"), ("expected", "f4"), ("lateness", "f4"), ("latent", "f4"), ("signal", "f4"), ("hazard", "f4"),
    ("grants", "i2", (COUPON_SLOTS,)), ("cuts", "i4", (COUPON_SLOTS,)),
], align=True)
PAID, SENT, DELIVERED, RETURNING, SETTLED, REFUNDED, CANCELLED = 0, 1, 2, 3, 4, 5, 6

PURSE = np.dtype([("left", "i8"), ("spent", "i8"), ("funders", "f8", (FUNDERS,))], align=True)
COVER = np.dtype([("purse", "i2"), ("share", "f4")], align=True)


class Tables(NamedTuple):
    """The arrays that kernels read and write; `t` in every rule.

    Populations and catalogue hold one row an agent or good. `cards`, `rooms`, `visits`, `pools`, `pages` are the
    day's. `events`, `intents`, `changes` are a lane's growing buffers with their fill in `fill`; `tally` counts.
    """

    users: np.ndarray
    creators: np.ndarray
    merchants: np.ndarray
    products: np.ndarray
    recommender: np.ndarray
    platform: np.ndarray
    num: np.ndarray
    lev: np.ndarray
    now: np.ndarray
    modes: np.ndarray
    theta: np.ndarray
    boost: np.ndarray
    cover: np.ndarray
    purses: np.ndarray
    ties_ptr: np.ndarray
    ties_idx: np.ndarray
    follow_ptr: np.ndarray
    follow_idx: np.ndarray
    shop_ptr: np.ndarray
    shop_idx: np.ndarray
    signals: np.ndarray
    cards: np.ndarray
    rooms: np.ndarray
    card_of: np.ndarray
    room_of: np.ndarray
    young: np.ndarray
    visits: np.ndarray
    pools: np.ndarray
    pages: np.ndarray
    page_size: np.ndarray
    card_centres: np.ndarray
    card_start: np.ndarray
    card_ids: np.ndarray
    card_tiles: np.ndarray
    good_centres: np.ndarray
    good_start: np.ndarray
    good_ids: np.ndarray
    good_tiles: np.ndarray
    parcels: np.ndarray
    log: np.ndarray
    events: np.ndarray
    intents: np.ndarray
    changes: np.ndarray
    fill: np.ndarray
    tally: np.ndarray


# what friends can see of a user, one byte (world.signals)
ADOPTED, SHOPS, PROMOTES, DETRACTS, SHARES = 1, 2, 4, 8, 16

# modes: switches that are not numbers
RECOMMENDER, SATISFACTION, VENUES = 0, 1, 2
MODES = 8
INTEREST, POPULARITY, RANDOM, ORACLE = 0, 1, 2, 3
LEVEL_AND_SURPRISE, SURPRISE_ONLY = 0, 1
# the lane's buffers
EVENTS, INTENTS, CHANGES = 0, 1, 2
ROW_MOST = 256  # entries of one kind that one row may add in one phase
