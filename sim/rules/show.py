"""What presenters put before users today: a card for each good they publish, a room for each host on air."""

from typing import NamedTuple

import numpy as np

from sim.agents.creator import ACTIVE, CARDS, OFFERS
from sim.agents.user import DIM
from sim.jit import kernel
from sim.rng import Decision, Venue, mix32, normal
from sim.rules.host import skill
from sim.rules.offers import yuan_per_click
from sim.rules.roles import traffic_share
from sim.rules.scarcity import urgency_in_room
from sim.rules.traits import ROOT_DIM, normalise


class Stage(NamedTuple):
    """What publishing reads: numbers, clock, the parties, the recommender's base rates, boosts, venues and tools."""

    num: np.ndarray
    now: np.ndarray
    creators: np.ndarray
    merchants: np.ndarray
    products: np.ndarray
    recommender: np.ndarray
    boost: np.ndarray
    studio: np.ndarray
    deals: np.ndarray


@kernel
def goods_on_show(stage: Stage, who: np.record, most: int, goods: np.ndarray) -> int:
    """Write the first `most` of a presenter's offers that are on sale into `goods`; how many there are."""
    n = 0
    for k in range(OFFERS):
        row = who.offers[k]
        if n < most and row >= 0 and stage.products[row].on_sale:
            goods[n] = row
            n += 1
    return n


@kernel
def goods_of_account(stage: Stage, who: np.record, account: int, goods: np.ndarray) -> int:
    """Write what the n-th account of a presenter publishes today; how many goods.

    The first shows the first of the offers, each next one goes on where the one before stopped, and from the top again.
    """
    every = np.empty(OFFERS, np.int32)
    on_sale = goods_on_show(stage, who, OFFERS, every)
    count = min(CARDS, on_sale)
    for k in range(count):
        goods[k] = every[(account * CARDS + k) % on_sale]
    return count


@kernel
def luck_of_content(stage: Stage, key: int, venue: int) -> float:
    """Luck of what a presenter made today for this card or room, logit; keyed (card, day)."""
    return stage.num[0].interest_content_sd * normal(stage.now[0], key, 0, Decision.CREATOR_HIT, venue, 0)


@kernel
def place(stage: Stage, key: int, product: np.ndarray, presenter: np.ndarray, position: np.ndarray) -> None:
    """Where a card lies in taste space: good, presenter and the day's content, keyed (card, day), length 1."""
    num, now = stage.num[0], stage.now[0]
    noise = num.interest_position_noise / ROOT_DIM
    for k in range(DIM):
        luck = normal(now, key, 0, Decision.CARD_POSITION, Venue.NONE, k)
        position[k] = num.interest_position_product * product[k] + num.interest_position_presenter * presenter[k]
        position[k] += noise * luck
    normalise(position)


@kernel
def believe(num: np.record, product: np.ndarray, presenter: np.ndarray, factor: np.ndarray) -> None:
    """The recommender's factors of a card: those of good and presenter in the weights of its position."""
    for k in range(DIM):
        factor[k] = num.interest_position_product * product[k] + num.interest_position_presenter * presenter[k]


@kernel
def make_card(stage: Stage, who: np.record, presenter: int, style: float, bid: float, account: int, row: int,
              card: np.record) -> None:
    """Fill the card that shows good `row` on a presenter's n-th account, each with content of its own."""
    num, p, rates = stage.num[0], stage.products[row], stage.recommender[0]
    card.key = mix32(mix32(who.key, account) if account else who.key, p.key)
    card.presenter, card.product, card.merchant, card.category = presenter, row, p.merchant, p.category
    card.young = p.impressions < num.feed_explore_bar
    card.attract = style + luck_of_content(stage, card.key, Venue.VIDEO) + num.interest_appeal_watch * p.appeal
    card.boost = stage.boost[presenter].cards + stage.deals[row].lift
    card.gmv = rates.click_rate * yuan_per_click(num, p, rates.order_rate)
    card.bid, card.brand = bid, 0
    card.experience = stage.merchants[p.merchant].score
    place(stage, card.key, p.position, who.position, card.position)
    believe(num, p.learned, who.learned, card.factor)


@kernel
def publish_account(stage: Stage, who: np.record, presenter: int, style: float, bid: float, account: int,
                    cards: np.ndarray, n: int) -> int:
    """Put the cards of a presenter's n-th account behind the first n; how many there are then.

    Without room only count.
    """
    goods = np.empty(OFFERS, np.int32)
    count = goods_of_account(stage, who, account, goods)
    for k in range(count):
        if n + k < len(cards):
            make_card(stage, who, presenter, style, bid, account, goods[k], cards[n + k])
    return n + count


