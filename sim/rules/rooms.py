"""Live rooms in three steps: enter, be counted, watch and buy (model.md §2.6)."""

import math

import numpy as np

from sim.agents.creator import OFFERS
from sim.agents.user import VISIT_SLOTS
from sim.jit import kernel
from sim.rng import Decision, Venue, mix32, normal, uniform
from sim.rules.arrival import spend
from sim.rules.choose import (
    certificate_utility,
    choose,
    content_utility,
    host_trust_utility,
    insurance_utility,
    keener,
    need_utility,
    note_click,
    place_utility,
    settle_on,
    taste_utility,
)
from sim.rules.common import ROOT_DIM, dot, interest, logistic, logit, venue_open
from sim.rules.excite import excite
from sim.rules.feed import log_event, organic_score, preview_slots
from sim.rules.follow import note_tie
from sim.rules.roles import dwell_pull, entry_pull, loyal_utility, pitch_utility, pitched_share
from sim.rules.scarcity import scarcity_utility
from sim.rules.tools import packet_pull
from sim.rules.watch import click_logit
from sim.scratch import scratch
from sim.tables import (
    CLICK,
    FOLLOWED_ROOM,
    INTEREST,
    ORACLE,
    POPULARITY,
    PREVIEW,
    PREVIEWED_ROOM,
    RECOMMENDER,
    STEP,
    WATCH,
)
from sim.tally import Count

MOST_ROOMS = 256


@kernel
def room_score(t, u, room, highest):
    """How the recommender ranks an open room for a user, by its kind."""
    r, num, kind = t.recommender[0], t.num[0], t.modes[RECOMMENDER]
    if kind == POPULARITY:
        return float(room.weight)
    if kind != INTEREST and kind != ORACLE:
        return uniform(t.now[0], u.key, room.key, Decision.POOL, Venue.LIVE, 0)
    if kind == ORACLE:
        match = num.interest_learnable * ROOT_DIM * dot(u.taste, room.position)
    else:
        match = dot(u.learned, room.factor)
    chance = entry_chance(r, num, match, room.boost - highest)
    return organic_score(r, t.lev[0], chance, room.gmv, t.merchants[room.merchant].score if room.own else 0.0)


@kernel
def entry_chance(r, num, match, boost):
    """P(enter) of a previewed room that the recommender expects at a learned match; a boost counts as log-odds."""
    return logistic(logit(num.rooms_entry) + r.room_bias + num.learning_room_slope * match + boost)


@kernel
def preview(t, i):
    """Show user i the best rooms of the day's pool of its audience cell; enter those that appeal."""
    rows = scratch(MOST_ROOMS, np.int32)
    for slot in range(best_rooms(t, i, preview_slots(t.num[0], t.users[i]), rows)):
        offer_room(t, i, rows[slot], slot)


@kernel
def best_rooms(t, i, slots, rows):
    """The rooms that the recommender previews to user i, best first, at most `slots`; how many. Changes nothing."""
    u = t.users[i]
    pool = t.pools[mix32(u.key, 0) % len(t.pools)]
    scores = scratch(MOST_ROOMS, np.float64)
    size, highest = 0, 0.0
    while size < len(pool) and pool[size] >= 0:
        boost = t.rooms[pool[size]].boost
        highest = max(highest, boost) if size else boost
        size += 1
    for j in range(size):
        scores[j] = room_score(t, u, t.rooms[pool[j]], highest)
    found = min(slots, size)
    for slot in range(found):
        best = 0
        for j in range(1, size):
            if scores[j] > scores[best]:
                best = j
        scores[best] = -math.inf
        rows[slot] = pool[best]
    return found


