"""The shelf: mall, search and shops, where wants look for goods (model.md §2.4, §2.8).

Every list takes a `fit`: how well the place fits the interest with which a diversion leads to it (场景合理), 1 for a
visit of one's own. It weighs the learned match by which the list ranks goods, the excited intent in what they are worth
to the user, and the attention given to each; open needs, popularity and prices do not depend on it.
"""

import math

import numpy as np

from sim.agents.user import CATEGORIES, KNOWN_SHOPS
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.arrival import spend
from sim.rules.choose import (
    certificate_utility,
    choose,
    insurance_utility,
    place_utility,
    platform_trust_utility,
    settle_on,
    taste_utility,
    want_utility,
)
from sim.rules.common import ROOT_DIM, among, dot, interest, venue_open
from sim.rules.discounts import is_welcomed
from sim.rules.retrieve import shortlist_goods
from sim.rules.visits import comes_to_play, goes_to_mall, known_shop, looks_in, searches, searches_after_view
from sim.scratch import scratch
from sim.tables import (
    AFTER_VIEW,
    DIVERTED,
    FOLLOWED_SHOP,
    INTENTS,
    INTEREST,
    KNOWN_SHOP,
    NEED_SEARCH,
    ORACLE,
    OWN_VISIT,
    RECOMMENDER,
    SUGGESTED,
)
from sim.tally import Count

MOST_GOODS = 128
TO_SHOP, TO_SEARCH, TO_MALL = 1, 2, 3


@kernel
def list_score(t, u, row, clear, match):
    """How a list ranks a good for a user: popularity, `clear` times the learned match, experience score, a lift."""
    num, p = t.num[0], t.products[row]
    r, lev = t.recommender[0], t.lev[0]
    value = num.lists_popularity * math.log(1.0 + p.sold) + num.choice_quality * p.reputation
    value += (r.weight_experience + lev.experience_weight) * t.merchants[p.merchant].score
    return value + lift_for(t, u, row) + clear * num.lists_affinity * match


@kernel
def lift_for(t, u, row):
    """What programmes lend a good in a user's lists: to all, and more to newcomers where it is cheap for them."""
    deal = t.deals[row]
    return deal.lift + (deal.entry_pull if is_welcomed(t.now[0], u, deal, Venue.MALL) else 0.0)


@kernel
def learned_match(t, u, p):
    """What the recommender thinks of user and good, by its kind."""
    kind = t.modes[RECOMMENDER]
    if kind == ORACLE:
        return t.num[0].interest_learnable * ROOT_DIM * dot(u.taste, p.position)
    return dot(u.learned, p.learned) if kind == INTEREST else 0.0


@kernel
def keep_best(goods, scores, n, most, row, score):
    """Insert a good into a list kept in descending order of score; the new length."""
    if n == most and score <= scores[n - 1]:
        return n
    j = n if n < most else n - 1
    while j > 0 and scores[j - 1] < score:
        goods[j], scores[j] = goods[j - 1], scores[j - 1]
        j -= 1
    goods[j], scores[j] = row, score
    return min(n + 1, most)


