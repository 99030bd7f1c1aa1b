"""The first day: populations, catalogue and graph from configured and measured marginals.

Only here do `numpy.random` generators appear, one named child a table. Every agent that may ever act has a row.
"""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
from scipy import stats

from sim.agents import platform, recommender, user
from sim.agents.user import BUYER, CATEGORIES, DIM, VISIT, VISIT_SLOTS, VISITOR
from sim.books import empty_order_books
from sim.config import BLOCKS, CAREERS, CHANNELS, CHOICES, FEELINGS, OUTSIDES, PRICES, VENUES, SimConfig
from sim.degrees import TieSettings
from sim.genesis_supply import creators_at_genesis, merchants_at_genesis, products_at_genesis, settle_in
from sim.graph import CHILDREN, build_graph
from sim.ledger import Flow, Ledger
from sim.levers import neutral
from sim.numbers import numbers_record
from sim.population import make_dtype
from sim.recommenders import KINDS
from sim.recommenders.index import build
from sim.rng import clock
from sim.shopping import stationary_shopping
from sim.standings import no_examples
from sim.tables import (
    BOOST,
    CARD,
    CAREER_RULE,
    CHANNEL_RULE,
    CHOICE,
    COVER,
    DEAL,
    EVENT,
    MODES,
    NO_DEAL,
    NO_STUDIO,
    ORDER,
    OUTSIDE_OPTION,
    PRICE_RULE,
    PURSE,
    RECOMMENDER,
    ROOM,
    SATISFACTION,
    STUDIO,
)
from sim.tables import VENUES as VENUE_SWITCHES
from sim.tally import COUNTS
from sim.world import PENALTY, SERIES, Day, World

GRID = 4097  # points of the quantile table of θ
OPEN_RATE = 0.69  # P(open | on the platform) at genesis, model.md §1
ORDERS_DAU = 0.1685  # orders a DAU-day of the omni funnel, model.md §3; sets first stocks and capacities only
FIRST_RATE = 0.05  # clicks a watch and orders a click that the recommender starts from, model.md §3
# cosine of a learned factor with the taste, its most and the impressions behind half of its square; growth of its
# length with the cosine: C, town after 180 days (P28)
KNOWN_MOST, KNOWN_HALF, LONGER = 0.835, 240.0, 0.8
TABLES = ("users", *CHILDREN)


def create(cfg: SimConfig) -> World:
    """Build the world of the first day from a configuration and its seed."""
    world, size = cfg.world, cfg.population
    seed = draw_seed(cfg)
    now, num = clock(seed, 0), numbers_record(world)
    children = _children(seed)
    theta = theta_tables(world.churn.alpha, world.churn.beta, world.churn.floor)
    users = users_at_genesis(size.users, cfg, theta, children["users"])
    creators = creators_at_genesis(size.creators, num, now)
    merchants = merchants_at_genesis(size.merchants, num, now)
    products = products_at_genesis(size.products if size.merchants else 0, merchants, num, now)
    graph = build_graph(size.users, size.creators, size.merchants, TieSettings(**asdict(world.ties)), children)
    creators["followers"], merchants["followers"] = graph.creator_followers, graph.shop_followers
    dau = size.users * size.adopted * OPEN_RATE
    thickness = thickness_of(creators, merchants, products, dau)
    videos = dau * world.arrival.slots * (1.0 - world.feed.preview_share)
    settle_in(creators, merchants, products, num, now, thickness, max(dau * ORDERS_DAU, 1e-9), videos)
    purses = tuple(sorted(cfg.policy))
    ledger = _open_books(num, merchants, size.creators, purses, max(thickness["merchants"], 1e-9))
    return World(
        cfg=cfg, users=users, creators=creators, merchants=merchants, products=products,
        recommender=_recommender(cfg), platform=_platform(cfg, theta), num=num, lev=neutral(), now=now,
        modes=_modes(cfg), theta=theta, boost=np.zeros(size.creators + size.merchants, BOOST),
        cover=np.zeros(size.merchants, COVER), studio=np.array([NO_STUDIO] * size.merchants, STUDIO),
        deals=np.array([NO_DEAL] * len(products), DEAL), penalty=np.zeros(size.merchants, PENALTY),
        purses=_purses(purses), signals=np.zeros(size.users, "u1"),
        graph=graph, ledger=ledger,
        card_index=build(np.zeros((0, DIM), "f4"), None), good_index=build(np.zeros((0, DIM), "f4"), None),
        orders=np.zeros(0, ORDER), closed=np.zeros(0, ORDER),
        day=empty_day(size.users, len(products), size.creators + size.merchants),
        tally=np.zeros(COUNTS, np.int64), thickness=thickness, facts=dict(graph.report()),
        history=_history(cfg, ledger), policy_state={},
    )


