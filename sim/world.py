"""The world: populations, catalogue, graph, ledger, policy state and log. State only, no behaviour."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.config import SimConfig
from sim.graph import SocialGraph
from sim.ledger import Ledger
from sim.tables import CHANGES, EVENTS, INTENTS, Tables
from sim.tally import COUNTS

OWN = ("users", "creators", "merchants", "products", "recommender", "platform", "num", "lev", "now", "modes", "theta",
       "boost", "cover", "studio", "deals", "purses", "signals")
WIRES = ("ties_ptr", "ties_idx", "follow_ptr", "follow_idx", "shop_ptr", "shop_idx")
SERIES = ("arrivals", "arrivals_new", "first_orders")  # daily counts in a world's history
DAILY = ("cards", "rooms", "card_of", "room_of", "young", "visits", "pools", "pages", "page_size", "examples",
         "parcels", "log")

# a policy instance's account in `world.policy_state`: its budget not yet spent; what it paid before orders are paid;
# the calendar day on which the budget ran out, -1 before
BUDGET, PAID, OUT = 0, 1, 2
PENALTY = np.dtype([("until", "i8"), ("log_odds", "f8")], align=True)


class Loan(NamedTuple):
    """Traffic lent by one policy instance today: log-odds for presenters' cards or rooms, or for goods (`None`)."""

    instance: str
    scope: str | None
    log_odds: np.ndarray  # a presenter's or a good's, by row


@dataclass
class Day:
    """What belongs to one day only: cards, rooms, lists, buffers' contents, counts. Rebuilt every morning."""

    cards: np.ndarray
    rooms: np.ndarray
    card_of: np.ndarray  # product -> its first card today, or -1
    room_of: np.ndarray  # presenter -> row of its room today, or -1
    young: np.ndarray  # cards little seen
    visits: np.ndarray  # (users, VISIT_SLOTS)
    pools: np.ndarray  # (cells, pool) rooms of each audience cell; -1 is empty
    pages: np.ndarray  # (categories, candidates) goods of each results page
    page_size: np.ndarray
    examples: np.ndarray  # (categories, channels) effort of each category's best-earning merchant, of whom others learn
    parcels: np.ndarray  # orders delivered today, sorted by user row, day, product key
    log: np.ndarray  # the day's impressions, sorted by user row
    events: list[np.ndarray] = field(default_factory=list)
    intents: list[np.ndarray] = field(default_factory=list)
    changes: list[np.ndarray] = field(default_factory=list)
    orders: np.ndarray = field(default_factory=lambda: np.zeros(0))  # orders paid today
    traffic: list[np.ndarray] = field(default_factory=list)  # from whom boosts took exposure, if recorded
    lent: list[Loan] = field(default_factory=list)  # traffic that policies lent this morning
    lapsed_budget: int = 0
    lapsed_stock: int = 0
    flows: dict[str, int] = field(default_factory=dict)
    rewards: dict[str, int] = field(default_factory=dict)  # fen that a policy instance pays for playing its game today


@dataclass
class Index:
    """A clustered index over items: centres, which items each cluster holds, and their factors in tiles."""

    centres: np.ndarray  # (clusters, DIM) f4
    start: np.ndarray  # (clusters + 1,) first tile of each cluster
    ids: np.ndarray  # (tiles * TILE,) item of each place, -1 is empty
    tiles: np.ndarray  # (tiles, DIM, TILE) f4


@dataclass
class World:
    """Everything a run consists of. Arrays are the only store; rules and phases change them."""

    cfg: SimConfig
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
    theta: np.ndarray  # (2, grid) quantiles of θ: arrivals, genesis
    boost: np.ndarray  # (creators + merchants,) log-odds lent by programmes today to cards and to rooms
    cover: np.ndarray  # (merchants,) freight insurance paid by a programme
    studio: np.ndarray  # (merchants,) what programmes do for own rooms today: frequency ×, hosting skill +
    deals: np.ndarray  # (products,) what programmes do for a good today: price cut, who pays it where, log-odds lent
    penalty: np.ndarray  # (merchants,) until which absolute day audits keep a merchant's exposure down, and how far
    purses: np.ndarray  # (instances,) money left of each policy instance
    signals: np.ndarray  # (users,) what friends can see of each user, one byte; written by `judge`
    graph: SocialGraph
    ledger: Ledger
    card_index: Index
    good_index: Index
    orders: np.ndarray  # open orders: paid and not yet settled, refunded or cancelled
    closed: np.ndarray  # orders that became final today
    day: Day
    tally: np.ndarray
    thickness: dict[str, float]
    facts: dict[str, Any]  # what genesis wants logged: rescale factors, recall
    history: dict[str, np.ndarray]  # daily series that later days need (arrivals by day, …)
    policy_state: dict[str, np.ndarray]
    metrics: dict[str, float] = field(default_factory=dict)  # yesterday's row

    @property
    def today(self) -> int:
        """The absolute day, counted from genesis."""
        return int(self.now["day"][0])

    def tables(self, buffers: tuple[np.ndarray, ...], fill: np.ndarray, tally: np.ndarray) -> Tables:
        """The arrays as kernels see them, with one lane's own buffers and tally."""
        own = {name: getattr(self, name) for name in OWN}
        own |= {name: getattr(self.graph, name) for name in WIRES} | {name: getattr(self.day, name) for name in DAILY}
        for prefix, index in (("card", self.card_index), ("good", self.good_index)):
            own |= {f"{prefix}_{part}": getattr(index, part) for part in ("centres", "start", "ids", "tiles")}
        lane = {"events": buffers[EVENTS], "intents": buffers[INTENTS], "changes": buffers[CHANGES]}
        return Tables(**own, **lane, fill=fill, tally=tally)

    def new_tally(self) -> np.ndarray:
        """An empty tally, shape (COUNTS,) int64."""
        return np.zeros(COUNTS, np.int64)
