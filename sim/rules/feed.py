"""The feed: which card fills each video slot, and what follows from it (model.md §2.4–2.5)."""

import numpy as np

from sim.agents.user import WEARY
from sim.fixed import to_fixed
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.arrival import MOST_SLOTS, time_budget
from sim.rules.choose import (
    certificate_utility,
    choose,
    content_utility,
    host_trust_utility,
    insurance_utility,
    need_utility,
    note_click,
    place_utility,
    settle_on,
    taste_utility,
)
from sim.rules.common import among, interest, logistic, venue_open
from sim.rules.excite import excite
from sim.rules.follow import remember_brand
from sim.rules.retrieve import shortlist_cards
from sim.rules.visits import planned_minutes
from sim.rules.watch import dislikes, react
from sim.scratch import scratch
from sim.tables import (
    AD,
    AD_CARD,
    CLICK,
    EVENTS,
    EXPLORED,
    FEED_CARD,
    FRIEND_CARD,
    INTEREST,
    LONG,
    ORACLE,
    RECOMMENDER,
    SHARES,
    WATCH,
)
from sim.tally import Count

MOST_CARDS = 128
ORGANIC, ADVERT, EXPLORE = 0, 1, 2
FRIEND_SLOT = 1000  # slot numbers of friends' cards start here
MILLIFEN = 1000.0
NO_BID = -1.0  # below every reserve
MOST_WEARY = 65_535  # a uint16 column holds it
FRESH, KNOWN = 7, 60  # days of a first stay in which a user is new to the recommender, and after which well known


@kernel
def video_slots(num, u):
    """Video slots of a visit with the usual minutes for the feed; the other commerce slots preview live rooms."""
    return u.slots - preview_slots(num, u)


@kernel
def videos_today(t, i):
    """Video slots that user i gets to: rooms, and visits to the shelf that are planned, take minutes off the feed.

    In proportion to the minutes left; the fraction by lot. Visits to which the feed itself leads come out of what is
    left of its minutes, when its cards have been seen.
    """
    u, num = t.users[i], t.num[0]
    share = max(0.0, u.minutes - planned_minutes(t, i)) / time_budget(num, u) / num.feed_minutes_share
    return int(video_slots(num, u) * share + uniform(t.now[0], u.key, 0, Decision.SLOTS, Venue.VIDEO, 0))


@kernel
def preview_slots(num, u):
    """Slots of today's visit that preview live rooms."""
    return int(u.slots * num.feed_preview_share + 0.5)


@kernel
def slot_nature(now, num, lev, user, slot):
    """Whether a slot is organic, an ad or exploration; the slot's own nature, so keyed by the slot."""
    luck = uniform(now, user, slot, Decision.EXPLORE, Venue.VIDEO, 0)
    ads = num.feed_ad_share * lev.ad_load
    if luck < ads:
        return ADVERT
    return EXPLORE if luck < ads + (1.0 - ads) * (num.feed_explore_share + lev.explore) else ORGANIC


@kernel
def engagement(r, num, match, boost):
    """P(watch) that the recommender expects at a learned match; a boost counts as log-odds."""
    return logistic(r.bias + num.learning_slope * match + boost)


@kernel
def organic_score(r, lev, chance, gmv, experience):
    """Organic ranking score: w_e·P(engage) + w_g·E[GMV] + w_x·experience."""
    value = r.weight_engage * chance + (r.weight_gmv + lev.gmv_weight) * chance * gmv
    return value + (r.weight_experience + lev.experience_weight) * experience