@kernel
def offer_room(t, i, row, slot):
    """Preview one room; the user may enter."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    room = t.rooms[row]
    m = interest(now, num, u, room.position, room.key)
    drawn = uniform(now, u.key, room.key, Decision.ROOM_ENTRY, Venue.LIVE, 0) < logistic(entry_logit(num, room, m))
    entered = stay(t, i, row, m, PREVIEWED_ROOM) if drawn else False
    t.tally[Count.PREVIEWS] += 1
    log_event(t, i, room.presenter, np.int32(-1), PREVIEW | (WATCH if entered else 0), np.int64(slot), np.int64(0))


@kernel
def entry_logit(num, room, m):
    """Log-odds of entering a previewed room: logit(.25) + .6(m − m̄) + .3(skill − s̄) + style + traffic goods."""
    return (
        logit(num.rooms_entry)
        + num.rooms_entry_interest * (m - num.rooms_mean_interest)
        + num.rooms_entry_skill * (room.skill - num.rooms_mean_skill)
        + room.attract
        + entry_pull(num, room)
        + packet_pull(num, room)
    )


@kernel
def dwell_minutes(num, u, room, m, luck):
    """Minutes spent in a room: lognormal with the configured mean, longer with interest, skill, trust and traffic."""
    level = num.rooms_dwell_interest * (m - num.rooms_mean_interest)
    level += num.rooms_dwell_skill * (room.skill - num.rooms_mean_skill)
    level += num.rooms_dwell_trust * (room.trust + u.host_trust) + dwell_pull(num, room)
    spread = num.rooms_dwell_sd
    return num.rooms_dwell * math.exp(level + spread * luck - 0.5 * spread * spread)


@kernel
def stay(t, i, row, m, via):
    """Note user i's visit to a room: minute of entry, whole minutes of stay within the room's hours and own time.

    Whether the user is in the room: a day holds `VISIT_SLOTS` rooms, and one more is not entered.
    """
    u, num, now = t.users[i], t.num[0], t.now[0]
    room = t.rooms[row]
    if u.minutes <= 0:
        return False
    for slot in range(VISIT_SLOTS):
        visit = t.visits[i, slot]
        if visit.room == row and visit.dwell > 0:
            return True
        if visit.dwell > 0:
            continue
        minute = int(uniform(now, u.key, room.key, Decision.ROOM_MINUTE, Venue.LIVE, 0) * room.minutes)
        luck = normal(now, u.key, room.key, Decision.DWELL, Venue.LIVE, 0)
        visit.room, visit.minute, visit.via = row, minute, via
        wish = max(1, min(room.minutes - minute, int(dwell_minutes(num, u, room, m, luck) + 0.5)))
        visit.dwell = spend(t, u, wish, Count.DWELL)
        t.tally[Count.ENTRIES] += 1
        return True
    return False


@kernel
def drop_in(t, i):
    """Enter open rooms of followed hosts and shops."""
    for e in range(t.follow_ptr[i], t.follow_ptr[i + 1]):
        call_on(t, i, t.room_of[t.follow_idx[e]])
    creators = len(t.creators)
    for e in range(t.shop_ptr[i], t.shop_ptr[i + 1]):
        call_on(t, i, t.room_of[creators + t.shop_idx[e]])


@kernel
def call_on(t, i, row):
    """Enter a followed room with the configured chance."""
    if row < 0:
        return
    u, num, now = t.users[i], t.num[0], t.now[0]
    room = t.rooms[row]
    if uniform(now, u.key, room.key, Decision.ROOM_ENTRY, Venue.LIVE, 1) < num.rooms_follow_entry:
        m = interest(now, num, u, room.position, room.key)
        t.tally[Count.ENTRIES_FOLLOW] += 1 if stay(t, i, row, m, FOLLOWED_ROOM) else 0


@kernel
def enter_rooms(t, i):
    """User i enters rooms today: first those followed, then from the feed's previews."""
    for slot in range(VISIT_SLOTS):
        t.visits[i, slot].dwell = 0
    if t.users[i].opened == 0 or len(t.rooms) == 0 or not venue_open(t, Venue.LIVE):
        return
    drop_in(t, i)
    preview(t, i)


