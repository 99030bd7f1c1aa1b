"""Random draws without state: each is a pure function of who decides what, about which thing, on which day.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") turns a
counter and a key into 128 random bits. The run's seed is the key; the counter says what the draw is for:

    word 0   who: the *key* column of the agent, never its row
    word 1   thing: the key of the card, product, room or neighbour; the slot only for the slot's own nature
    word 2   day << 16 | draw
    word 3   decision << 16 | venue

So a draw depends on nothing that another agent does, and a policy that changes one choice leaves all others
alone.

Every distribution takes the same trailing arguments `(now, who, thing, decision, venue, draw)`: `now` a
record of dtype `CLOCK`, exactly (seed; day, absolute since genesis), see `clock`; `who`, `thing` any integers
(their low 32 bits count); `decision`, `venue`, `draw` in [0, 65536), members of `Decision` and `Venue` or
plain integers of any width. Kernels may write `Decision.OPEN` as it stands: numba compiles it to its number.
(A call from Python costs 3 µs with plain integers, 70 µs more for each enum member.)
"""
from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numba import float64, from_dtype, int64, uint64
from numba.core.types import UniTuple

from sim.jit import typed_kernel

CLOCK = np.dtype([("seed", "u8"), ("day", "i8")], align=True)
CLOCK_TYPE = from_dtype(CLOCK)
DRAW = float64(CLOCK_TYPE, int64, int64, int64, int64, int64)
Coefficients = tuple[float, float, float, float, float, float, float, float]
Word = np.uint64
Words = tuple[Word, Word, Word, Word]

LOW32 = np.uint64(0xFFFFFFFF)
BITS12, BITS20, BITS32 = np.uint64(12), np.uint64(20), np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
ROUNDS = 10
# the key of `mix32`, the ASCII letters of "icsim-32"; no run's draws share it unless its seed spells it
MIX_0 = np.uint64(0x6963_7369)
MIX_1 = np.uint64(0x6D2D_3332)

POISSON_MAX_MEAN = 500.0

# AS 241 (Wichura 1988, Applied Statistics 37), coefficients of PPND16 from the highest power down
CENTRE_TOP = (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
              4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
              1.3314166789178437745e2, 3.3871328727963666080)
CENTRE_BOTTOM = (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
                 2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
                 4.2313330701600911252e1, 1.0)
MIDDLE_TOP = (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
              1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590,
              1.42343711074968357734)
MIDDLE_BOTTOM = (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                 1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
                 2.05319162663775882187, 1.0)
FAR_TOP = (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
           2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580,
           5.46378491116411436990, 6.65790464350110377720)
FAR_BOTTOM = (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
              7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
              5.99832206555887937690e-1, 1.0)


class Decision(IntEnum):
    """What a draw decides: word 3, upper half. Numbers are never reused or changed; new ones are appended."""

    # users: arrival and attention
    OPEN = 1
    MINUTES = 2
    NEED = 3
    SLOTS = 4
    EXPLORE = 5
    CONTENT = 6
    WATCH = 7
    LONG_VIEW = 8
    PRODUCT_CLICK = 9
    NEGATIVE = 10
    CARD_POSITION = 11
    POOL = 12
    # users: choice
    LIST_NOISE = 20
    LIST_SHARED = 21
    OUTSIDE = 22
    BASKET = 23
    EXAMINE = 24
    PRIORITY = 25
    # users: ways through the venues
    MALL_VISIT = 30
    SEARCH_NEED = 31
    SEARCH_INTENT = 32
    CLARITY = 33
    SHOP_VISIT = 34
    DIVERT = 35
    ROOM_ENTRY = 36
    ROOM_MINUTE = 37
    DWELL = 38
    GIFT = 39
    LIMITED = 40
    PITCH = 41
    # users: ties
    FOLLOW = 50
    UNFOLLOW = 51
    SHARE = 52
    INVITE = 53
    DISSUADE = 54
    # orders and what becomes of them
    CANCEL = 60
    SHIP = 61
    DEFECT = 62
    SURPRISE = 63
    LATENT = 64
    FAILURE = 65
    COMPLAINT = 66
    RETURN = 67
    # survey, coming and going
    SURVEY = 70
    SURVEY_NOISE = 71
    RESPOND = 72
    DROPOUT = 73
    ARRIVE = 74
    THETA = 75
    TASTE = 76
    ADOPT = 77
    SHOPPER = 78
    LEAK_NEED = 79
    LEAK_EXCITED = 80
    # users: ways through the venues, continued
    SUGGEST = 81
    ASK_BACK = 82
    # creators
    CREATOR_LIVE = 100
    CREATOR_START = 101
    CREATOR_OFFER = 102
    CREATOR_STYLE = 103
    CREATOR_EXIT = 104
    CREATOR_RETURN = 105
    CREATOR_TRAITS = 106
    CREATOR_HIT = 107
    # merchants
    MERCHANT_LIVE = 120
    MERCHANT_START = 121
    MERCHANT_PRICE = 122
    MERCHANT_BANDIT = 123
    MERCHANT_ENTRY = 124
    MERCHANT_TRAITS = 125
    MERCHANT_DRIFT = 126
    MERCHANT_NOISE = 127
    # platform, policies, genesis
    SEGMENT = 150
    GRANT = 151
    AUDIT = 152
    HYPE = 153
    PANEL = 154
    PUSH = 155
    SHOCK = 156
    ACQUIRE = 157
    GAME = 158
    GENESIS = 180
    SPARE = 200


