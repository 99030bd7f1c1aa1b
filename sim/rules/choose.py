"""Choice: which good of a list, if any, a user wants to buy at its price (nested logit, model.md §2.7)."""

import math
from typing import NamedTuple

import numpy as np

from sim.agents.user import COUPON_SLOTS
from sim.fixed import to_fixed
from sim.jit import kernel
from sim.rng import Decision, Venue, gumbel, stable
from sim.rules.basket import basket, outside_fen
from sim.rules.discounts import free_slot, holds_bound, lay_terms, pick_up
from sim.rules.elsewhere import buy_elsewhere, outside_option
from sim.rules.guochao import guochao_utility
from sim.rules.mind import minds_prices, price_shown, remember_shelf
from sim.rules.price import discounted, price_utility
from sim.tables import BEST_OF_LAST, CHOICE, INTENTS
from sim.tally import Count

NEVER = -1.0e300  # utility of what cannot be bought
NEED, EXCITED, BROWSE = 0, 1, 2  # where an order comes from


class Taste(NamedTuple):
    """What a good is worth to a user apart from price and place, term by term, each with its sign (logit)."""

    person: float  # b_u
    appeal: float
    interest: float  # v1·m
    reputation: float  # v2·E[q]
    satisfaction: float  # v_z·z
    price_level: float  # −level·|ln list − ln median − w_u|
    social_proof: float
    cupboard: float  # −w·min(cupboard, 1): a full cupboard
    effort: float  # −dc(1 − H), less with habit
    barrier: float  # of those who have not adopted shopping
    guochao: float  # of a domestic brand


@kernel
def taste_terms(num, u, p, m):
    """The terms of what a good is worth to a user apart from price and place."""
    k = p.category
    distance = abs(math.log(p.list_price / (100.0 * num.goods_median_price[k])) - u.price_level)
    return Taste(
        u.buyer_effect, p.appeal, num.choice_interest * m, num.choice_quality * p.reputation,
        num.choice_satisfaction * u.satisfaction, -num.choice_price_level * distance,
        num.choice_social_proof * math.log(1.0 + p.sold), -num.choice_cupboard * min(u.cupboard[k], 1.0),
        -num.choice_cost[k] * (1.0 - u.habit), -num.choice_barrier * (1 - u.shopper), guochao_utility(num, u, p),
    )


@kernel
def taste_utility(num, u, p, m):
    """What a good is worth to a user apart from price and place: the sum of its terms."""
    one = taste_terms(num, u, p, m)
    value = one.person + one.appeal + one.interest + one.reputation
    value += one.satisfaction + one.price_level
    value += one.social_proof + one.cupboard
    return value + one.effort + one.barrier + one.guochao


@kernel
def place_utility(num, venue):
    """What a venue adds to every good that it shows."""
    if venue == Venue.VIDEO:
        return num.choice_video
    if venue == Venue.LIVE:
        return num.choice_live
    return num.choice_mall if venue == Venue.MALL else num.choice_search if venue == Venue.SEARCH else num.choice_shop


@kernel
def need_utility(num, u, k):
    """What an open need adds in category k, wherever a good of it shows."""
    return num.choice_need * min(u.need[k], 1)


@kernel
def intent_utility(num, u, k, fit):
    """What an excited intent adds in category k on the shelf; `fit` is 1 where the user came by itself."""
    return num.choice_intent * min(u.intent[k], 3.0) * fit


@kernel
def want_utility(num, u, k, fit):
    """What an open need and an excited intent add in category k on the shelf."""
    return need_utility(num, u, k) + intent_utility(num, u, k, fit)


@kernel
def content_utility(num, u):
    """Impulse: content venues sell more to the impulsive."""
    return num.choice_impulse * u.impulse


@kernel
def host_trust_utility(t, u, presenter):
    """What trust in hosts adds where a creator presents the good, not the seller itself."""
    return t.num[0].choice_host_trust * u.host_trust if presenter < len(t.creators) else 0.0


@kernel
def platform_trust_utility(num, u):
    """What trust in the platform's own word adds on the shelf."""
    return num.choice_platform_trust * u.platform_trust


@kernel
def expected_quality(num, u, p, venue, hype):
    """The quality a buyer counts on: reputation and hype, and in content more than that the more impulsive it is."""
    content = venue == Venue.VIDEO or venue == Venue.LIVE
    return p.reputation + hype + (num.choice_overrating * max(u.impulse, 0.0) if content else 0.0)