@kernel
def viewers_at(room, minute):
    """Viewers in the ten minutes around a minute of the room's time, other visitors and oneself."""
    return room.viewer_minutes[minute // STEP] / STEP


@kernel
def crowd_utility(num, room, minute):
    """What the other viewers of a room add to its goods at a minute of the room's time."""
    return num.interest_crowd * math.log(1.0 + viewers_at(room, minute))


@kernel
def host_utility(num, room):
    """What the host's skill adds to a room's goods."""
    return num.choice_host * (room.skill - num.rooms_mean_skill)


@kernel
def watch_rooms(t, i):
    """User i watches the rooms entered: sees goods, clicks, buys, may follow the host."""
    if t.users[i].opened == 0:
        return
    for slot in range(VISIT_SLOTS):
        visit = t.visits[i, slot]
        if visit.dwell == 0:
            return
        shop_live(t, i, t.rooms[visit.room], visit)
        follow_host(t, i, t.rooms[visit.room], visit.dwell)


@kernel
def shop_live(t, i, room, visit):
    """See the goods of a room, leave traces of interest, click, and choose one or none."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    goods, worths = scratch(OFFERS, np.int32), scratch(OFFERS, np.float64)
    crowd = crowd_utility(num, room, visit.minute)
    lead = place_utility(num, Venue.LIVE) + content_utility(num, u) + host_utility(num, room) + crowd
    lead += host_trust_utility(t, u, room.presenter)
    share = pitched_share(room, visit)
    clicked, n = np.int64(-1), np.int64(0)
    for j in range(room.count):
        p = t.products[room.goods[j]]
        m = interest(now, num, u, p.position, p.key)
        goods[n] = room.goods[j]
        worths[n] = lead + taste_utility(num, u, p, m) + insurance_utility(t, p.merchant)
        worths[n] += certificate_utility(t, p.merchant)
        worths[n] += need_utility(num, u, p.category) + scarcity_utility(num, room, j)
        worths[n] += pitch_utility(num, room, visit, j, share) + loyal_utility(num, p, visit.via)
        excite(num, u, p.category, num.needs_intent_shown, room.presenter, 1)
        if live_click(now, num, u, p, m, crowd):
            excite(num, u, p.category, 1.0, room.presenter, 1)
            clicked = keener(t, u, clicked, np.int64(room.goods[j]))
            t.tally[Count.CLICKS_LIVE] += 1
            log_event(t, i, room.presenter, room.goods[j], PREVIEW | WATCH | CLICK, np.int64(-1), np.int64(0))
        n += 1
    deal_in_room(t, i, room, goods, worths, n, clicked, np.int64(visit.via))


@kernel
def live_click(now, num, u, p, m, crowd):
    """Whether the user clicks a good shown in a room, keyed (user, good)."""
    luck = uniform(now, u.key, p.key, Decision.PRODUCT_CLICK, Venue.LIVE, 0)
    return luck < logistic(click_logit(num, m) + crowd)


@kernel
def deal_in_room(t, i, room, goods, worths, n, clicked, via):
    """Choose among a room's goods at the live price."""
    u, num = t.users[i], t.num[0]
    taken = choose(t, i, goods, worths, n, Venue.LIVE, np.int64(room.key), num.rooms_discount, num.choice_deal_list,
                   num.choice_nest)
    if taken < 0:
        if clicked >= 0:
            note_click(t, u, clicked)
        return
    settle_on(t, i, Venue.LIVE, np.int64(room.presenter), np.float64(room.hype), num.choice_deal_list, via)


@kernel
def follow_host(t, i, room, dwell):
    """After a long stay the user may follow the host."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if dwell <= num.rooms_follow_after:
        return
    if uniform(now, u.key, room.key, Decision.FOLLOW, Venue.LIVE, 0) < num.rooms_follow:
        note_tie(t, i, np.int64(room.presenter), np.int64(1))
