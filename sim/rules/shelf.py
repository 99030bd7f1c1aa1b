"""The shelf: mall, search and shops, where wants look for goods (model.md §2.4, §2.8).

Every list takes a `fit`: how well the place fits the interest with which a diversion leads to it (场景合理), 1 for a
visit of one's own. It weighs the learned match by which the list ranks goods, the excited intent in what they are worth
to the user, and the attention given to each; open needs, popularity and prices do not depend on it.
"""

import math

import numpy as np

from sim.agents.user import CATEGORIES
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.arrival import needs_open
from sim.rules.choose import (
    choose,
    holds_coupon,
    insurance_utility,
    place_utility,
    platform_trust_utility,
    settle_on,
    taste_utility,
    want_utility,
)
from sim.rules.common import ROOT_DIM, dot, interest, logistic, venue_open
from sim.rules.retrieve import shortlist_goods
from sim.tables import INTENTS, INTEREST, ORACLE, RECOMMENDER
from sim.tally import Count

MOST_GOODS = 128
TO_SHOP, TO_SEARCH, TO_MALL = 1, 2, 3


@kernel
def list_score(t, u, row, clear, match):
    """How a list ranks a good for a user: popularity, `clear` times the learned match, experience score."""
    num, p = t.num[0], t.products[row]
    r, lev = t.recommender[0], t.lev[0]
    value = num.lists_popularity * math.log(1.0 + p.sold) + num.choice_quality * p.reputation
    value += (r.weight_experience + lev.experience_weight) * t.merchants[p.merchant].score
    return value + clear * num.lists_affinity * match


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
def go_through(t, i, goods, n, venue, group, fit):
    """Look at a ranked list from the top, each place with probability fit·r^-η, and choose among what was seen."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    seen, worths = np.empty(MOST_GOODS, np.int32), np.empty(MOST_GOODS)
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
        take(t, i, venue)


@kernel
def mindshare_utility(num, u):
    """What it adds that the platform comes to mind as a place to buy."""
    return num.choice_mindshare * u.mindshare


@kernel
def shelf_worth(t, u, p, m, venue, fit):
    """Utility of a good on the shelf without price and noise."""
    num = t.num[0]
    worth = place_utility(num, venue) + taste_utility(num, u, p, m) + want_utility(num, u, p.category, fit)
    return worth + insurance_utility(t, p.merchant) + mindshare_utility(num, u) + platform_trust_utility(num, u)


@kernel
def take(t, i, venue):
    """Turn the shelf's chosen good into an intent; the seller's own account presents it, without hype."""
    seller = t.products[t.intents[t.fill[INTENTS]].product].merchant
    settle_on(t, i, venue, np.int64(len(t.creators) + seller), 0.0, t.num[0].choice_deal_list)


@kernel
def results_page(t, i, k, fit):
    """Search category k: rank the page's goods for user i and go through the list.

    Only a query that says what is wanted (ζ) is ranked by what the recommender has learned.
    """
    u, num, now = t.users[i], t.num[0], t.now[0]
    most = int(num.lists_search)
    goods, scores = np.empty(MOST_GOODS, np.int32), np.empty(MOST_GOODS)
    clear = 1.0 if uniform(now, u.key, k, Decision.CLARITY, Venue.SEARCH, 0) < num.lists_clarity else 0.0
    n = np.int64(0)
    for j in range(t.page_size[k]):
        row = np.int64(t.pages[k, j])
        p = t.products[row]
        n = keep_best(goods, scores, n, most, row, list_score(t, u, row, clear * fit, learned_match(t, u, p)))
    t.tally[Count.SEARCHES] += 1
    go_through(t, i, goods, n, Venue.SEARCH, np.int64(k + 1), fit)


@kernel
def search_chance(num, u, k):
    """P(search category k today): 1 − (1 − p_need)^needs · (1 − p_vs)^intent, needs or seen-then-search (看后搜)."""
    return 1.0 - (1.0 - num.lists_search_need) ** u.need[k] * (1.0 - num.lists_search_intent) ** u.intent[k]


@kernel
def searches(num, now, u, k):
    """Whether the user searches category k today, keyed (user, category)."""
    if u.need[k] == 0 and u.intent[k] == 0.0:
        return False
    return uniform(now, u.key, k, Decision.SEARCH_NEED, Venue.SEARCH, 0) < search_chance(num, u, k)


@kernel
def search(t, i):
    """User i searches the categories of open needs and fresh interest."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.opened == 0 or not venue_open(t, Venue.SEARCH):
        return
    searched = 0
    for k in range(CATEGORIES):
        if searches(num, now, u, k):
            results_page(t, i, k, 1.0)
            searched = 1
    t.tally[Count.SEARCH_VISITS] += searched


@kernel
def mall_logit(num, lev, u):
    """Log-odds of visiting the mall: b0 + tab + γ_B B + need + coupon."""
    pull = num.lists_mall_visit + lev.mall_tab + num.arrival_mindshare * u.mindshare
    return pull + num.lists_mall_need * min(needs_open(u), 3) + num.lists_mall_coupon * holds_coupon(u)


