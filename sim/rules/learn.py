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
from sim.rules.common import dot, logistic, own_range
from sim.rules.feed import FRIEND_SLOT, engagement
from sim.rules.rooms import entry_chance
from sim.scratch import scratch
from sim.tables import CLICK, INTEREST, ORDERED, PREVIEW, RECOMMENDER, RETURNED, WATCH, Record, Tables

WATCHED, ENTERED, CLICKED, BOUGHT, STAGES = 0, 1, 2, 3, 4  # stages with a base rate of their own


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
def watch_chance(num: Record, r: Record, slot: int, match: float) -> float:
    """P(watch) that the recommender expects at a learned match shown in a slot."""
    return examined(num, slot) * engagement(r, num, match, 0.0)


@kernel
def click_chance(num: Record, r: Record, match: float) -> float:
    """P(product click | watch) that the recommender expects at a learned match."""
    return logistic(r.click_bias + num.learning_click_slope * match)


@kernel
def order_chance(num: Record, r: Record, match: float) -> float:
    """P(order kept | product click) that the recommender expects at a learned match."""
    return logistic(r.order_bias + num.learning_order_slope * match)


@kernel
def lesson(num: Record, r: Record, flags: int, slot: int, room: bool, match: float, missed: np.ndarray,
           told: np.ndarray) -> float:
    """By how much one entry of the log asks for a higher match: the slope in ⟨U, F⟩ of its stages' log-likelihood.

    `missed` and `told` (stages,) receive what happened beyond expectation in each stage, and its information.
    """
    missed[:] = 0.0
    told[:] = 0.0
    if flags & (ORDERED | RETURNED):
        missed[BOUGHT] = 1.0 if flags & ORDERED else -1.0
    elif is_slot(slot) and room:
        _expect(entry_chance(r, num, match, 0.0), flags & WATCH > 0, ENTERED, missed, told)
    elif is_slot(slot):
        _expect(watch_chance(num, r, slot, match), flags & WATCH > 0, WATCHED, missed, told)
        if flags & WATCH:
            _expect(click_chance(num, r, match), flags & CLICK > 0, CLICKED, missed, told)
        if flags & CLICK:
            _expect(order_chance(num, r, match), False, BOUGHT, missed, told)  # an order has an entry of its own
    pull = num.learning_slope * missed[WATCHED] + num.learning_room_slope * missed[ENTERED]
    return pull + num.learning_click_slope * missed[CLICKED] + num.learning_order_slope * missed[BOUGHT]


@kernel
def _expect(chance: float, happened: bool, stage: int, missed: np.ndarray, told: np.ndarray) -> None:
    """One trial of a stage."""
    missed[stage] = (1.0 if happened else 0.0) - chance
    told[stage] = chance * (1.0 - chance)


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
    u, num, r, factor = t.users[i], t.num[0], t.recommender[0], scratch(DIM, np.float64)
    missed, told = scratch(STAGES, np.float64), scratch(STAGES, np.float64)
    low, high = own_range(t.log, i)
    for e in range(low, high):
        event = t.log[e]
        room = is_room(event.flags, event.product)
        item_factor(t, event, room, factor)
        pull = lesson(num, r, event.flags, event.slot, room, dot(u.learned, factor), missed, told)
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
