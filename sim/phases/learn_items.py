"""Phase: the recommender learns goods, presenters and base rates from the day's log (platform).

Runs before `learn_users`, so that what users showed of themselves today is weighed with what was believed of them
when the cards were chosen. All sums over the log are integers: its order changes nothing. Kinds other than
`interest` learn only counts and base rates; the oracle, which knows the truth, no base rate of watching either.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.agents.user import DIM
from sim.fixed import from_fixed, to_fixed
from sim.jit import kernel
from sim.lanes import Lane
from sim.rng import Venue
from sim.rules.common import dot, keep
from sim.rules.feed import FRIEND_SLOT
from sim.rules.learn import (
    chance_at,
    is_impression,
    is_room,
    item_factor,
    lesson,
    pace,
    shorten,
)
from sim.tables import CLICK, INTEREST, ORACLE, PREVIEW, RECOMMENDER, WATCH, Tables
from sim.world import World

CLICK_DAYS = 28.0  # memory of a good's trailing clicks
# rows of the base rates' sums: of videos and, two further, of rooms
MISSED, INFORMATION, ROOMS = 0, 1, 2


class Lessons(NamedTuple):
    """Integer sums over a day's log.

    `pulls` fixed point (products + 2·presenters, 16) and `seen` (…,): goods; presenters of cards; presenters of rooms.
    `shown` and `clicked` (products,) count video impressions and product clicks. `rates` fixed point (4,): what was
    watched beyond expectation and its information, for videos and for rooms. `videos` (2,) counts videos watched and
    clicked.
    """

    pulls: np.ndarray
    seen: np.ndarray
    shown: np.ndarray
    clicked: np.ndarray
    rates: np.ndarray
    videos: np.ndarray


def run(world: World) -> None:
    """Learn items and base rates from the day's log."""
    lane = Lane()
    t = world.tables(lane.buffers, lane.fill, world.new_tally())
    lessons = no_lessons(len(world.products), len(world.creators) + len(world.merchants))
    sum_lessons(t, lessons)
    if world.modes[RECOMMENDER] == INTEREST:
        learn_items(t, lessons)
    learn_counts(world.products, lessons)
    orders = int(np.count_nonzero(world.day.orders["venue"] == Venue.VIDEO))
    learn_rates(t, lessons, orders)


def no_lessons(products: int, presenters: int) -> Lessons:
    """Sums of an empty log."""
    rows = products + 2 * presenters
    counts = [np.zeros(n, np.int64) for n in (rows, products, products, 2 * ROOMS, 2)]
    return Lessons(np.zeros((rows, DIM), np.int64), *counts)


@kernel
def sum_lessons(t: Tables, lessons: Lessons) -> None:
    """Add up what every entry of the log says."""
    num, r, learns = t.num[0], t.recommender[0], t.modes[RECOMMENDER] == INTEREST
    factor, believed, last, match = np.empty(DIM), np.empty(DIM), -1, 0.0
    for e in range(len(t.log)):
        event = t.log[e]
        room = is_room(event.flags, event.product)
        if learns:
            if event.user != last:  # the log is sorted by user
                last = event.user
                believed[:] = t.users[last].learned
            item_factor(t, event, room, factor)
            match = dot(believed, factor)
        chance = chance_at(num, r, event.slot, room, match)
        if learns:
            _sum_pull(t, event, room, lesson(num, event.flags, room, chance), believed, lessons)
        if is_impression(event.flags):
            _sum_impression(event, room, chance, lessons)


@kernel
def _sum_pull(t, event, room, pull, believed, lessons):
    """One entry's pull on its good and its presenter, along what is believed of the user."""
    row = len(t.products) + event.presenter
    if room:
        row += len(t.creators) + len(t.merchants)
    lessons.seen[row] += 1
    pulls = lessons.pulls[row]
    if event.product < 0:
        for k in range(DIM):
            pulls[k] += to_fixed(pull * believed[k])
        return
    lessons.seen[event.product] += 1
    goods = lessons.pulls[event.product]
    for k in range(DIM):
        part = to_fixed(pull * believed[k])
        pulls[k] += part
        goods[k] += part


