"""Satisfaction: how a parcel is judged, and what that leaves in its buyer (model.md §2.12).

Lateness costs what Olist's buyers took off their stars (Hill curve; half of it at 2.6 days); the constants
that centre a judgement are frozen after calibration, because an uncentred stock drifts.
"""
from __future__ import annotations

import numpy as np

from sim.jit import kernel
from sim.rng import Decision, Venue, normal, uniform
from sim.rules.common import logistic, logit
from sim.rules.ship import send_back_prob
from sim.tables import SATISFACTION, SELECTED, SURPRISE_ONLY, Record, Tables


@kernel
def lateness_pain(num: Record, days: float) -> float:
    """ψ(L)/scale: what a parcel `days` late takes off the latent judgement; it levels off."""
    if days <= 0.0:
        return 0.0
    late, half = days**num.satisfy_late_hill, num.satisfy_late_half**num.satisfy_late_hill
    return num.satisfy_late_max * late / (late + half) / num.satisfy_late_scale


@kernel
def judgement(num: Record, mode: int, quality: float, surprise: float, lateness: float,
              failed: int) -> float:
    """The latent judgement without person and noise: quality, surprise, lateness, service.

    `surprise` D = received − expected: a disappointment weighs `disappointment`, a delight of the same size
    `delight`. `mode` SURPRISE_ONLY is the rival rule in which quality counts only as far as it surprises.
    """
    level = num.satisfy_level + num.satisfy_delight * max(surprise, 0.0)
    level -= num.satisfy_disappointment * max(-surprise, 0.0)
    if mode != SURPRISE_ONLY:
        level += num.satisfy_quality * quality
    return level - lateness_pain(num, lateness) - num.satisfy_failure * failed


@kernel
def stars(num: Record, latent: float) -> int:
    """Stars of a review, 1–5: one more than the cuts that the latent judgement reaches."""
    given = 1
    for cut in num.satisfy_cuts:
        given += latent >= cut
    return given


@kernel
def defect_prob(num: Record, quality: float) -> float:
    """The probability that the unit received is defective; better goods are spared."""
    if num.fulfil_defect <= 0.0 or num.fulfil_defect >= 1.0:
        return num.fulfil_defect
    return logistic(logit(num.fulfil_defect) - num.fulfil_defect_quality * quality)


@kernel
def standardised(num: Record, latent: float) -> float:
    """A latent judgement in standard deviations from the average one."""
    return (latent - num.satisfy_mean) / num.satisfy_sd


@kernel
def luck(t: Tables, order: Record, decision: int) -> float:
    """A uniform number of this parcel: keyed (buyer, good, venue, day of the order) on the day it arrives."""
    return uniform(t.now[0], order.user_key, order.product_key, decision, order.venue, order.day)


@kernel
def normal_luck(t: Tables, order: Record, decision: int) -> float:
    """A standard normal number of this parcel, keyed like `luck`."""
    return normal(t.now[0], order.user_key, order.product_key, decision, order.venue, order.day)


@kernel
def judge(t: Tables, order: Record, user: Record) -> None:
    """Open a parcel: what is in it, what goes wrong, how it is judged and whether it goes back.

    Late, defective and returned parcels meet the merchant's service once; a failure there lowers the
    judgement. A return whose refund fails is judged after that, so the judgement can still fall when the
    parcel is on its way back.
    """
    num, service = t.num[0], t.merchants[order.merchant].service
    order.signal = order.quality + num.satisfy_surprise_sd * normal_luck(t, order, Decision.SURPRISE)
    order.defect = luck(t, order, Decision.DEFECT) < defect_prob(num, order.quality)
    let_down = luck(t, order, Decision.FAILURE) < num.fulfil_failure * (1.0 - service)
    order.failed = let_down and (order.late or order.defect)
    _rate(t, order, user)
    back = send_back_prob(num, np.float64(order.hazard), np.float64(order.latent))
    order.returned = luck(t, order, Decision.RETURN) < back
    if order.returned and let_down and not order.failed:
        order.failed = 1
        _rate(t, order, user)
    order.complained = order.failed and luck(t, order, Decision.COMPLAINT) < num.fulfil_complaint
    order.stars = stars(num, order.latent)
    order.judged = 1


@kernel
def _rate(t: Tables, order: Record, user: Record) -> None:
    """Write the latent judgement of a parcel as things stand."""
    num = t.num[0]
    surprise = np.float64(order.signal) - np.float64(order.expected)
    felt = judgement(num, t.modes[SATISFACTION], order.quality, surprise, order.lateness, order.failed)
    order.latent = felt + user.leniency + num.satisfy_noise * normal_luck(t, order, Decision.LATENT)


@kernel
def on_shelf(venue: int) -> bool:
    """Whether a venue is the shelf: mall, search or shop, where nobody hosts."""
    return venue == Venue.MALL or venue == Venue.SEARCH or venue == Venue.SHOP


@kernel
def feel(num: Record, user: Record, order: Record, vouched: float) -> None:
    """What a judged parcel leaves in its buyer: satisfaction, trust, habit, a place to buy.

    Trust splits `omega`, at least the share that the platform has `vouched` for, to the platform and the rest to
    the host; on the shelf there is no host and the platform answers for all. Habit grows only with a satisfying
    order that is kept.
    """
    felt, step = standardised(num, order.latent), num.satisfy_step
    regret = num.satisfy_returned * (order.returned - num.satisfy_return_mean)
    user.satisfaction = (1.0 - step) * user.satisfaction + step * felt - regret
    platform = 1.0 if on_shelf(order.venue) else max(num.satisfy_omega, vouched)
    user.platform_trust += step * platform * (felt - user.platform_trust)
    user.host_trust += step * (1.0 - platform) * (felt - user.host_trust)
    if felt > 0.0 and not order.returned:
        user.habit += num.satisfy_habit_gain * (1.0 - user.habit)
    if on_shelf(order.venue):
        user.mindshare += num.satisfy_mindshare_gain * (1.0 - user.mindshare)


@kernel
def vouched_for(t: Tables, order: Record) -> float:
    """The least share of trust that the platform earns with an order: more than none for a good it chose (严选)."""
    return t.lev[0].label_omega if t.products[order.product].labels & SELECTED else 0.0


@kernel
def open_parcel(t: Tables, place: int) -> None:
    """Let the receiver of today's parcel at `place` judge it and be changed by it."""
    order = t.parcels[place]
    user = t.users[order.user]
    judge(t, order, user)
    feel(t.num[0], user, order, vouched_for(t, order))
