"""Programmes: what policies may have done to agents, as plain records that phases execute (architecture, contract 8).

The instance whose policy returns a programme pays for it out of its purse.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.schema import SETTING, ConfigError, join, number, text, unknown

BOUND = 1e12
CARDS, ROOMS = "cards", "rooms"  # what a boost lifts
BROADCAST, LOGISTICS, SIGN_OFF, REFUND, EXPIRY = OCCASIONS = "broadcast", "logistics", "sign_off", "refund", "expiry"
VENUES = ("video", "live", "mall", "search", "shop")  # where a deal may hold
SELECTED = 1  # the bit of goods that the platform has chosen (严选), as `sim.tables` has it
ROUNDING = 1e-9  # slack in a sum of shares typed as decimals
Span = tuple[float | None, ...]


@dataclass(frozen=True)
class Segment:
    """Who is meant: agents who take part, lie inside every range and rank, and are drawn into the share.

    A column that holds a day counts as days ago; what never happened lies in no range. Ranks run from 0, the smallest
    among those who take part, to 1, the largest. The draw is the agent's own and lasts: a larger share takes in all
    of a smaller one's members, and segments of one name draw the same agents.
    """

    name: str | None = text("whose draw of the share; null: the policy instance's own")
    share: float = number("share", 0, 1, SETTING, "part of those described that is drawn")
    ranges: Mapping[str, Span] = number("of the column", -BOUND, BOUND, SETTING, "column: [low, high]", length=2)
    ranks: Mapping[str, Span] = number("rank", 0, 1, SETTING, "column: [low, high] among those present", length=2)

    @property
    def whole(self) -> bool:
        """Whether everybody who takes part is meant."""
        return self.share == 1.0 and not self.ranges and not self.ranks

    def check(self, kind: str, path: str) -> None:
        """Raise ConfigError for a column that agents of this kind do not have, or for an empty range."""
        for group in ("ranges", "ranks"):
            for column, span in getattr(self, group).items():
                key = join(join(path, group), column)
                _require_column(kind, column, key)
                _require_order(span, key)


def _require_column(kind: str, column: str, key: str) -> None:
    """Raise ConfigError unless agents of this kind have the column."""
    from sim.segments import columns_of

    if column not in columns_of(kind):
        raise unknown(key, sorted(columns_of(kind)))


def _require_order(span: Span, key: str) -> None:
    """Raise ConfigError for a range whose ends are the wrong way round."""
    low, high = span
    if low is not None and high is not None and low > high:
        raise ConfigError(key, list(span), "must run from low to high")


@dataclass(frozen=True)
class Bar:
    """What a coupon must be expected to bring before a user gets it: `least` yuan of new sales for each yuan it costs.

    `elasticity` is how strongly the platform believes buying answers to the logarithm of the price.
    """

    least: float
    elasticity: float


@dataclass(frozen=True)
class Grant:
    """A coupon for a random share of users each day.

    `benefit` below 1 is a share off, from 1 on fen off; `threshold_fen` the least price it is valid for;
    `life_days` how many days after today it may still be used; `share` of the segment that gets one today.
    It is valid for goods of a `category`, or for all; with a `bar`, only those above it get one.
    """

    segment: Segment
    benefit: float
    threshold_fen: int
    life_days: int
    share: float
    category: int | None = None
    bar: Bar | None = None


@dataclass(frozen=True)
class Boost:
    """Traffic for accounts: log-odds added to the ranking of what they show (`kind`: creators, merchants).

    `scope` says what is lifted: `CARDS`, their videos; `ROOMS`, their live rooms; or both.
    """

    kind: str
    segment: Segment
    log_odds: float
    scope: tuple[str, ...]


@dataclass(frozen=True)
class Lift:
    """Traffic for goods: log-odds added to the ranking of their cards and in the lists of the shelf.

    A room gets the mean of what its goods get.
    """

    segment: Segment
    log_odds: float


@dataclass(frozen=True)
class Assortment:
    """Goods of a pool among creators' offers: the last `places` of each, the best fitting ones of the pool."""

    segment: Segment
    pool: Segment
    places: int


@dataclass(frozen=True)
class Deal:
    """A price cut on goods, for whoever buys them in one of the `venues`: a share off, or down to `price_fen`.

    It stacks with coupons of other instances. Of several deals on a good the larger counts, of equals the first.
    Of each good so many units a day are sold at that price, for 1,000 users on the platform; None is no limit.
    """

    segment: Segment
    share: float
    venues: tuple[str, ...]
    price_fen: int | None = None
    units_per_1000: float | None = None


@dataclass(frozen=True)
class Welcome:
    """A price for newcomers alone, `price_fen`, on goods of a pool in some `venues`, whose lists show them earlier.

    It holds for who came at most `days` ago and has ordered less than `orders` times in this stay; `pull` is log-odds
    in their lists, beside the learned match. Of several on a good the larger cut counts, of equals the first.
    """

    pool: Segment
    price_fen: int
    venues: tuple[str, ...]
    days: int
    orders: int
    pull: float