@kernel
def open_choice(t, u):
    """The place of the next intent in the lane's buffer, prepared with the user's coupons."""
    intent = t.intents[t.fill[INTENTS]]
    pick_up(u, intent)
    intent.product, intent.rival = -1, NEVER
    return intent


@kernel
def weigh(now, num, lev, u, p, intent, venue, worth, markdown, deal, noise):
    """Price one option for the user: (total utility, shelf price, price to pay), prices in fen for the basket.

    `worth` is all utility but price and noise; `markdown` the venue's own discount; `deal` the deal tag.
    """
    size = basket(now, num, u, p)
    price = int(p.price * (1.0 - markdown) * size + 0.5)
    paid = discounted(price, intent.benefits, intent.thresholds, intent.grants, intent.cuts)
    if paid > u.wallet or p.stock <= 0 or p.on_sale == 0:
        return NEVER, price, paid
    outside, tag = outside_fen(lev, p, size), deal if paid < price else 0.0
    value = price_utility(num, u.price_sensitivity, paid, outside, u.reference[p.category], tag)
    return worth + noise + value, price, paid


@kernel
def shared_noise(now, nest, user, group, venue):
    """λ·ln S, what all goods of a list have in common, keyed (user, list); 0 at λ = 1 (Cardell 1997)."""
    return nest * math.log(stable(nest, now, user, group, Decision.LIST_SHARED, venue, 0))


@kernel
def own_noise(now, nest, user, item, venue):
    """λ·g, a good's own part of the noise, keyed (user, good); with λ·ln S it is standard Gumbel."""
    return nest * gumbel(now, user, item, Decision.LIST_NOISE, venue, 0)


@kernel
def outside_noise(now, user, group, venue):
    """Noise of not buying, keyed (user, list)."""
    return gumbel(now, user, group, Decision.OUTSIDE, venue, 0)


@kernel
def aspire(num, u, total):
    """The best of the last k goods weighed today; the one worth `total` then joins them, unless it cannot be bought."""
    k = int(num.choice_best_of)
    best = NEVER
    for n in range(min(u.weighed, k)):
        best = max(best, np.float64(u.recent[n]))
    if total > NEVER:
        u.recent[u.weighed % k] = total
        u.weighed += 1
    return best


@kernel
def choose(t, i, goods, worths, n, venue, group, markdown, deal, nest):
    """Let user i choose among n goods or nothing; the row of the chosen good, or -1.

    Under the rival rule the user goes from good to good and takes the first that is worth more than nothing and than
    the best of the last few seen today, whatever comes after it.
    `goods` are product rows, `worths` their utilities without price and noise. The chosen good is left in the
    lane's buffer as an unfinished intent (see `settle_on`), with `rival` the best it had to beat. A good that the user
    goes to buy elsewhere is no intent.
    """
    u, num, now, lev = t.users[i], t.num[0], t.now[0], t.lev[0]
    intent = open_choice(t, u)
    shared = shared_noise(now, nest, u.key, group, venue)
    nothing = outside_noise(now, u.key, group, venue)
    outside, row, without = outside_option(t, u, goods, worths, n, venue, nothing)
    best, in_turn = outside, t.modes[CHOICE] == BEST_OF_LAST
    pulls, money, shown, looked = 0.0, 0.0, 0.0, 0
    free, bound = free_slot(intent), holds_bound(u)
    for j in range(n):
        if in_turn and intent.product >= 0:
            break
        p = t.products[goods[j]]
        lay_terms(t, u, intent, goods[j], venue, free, bound)
        noise = shared + own_noise(now, nest, u.key, p.key, venue)
        total, price, paid = weigh(now, num, lev, u, p, intent, venue, worths[j], markdown, deal, noise)
        if minds_prices(num, venue):
            shown += price_shown(paid, outside_fen(lev, p, basket(now, num, u, p)))
            looked += 1
        if in_turn:
            best = max(outside, aspire(num, u, total))
        pull = math.exp((total - noise) / nest)
        pulls, money = pulls + pull, money + pull * paid
        if total > best:
            intent.rival, best = best, total
            intent.product, intent.price, intent.paid = goods[j], price, paid
            intent.base = worths[j] + noise
        elif total > intent.rival:
            intent.rival = total
    if intent.product >= 0:
        lay_terms(t, u, intent, intent.product, venue, free, bound)
    t.tally[Count.SURPLUS] += to_fixed(surplus(u.price_sensitivity, pulls, money, nest, without))
    if looked:
        remember_shelf(num, u, shown / looked)
    if intent.product < 0 and row >= 0:
        buy_elsewhere(t, u, row)
    return intent.product