class Venue(IntEnum):
    """Where a draw happens: word 3, lower half. Never renumbered."""

    NONE = 0
    VIDEO = 1
    LIVE = 2
    MALL = 3
    SEARCH = 4
    SHOP = 5


def clock(seed: int, day: int = 0) -> np.recarray:
    """The clock that keys every draw: seed and absolute day, a record array of shape (1,), dtype `CLOCK`."""
    now = np.recarray(1, dtype=CLOCK)
    now[0] = (seed, day)
    return now


@typed_kernel(UniTuple(uint64, 4)(uint64, uint64, uint64, uint64, uint64, uint64))
def _philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> Words:
    """The ten rounds on words below 2^32, all uint64: numba makes a float of uint64 with int64."""
    for _ in range(ROUNDS):
        p0, p1 = c0 * MULTIPLIER_0, c2 * MULTIPLIER_1
        c0, c1, c2, c3 = (p1 >> BITS32) ^ c1 ^ k0, p1 & LOW32, (p0 >> BITS32) ^ c3 ^ k1, p0 & LOW32
        k0, k1 = (k0 + WEYL_0) & LOW32, (k1 + WEYL_1) & LOW32
    return c0, c1, c2, c3


@typed_kernel(uint64(int64))
def _low(x: int) -> Word:
    """The low 32 bits of an integer as a word."""
    return np.uint64(np.int64(x) & 0xFFFFFFFF)


@typed_kernel(UniTuple(int64, 4)(int64, int64, int64, int64, int64, int64))
def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Four random words from a counter of four words and a key of two: Philox4x32-10 (Salmon et al. 2011).

    Each argument counts by its low 32 bits; each result is an int64 in [0, 2^32).
    """
    w0, w1, w2, w3 = _philox(_low(c0), _low(c1), _low(c2), _low(c3), _low(k0), _low(k1))
    return int(w0), int(w1), int(w2), int(w3)


@typed_kernel(int64(int64, int64))
def mix32(a: int, b: int) -> int:
    """The key of an ordered pair of integers, such as (product, presenter): an int64 in [0, 2^32).

    All 64 bits of both count. Two of n pairs share a key with probability n^2 / 2^33.
    """
    word, _, _, _ = _philox(_low(a), _low(a >> 32), _low(b), _low(b >> 32), MIX_0, MIX_1)
    return int(word)


@typed_kernel(UniTuple(uint64, 4)(CLOCK_TYPE, int64, int64, int64, int64, int64))
def _words(now: np.record, who: int, thing: int, decision: int, venue: int, draw: int) -> Words:
    """The four random words of one draw; the one place that lays out the counter."""
    when = (np.int64(now.day) & 0xFFFF) << 16 | (np.int64(draw) & 0xFFFF)
    what = (np.int64(decision) & 0xFFFF) << 16 | (np.int64(venue) & 0xFFFF)
    seed = np.uint64(now.seed)
    return _philox(_low(who), _low(thing), np.uint64(when), np.uint64(what), seed & LOW32, seed >> BITS32)


@typed_kernel(float64(uint64, uint64))
def _unit(high: Word, low: Word) -> float:
    """Two words as a number in the open (0, 1): the odd multiples of 2^-53, so 0, 1/2 and 1 never come."""
    return (np.float64(np.int64((high << BITS20) | (low >> BITS12))) + 0.5) * 2.0**-52


@typed_kernel(float64(float64))
def normal_cdf(x: float) -> float:
    """The share of a standard normal below x, accurate in the lower tail too."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@typed_kernel(float64(float64, UniTuple(float64, 8), UniTuple(float64, 8)))
def _ratio(x: float, top: Coefficients, bottom: Coefficients) -> float:
    """A ratio of two polynomials in x, highest coefficient first."""
    above = below = 0.0
    for i in range(8):
        above, below = above * x + top[i], below * x + bottom[i]
    return above / below