@kernel
def _sum_impression(event, room, chance, lessons):
    """Count one impression; for slots of the feed, compare what happened with what was expected."""
    watched = event.flags & WATCH
    if event.product >= 0:
        lessons.clicked[event.product] += (event.flags & CLICK) // CLICK
    if not event.flags & PREVIEW:
        lessons.shown[event.product] += 1
        lessons.videos[0] += watched
        lessons.videos[1] += (event.flags & CLICK) // CLICK
    if 0 <= event.slot < FRIEND_SLOT:
        first = ROOMS if room else 0
        lessons.rates[first + MISSED] += to_fixed(watched - chance)
        lessons.rates[first + INFORMATION] += to_fixed(chance * (1.0 - chance))


@kernel
def learn_items(t: Tables, lessons: Lessons) -> None:
    """Move goods, creators and merchants by the day's pulls, one small step each."""
    num, goods, creators = t.num[0], len(t.products), len(t.creators)
    presenters = creators + len(t.merchants)
    pull = np.empty(DIM)
    for j in range(goods):
        _weigh(lessons.pulls[j], num.interest_position_product, pull, 0.0)
        _step(num, t.products[j], lessons.seen[j], pull)
    for p in range(presenters):
        card, room = goods + p, goods + presenters + p
        _weigh(lessons.pulls[card], num.interest_position_presenter, pull, 0.0)
        _weigh(lessons.pulls[room], 1.0, pull, 1.0)
        seen = lessons.seen[card] + lessons.seen[room]
        if p < creators:
            _step(num, t.creators[p], seen, pull)
        else:
            _step(num, t.merchants[p - creators], seen, pull)


@kernel
def _weigh(sums, weight, pull, before):
    """pull = before · pull + weight · sums, from fixed point."""
    for k in range(DIM):
        pull[k] = (before * pull[k] if before else 0.0) + weight * from_fixed(sums[k])


@kernel
def _step(num, item, seen, pull):
    """One item's step of the day, shrunk by the impressions so far; however many a day has, the step stays small."""
    if seen == 0:
        return
    item.seen += seen
    memory = max(num.learning_item_memory, float(seen))
    size = pace(num.learning_item_rate, item.seen, num.learning_item_weight, memory)
    for k in range(DIM):
        item.learned[k] += size * pull[k]
    shorten(item.learned, num.learning_item_longest)


@kernel
def learn_counts(products: np.ndarray, lessons: Lessons) -> None:
    """Carry on each good's video impressions and trailing clicks."""
    kept = keep(CLICK_DAYS)
    for j in range(len(products)):
        products[j].impressions += lessons.shown[j]
        products[j].clicks = kept * products[j].clicks + (1.0 - kept) * lessons.clicked[j]


@kernel
def learn_rates(t: Tables, lessons: Lessons, orders: int) -> None:
    """Carry on the base rates of watching, entering, clicking and ordering: damped Newton steps shrunk to counts."""
    r, num = t.recommender[0], t.num[0]
    rate, weight = num.learning_bias_rate, num.learning_rate_weight
    missed, information = lessons.rates[MISSED], lessons.rates[INFORMATION]
    if t.modes[RECOMMENDER] != ORACLE:
        r.bias += rate * from_fixed(missed) / (from_fixed(information) + weight)
        missed, information = lessons.rates[ROOMS + MISSED], lessons.rates[ROOMS + INFORMATION]
        r.room_bias += rate * from_fixed(missed) / (from_fixed(information) + weight)
    watches, clicks = lessons.videos[0], lessons.videos[1]
    r.click_rate += rate * (clicks - r.click_rate * watches) / (watches + weight)
    r.order_rate += rate * (orders - r.order_rate * clicks) / (clicks + weight)
