"""How the recommender learns from the day's log (model.md §2.15).

A card's expected interest is ⟨U, F⟩, user against item; whether it is watched is a logistic regression on that, and
one event moves both factors a small step up the likelihood (online matrix factorisation by stochastic gradients;
Koren, Bell and Volinsky 2009). Steps shrink with the impressions seen, like the weight of one more observation.
Returned goods take back what their orders taught.
"""

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.rules.common import dot, logistic, logit, own_range
from sim.rules.feed import FRIEND_SLOT
from sim.tables import INTEREST, ORDERED, PREVIEW, RECOMMENDER, RETURNED, WATCH, Record, Tables


@kernel
def is_impression(flags: int) -> bool:
    """Whether an entry of the log says that something was shown, and not that an order came or went."""
    return flags & WATCH > 0 or not flags & (ORDERED | RETURNED)


@kernel
def is_room(flags: int, product: int) -> bool:
    """Whether an entry is the preview of a room: a presenter without a good."""
    return flags & PREVIEW > 0 and product < 0


@kernel
def examined(num: Record, slot: int) -> float:
    """Share of attention left at a slot of the feed: later ones are passed over more often for reasons of their own."""
    return 1.0 / (1.0 + num.learning_position * slot) if 0 <= slot < FRIEND_SLOT else 1.0


@kernel
def chance_at(num: Record, r: Record, slot: int, room: bool, match: float) -> float:
    """P(watch), or P(enter) of a room, that the recommender expects at a learned match shown in a slot."""
    if room:
        return examined(num, slot) * logistic(logit(num.rooms_entry) + r.room_bias + num.learning_room_slope * match)
    return examined(num, slot) * logistic(r.bias + num.learning_slope * match)


@kernel
def lesson(num: Record, flags: int, room: bool, chance: float) -> float:
    """By how much one entry of the log asks for a higher match: the log-likelihood's slope in ⟨U, F⟩.

    An impression counts as watched or not, against the `chance` expected; an order counts as `learning_order_weight`
    more watches, a return as that many fewer.
    """
    pull = 0.0
    if is_impression(flags):
        pull += (1.0 if flags & WATCH else 0.0) - chance
    if flags & ORDERED:
        pull += num.learning_order_weight * (1.0 - chance)
    if flags & RETURNED:
        pull -= num.learning_order_weight * (1.0 - chance)
    return pull * (num.learning_room_slope if room else num.learning_slope)


@kernel
def _presenter_factor(t: Tables, presenter: int, weight: float, out: np.ndarray) -> None:
    """`weight` times what is believed of a presenter, creator or merchant, into `out` (16)."""
    if presenter < len(t.creators):
        learned = t.creators[presenter].learned
        for k in range(DIM):
            out[k] = weight * learned[k]
    else:
        learned = t.merchants[presenter - len(t.creators)].learned
        for k in range(DIM):
            out[k] = weight * learned[k]


@kernel
def item_factor(t: Tables, event: Record, room: bool, out: np.ndarray) -> None:
    """What is believed of what an entry of the log showed, into `out` (16): a card's mixture, or a room's presenter."""
    num = t.num[0]
    if room:
        _presenter_factor(t, event.presenter, 1.0, out)
        return
    _presenter_factor(t, event.presenter, num.interest_position_presenter, out)
    learned = t.products[event.product].learned
    for k in range(DIM):
        out[k] += num.interest_position_product * learned[k]


@kernel
def pace(rate: float, seen: float, weight: float, memory: float) -> float:
    """Size of a step after `seen` impressions: half at `weight`, no smaller once `memory` of them are seen."""
    return rate / (1.0 + min(seen, memory) / weight)


@kernel
def shorten(vector: np.ndarray, longest: float) -> None:
    """Bring a vector back to the length `longest` where it is longer."""
    length = np.sqrt(dot(vector, vector))
    if length > longest:
        for k in range(DIM):
            vector[k] *= longest / length


@kernel
def learn_user(t: Tables, i: int) -> None:
    """Update what is believed of user i from the user's own entries in the log, in their order.

    With each impression the past fades by 1 / `learning_user_memory`. A list shows little outside what is already
    believed, so that without fading some directions would go on being learned for years, and every series would drift.
    Items are read as they stand at the start of the phase. Only the kind `interest` learns.
    """
    if t.modes[RECOMMENDER] != INTEREST:
        return
    u, num, factor = t.users[i], t.num[0], np.empty(DIM)
    low, high = own_range(t.log, i)
    for e in range(low, high):
        event = t.log[e]
        room = is_room(event.flags, event.product)
        item_factor(t, event, room, factor)
        chance = chance_at(num, t.recommender[0], event.slot, room, dot(u.learned, factor))
        _take_in(num, u, lesson(num, event.flags, room, chance), telling(num, room), factor)
    if high > low:
        shorten(u.learned, num.learning_user_longest)


@kernel
def telling(num: Record, room: bool) -> float:
    """How much an entry tells, in impressions of a video: information goes with the square of the slope."""
    return (num.learning_room_slope / num.learning_slope) ** 2 if room else 1.0


@kernel
def _take_in(num: Record, u: Record, pull: float, told: float, factor: np.ndarray) -> None:
    """One entry's step of a user's factors."""
    memory, learned = num.learning_user_memory, u.learned
    step = pull * pace(num.learning_user_rate, u.seen, num.learning_user_weight, memory)
    for k in range(DIM):
        learned[k] = (1.0 - told / memory) * learned[k] + step * factor[k]
    u.seen += told
