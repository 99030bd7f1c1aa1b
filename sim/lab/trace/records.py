"""What a trace holds: one user's day as frozen records, in the order in which it happened.

Goods, creators and merchants are named by their rows; money is in fen; utilities and log-odds in logit units, with
their sign, so that the terms of one thing add up to it.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Facts = dict[str, Any]
Terms = dict[str, float]
CATEGORIES = ("apparel", "beauty", "food", "fresh", "home", "electronics", "baby", "sports", "jewellery", "books",
              "pets", "daily")  # the order of configs/world/default.yaml


@dataclass(frozen=True)
class Impression:
    """One video slot: what stood there, why, and what the user did."""

    slot: int
    kind: str  # organic, ad, exploration, friend
    product: int
    presenter: int
    category: int
    price: int
    match: float  # learned, NaN where the recommender scored nothing
    expected: float  # P(watch) that the recommender expects
    interest: float  # m, true interest today
    chance: float  # P(watch)
    flags: int  # of the log: WATCH, LONG, CLICK, AD, EXPLORED
    disliked: bool


@dataclass(frozen=True)
class Room:
    """A live room offered: as a preview or because the user follows its account; entered or not."""

    row: int
    presenter: int
    how: str  # preview, followed
    interest: float
    chance: float
    entered: bool
    minute: int
    dwell: int
    viewers: float


@dataclass(frozen=True)
class Option:
    """A good of a choice: `terms` add up to its worth, worth and noises and the price's terms to `total`."""

    product: int
    rank: int  # in the list; 0 in feed and room
    terms: Terms
    price_terms: Terms
    shared: float  # noise common to the list
    own: float  # the good's own noise
    price: int
    paid: int
    outside_price: int
    total: float
    affordable: bool


@dataclass(frozen=True)
class Choice:
    """A choice among goods and not buying here: `chosen` is the good's row, or -1 for the outside option.

    `outside` is that option's utility, `elsewhere` the good to be bought elsewhere, or -1 for not buying at all.
    """

    venue: str
    where: str
    options: tuple[Option, ...]
    outside: float
    elsewhere: int
    chosen: int
    rival: float  # the best that the winner had to beat, as the intent carries it to clearing

    @property
    def ranked(self) -> list[tuple[int, float]]:
        """Goods and -1 for not buying with their utilities, best first."""
        totals = [(one.product, one.total) for one in self.options if one.affordable]
        return sorted([(-1, self.outside), *totals], key=lambda one: -one[1])


@dataclass(frozen=True)
class Shelf:
    """A list gone through: the goods in their order, those examined, and whether a diversion led there."""

    venue: str
    where: str
    goods: tuple[int, ...]
    examined: tuple[int, ...]
    fit: float
    diverted: bool


@dataclass(frozen=True)
class Trace:
    """One user's day; days count from day 0, `absolute` from genesis."""

    user: int
    key: int
    day: int
    absolute: int
    evening_before: Facts
    morning: Facts
    arrival: Facts
    feed: tuple[Impression, ...]
    rooms: tuple[Room, ...]
    gates: tuple[Facts, ...]  # visits to mall and search: chance, luck, went
    shelves: tuple[Shelf, ...]
    choices: tuple[Choice, ...]
    wishes: tuple[Facts, ...]  # intents with what clearing made of them
    orders: tuple[Facts, ...]
    parcels: tuple[Facts, ...]
    survey: Facts
    talk: Facts
    leaving: Facts
    evening: Facts
    learned: Facts = field(default_factory=dict)
