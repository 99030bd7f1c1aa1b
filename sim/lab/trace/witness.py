"""The witness: hears a user's rules in slow motion and writes down what they saw and computed.

Every method named like a rule listens to it (see `slowly`). A witness computes nothing of the model itself.
"""
from __future__ import annotations

import math
from collections.abc import Generator
from inspect import isfunction
from typing import Any

import numpy as np

from sim.lab.trace.records import CATEGORIES, Choice, Facts, Impression, Option, Room, Shelf
from sim.lab.trace.slowly import Listener
from sim.rng import Decision, Venue
from sim.rules.choose import NEVER
from sim.rules.feed import FRIEND_SLOT
from sim.tables import AD, DETRACTS, EXPLORED, INTENTS, PROMOTES, SHOPS, STEP

Told = Generator[None, Any, None]
# rules whose results are terms of what a good is worth, beside those of taste, by the term's name
TERMS = {"place_utility": "place", "content_utility": "impulse", "insurance_utility": "insurance",
         "certificate_utility": "certificate",
         "need_utility": "need", "intent_utility": "intent", "mindshare_utility": "mindshare",
         "host_utility": "host", "crowd_utility": "crowd", "host_trust_utility": "host trust",
         "platform_trust_utility": "platform trust", "scarcity_utility": "scarcity", "pitch_utility": "pitch",
         "loyal_utility": "loyal"}
LOGITS = {"open_logit": "open", "watch_logit": "watch", "entry_logit": "enter", "mall_logit": "mall"}
KEPT = ("interest", "react", "dislikes", "log_event", "search_chance", "after_view_chance", "send_back_prob",
        "response_chance", "dropout_chance", "arrival_chance", "adoption_chance", "feed_slots", "open_logit",
        "price_log", "price_gap", "shared_noise", "own_noise", "outside_option", "outside_fen")


