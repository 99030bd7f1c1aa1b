"""How the recommender learns from the day's log (model.md §2.15).

A card's expected interest is ⟨U, F⟩, user against item. What follows a card is a chain of stages: it is watched, its
product is clicked, the good is ordered; a room is entered. Each stage is a logistic regression on the match with a base
rate of its own, and one event moves both factors a small step up the chain's log-likelihood (online matrix
factorisation by stochastic gradients; Koren, Bell and Volinsky 2009). So what a stage teaches sums to nothing where
its base rate holds, and no stage pushes another's. Steps shrink with the impressions seen, like the weight of one more
observation. A returned good takes back what its order taught.

Only what was shown and not taken can teach without bias: orders on the shelf and in rooms, where the log does not say
what was passed over, count for goods (`sim.rules.offers`) and teach no match.
"""

import numpy as np

from sim.agents.user import DIM
from sim.jit import kernel
from sim.rules.common import dot, logistic, logit, own_range
from sim.rules.feed import FRIEND_SLOT
from sim.tables import CLICK, INTEREST, ORDERED, PREVIEW, RECOMMENDER, RETURNED, WATCH, Record, Tables


@kernel
def is_slot(slot: int) -> bool:
    """Whether an entry stands in a slot that the recommender filled: no friend's card, no click in a room, no order."""
    return 0 <= slot < FRIEND_SLOT


@kernel
def is_room(flags: int, product: int) -> bool:
    """Whether an entry is the preview of a room: a presenter without a good."""
    return flags & PREVIEW > 0 and product < 0


@kernel
def examined(num: Record, slot: int) -> float:
    """Share of attention left at a slot of the feed: later ones are passed over more often for reasons of their own."""
    return 1.0 / (1.0 + num.learning_position * slot) if is_slot(slot) else 1.0


@kernel
def entry_chance(num: Record, r: Record, match: float) -> float:
    """P(enter) of a previewed room that the recommender expects at a learned match."""
    return logistic(logit(num.rooms_entry) + r.room_bias + num.learning_room_slope * match)


@kernel
def watch_chance(num: Record, r: Record, slot: int, match: float) -> float:
    """P(watch) that the recommender expects at a learned match shown in a slot."""
    return examined(num, slot) * logistic(r.bias + num.learning_slope * match)


@kernel
def click_chance(num: Record, r: Record, match: float) -> float:
    """P(product click | watch) that the recommender expects at a learned match."""
    return logistic(r.click_bias + num.learning_click_slope * match)


@kernel
def order_chance(num: Record, r: Record, match: float) -> float:
    """P(order kept | product click) that the recommender expects at a learned match."""
    return logistic(r.order_bias + num.learning_order_slope * match)


@kernel
def lesson(num: Record, r: Record, flags: int, slot: int, room: bool, match: float) -> float:
    """By how much one entry of the log asks for a higher match: the slope in ⟨U, F⟩ of its stages' log-likelihood."""
    if flags & (ORDERED | RETURNED):
        return num.learning_order_slope * (1.0 if flags & ORDERED else -1.0)
    if not is_slot(slot):
        return 0.0
    watched = 1.0 if flags & WATCH else 0.0
    if room:
        return num.learning_room_slope * (watched - entry_chance(num, r, match))
    pull = num.learning_slope * (watched - watch_chance(num, r, slot, match))
    if flags & WATCH:
        pull += num.learning_click_slope * ((1.0 if flags & CLICK else 0.0) - click_chance(num, r, match))
    if flags & CLICK:
        pull -= num.learning_order_slope * order_chance(num, r, match)
    return pull


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
    u, num, r, factor = t.users[i], t.num[0], t.recommender[0], np.empty(DIM)
    low, high = own_range(t.log, i)
    for e in range(low, high):
        event = t.log[e]
        room = is_room(event.flags, event.product)
        item_factor(t, event, room, factor)
        pull = lesson(num, r, event.flags, event.slot, room, dot(u.learned, factor))
        _take_in(num, u, pull, telling(num, event.slot, room), factor)
    if high > low:
        shorten(u.learned, num.learning_user_longest)


@kernel
def telling(num: Record, slot: int, room: bool) -> float:
    """How much an entry tells, in impressions of a video: information goes with the square of the slope."""
    if not is_slot(slot):
        return 0.0
    return (num.learning_room_slope / num.learning_slope) ** 2 if room else 1.0


@kernel
def _take_in(num: Record, u: Record, pull: float, told: float, factor: np.ndarray) -> None:
    """One entry's step of a user's factors."""
    memory, learned = num.learning_user_memory, u.learned
    step = pull * pace(num.learning_user_rate, u.seen, num.learning_user_weight, memory)
    for k in range(DIM):
        learned[k] = (1.0 - told / memory) * learned[k] + step * factor[k]
    u.seen += told