@kernel
def go_through(t, i, goods, n, venue, group, fit, via):
    """Look at a ranked list from the top, each place with probability fit·r^-η, and choose among what was seen."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    seen, worths = scratch(MOST_GOODS, np.int32), scratch(MOST_GOODS, np.float64)
    count = np.int64(0)
    for rank in range(n):
        p = t.products[goods[rank]]
        luck = uniform(now, u.key, p.key, Decision.EXAMINE, venue, 0)
        if luck < fit * (rank + 1.0) ** -num.lists_examine:
            m = interest(now, num, u, p.position, p.key)
            seen[count] = goods[rank]
            worths[count] = shelf_worth(t, u, p, m, venue, fit)
            count += 1
    if count and choose(t, i, seen, worths, count, venue, group, 0.0, num.choice_deal_list, num.choice_nest) >= 0:
        take(t, i, venue, via)


@kernel
def mindshare_utility(num, u):
    """What it adds that the platform comes to mind as a place to buy."""
    return num.choice_mindshare * u.mindshare


@kernel
def shelf_worth(t, u, p, m, venue, fit):
    """Utility of a good on the shelf without price and noise."""
    num = t.num[0]
    worth = place_utility(num, venue) + taste_utility(num, u, p, m) + want_utility(num, u, p.category, fit)
    worth = worth + insurance_utility(t, p.merchant) + mindshare_utility(num, u) + platform_trust_utility(num, u)
    return worth + certificate_utility(t, p.merchant)


@kernel
def take(t, i, venue, via):
    """Turn the shelf's chosen good into an intent; the seller's own account presents it, without hype."""
    seller = t.products[t.intents[t.fill[INTENTS]].product].merchant
    settle_on(t, i, venue, np.int64(len(t.creators) + seller), 0.0, t.num[0].choice_deal_list, via)


@kernel
def is_clear(now, num, u, k, via):
    """Whether a query says what is wanted (ζ): of a need it may not; one for a good seen or suggested does."""
    return via != NEED_SEARCH or uniform(now, u.key, k, Decision.CLARITY, Venue.SEARCH, 0) < num.lists_clarity


@kernel
def other_meaning(now, u, k):
    """The category that an unclear query for k may as well mean, keyed (user, category)."""
    step = 1 + int(uniform(now, u.key, k, Decision.CLARITY, Venue.SEARCH, 1) * (CATEGORIES - 1))
    return (k + step) % CATEGORIES


@kernel
def ask_back(t, u, k):
    """The platform may ask what an unclear query means: 0 it does not, 1 the user answers, -1 the user gives up."""
    num, now = t.num[0], t.now[0]
    if uniform(now, u.key, k, Decision.ASK_BACK, Venue.SEARCH, 0) >= t.lev[0].clarify:
        return 0
    t.tally[Count.ASKED_BACK] += 1
    return -1 if uniform(now, u.key, k, Decision.ASK_BACK, Venue.SEARCH, 1) < num.lists_step_drop else 1


@kernel
def results_page(t, i, k, fit, via):
    """Search category k: rank the page's goods for user i and go through the list.

    A clear query is ranked by what the recommender has learned; an unclear one is not, and shares its page with
    another category, unless the platform asks back.
    """
    u, now = t.users[i], t.now[0]
    t.tally[Count.SEARCHES] += 1
    clear = is_clear(now, t.num[0], u, k, via)
    if not clear:
        t.tally[Count.SEARCHES_UNCLEAR] += 1
        answer = ask_back(t, u, k)
        if answer < 0:
            return
        clear = answer > 0
    goods, scores = scratch(MOST_GOODS, np.int32), scratch(MOST_GOODS, np.float64)
    most = int(t.num[0].lists_search)
    n = rank_page(t, u, k, goods, scores, np.int64(0), most, fit if clear else 0.0)
    if not clear:
        n = rank_page(t, u, other_meaning(now, u, k), goods, scores, n, most, 0.0)
    go_through(t, i, goods, n, Venue.SEARCH, np.int64(k + 1), fit, via)


@kernel
def rank_page(t, u, k, goods, scores, n, most, weight):
    """Sort the goods of category k's page into a list of n, at most `most`, the learned match counted by `weight`.

    The new length.
    """
    for j in range(t.page_size[k]):
        row = np.int64(t.pages[k, j])
        p = t.products[row]
        score = list_score(t, u, row, weight, learned_match(t, u, p))
        n = keep_best(goods, scores, n, most, row, score)
    return n


@kernel
def search(t, i):
    """User i searches for open needs, for what content showed, and at most one category that is suggested."""
    u, num, lev, now = t.users[i], t.num[0], t.lev[0], t.now[0]
    if u.opened == 0 or not venue_open(t, Venue.SEARCH):
        return
    searched = 0
    hint = suggestion(lev, now, u)
    for k in range(CATEGORIES):
        if searches(num, now, u, k):
            searched += query(t, i, k, NEED_SEARCH, Count.SEARCHES_NEED)
        elif searches_after_view(num, lev, now, u, k):
            searched += query(t, i, k, AFTER_VIEW, Count.SEARCHES_AFTER_VIEW)
        elif k == hint:
            searched += query(t, i, k, SUGGESTED, Count.SEARCHES_SUGGESTED)
    t.tally[Count.SEARCH_VISITS] += searched > 0


@kernel
def query(t, i, k, via, count):
    """One search, if there is time for it; whether there was."""
    u = t.users[i]
    if u.minutes <= 0:
        return 0
    spend(t, u, t.num[0].lists_search_minutes, Count.MINUTES_SEARCH)
    t.tally[count] += 1
    results_page(t, i, k, 1.0, via)
    return 1


@kernel
def suggestion(lev, now, u):
    """The category of a suggested search (猜你想搜) that is taken up, that of the strongest trace; or -1."""
    if uniform(now, u.key, 0, Decision.SUGGEST, Venue.SEARCH, 0) >= lev.suggest:
        return -1
    best = 0
    for k in range(CATEGORIES):
        if u.intent[k] > u.intent[best]:
            best = k
    return best if u.intent[best] > 0.0 else -1


@kernel
def wanted(num, u, k):
    """Whether category k holds an open need or a trace of interest strong enough to look for."""
    return u.need[k] > 0 or u.intent[k] >= num.lists_mall_trace


@kernel
def add_wanted(t, u, ids, count, fit, goods, scores, n):
    """Let the best goods of each wanted category into the list, beside those shortlisted by interest (承接)."""
    num, rows, marks = t.num[0], scratch(MOST_GOODS, np.int32), scratch(MOST_GOODS, np.float64)
    for k in range(CATEGORIES):
        if num.lists_mall_wanted > 0 and wanted(num, u, k):
            for j in range(rank_page(t, u, k, rows, marks, np.int64(0), int(num.lists_mall_wanted), fit)):
                if not among(ids, count, rows[j]):
                    score = marks[j] + want_utility(num, u, k, fit)
                    n = keep_best(goods, scores, n, int(num.lists_mall), np.int64(rows[j]), score)
    return n


@kernel
def mall_goods(t, i, fit, goods, scores):
    """The goods that the mall shows user i, best first, into `goods`; how many."""
    u, num = t.users[i], t.num[0]
    ids, matches = scratch(MOST_GOODS, np.int32), scratch(MOST_GOODS, np.float64)
    count, n = shortlist_goods(t, i, ids, matches), np.int64(0)
    for j in range(count):
        want = want_utility(num, u, t.products[ids[j]].category, fit)
        score = list_score(t, u, np.int64(ids[j]), fit, matches[j]) + want
        n = keep_best(goods, scores, n, int(num.lists_mall), np.int64(ids[j]), score)
    return add_wanted(t, u, ids, count, fit, goods, scores, n)


@kernel
def mall_list(t, i, fit, via):
    """Show user i the mall's list and let the user choose."""
    goods, scores = scratch(MOST_GOODS, np.int32), scratch(MOST_GOODS, np.float64)
    n = mall_goods(t, i, fit, goods, scores)
    t.tally[Count.MALL_VISITS] += 1
    go_through(t, i, goods, n, Venue.MALL, np.int64(0), fit, via)