class Witness:
    """What was heard of one user's day; `rows` finds a good's row by its key."""

    def __init__(self, rows: dict[int, int]) -> None:
        self.rows = rows
        self.heard: dict[str, Any] = {}
        self.chances: dict[str, float] = {}
        self.luck: dict[tuple[int, int], float] = {}
        self.matches: dict[int, tuple[float, float]] = {}
        self.lead: dict[str, float] = {}
        self.terms: dict[int, dict[str, float]] = {}
        self.ranks: dict[int, int] = {}
        self.options: list[Option] = []
        self.feed: list[Impression] = []
        self.rooms: list[Room] = []
        self.shelves: list[Shelf] = []
        self.choices: list[Choice] = []
        self.gates: dict[tuple[str, int], Facts] = {}
        self.parcels: list[Facts] = []
        self.arrival: Facts = {}
        self.talk: Facts = {}
        self.where, self.logit = "", ""
        self.good = -1
        self.stayed = self.diverting = False

    def listeners(self) -> dict[str, Listener]:
        """Who listens to which rule."""
        own = {name: getattr(self, name) for name in OWN}
        kept: dict[str, Listener] = {name: self._keep(name) for name in KEPT}
        logits = {name: self._keep_logit(name) for name in LOGITS}
        return kept | {name: self._keep_term(name) for name in TERMS} | logits | own

    def _keep(self, name: str) -> Listener:
        """Remember a rule's latest result."""
        def listen(*args: Any) -> Told:
            self.heard[name] = yield
        return listen

    def _keep_logit(self, name: str) -> Listener:
        """The next chance is that of this logit."""
        def listen(*args: Any) -> Told:
            self.heard[name] = yield
            self.logit = LOGITS[name]
        return listen

    def _keep_term(self, name: str) -> Listener:
        """A term of the good at hand, or of all goods to come while there is none."""
        def listen(*args: Any) -> Told:
            found = yield
            (self.terms[self.good] if self.good >= 0 else self.lead)[TERMS[name]] = float(found)
        return listen

    def logistic(self, x: float) -> Told:
        """The chance that a logit gives."""
        found = yield
        if self.logit:
            self.chances[self.logit], self.logit = float(found), ""

    def uniform(self, now: Any, who: int, thing: int, decision: int, venue: int, draw: int) -> Told:
        """The latest luck of each decision."""
        self.luck[int(decision), int(draw)] = float((yield))

    # ---- arrival and feed ------------------------------------------------------------------------

    def open_terms(self, num: Any, u: Any, day: int) -> Told:
        """The terms of opening the app."""
        terms = yield
        self.arrival["terms"] = _floats(terms._asdict())

    def open_app(self, t: Any, i: int) -> Told:
        """Whether the app was opened, against which chance."""
        yield
        u = t.users[i]
        self.arrival |= {"opened": bool(u.opened), "slots": int(u.slots), "logit": self.heard.get("open_logit"),
                         "chance": 1.0 if u.started == t.now[0].day else self.chances.get("open"),
                         "luck": self.luck.get((Decision.OPEN, 0))}

    def rank_cards(self, t: Any, ids: Any, scores: Any, chances: Any, n: int) -> Told:
        """What the recommender thought of each card of the shortlist."""
        before = {int(ids[j]): float(scores[j]) for j in range(n)}
        yield
        self.matches = {int(ids[j]): (before[int(ids[j])], float(chances[j])) for j in range(n)}

    def show(self, t: Any, i: int, c: int, slot: int, flag: int, price: int, bonus: float) -> Told:
        """One video slot."""
        card = t.cards[c]
        self._begin(f"slot {slot}" if slot < FRIEND_SLOT else "friend's card")
        yield
        kind = _kind(slot, flag)
        match, expected = self.matches[int(c)] if kind in ("ad", "organic") else (math.nan, math.nan)
        self.feed.append(Impression(
            int(slot), kind, int(card.product), int(card.presenter), int(card.category),
            int(t.products[card.product].price), match, expected, float(self.heard["interest"]),
            self.chances["watch"], int(flag) | int(self.heard["react"]), bool(self.heard["dislikes"])))

    # ---- rooms -----------------------------------------------------------------------------------

    def offer_room(self, t: Any, i: int, row: int, slot: int) -> Told:
        """A preview of a room."""
        self.stayed = False
        yield
        self._note_room(t, row, "preview", self.chances["enter"], self.stayed)

    def call_on(self, t: Any, i: int, row: int) -> Told:
        """A followed account that may have a room."""
        self.stayed = False
        yield
        if row >= 0:
            self._note_room(t, row, "followed", float(t.num[0].rooms_follow_entry), self.stayed)

    def stay(self, t: Any, i: int, row: int, m: float, via: int) -> Told:
        """A room is entered, if the day has a place left for it."""
        self.stayed = bool((yield))

    def _note_room(self, t: Any, row: int, how: str, chance: float, entered: bool) -> None:
        """A room that was offered; minutes and viewers come when it is watched."""
        interest = float(self.heard["interest"]) if how == "preview" or entered else math.nan
        self.rooms.append(Room(int(row), int(t.rooms[row].presenter), how, interest, chance, entered, 0, 0, math.nan))

    def shop_live(self, t: Any, i: int, room: Any, visit: Any) -> Told:
        """A visit to a room: what its goods share, then the choice."""
        self._begin(f"room of {_account(t, room.presenter)}")
        yield
        viewers = float(room.viewer_minutes[visit.minute // STEP]) / STEP
        for place, one in enumerate(self.rooms):
            if one.row == visit.room and one.entered:
                self.rooms[place] = Room(one.row, one.presenter, one.how, one.interest, one.chance, True,
                                         int(visit.minute), int(visit.dwell), viewers)

    # ---- the shelf -------------------------------------------------------------------------------

    def searches(self, num: Any, now: Any, u: Any, k: int) -> Told:
        """Whether a need is searched for."""
        self.heard["search_chance"] = 0.0
        went = yield
        if self.heard["search_chance"] > 0.0:
            self.gates["search", int(k)] = {"venue": "search", "category": int(k), "went": bool(went),
                                            "chance": float(self.heard["search_chance"]),
                                            "luck": self.luck[Decision.SEARCH_NEED, 0]}

    def searches_after_view(self, num: Any, lev: Any, now: Any, u: Any, k: int) -> Told:
        """Whether a category is searched for what was seen."""
        self.heard["after_view_chance"] = 0.0
        went = yield
        if self.heard["after_view_chance"] > 0.0:
            self.gates["search after view", int(k)] = {
                "venue": "search after view", "category": int(k), "went": bool(went),
                "chance": float(self.heard["after_view_chance"]), "luck": self.luck[Decision.SEARCH_INTENT, 0]}

    def goes_to_mall(self, num: Any, lev: Any, now: Any, u: Any) -> Told:
        """Whether the mall is visited."""
        went = yield
        self.gates["mall", -1] = {"venue": "mall", "category": -1, "went": bool(went), "chance": self.chances["mall"],
                                  "luck": self.luck[Decision.MALL_VISIT, 0]}

    def divert(self, t: Any, i: int) -> Told:
        """Lists from here on are reached by a diversion from content."""
        self.diverting = True
        yield
        self.diverting = False

    def go_through(self, t: Any, i: int, goods: Any, n: int, venue: int, group: int, fit: float,
                   via: int) -> Told:
        """A list is gone through from the top."""
        listed, name = [int(goods[rank]) for rank in range(n)], Venue(int(venue)).name.lower()
        where = name
        if venue == Venue.SEARCH:
            where = f"search {CATEGORIES[int(group) - 1]}"
        elif venue == Venue.SHOP and listed:
            where = f"shop {int(t.products[listed[0]].merchant)}"
        self._begin(where)
        self.ranks = {row: rank for rank, row in enumerate(listed, 1)}
        yield
        self.shelves.append(Shelf(name, where, tuple(listed), tuple(self.terms), float(fit), self.diverting))

    # ---- choice ----------------------------------------------------------------------------------

    def _begin(self, where: str) -> None:
        """A new place to choose: nothing is known of its goods."""
        self.where, self.good = where, -1
        self.lead, self.terms, self.ranks = {}, {}, {}

    def taste_terms(self, num: Any, u: Any, p: Any, m: float) -> Told:
        """A good comes up: what all goods of the place share, and its own terms of taste."""
        terms = yield
        self.good = self.rows[int(p.key)]
        self.terms[self.good] = dict(self.lead) | _floats(terms._asdict())

    def choose(self, t: Any, i: int, goods: Any, worths: Any, n: int, venue: int, *rest: Any) -> Told:
        """A choice among goods or nothing."""
        self.options = []
        chosen = yield
        rival = float(t.intents[t.fill[INTENTS]].rival)
        outside, elsewhere, _ = self.heard["outside_option"]
        self.choices.append(Choice(Venue(int(venue)).name.lower(), self.where, tuple(self.options), float(outside),
                                   int(elsewhere), int(chosen), rival))

    def weigh(self, now: Any, num: Any, lev: Any, u: Any, p: Any, intent: Any, venue: int, worth: float,
              markdown: float, deal: float, noise: float) -> Told:
        """One option is priced."""
        total, price, paid = yield
        row, can = self.rows[int(p.key)], total > NEVER
        felt = self._price_terms(u, deal if paid < price else 0.0) if can else {}
        self.options.append(Option(row, self.ranks.get(row, 0), dict(self.terms[row]), felt,
                                   float(self.heard["shared_noise"]), float(self.heard["own_noise"]), int(price),
                                   int(paid), int(self.heard["outside_fen"]) if can else 0, float(total), bool(can)))

    def _price_terms(self, u: Any, deal: float) -> dict[str, float]:
        """The price against elsewhere, against the remembered one, and the deal tag."""
        minds = -float(u.price_sensitivity)
        return {"price": minds * float(self.heard["price_log"]), "remembered": minds * float(self.heard["price_gap"]),
                "deal": float(deal)}

    # ---- after the order -------------------------------------------------------------------------

    def open_parcel(self, t: Any, place: int) -> Told:
        """A parcel is judged."""
        yield
        fields = t.parcels[place]._void
        self.parcels.append(facts(fields) | {"return_chance": float(self.heard["send_back_prob"])})

    def listen(self, t: Any, i: int) -> Told:
        """What friends can be seen to do."""
        bits = np.asarray(t.signals)[np.asarray(t.ties_idx[t.ties_ptr[i]:t.ties_ptr[i + 1]])]
        self.talk = {"friends": len(bits), "promoters": int(((bits & PROMOTES) > 0).sum()),
                     "detractors": int(((bits & DETRACTS) > 0).sum()), "shoppers": int(((bits & SHOPS) > 0).sum())}
        yield
        self.talk |= {"net_invites": int(t.users[i].net_invites), "peers": float(t.users[i].peers)}


OWN = [name for name, method in vars(Witness).items()
       if isfunction(method) and not name.startswith("_") and name != "listeners"]


def facts(row: np.void) -> Facts:
    """A row of a structured array as plain values."""
    return {name: row[name].tolist() for name in row.dtype.names or ()}


def _kind(slot: int, flag: int) -> str:
    """Why a card stands in a slot."""
    if slot >= FRIEND_SLOT:
        return "friend"
    return "ad" if flag & AD else "exploration" if flag & EXPLORED else "organic"


def _floats(terms: dict[str, Any]) -> dict[str, float]:
    """Terms as Python's numbers."""
    return {name: float(value) for name, value in terms.items()}


def _account(t: Any, presenter: int) -> str:
    """An account in words."""
    creators = len(t.creators)
    return f"creator {int(presenter)}" if presenter < creators else f"shop {int(presenter) - creators}"