@kernel
def rank_cards(t, ids, scores, chances, n):
    """Turn matches into organic scores and sort the shortlist by them, best first; ties keep their order.

    Boosts count against the largest in the shortlist, so that an equal boost changes nothing. A recommender that
    knows no matches keeps the order of its shortlist.
    """
    r, num, lev = t.recommender[0], t.num[0], t.lev[0]
    learned = t.modes[RECOMMENDER] == INTEREST or t.modes[RECOMMENDER] == ORACLE
    highest = 0.0
    for j in range(n):
        highest = max(highest, t.cards[ids[j]].boost) if j else t.cards[ids[j]].boost
    for j in range(n):
        card = t.cards[ids[j]]
        lifted = chances[j] = engagement(r, num, scores[j], 0.0)
        if card.boost != highest:
            lifted = engagement(r, num, scores[j], card.boost - highest)
        scores[j] = organic_score(r, lev, lifted, card.gmv, card.experience) if learned else -float(j)
    for j in range(1, n):
        _sink(ids, scores, chances, j)


@kernel
def _sink(ids, scores, chances, j):
    """One step of insertion sort, descending."""
    card, score, chance = ids[j], scores[j], chances[j]
    while j > 0 and scores[j - 1] < score:
        ids[j], scores[j], chances[j] = ids[j - 1], scores[j - 1], chances[j - 1]
        j -= 1
    ids[j], scores[j], chances[j] = card, score, chance


@kernel
def value_bids(t, ids, chances, values, n):
    """What an impression of each card is worth to its bidder: bid·P(watch)·P(click | watch)·P(order | click), fen."""
    r = t.recommender[0]
    rate = r.click_rate * r.order_rate
    for j in range(n):
        bid = t.cards[ids[j]].bid
        values[j] = bid * chances[j] * rate if bid > 0.0 else NO_BID


@kernel
def auction(num, values, used, n):
    """Second-price auction for an ad slot over the shortlist: (place of the winner or -1, price in milli-fen).

    The winner pays the second value, at least the reserve (Vickrey 1961; Edelman, Ostrovsky and Schwarz 2007 for the
    platform's practice).
    """
    reserve = num.feed_ad_reserve * 100.0 / 1000.0
    winner, best, second = -1, reserve, reserve
    for j in range(n):
        if used[j]:
            continue
        if values[j] >= best:
            second = best
            winner, best = j, values[j]
        elif values[j] > second:
            second = values[j]
    return winner, int(second * MILLIFEN)


@kernel
def next_organic(used, n):
    """The best card not yet shown, or -1."""
    for j in range(n):
        if not used[j]:
            return j
    return -1


@kernel
def unseen_young(young, luck, shown, count):
    """A little-seen card at place `luck` of the day's shelf, or the next one not yet shown; -1 when all were."""
    first = int(luck * len(young))
    for step in range(len(young)):
        c = young[(first + step) % len(young)]
        if not among(shown, count, c):
            return np.int64(c)
    return np.int64(-1)


@kernel
def cross_out(ids, used, n, c):
    """A card shown is used up in the shortlist, whichever kind of slot showed it."""
    for j in range(n):
        if ids[j] == c:
            used[j] = 1


@kernel
def fill_slot(t, u, slot, ids, values, used, n, shown, count):
    """What a slot shows: (card or -1, flag of its kind, price in milli-fen); without an ad or a young card, organic."""
    num, now = t.num[0], t.now[0]
    nature = slot_nature(now, num, t.lev[0], u.key, slot)
    if nature == ADVERT:
        place, price = auction(num, values, used, n)
        if place >= 0:
            return np.int64(ids[place]), np.int64(AD), price
    if nature == EXPLORE:
        c = unseen_young(t.young, uniform(now, u.key, slot, Decision.EXPLORE, Venue.VIDEO, 1), shown, count)
        if c >= 0:
            return c, np.int64(EXPLORED), np.int64(0)
    place = next_organic(used, n)
    return np.int64(ids[place] if place >= 0 else -1), np.int64(0), np.int64(0)