@kernel
def keener(t, u, one, other):
    """Of two goods clicked, -1 for none, the one whose category holds the larger trace of intent; the later on ties."""
    if one < 0 or u.intent[t.products[other].category] >= u.intent[t.products[one].category]:
        return other
    return one


@kernel
def note_click(t, u, product):
    """A good clicked and not ordered may lead the user to the shelf: the one that excites most does."""
    u.clicked = keener(t, u, np.int64(u.clicked), np.int64(product))


@kernel
def surplus(sensitivity, pulls, money, nest, without):
    """Expected gain of a choice over not buying here, yuan: ln(1 + Σ^λ), Σ = Σ e^(V/λ), over the utility of money.

    `pulls` is Σ, `money` Σ e^(V/λ)·price in fen, `without` Σ e^V of what may be done instead, 1 for nothing. Utility
    falls by ε in the logarithm of a price, so a yuan is worth ε / price, at the goods' mean price by their chances
    (Small and Rosen 1981).
    """
    if pulls <= 0.0 or sensitivity <= 0.0:
        return 0.0
    return math.log(1.0 + pulls ** nest / without) / sensitivity * money / pulls / 100.0


@kernel
def origin_of(num, u, k, venue):
    """Where an order of category k comes from: an open need, else content (in it, or its trace), else browsing."""
    if u.need[k] > 0:
        return NEED
    content = venue == Venue.VIDEO or venue == Venue.LIVE
    return EXCITED if content or u.intent[k] >= num.needs_excited else BROWSE


@kernel
def insured_by(t, merchant):
    """Whether a merchant's goods show freight insurance, its own or a programme's (1 or 0)."""
    return t.merchants[merchant].insured | (t.cover[merchant].share > 0.0)


@kernel
def insurance_utility(t, merchant):
    """What freight insurance adds to a merchant's goods."""
    return t.num[0].choice_insurance * insured_by(t, merchant)


@kernel
def certificate_utility(t, merchant):
    """What a certificate of the platform adds to a merchant's goods."""
    return t.studio[merchant].certificate


@kernel
def settle_on(t, i, venue, presenter, hype, deal, via):
    """Turn the chosen good into an intent: keep its terms, take its money and coupons out of the user's hands.

    `hype` is the presenter's; `via` the way that led to the good.
    """
    u, now, lev = t.users[i], t.now[0], t.lev[0]
    intent = t.intents[t.fill[INTENTS]]
    p = t.products[intent.product]
    size = basket(now, t.num[0], u, p)
    intent.user, intent.user_key, intent.spell = i, u.key, u.spell
    intent.presenter, intent.venue, intent.deal = presenter, venue, deal
    intent.via, intent.origin = via, origin_of(t.num[0], u, p.category, venue)
    intent.trace = u.intent[p.category]
    intent.excited_by = u.excited_by[p.category] if u.intent[p.category] > 0.0 else 0
    intent.insured = insured_by(t, p.merchant)
    intent.expected = expected_quality(t.num[0], u, p, venue, hype)
    intent.sensitivity, intent.reference = u.price_sensitivity, u.reference[p.category]
    intent.list_price = int(p.list_price * size + 0.5)
    intent.outside_price = outside_fen(lev, p, size)
    intent.paid = discounted(intent.price, intent.benefits, intent.thresholds, intent.grants, intent.cuts)
    u.wallet -= intent.paid
    hand_over(u, intent)
    meet_want(u, intent, p.category)
    t.fill[INTENTS] += 1
    t.tally[Count.INTENTS] += 1


@kernel
def meet_want(u, intent, k):
    """What a wish in category k stems from is met at once, so that one need or trace is not bought twice a day."""
    intent.spent = min(u.intent[k], 1.0)
    u.need[k] -= 1 if intent.origin == NEED else 0
    u.intent[k] -= intent.spent
    u.cupboard[k] += 1.0


@kernel
def want_again(u, intent, k):
    """A wish that lapsed leaves need, trace and cupboard as they were."""
    u.need[k] += 1 if intent.origin == NEED else 0
    u.intent[k] += intent.spent
    u.cupboard[k] -= 1.0


@kernel
def hand_over(u, intent):
    """Coupons that cut the price leave the user; the others stay and are struck from the intent."""
    for slot in range(COUPON_SLOTS):
        if intent.cuts[slot] > 0:
            u.coupons[slot].benefit = 0.0
        else:
            intent.grants[slot] = -1