def draw_seed(cfg: SimConfig) -> int:
    """The seed that keys the draws: from (root, block, replication), so blocks never share luck (contract 14)."""
    sequence = np.random.SeedSequence(cfg.seed, spawn_key=(BLOCKS.index(cfg.block), cfg.replication))
    return int(sequence.generate_state(1, np.uint64)[0])


def _children(seed: int) -> dict[str, np.random.Generator]:
    """One named generator a table, all from the run's seed."""
    streams = np.random.SeedSequence(seed).spawn(len(TABLES))
    return {name: np.random.Generator(np.random.PCG64(stream)) for name, stream in zip(TABLES, streams, strict=True)}


def theta_tables(alpha: float, beta: float, floor: float) -> np.ndarray:
    """Quantiles of θ, shape (2, GRID): of arrivals (beta), and of those met at genesis, f(θ)/max(θ, floor).

    Who stays longer is met more often: the stationary stock weighs each θ by its mean stay (length-biased sampling).
    """
    levels = np.linspace(0.0, 1.0, GRID)
    fresh = stats.beta.ppf(levels, alpha, beta)
    fine = stats.beta.ppf((np.arange(400_000) + 0.5) / 400_000, alpha, beta)
    weight = np.cumsum(1.0 / np.maximum(fine, floor))
    met = np.interp(levels, weight / weight[-1], fine)
    return np.stack([fresh, met])


def mean_life(theta: np.ndarray, floor: float) -> float:
    """Mean stay in days of an arrival: the mean of 1/θ over arrivals, θ not below its floor."""
    centres = 0.5 * (theta[0, 1:] + theta[0, :-1])
    return float(np.mean(1.0 / np.maximum(centres, floor)))