@kernel
def fill_slots(t, i, slots, shown, flags, prices):
    """Fill the first video slots of user i: card, kind and price (milli-fen) of each; how many are filled.

    Reads nothing that browsing changes, so it may be asked again after the feed.
    """
    ids, scores = scratch(MOST_CARDS, np.int32), scratch(MOST_CARDS, np.float64)
    chances, values = scratch(MOST_CARDS, np.float64), scratch(MOST_CARDS, np.float64)
    used = scratch(MOST_CARDS, np.uint8)
    used[:] = 0
    n, count = shortlist_cards(t, i, ids, scores), np.int64(0)
    rank_cards(t, ids, scores, chances, n)
    value_bids(t, ids, chances, values, n)
    for slot in range(slots):
        c, flags[slot], prices[slot] = fill_slot(t, t.users[i], slot, ids, values, used, n, shown, count)
        if c < 0:
            break
        cross_out(ids, used, n, c)
        shown[count] = c
        count += 1
    return count


@kernel
def log_event(t, i, presenter, product, flags, slot, price):
    """Write one impression into the day's log."""
    event = t.events[t.fill[EVENTS]]
    event.user, event.presenter, event.product = i, presenter, product
    event.flags, event.slot, event.price = flags, slot, price
    t.fill[EVENTS] += 1


@kernel
def browse(t, i):
    """User i goes through the video slots of today's feed, then through what friends passed on; no card twice."""
    u = t.users[i]
    if u.opened == 0 or len(t.cards) == 0:
        return
    shown, flags = scratch(MOST_SLOTS, np.int32), scratch(MOST_SLOTS, np.int64)
    prices = scratch(MOST_SLOTS, np.int64)
    count = fill_slots(t, i, min(MOST_SLOTS, videos_today(t, i)), shown, flags, prices)
    for slot in range(count):
        show(t, i, np.int64(shown[slot]), slot, flags[slot], prices[slot], 0.0)
    hear_friends(t, i, shown, count)


@kernel
def show(t, i, c, slot, flag, price, bonus):
    """Show card c in a slot: reaction, weariness, trace of interest, and the choice after a product click."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    card = t.cards[c]
    k = card.category
    m = interest(now, num, u, card.position, card.key)
    flags = flag | react(now, num, u.key, card.key, card.attract + bonus, u.weariness[k] / WEARY, m)
    if card.brand:
        flags &= ~CLICK
    if flags & WATCH:
        tire(u, k, num.needs_weariness_step)
    disliked = dislikes(now, num, u.key, card.key, m)
    if disliked:
        tire(u, k, num.feed_negative_relief)
    count_slot(t, u, flags, disliked, m)
    log_event(t, i, card.presenter, card.product, flags, slot, price)
    if card.brand and flags & LONG:
        remember_brand(t, i, card)
    if flags & CLICK:
        excite(num, u, k, 1.0, card.presenter, 0)
        consider(t, i, card, m, np.int64(FRIEND_CARD if slot >= FRIEND_SLOT else AD_CARD if flag & AD else FEED_CARD))
        pass_on(t, u, card)


@kernel
def tire(u, k, by):
    """Add to the fatigue with category k, logit."""
    u.weariness[k] = min(MOST_WEARY, int(u.weariness[k]) + int(by * WEARY + 0.5))


@kernel
def count_slot(t, u, flags, disliked, m):
    """Add one video slot to the day's tally."""
    t.tally[Count.VIDEOS] += 1
    t.tally[Count.WATCHES] += flags & WATCH
    t.tally[Count.LONG_VIEWS] += (flags & LONG) // LONG
    t.tally[Count.CLICKS_VIDEO] += (flags & CLICK) // CLICK
    t.tally[Count.ADS] += (flags & AD) // AD
    t.tally[Count.NEGATIVES] += disliked
    if flags & EXPLORED:
        t.tally[Count.EXPLORED] += 1
        t.tally[Count.EXPLORE_WATCHES] += flags & WATCH
        t.tally[Count.EXPLORE_NEGATIVES] += disliked
        count_reach(t, u, Count.QUIET_EXPLORED, Count.KEEN_EXPLORED, flags)
        count_tenure(t, u, Count.FRESH_EXPLORED, Count.KNOWN_EXPLORED, flags)
    elif not flags & AD:
        t.tally[Count.INTEREST_SUM] += to_fixed(m)
        t.tally[Count.INTEREST_COUNT] += 1
        t.tally[Count.ORGANIC_WATCHES] += flags & WATCH
        t.tally[Count.ORGANIC_NEGATIVES] += disliked
        count_reach(t, u, Count.QUIET_ORGANIC, Count.KEEN_ORGANIC, flags)
        place = count_tenure(t, u, Count.FRESH_ORGANIC, Count.KNOWN_ORGANIC, flags)
        if place >= 0:
            t.tally[place + 2] += to_fixed(m)


