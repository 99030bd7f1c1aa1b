"""Phase: the recommender learns goods, presenters and base rates from the day's log (platform).

Runs before `learn_users`, so that what users showed of themselves today is weighed with what was believed of them
when the cards were chosen. All sums over the log are integers: neither its order nor the threads that share it change
anything. Kinds other than `interest` learn only counts and base rates; the oracle, which knows the truth, no base
rate of watching either.
"""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from sim.agents.user import DIM
from sim.fixed import from_fixed, to_fixed
from sim.jit import kernel
from sim.lanes import Lane
from sim.rng import Venue
from sim.rules.common import keep
from sim.rules.feed import FRIEND_SLOT
from sim.rules.learn import chance_at, is_impression, is_room, lesson, pace, shorten
from sim.runtime import lanes_of
from sim.tables import CLICK, INTEREST, ORACLE, PREVIEW, RECOMMENDER, WATCH, Record, Tables
from sim.world import World

CLICK_DAYS = 28.0  # memory of a good's trailing clicks
PIECE = 65_536  # entries of the log that are worth a thread
# places in the sums of the base rates: of videos and, two further on, of rooms
MISSED, INFORMATION, ROOMS = 0, 1, 2


class Lessons(NamedTuple):
    """Integer sums over a day's log. Rows stand for goods, then presenters by their cards, then by their rooms.

    `pulls` (rows, 16) fixed point and `seen` (rows,): what asks for a higher match, along what is believed of the
    users, and entries. `shown`, `clicked` (goods,) count video impressions and product clicks. `rates` (4,) fixed
    point: watches beyond expectation and their information, of videos and of rooms. `videos` (2,) counts videos
    watched and clicked.
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
    lessons = read_log(t, lanes_of(world.cfg.threads))
    if world.modes[RECOMMENDER] == INTEREST:
        learn_items(t, lessons)
    learn_counts(world.products, lessons)
    orders = int(np.count_nonzero(world.day.orders["venue"] == Venue.VIDEO))
    learn_rates(t, lessons, orders)


def read_log(t: Tables, threads: int) -> Lessons:
    """The lessons of the whole log, read in as many pieces as there are threads and entries enough."""
    pieces = max(1, min(threads, len(t.log) // PIECE))
    bounds = [len(t.log) * k // pieces for k in range(pieces + 1)]
    believed, parts = beliefs(t), [no_lessons(t) for _ in range(pieces)]
    with ThreadPoolExecutor(pieces) as pool:
        list(pool.map(lambda k: sum_lessons(t, believed, parts[k], bounds[k], bounds[k + 1]), range(pieces)))
    return Lessons(*(np.sum(part, axis=0) for part in zip(*parts, strict=True)))


def no_lessons(t: Tables) -> Lessons:
    """The sums of an empty log."""
    goods, rows = len(t.products), len(t.products) + 2 * (len(t.creators) + len(t.merchants))
    counts = [np.zeros(n, np.int64) for n in (rows, goods, goods, 2 * ROOMS, 2)]
    return Lessons(np.zeros((rows, DIM), np.int64), *counts)


@kernel
def beliefs(t: Tables) -> np.ndarray:
    """What every row of the lessons adds to a factor, float32 (rows, 16): close together, for they are read often."""
    num, goods, creators = t.num[0], len(t.products), len(t.creators)
    presenters = creators + len(t.merchants)
    believed = np.empty((goods + 2 * presenters, DIM), np.float32)
    for j in range(goods):
        believed[j] = num.interest_position_product * t.products[j].learned
    for p in range(presenters):
        learned = t.creators[p].learned if p < creators else t.merchants[p - creators].learned
        believed[goods + p] = num.interest_position_presenter * learned
        believed[goods + presenters + p] = learned
    return believed


@kernel
def sum_lessons(t: Tables, believed: np.ndarray, lessons: Lessons, low: int, high: int) -> None:
    """Add up what the entries [low, high) of the log say. `believed` as from `beliefs`."""
    log, users, num, r, learns = t.log, t.users, t.num[0], t.recommender[0], t.modes[RECOMMENDER] == INTEREST
    goods, presenters = len(t.products), len(t.creators) + len(t.merchants)
    pulls, seen, shown, clicked, rates, videos = lessons  # whole structures are slow to hand on
    taste, last, match = np.zeros(DIM), -1, 0.0
    for e in range(low, high):
        event = log[e]
        room = is_room(event.flags, event.product)
        row = goods + event.presenter + (presenters if room else 0)
        if learns:
            if event.user != last:  # the log is sorted by user
                last = event.user
                taste[:] = users[last].learned
            match = _match(taste, believed, row, event.product)
        chance = chance_at(num, r, event.slot, room, match)
        if learns:
            _sum_pull(lesson(num, event.flags, room, chance), taste, row, event.product, pulls, seen)
        if is_impression(event.flags):
            _sum_impression(event, room, chance, shown, clicked, rates, videos)


@kernel
def _match(taste: np.ndarray, believed: np.ndarray, row: int, product: int) -> float:
    """⟨U, F⟩ of a user with a presenter's row and, unless a room, a good's."""
    total = 0.0
    for k in range(DIM):
        total += taste[k] * (believed[row, k] + (believed[product, k] if product >= 0 else 0.0))
    return total


@kernel
def _sum_pull(pull: float, taste: np.ndarray, row: int, product: int, pulls: np.ndarray, seen: np.ndarray) -> None:
    """One entry's pull on its presenter and its good, along what is believed of the user."""
    seen[row] += 1
    if product >= 0:
        seen[product] += 1
    for k in range(DIM):
        part = to_fixed(pull * taste[k])
        pulls[row, k] += part
        if product >= 0:
            pulls[product, k] += part


@kernel
def _sum_impression(event: Record, room: bool, chance: float, shown: np.ndarray, clicked: np.ndarray,
                    rates: np.ndarray, videos: np.ndarray) -> None:
    """Count one impression; in slots of the feed, set what happened against what was expected."""
    watched = event.flags & WATCH
    if event.product >= 0:
        clicked[event.product] += (event.flags & CLICK) // CLICK
    if not event.flags & PREVIEW:
        shown[event.product] += 1
        videos[0] += watched
        videos[1] += (event.flags & CLICK) // CLICK
    if 0 <= event.slot < FRIEND_SLOT:
        first = ROOMS if room else 0
        rates[first + MISSED] += to_fixed(watched - chance)
        rates[first + INFORMATION] += to_fixed(chance * (1.0 - chance))


@kernel
def learn_items(t: Tables, lessons: Lessons) -> None:
    """Move goods, creators and merchants by the day's pulls, one small step each."""
    num, goods, creators = t.num[0], len(t.products), len(t.creators)
    presenters = creators + len(t.merchants)
    pull = np.empty(DIM)
    for j in range(goods):
        for k in range(DIM):
            pull[k] = num.interest_position_product * from_fixed(lessons.pulls[j, k])
        _step(num, t.products[j], lessons.seen[j], pull)
    for p in range(presenters):
        card, room = goods + p, goods + presenters + p
        for k in range(DIM):
            pull[k] = num.interest_position_presenter * from_fixed(lessons.pulls[card, k])
            pull[k] += from_fixed(lessons.pulls[room, k])
        seen = lessons.seen[card] + lessons.seen[room]
        if p < creators:
            _step(num, t.creators[p], seen, pull)
        else:
            _step(num, t.merchants[p - creators], seen, pull)


@kernel
def _step(num: Record, item: Record, seen: int, pull: np.ndarray) -> None:
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