@kernel
def goes_to_mall(num, lev, now, u):
    """Whether the user visits the mall today."""
    return uniform(now, u.key, 0, Decision.MALL_VISIT, Venue.MALL, 0) < logistic(mall_logit(num, lev, u))


@kernel
def wanted(num, u, k):
    """Whether category k holds an open need or a trace of interest strong enough to look for."""
    return u.need[k] > 0 or u.intent[k] >= num.lists_mall_trace


@kernel
def best_of_page(t, u, k, fit, rows, scores):
    """The mall's best goods of category k for a user, out of the day's page, into `rows`; how many."""
    n = np.int64(0)
    for j in range(t.page_size[k]):
        row = np.int64(t.pages[k, j])
        score = list_score(t, u, row, fit, learned_match(t, u, t.products[row]))
        n = keep_best(rows, scores, n, int(t.num[0].lists_mall_wanted), row, score)
    return n


@kernel
def among(ids, count, row):
    """Whether a good is among the first `count`."""
    for j in range(count):
        if ids[j] == row:
            return True
    return False


@kernel
def add_wanted(t, u, ids, count, fit, goods, scores, n):
    """Let the best goods of each wanted category into the list, beside those shortlisted by interest (承接)."""
    num, rows, marks = t.num[0], np.empty(MOST_GOODS, np.int32), np.empty(MOST_GOODS)
    for k in range(CATEGORIES):
        if num.lists_mall_wanted > 0 and wanted(num, u, k):
            for j in range(best_of_page(t, u, k, fit, rows, marks)):
                if not among(ids, count, rows[j]):
                    score = marks[j] + want_utility(num, u, k, fit)
                    n = keep_best(goods, scores, n, int(num.lists_mall), np.int64(rows[j]), score)
    return n


@kernel
def mall_goods(t, i, fit, goods, scores):
    """The goods that the mall shows user i, best first, into `goods`; how many."""
    u, num = t.users[i], t.num[0]
    ids, matches = np.empty(MOST_GOODS, np.int32), np.empty(MOST_GOODS)
    count, n = shortlist_goods(t, i, ids, matches), np.int64(0)
    for j in range(count):
        want = want_utility(num, u, t.products[ids[j]].category, fit)
        score = list_score(t, u, np.int64(ids[j]), fit, matches[j]) + want
        n = keep_best(goods, scores, n, int(num.lists_mall), np.int64(ids[j]), score)
    return add_wanted(t, u, ids, count, fit, goods, scores, n)


@kernel
def mall_list(t, i, fit):
    """Show user i the mall's list and let the user choose."""
    goods, scores = np.empty(MOST_GOODS, np.int32), np.empty(MOST_GOODS)
    n = mall_goods(t, i, fit, goods, scores)
    t.tally[Count.MALL_VISITS] += 1
    go_through(t, i, goods, n, Venue.MALL, np.int64(0), fit)


@kernel
def visit_mall(t, i):
    """User i may visit the mall today."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.opened and venue_open(t, Venue.MALL) and goes_to_mall(num, t.lev[0], now, u):
        mall_list(t, i, 1.0)


@kernel
def shop_list(t, i, m, fit):
    """Show user i the goods of merchant m, best sellers first, and let the user choose."""
    u, num, firm = t.users[i], t.num[0], t.merchants[m]
    goods, scores = np.empty(MOST_GOODS, np.int32), np.empty(MOST_GOODS)
    n = np.int64(0)
    for row in range(np.int64(firm.first), np.int64(firm.first + firm.count)):
        p = t.products[row]
        if p.on_sale:
            score = list_score(t, u, row, fit, learned_match(t, u, p))
            n = keep_best(goods, scores, n, int(num.lists_shop), row, score)
    t.tally[Count.SHOP_VISITS] += 1
    go_through(t, i, goods, n, Venue.SHOP, np.int64(firm.key), fit)


@kernel
def visit_shops(t, i):
    """User i may look into followed shops, then follow a diversion from content, if a policy sets one up."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    if u.opened == 0 or not venue_open(t, Venue.SHOP):
        return
    for e in range(t.shop_ptr[i], t.shop_ptr[i + 1]):
        m = t.shop_idx[e]
        luck = uniform(now, u.key, t.merchants[m].key, Decision.SHOP_VISIT, Venue.SHOP, 0)
        if t.merchants[m].state and luck < num.lists_shop_visit:
            shop_list(t, i, m, 1.0)
    divert(t, i)


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
        return searches(num, now, u, k)
    return where == TO_MALL and goes_to_mall(num, lev, now, u)


@kernel
def divert(t, i):
    """A product click without an order, with enough intent, may be led to the shelf; each extra step loses some."""
    u, num, lev, now = t.users[i], t.num[0], t.lev[0], t.now[0]
    if u.clicked < 0:
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
        shop_list(t, i, p.merchant, lev.divert_match)
    elif where == TO_SEARCH:
        results_page(t, i, np.int64(p.category), lev.divert_match)
    else:
        mall_list(t, i, lev.divert_match)