@kernel
def count_reach(t, u, quiet, keen, flags):
    """Add a slot and its watch to those of the users whose activity is far below, or above, the mean."""
    if u.score < -1.0:
        t.tally[quiet] += 1
        t.tally[quiet + 1] += flags & WATCH
    elif u.score > 0.0:
        t.tally[keen] += 1
        t.tally[keen + 1] += flags & WATCH


@kernel
def count_tenure(t, u, fresh, known, flags):
    """Add a slot and its watch to those of users in the first week of all, or long on the platform; the row, or -1."""
    stayed = t.now[0].day - u.started
    place = fresh if u.spell <= 1 and stayed < FRESH else known if stayed >= KNOWN else -1
    if place >= 0:
        t.tally[place] += 1
        t.tally[place + 1] += flags & WATCH
    return place


@kernel
def consider(t, i, card, m, via):
    """After a product click: order the good of the card, or not."""
    u, num = t.users[i], t.num[0]
    if not venue_open(t, Venue.VIDEO):
        return
    p = t.products[card.product]
    goods, worths = scratch(1, np.int32), scratch(1, np.float64)
    goods[0] = card.product
    worths[0] = place_utility(num, Venue.VIDEO) + taste_utility(num, u, p, m) + content_utility(num, u)
    worths[0] += insurance_utility(t, card.merchant) + need_utility(num, u, p.category)
    worths[0] += certificate_utility(t, card.merchant)
    worths[0] += host_trust_utility(t, u, card.presenter)
    if choose(t, i, goods, worths, np.int64(1), Venue.VIDEO, np.int64(card.key), 0.0, num.choice_deal_single, 1.0) < 0:
        note_click(t, u, card.product)
        return
    hype = t.creators[card.presenter].hype if card.presenter < len(t.creators) else 0.0
    settle_on(t, i, Venue.VIDEO, np.int64(card.presenter), np.float64(hype), num.choice_deal_single, via)


@kernel
def pass_on(t, u, card):
    """After a product click the user may pass the good on; friends see it tomorrow."""
    num, now = t.num[0], t.now[0]
    if num.survey_word_of_mouth == 0.0:
        return
    if uniform(now, u.key, card.key, Decision.SHARE, Venue.VIDEO, 0) < num.feed_share_prob:
        u.sharing = card.product
        t.tally[Count.SHARES] += 1


@kernel
def hear_friends(t, i, shown, count):
    """See a good that a friend passed on yesterday and that was not shown yet, as an extra card; the first key's."""
    best, key = np.int64(-1), np.int64(0)
    for e in range(t.ties_ptr[i], t.ties_ptr[i + 1]):
        friend = t.ties_idx[e]
        if not t.signals[friend] & SHARES:
            continue
        c = own_card(t, t.users[friend].shared)
        if c >= 0 and not among(shown, count, c) and (best < 0 or t.users[friend].key < key):
            best, key = c, np.int64(t.users[friend].key)
    if best >= 0:
        t.tally[Count.FRIEND_SLOTS] += 1
        show(t, i, best, np.int64(FRIEND_SLOT), np.int64(0), np.int64(0), t.num[0].feed_share_bonus)


@kernel
def own_card(t, product):
    """A card of today that shows this good, the first by presenter; -1 if there is none."""
    if product < 0:
        return np.int64(-1)
    return np.int64(t.card_of[product])
