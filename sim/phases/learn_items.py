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
from sim.rules.learn import BOUGHT, CLICKED, ENTERED, STAGES, WATCHED, is_room, is_slot, lesson, pace, shorten
from sim.runtime import lanes_of
from sim.scratch import lent, scratch
from sim.tables import CLICK, INTEREST, ORACLE, ORDERED, PREVIEW, RECOMMENDER, RETURNED, WATCH, Record, Tables
from sim.world import World

PIECE = 65_536  # entries of the log that are worth a thread


class Lessons(NamedTuple):
    """Integer sums over a day's log. Rows stand for goods, then presenters by their cards, then by their rooms.

    `pulls` (rows, 16) fixed point and `seen` (rows,): what asks for a higher match, along what is believed of the
    users, and slots. `shown`, `clicked` (goods,) count video impressions and product clicks. `missed`, `told`
    (stages,) fixed point: what happened beyond expectation in each stage, and its information. `videos` (2,) counts
    videos watched and clicked.
    """

    pulls: np.ndarray
    seen: np.ndarray
    shown: np.ndarray
    clicked: np.ndarray
    missed: np.ndarray
    told: np.ndarray
    videos: np.ndarray


def run(world: World) -> None:
    """Learn items and base rates from the day's log."""
    lane = Lane()
    t = world.tables(lane.buffers, lane.fill, world.new_tally())
    lessons = read_log(t, lanes_of(world.cfg.threads))
    if world.modes[RECOMMENDER] == INTEREST:
        learn_items(t, lessons)
    learn_counts(world.num, world.products, lessons)
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
    counts = [np.zeros(n, np.int64) for n in (rows, goods, goods, STAGES, STAGES, 2)]
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
    pulls, seen, shown, clicked = lent(lessons.pulls), lent(lessons.seen), lent(lessons.shown), lent(lessons.clicked)
    missed, told, videos, believed = lent(lessons.missed), lent(lessons.told), lent(lessons.videos), lent(believed)
    taste, last, match = scratch(DIM, np.float64), -1, 0.0
    beyond, weight = scratch(STAGES, np.float64), scratch(STAGES, np.float64)
    for e in range(low, high):
        event = log[e]
        room = is_room(event.flags, event.product)
        row = goods + event.presenter + (presenters if room else 0)
        if learns:
            if event.user != last:  # the log is sorted by user
                last = event.user
                taste[:] = users[last].learned
            match = _match(taste, believed, row, event.product)
        pull = lesson(num, r, event.flags, event.slot, room, match, beyond, weight)
        if learns:
            _sum_pull(pull, is_slot(event.slot), taste, row, event.product, pulls, seen)
        for stage in range(STAGES):
            missed[stage] += to_fixed(beyond[stage])
            told[stage] += to_fixed(weight[stage])
        _count(event, shown, clicked, videos)


@kernel
def _match(taste: np.ndarray, believed: np.ndarray, row: int, product: int) -> float:
    """⟨U, F⟩ of a user with a presenter's row and, unless a room, a good's."""
    total = 0.0
    for k in range(DIM):
        own = np.float64(believed[product, k]) if product >= 0 else 0.0
        total += taste[k] * (believed[row, k] + own)
    return total


@kernel
def _sum_pull(pull: float, shown: int, taste: np.ndarray, row: int, product: int, pulls: np.ndarray,
              seen: np.ndarray) -> None:
    """One entry's pull on its presenter and its good, along what is believed of the user."""
    seen[row] += shown
    if product >= 0:
        seen[product] += shown
    for k in range(DIM):
        part = to_fixed(pull * taste[k])
        pulls[row, k] += part
        if product >= 0:
            pulls[product, k] += part


@kernel
def _count(event: Record, shown: np.ndarray, clicked: np.ndarray, videos: np.ndarray) -> None:
    """Count impressions of a good's videos, and product clicks wherever it was shown."""
    if event.product < 0 or event.flags & (ORDERED | RETURNED):
        return
    clicked[event.product] += (event.flags & CLICK) // CLICK
    if not event.flags & PREVIEW:
        shown[event.product] += 1
        videos[0] += event.flags & WATCH
        videos[1] += (event.flags & CLICK) // CLICK


@kernel
def learn_items(t: Tables, lessons: Lessons) -> None:
    """Move goods, creators and merchants by the day's pulls, one small step each."""
    num, goods, creators = t.num[0], len(t.products), len(t.creators)
    presenters = creators + len(t.merchants)
    pull = scratch(DIM, np.float64)
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
    item.seen += seen
    memory = max(num.learning_item_memory, float(seen))
    size = pace(num.learning_item_rate, item.seen, num.learning_item_weight, memory)
    for k in range(DIM):
        item.learned[k] += size * pull[k]
    shorten(item.learned, num.learning_item_longest)


@kernel
def learn_counts(num: np.ndarray, products: np.ndarray, lessons: Lessons) -> None:
    """Carry on each good's video impressions and trailing clicks."""
    kept = keep(num[0].goods_memory)
    for j in range(len(products)):
        products[j].impressions += lessons.shown[j]
        products[j].clicks = kept * products[j].clicks + (1.0 - kept) * lessons.clicked[j]


@kernel
def learn_rates(t: Tables, lessons: Lessons, orders: int) -> None:
    """Carry on the base rates of watching, entering, clicking and ordering: damped Newton steps shrunk to counts.

    `orders` are the day's orders from videos; clicks per watch and orders per click are the platform's plain ratios.
    """
    r, num = t.recommender[0], t.num[0]
    rate, weight = num.learning_bias_rate, num.learning_rate_weight
    if t.modes[RECOMMENDER] != ORACLE:
        r.bias += _newton(lessons, WATCHED, rate, weight)
        r.room_bias += _newton(lessons, ENTERED, rate, weight)
        r.click_bias += _newton(lessons, CLICKED, rate, weight)
        r.order_bias += _newton(lessons, BOUGHT, rate, weight)
    watches, clicks = lessons.videos[0], lessons.videos[1]
    r.click_rate += rate * (clicks - r.click_rate * watches) / (watches + weight)
    r.order_rate += rate * (orders - r.order_rate * clicks) / (clicks + weight)


@kernel
def _newton(lessons: Lessons, stage: int, rate: float, weight: float) -> float:
    """A stage's step in log-odds, shrunk to its information."""
    return rate * from_fixed(lessons.missed[stage]) / (from_fixed(lessons.told[stage]) + weight)