@kernel
def publish_shop(stage: Stage, i: int, cards: np.ndarray, n: int) -> int:
    """Put the cards of all accounts of merchant i behind the first n; the last accounts are those of its brand."""
    m, lent, presenter = stage.merchants[i], stage.studio[i], len(stage.creators) + i
    for account in range(lent.accounts):
        first = n
        brand = account >= lent.accounts - lent.brand
        style = lent.attract + (lent.brand_pull if brand else 0.0)
        n = publish_account(stage, m, presenter, style, 0.0 if brand else m.bid, account, cards, n)
        if brand:
            tell_of_brand(cards, first, n)
    return n


@kernel
def tell_of_brand(cards: np.ndarray, low: int, high: int) -> None:
    """Cards [low, high) show a brand and offer nothing: no sale is to be expected of them."""
    for c in range(low, min(high, len(cards))):
        cards[c].brand, cards[c].gmv = 1, 0.0


@kernel
def publish_cards(stage: Stage, cards: np.ndarray) -> int:
    """Write all cards, creators' first, then merchants', by row and place of the offer; how many there are."""
    n, shift = 0, len(stage.creators)
    for i in range(shift):
        if stage.creators[i].state == ACTIVE:
            n = publish_account(stage, stage.creators[i], i, stage.creators[i].style, 0.0, 0, cards, n)
    for i in range(len(stage.merchants)):
        if stage.merchants[i].state == ACTIVE:
            n = publish_shop(stage, i, cards, n)
    return n


@kernel
def furnish(stage: Stage, who: np.record, presenter: int, style: float, lent: float, room: np.record) -> bool:
    """Fill the room of a presenter on air with its goods; False when it has none to show."""
    num = stage.num[0]
    room.goods[:] = -1
    room.count = goods_on_show(stage, who, OFFERS, room.goods)
    if room.count == 0:
        return False
    room.key, room.presenter = who.key, presenter
    room.start, room.minutes = who.start, who.minutes
    room.skill = skill(num, who.talent, who.hours) + lent
    room.trust = who.trust
    room.attract = style + luck_of_content(stage, who.key, Venue.LIVE)
    room.boost = stage.boost[presenter].rooms + _mean_lift(stage, room)
    room.weight = (who.followers + 1.0) ** num.feed_pool_followers
    room.traffic = traffic_share(room, stage.products)
    _count_down(stage, room)
    _place_room(stage, who, room)
    return True


@kernel
def _count_down(stage: Stage, room: np.record) -> None:
    """How urgent each good on show is this morning."""
    for j in range(room.count):
        p = stage.products[room.goods[j]]
        age = stage.now[0].day - stage.merchants[p.merchant].started
        room.urgency[j] = urgency_in_room(stage.now[0], stage.num[0], room.key, p, age)


@kernel
def _mean_lift(stage: Stage, room: np.record) -> float:
    """Log-odds lent to a room by the goods it shows: their mean."""
    total = 0.0
    for j in range(room.count):
        total += stage.deals[room.goods[j]].lift
    return total / room.count


@kernel
def _place_room(stage: Stage, who: np.record, room: np.record) -> None:
    """A room lies where its goods lie on average, drawn to its host; expected sales add up over its goods.

    The recommender knows a room by its host alone, as it learns it (sim/rules/learn.py).
    """
    num, rates = stage.num[0], stage.recommender[0]
    position = np.zeros(DIM)
    room.gmv = 0.0
    for j in range(room.count):
        p = stage.products[room.goods[j]]
        room.gmv += rates.click_rate * yuan_per_click(num, p, rates.order_rate)
        for k in range(DIM):
            position[k] += p.position[k] / room.count
    place(stage, who.key, position, who.position, room.position)
    room.factor[:] = who.learned


@kernel
def open_rooms(stage: Stage, rooms: np.ndarray) -> int:
    """Write the rooms on air, creators' first; presenters without goods on sale stay off the air. How many."""
    n, shift = 0, len(stage.creators)
    for i in range(shift):
        c = stage.creators[i]
        if c.live:
            rooms[n].own, rooms[n].merchant, rooms[n].hype = 0, -1, c.hype
            rooms[n].packet = c.packet
            c.live = furnish(stage, c, i, c.style, 0.0, rooms[n])
            n += c.live
    for i in range(len(stage.merchants)):
        m = stage.merchants[i]
        if m.live:
            rooms[n].own, rooms[n].merchant, rooms[n].hype = 1, i, 0.0
            lent = stage.studio[i]
            rooms[n].packet = 0.0
            m.live = furnish(stage, m, shift + i, lent.attract, lent.skill, rooms[n])
            n += m.live
    return n