@dataclass(frozen=True)
class Label:
    """A mark on the goods of a segment, for today: bits of `sim.tables`, such as `SELECTED` (严选)."""

    segment: Segment
    bit: int


@dataclass(frozen=True)
class Studio:
    """Venue and tools for merchants' own rooms: `frequency` times as often on air, hosting `skill` lent, 0–1."""

    segment: Segment
    frequency: float
    skill: float


@dataclass(frozen=True)
class Training:
    """Hours of hosting practice for `kind` (merchants' own rooms, creators), at `cost_fen` for each of them."""

    segment: Segment
    hours: float
    cost_fen: int
    kind: str = "merchants"


@dataclass(frozen=True)
class Insurance:
    """A share of the premium of freight insurance on all goods of merchants."""

    segment: Segment
    share: float


@dataclass(frozen=True)
class Push:
    """Messages to users: one on each occasion `about` which there is something to say to them today, each.

    `BROADCAST` is an occasion every day; the others are a parcel sent out (`LOGISTICS`), one that arrives
    (`SIGN_OFF`), money that comes back (`REFUND`), a coupon that expires within `lead_days` (`EXPIRY`).
    """

    segment: Segment
    about: tuple[str, ...]
    lead_days: int
    cost_fen_per_1000: int


@dataclass(frozen=True)
class Acquire:
    """Arrivals bought outside: each day a share `hazard` of the outsiders of a segment is won over, at `cost_fen` each.

    They arrive tomorrow, those included who would have come unpaid.
    """

    segment: Segment
    hazard: float
    cost_fen: int


@dataclass(frozen=True)
class Visit:
    """A game in the mall (check-in, orchard) for users: `log_odds` of opening the app and of a visit to the mall.

    A visit that the game alone brings is without intent: nothing is looked at. Whoever plays is paid `reward_fen`.
    """

    segment: Segment
    log_odds: float
    reward_fen: int


@dataclass(frozen=True)
class Membership:
    """Creators of the segment who are under no contract with an MCN sign one; it lasts as long as their career."""

    segment: Segment


@dataclass(frozen=True)
class Contract:
    """A service that merchants subscribe to, at `fee_fen` a day each, owed to the partner who provides it.

    `capacity` × what their warehouses can send out, `noise` × in how they read the return of their channels; `attract`
    log-odds that their videos and rooms are watched and entered, `certificate` what buyers add to their goods, logit.
    """

    segment: Segment
    fee_fen: int
    capacity: float = 1.0
    noise: float = 1.0
    attract: float = 0.0
    certificate: float = 0.0


@dataclass(frozen=True)
class Coach:
    """Service of merchants watched and improved: today by `step` on the scale 0–1; without it, it falls back."""

    segment: Segment
    step: float


@dataclass(frozen=True)
class Accounts:
    """How many accounts merchants publish with today: `sales` with offers, `brand` without, in all at least one.

    Each has its own cards, with content of their own; each beyond the first costs the merchant `cost_fen` a day. What
    a brand shows is watched more by `pull`, logit, and viewed long it makes the viewer follow the shop with
    probability `follow`.
    """

    segment: Segment
    sales: int
    brand: int
    cost_fen: int
    pull: float
    follow: float


@dataclass(frozen=True)
class Quota:
    """Merchants' split of effort over F, A, C, T, S: today their own moves to these shares by `weight`, 0–1."""

    segment: Segment
    shares: tuple[float, ...]
    weight: float


def check_split(key: str, shares: tuple[float, ...] | None) -> None:
    """Raise ConfigError unless the shares of a split, if there is one, sum to 1."""
    if shares is not None and abs(sum(shares) - 1.0) > ROUNDING:
        raise ConfigError(key, list(shares), f"the shares must sum to 1, not {sum(shares):g}")


@dataclass(frozen=True)
class Audit:
    """Merchants examined today, at `cost_fen` each, and what follows for those found wanting.

    Of the segment with an experience score below `threshold` a share `rate` is drawn, of the others `rate` ×
    `false_positive`, who suffer it wrongly. They close down for good with `remove`, else what they show has `factor`
    times the odds of being shown for `days` days.
    """

    segment: Segment
    rate: float
    threshold: float
    false_positive: float
    cost_fen: int
    factor: float
    days: int
    remove: bool


@dataclass(frozen=True)
class Screen:
    """Firms that open are examined before their first day, at `cost_fen` each; below the bar they stay out.

    What is read is the experience score that their service and goods promise, with an error of `noise` points.
    """

    segment: Segment
    bar: float
    noise: float
    cost_fen: int


@dataclass(frozen=True)
class Reward:
    """Cash for users, `amount_fen` each, `count` of them, as far as today's purse goes."""

    count: int
    amount_fen: int


Programme = (Grant | Boost | Lift | Assortment | Deal | Welcome | Label | Studio | Training | Insurance | Membership
             | Contract | Coach | Accounts | Quota | Audit | Screen | Reward | Push | Acquire | Visit)