@kernel
def play(t, u):
    """Whoever is in the mall while a game is on plays it."""
    u.played = u.game_of > 0
    t.tally[Count.PLAYERS] += u.played


@kernel
def visit_mall(t, i):
    """User i may visit the mall today; who comes for a game alone looks at nothing there."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.minutes <= 0 or not venue_open(t, Venue.MALL):
        return
    if goes_to_mall(num, t.lev[0], now, u):
        spend(t, u, num.lists_mall_minutes, Count.MINUTES_MALL)
        play(t, u)
        mall_list(t, i, 1.0, OWN_VISIT)
    elif comes_to_play(num, t.lev[0], now, u):
        spend(t, u, num.lists_mall_minutes, Count.MINUTES_MALL)
        t.tally[Count.GAME_VISITS] += 1
        play(t, u)


@kernel
def shop_list(t, i, m, fit, via):
    """Show user i the goods of merchant m, best sellers first, and let the user choose."""
    u, num, firm = t.users[i], t.num[0], t.merchants[m]
    goods, scores = scratch(MOST_GOODS, np.int32), scratch(MOST_GOODS, np.float64)
    n = np.int64(0)
    for row in range(np.int64(firm.first), np.int64(firm.first + firm.count)):
        p = t.products[row]
        if p.on_sale:
            score = list_score(t, u, row, fit, learned_match(t, u, p))
            n = keep_best(goods, scores, n, int(num.lists_shop), row, score)
    t.tally[Count.SHOP_VISITS] += 1
    go_through(t, i, goods, n, Venue.SHOP, np.int64(firm.key), fit, via)


@kernel
def visit_shops(t, i):
    """User i may look into shops followed or bought at, then follow a diversion from content that a policy sets up."""
    u, num = t.users[i], t.num[0]
    if u.opened == 0 or not venue_open(t, Venue.SHOP):
        return
    for e in range(t.shop_ptr[i], t.shop_ptr[i + 1]):
        call_at(t, i, np.int64(t.shop_idx[e]), num.lists_shop_visit, FOLLOWED_SHOP)
    for place in range(KNOWN_SHOPS):
        m = known_shop(t, i, place)
        if m >= 0:
            call_at(t, i, m, num.lists_shop_again, KNOWN_SHOP)
    divert(t, i)


@kernel
def call_at(t, i, m, chance, via):
    """Look into the shop of merchant m with a chance, if there is time."""
    u = t.users[i]
    if u.minutes > 0 and looks_in(t, u, m, chance):
        spend(t, u, t.num[0].lists_shop_minutes, Count.MINUTES_SHOP)
        shop_list(t, i, m, 1.0, via)


@kernel
def destination(lev, luck):
    """Where a diversion leads: the good's shop, the category's results page, the mall's home, or nowhere (0)."""
    if luck < lev.divert_shop:
        return TO_SHOP
    if luck < lev.divert_shop + lev.divert_search:
        return TO_SEARCH
    return TO_MALL if luck < lev.divert_shop + lev.divert_search + lev.divert_mall else 0