@typed_kernel(float64(float64))
def normal_quantile(p: float) -> float:
    """The standard normal number below which a share p in (0, 1) lies, to about 1e-16 relative.

    Algorithm AS 241, PPND16 (Wichura 1988). p <= 0 gives -inf, p >= 1 gives inf.
    """
    q = p - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(0.180625 - q * q, CENTRE_TOP, CENTRE_BOTTOM)
    tail = min(p, 1.0 - p)
    if tail <= 0.0:
        return math.copysign(math.inf, q)
    r = math.sqrt(-math.log(tail))
    size = _ratio(r - 1.6, MIDDLE_TOP, MIDDLE_BOTTOM) if r <= 5.0 else _ratio(r - 5.0, FAR_TOP, FAR_BOTTOM)
    return math.copysign(size, q)


@typed_kernel(int64(float64, float64))
def poisson_quantile(p: float, mean: float) -> int:
    """The count that a Poisson number with this mean stays at or below with probability p in (0, 1)."""
    count, here = 0, math.exp(-mean)
    below = here
    while p > below and here > 0.0:
        count += 1
        here *= mean / count
        below += here
    return count


@typed_kernel(DRAW)
def uniform(now: np.record, who: int, thing: int, decision: int, venue: int, draw: int) -> float:
    """A number between 0 and 1, both excluded, symmetric about one half (52 random bits)."""
    high, low, _, _ = _words(now, who, thing, decision, venue, draw)
    return _unit(high, low)


@typed_kernel(DRAW)
def normal(now: np.record, who: int, thing: int, decision: int, venue: int, draw: int) -> float:
    """A standard normal number: the quantile of `uniform` at the same key, so it rises with that draw."""
    return normal_quantile(uniform(now, who, thing, decision, venue, draw))


@typed_kernel(DRAW)
def exponential(now: np.record, who: int, thing: int, decision: int, venue: int, draw: int) -> float:
    """A waiting time with mean 1, above 0."""
    return -math.log(uniform(now, who, thing, decision, venue, draw))


@typed_kernel(DRAW)
def gumbel(now: np.record, who: int, thing: int, decision: int, venue: int, draw: int) -> float:
    """The noise of a logit choice: standard Gumbel, mean 0.5772, variance pi^2/6."""
    return -math.log(-math.log(uniform(now, who, thing, decision, venue, draw)))


@typed_kernel(int64(float64, CLOCK_TYPE, int64, int64, int64, int64, int64))
def poisson(mean: float, now: np.record, who: int, thing: int, decision: int, venue: int, draw: int) -> int:
    """A Poisson count by inversion of `uniform` at the same key, so it never falls when the mean rises.

    Time grows with the mean: meant for means up to 30. Raises ValueError for nan and above
    `POISSON_MAX_MEAN`; a mean of 0 or below gives 0.
    """
    if not mean <= POISSON_MAX_MEAN:
        raise ValueError("poisson: mean is not a number or too large for inversion")
    if mean <= 0.0:
        return 0
    return poisson_quantile(uniform(now, who, thing, decision, venue, draw), mean)


@typed_kernel(float64(float64, CLOCK_TYPE, int64, int64, int64, int64, int64))
def stable(lam: float, now: np.record, who: int, thing: int, decision: int, venue: int, draw: int) -> float:
    """The shared factor of a nested choice: positive stable S with index lam in (0, 1].

    E exp(-tS) = exp(-t^lam). Kanter (1975), "Stable densities under change of scale and total variation
    inequalities"; lam = 1 gives 1.
    """
    if lam == 1.0:
        return 1.0
    w0, w1, w2, w3 = _words(now, who, thing, decision, venue, draw)
    angle, wait = math.pi * _unit(w0, w1), -math.log(_unit(w2, w3))
    lead = math.sin(lam * angle) / math.sin(angle) ** (1.0 / lam)
    return lead * (math.sin((1.0 - lam) * angle) / wait) ** ((1.0 - lam) / lam)


@typed_kernel(float64(int64, CLOCK_TYPE, int64, int64, int64, int64, int64))
def gamma_erlang(
    shape: int, now: np.record, who: int, thing: int, decision: int, venue: int, draw: int
) -> float:
    """A gamma number with whole shape >= 1 and mean `shape`: that many waiting times of mean 1 in a row.

    Takes the draw numbers `draw` to `draw + (shape - 1) // 2`, two waiting times each. Multiply by mean /
    shape.
    """
    total = 0.0
    for i in range(shape):
        w0, w1, w2, w3 = _words(now, who, thing, decision, venue, draw + i // 2)
        total -= math.log(_unit(w0, w1) if i % 2 == 0 else _unit(w2, w3))
    return total
