"""What a user does with a card in the feed: watch, view long, click the product, dislike, pass on."""

from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.rules.common import logistic
from sim.tables import CLICK, LONG, WATCH


@kernel
def watch_logit(num, attract, weariness, m):
    """Log-odds of an effective play: c0 + c1·m + attractiveness − category fatigue."""
    return num.interest_watch_0 + num.interest_watch_1 * m + attract - weariness


@kernel
def long_logit(num, m):
    """Log-odds of a long view given a play: d0 + d1·m."""
    return num.interest_long_0 + num.interest_long_1 * m


@kernel
def click_logit(num, m):
    """Log-odds of a product click given a play: e0 + e1·m."""
    return num.interest_click_0 + num.interest_click_1 * m


@kernel
def negative_logit(num, m):
    """Log-odds of a dislike: less likely for what interests."""
    return num.interest_negative_0 + num.interest_negative_1 * m


@kernel
def react(now, num, user, thing, attract, weariness, m):
    """The user's reaction to a card as flags WATCH, LONG, CLICK; draws keyed (user, card)."""
    if uniform(now, user, thing, Decision.WATCH, Venue.VIDEO, 0) >= logistic(watch_logit(num, attract, weariness, m)):
        return 0
    flags = WATCH
    if uniform(now, user, thing, Decision.LONG_VIEW, Venue.VIDEO, 0) < logistic(long_logit(num, m)):
        flags |= LONG
    if uniform(now, user, thing, Decision.PRODUCT_CLICK, Venue.VIDEO, 0) < logistic(click_logit(num, m)):
        flags |= CLICK
    return flags


@kernel
def dislikes(now, num, user, thing, m):
    """Whether the user marks the card as not interesting."""
    return uniform(now, user, thing, Decision.NEGATIVE, Venue.VIDEO, 0) < logistic(negative_logit(num, m))