@kernel
def been_there(num, lev, now, u, where, k):
    """Whether the user has seen that list today anyway; a diversion shows nobody the same list twice."""
    if where == TO_SEARCH:
        return searches(num, now, u, k) or searches_after_view(num, lev, now, u, k)
    return where == TO_MALL and goes_to_mall(num, lev, now, u)


@kernel
def divert(t, i):
    """A product click without an order, with enough intent, may be led to the shelf; each extra step loses some."""
    u, num, lev, now = t.users[i], t.num[0], t.lev[0], t.now[0]
    if u.clicked < 0 or u.minutes <= 0:
        return
    p = t.products[u.clicked]
    if u.intent[p.category] < num.lists_divert_intent:
        return
    where = destination(lev, uniform(now, u.key, p.key, Decision.DIVERT, Venue.NONE, 0))
    steps = 2.0 if where == TO_MALL else 1.0
    if where == 0 or been_there(num, lev, now, u, where, np.int64(p.category)):
        return
    if uniform(now, u.key, p.key, Decision.DIVERT, Venue.NONE, 1) >= (1.0 - num.lists_step_drop) ** steps:
        return
    t.tally[Count.DIVERTED] += 1
    if where == TO_SHOP:
        spend(t, u, num.lists_shop_minutes, Count.MINUTES_SHOP)
        shop_list(t, i, np.int64(p.merchant), lev.divert_match, DIVERTED)
    elif where == TO_SEARCH:
        spend(t, u, num.lists_search_minutes, Count.MINUTES_SEARCH)
        results_page(t, i, np.int64(p.category), lev.divert_match, DIVERTED)
    else:
        spend(t, u, num.lists_mall_minutes, Count.MINUTES_MALL)
        mall_list(t, i, lev.divert_match, DIVERTED)