def users_at_genesis(n: int, cfg: SimConfig, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """All potential users with traits, of whom the adopted share is on the platform, mid-spell."""
    users = np.zeros(n, make_dtype(user.COLUMNS))
    world = cfg.world
    users["key"] = np.arange(1, n + 1)
    _draw_tastes(users, world.learning.cold, rng)
    _draw_traits(users, world, rng)
    _draw_spells(users, cfg, theta, rng)
    _know_people(users, cfg, rng)
    for column in ("first_order", "last_order", "shared", "sharing", "clicked"):
        users[column] = -1
    users["bought"] = -1
    users["last_open"] = np.where(users["state"] > 0, -1, users["started"])
    return users


def _unit(rng: np.random.Generator, n: int) -> np.ndarray:
    """n directions, uniform on the sphere of taste space."""
    found = rng.standard_normal((n, DIM))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _draw_tastes(users: np.ndarray, cold: float, rng: np.random.Generator) -> None:
    """True tastes, and the short random vector the recommender starts from."""
    users["taste"] = _unit(rng, len(users))
    users["learned"] = cold * _unit(rng, len(users))


def _draw_traits(users: np.ndarray, world: Any, rng: np.random.Generator) -> None:
    """What a person is, spell after spell."""
    n, choice, arrival = len(users), world.choice, world.arrival
    users["score"] = rng.standard_normal(n)
    users["activity"] = arrival.activity_mean + arrival.activity_sd * users["score"]
    users["knee"] = np.maximum(0.0, rng.normal(arrival.knee_mean, arrival.knee_sd, n))
    users["fatigue"] = arrival.commerce_share
    users["price_sensitivity"] = lognormal_mean(rng, choice.epsilon_mean, choice.epsilon_cv, n)
    users["buyer_effect"] = rng.normal(0.0, choice.buyer_sd, n)
    users["price_level"] = rng.normal(0.0, choice.level_sd, n)
    users["impulse"] = rng.standard_normal(n)
    users["leniency"] = leniency_of(rng.normal(0.0, world.satisfy.person_sd, n), users["buyer_effect"], world)
    users["generation"] = rng.integers(0, 3, n)  # thirds (assumption)
    users["guochao"] = guochao_of(users["generation"], choice.guochao)
    spread = world.needs.rate_sd
    users["need_rate"] = world.needs.rate * np.exp(rng.normal(-0.5 * spread**2, spread, (n, CATEGORIES)))
    wallet = 100.0 * world.needs.wallet_median * np.exp(rng.normal(0.0, world.needs.wallet_sd, n))
    users["wallet_week"] = np.minimum(wallet, 2.0e9)
    users["wallet"] = users["wallet_week"]


def leniency_of(own: np.ndarray, buyer_effect: np.ndarray, world: Any) -> np.ndarray:
    """Leniency, part of it shared with the inclination to buy: it keeps its spread whatever their correlation."""
    shared, liking = world.satisfy.person_buying, buyer_effect / max(world.choice.buyer_sd, 1e-9)
    return shared * world.satisfy.person_sd * liking + math.sqrt(1.0 - shared * shared) * own


def guochao_of(generation: np.ndarray, by_generation: tuple[float, ...]) -> np.ndarray:
    """Taste for domestic brands by generation, logit, less its mean over all: on the whole it sells no more."""
    liking = np.asarray(by_generation, np.float64)[generation]
    return liking - liking.mean() if len(liking) else liking


def lognormal_mean(rng: np.random.Generator, mean: float, cv: float, n: int) -> np.ndarray:
    """n lognormal numbers with the given mean and coefficient of variation."""
    spread = math.sqrt(math.log(1.0 + cv * cv))
    return mean * np.exp(rng.normal(-0.5 * spread**2, spread, n))


def _draw_spells(users: np.ndarray, cfg: SimConfig, theta: np.ndarray, rng: np.random.Generator) -> None:
    """Who is on the platform, since when, how prone to leave, and who shops.

    θ of those present follows the stationary stock, tenure given θ is geometric; long-stayed shoppers have ordered, and
    who likes buying shops more often, for others gave it up.
    """
    n, world = len(users), cfg.world
    adopted = rng.random(n) < cfg.population.adopted
    rho = world.churn.correlation
    lean = users["leniency"] / max(world.satisfy.person_sd, 1e-9)
    level = stats.norm.cdf(rho * lean + math.sqrt(1.0 - rho * rho) * rng.standard_normal(n))
    users["theta"] = np.interp(level, np.linspace(0.0, 1.0, theta.shape[1]), theta[1])
    stay = np.clip(users["theta"].astype(float), world.churn.floor, 0.999)
    users["started"] = -np.minimum(rng.geometric(stay), 20_000)
    users["state"] = np.where(adopted, VISITOR, 0)
    users["spell"] = adopted | (rng.random(n) >= world.churn.newcomers)  # of those outside most have been here before
    shopping = stationary_shopping(world.churn, cfg.population.adopted, theta[1])
    liking, churn = users["buyer_effect"] / max(world.choice.buyer_sd, 1e-9), world.churn
    keen = stats.norm.pdf(liking, churn.keen, churn.keen_sd) / stats.norm.pdf(liking)
    users["shopper"] = adopted & (rng.random(n) < keen * shopping.share_at(-users["started"].astype(float)))
    seasoned = rng.random(n) < 1.0 - np.exp(users["started"] / 15.0)
    users["state"][(users["shopper"] > 0) & seasoned] = BUYER
    settled = 1.0 - np.exp(users["started"] / world.satisfy.habit_memory)
    users["habit"] = np.where(users["state"] == BUYER, world.satisfy.habit_start * settled, 0.0)
    users["orders_spell"] = users["orders_ever"] = (users["state"] == BUYER).astype(int)


def _know_people(users: np.ndarray, cfg: SimConfig, rng: np.random.Generator) -> None:
    """What the recommender has learned, in this stay and in earlier ones, of whoever has been on the platform.

    A factor's cosine with the taste follows the impressions behind it as in a world that has learned for long.
    """
    n, world = len(users), cfg.world
    daily = OPEN_RATE * world.arrival.slots * np.exp(world.arrival.depth_activity * users["score"])
    days = rng.exponential(world.learning.past, n) - np.where(users["state"] > 0, users["started"], 0)
    users["seen"] = np.where(users["spell"] > 0, daily * days, 0.0)
    cosine = KNOWN_MOST * np.sqrt(users["seen"] / (users["seen"] + KNOWN_HALF))[:, None]
    aside = rng.standard_normal((n, DIM))
    aside -= (aside * users["taste"]).sum(axis=1, keepdims=True) * users["taste"]
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    factor = cosine * users["taste"] + np.sqrt(1.0 - cosine**2) * aside
    users["learned"] = np.where(users["seen"][:, None] > 0.0, (world.learning.cold + LONGER * cosine) * factor,
                                users["learned"])


def thickness_of(creators: np.ndarray, merchants: np.ndarray, products: np.ndarray, dau: float) -> dict[str, float]:
    """Active rows a kind over what 150 DAU : 1 creator : .6 merchants : 6 products would have; NaN without users."""
    expected = {"creators": dau / 150.0, "merchants": dau / 250.0, "products": dau / 25.0}
    rows = {"creators": (creators["state"] == 1).sum(), "merchants": (merchants["state"] == 1).sum(),
            "products": (products["on_sale"] == 1).sum()}
    return {kind: float(rows[kind]) / expected[kind] if dau else 1.0 for kind in rows}


def _recommender(cfg: SimConfig) -> np.ndarray:
    """The recommender's single row with the weights of its objective and first base rates."""
    row = np.zeros(1, make_dtype(recommender.COLUMNS))
    learning, interest = cfg.world.learning, cfg.world.interest
    row["weight_engage"], row["weight_gmv"] = learning.engage, learning.gmv
    row["weight_experience"], row["bias"] = learning.experience, interest.watch_0
    row["click_rate"], row["order_rate"] = FIRST_RATE, FIRST_RATE
    row["click_bias"] = row["order_bias"] = math.log(FIRST_RATE / (1.0 - FIRST_RATE))
    return row


def _platform(cfg: SimConfig, theta: np.ndarray) -> np.ndarray:
    """The platform's single row; the hazard of arriving keeps the adopted share stationary (D)."""
    row = np.zeros(1, make_dtype(platform.COLUMNS))
    share = cfg.population.adopted
    inflow = share / (1.0 - share) / mean_life(theta, cfg.world.churn.floor) if share < 1.0 else 1.0
    row["reach_hazard"] = inflow
    row["shopping_share"] = stationary_shopping(cfg.world.churn, share, theta[1]).arriving
    return row


def _modes(cfg: SimConfig) -> np.ndarray:
    """Switches that are not numbers."""
    modes = np.zeros(MODES, np.int64)
    modes[RECOMMENDER] = KINDS[cfg.recommender.kind]
    modes[CHOICE], modes[SATISFACTION] = CHOICES.index(cfg.rival.choice), FEELINGS.index(cfg.rival.satisfaction)
    modes[OUTSIDE_OPTION] = OUTSIDES.index(cfg.rival.outside)
    modes[CHANNEL_RULE], modes[PRICE_RULE] = CHANNELS.index(cfg.rival.channels), PRICES.index(cfg.rival.prices)
    modes[CAREER_RULE] = CAREERS.index(cfg.rival.careers)
    modes[VENUE_SWITCHES] = sum(1 << (1 + VENUES.index(name)) for name in cfg.era.venues)
    return modes


def _purses(instances: tuple[str, ...]) -> np.ndarray:
    """One purse an instance, empty; policies fill it when they start."""
    return np.zeros(len(instances), PURSE)


def _open_books(num: np.ndarray, merchants: np.ndarray, creators: int, purses: tuple[str, ...],
                thickness: float) -> Ledger:
    """The ledger with every merchant's cash: days of fixed cost over thickness, and of sales that escrow would hold."""
    ledger = Ledger(len(merchants), creators, purses)
    if len(merchants):
        n = num[0]
        daily = (n["merchants_fixed"] / thickness + n["merchants_fixed_share"] * merchants["sales"].astype(np.float64))
        cash = np.round(100.0 * n["merchants_opening_days"] * daily).astype(np.int64)
        cash += np.round(100.0 * n["merchants_working_days"] * merchants["sales"].astype(np.float64)).astype(np.int64)
        rows = ledger.merchant(np.arange(len(merchants)))
        cash = np.where(merchants["state"] == 1, cash, 0)
        ledger.transfer(ledger.account("investors"), rows, cash, Flow.CAPITAL_IN)
        merchants["cash"] = cash
    ledger.close_day()
    return ledger


def _history(cfg: SimConfig, ledger: Ledger) -> dict[str, np.ndarray]:
    """Daily series that later days look back on; long enough for the whole run."""
    days = cfg.burn_in + cfg.horizon + 2
    parties = (ledger.merchant_balances.sum(), ledger.creator_balances.sum())
    return {**{name: np.zeros(days, np.int64) for name in SERIES},
            "balances": np.array(parties, np.int64), "creator_balances": ledger.creator_balances.copy(),
            "creator_gains": np.zeros(len(ledger.creator_balances), np.int64),
            "merchant_profits": np.zeros(len(ledger.merchant_balances), np.int64),
            "merchant_gains": np.zeros(len(ledger.merchant_balances), np.int64),
            "order_books": empty_order_books(len(ledger.merchant_balances))}


def empty_day(users: int, products: int, presenters: int) -> Day:
    """A day on which nothing has happened yet."""
    return Day(
        cards=np.zeros(0, CARD), rooms=np.zeros(0, ROOM), card_of=np.full(products, -1, np.int32),
        room_of=np.full(presenters, -1, np.int32), young=np.zeros(0, np.int32),
        visits=np.zeros((users, VISIT_SLOTS), np.dtype(VISIT, align=True)), pools=np.full((1, 1), -1, np.int32),
        pages=np.full((CATEGORIES, 1), -1, np.int32), page_size=np.zeros(CATEGORIES, np.int32),
        examples=no_examples(), parcels=np.zeros(0, ORDER), log=np.zeros(0, EVENT), orders=np.zeros(0, ORDER),
    )
