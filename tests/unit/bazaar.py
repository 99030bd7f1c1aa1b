"""A market small enough to check by hand: buyers, goods, shops, hosts and coupons, real rules and books."""
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import yaml

import sim.handle  # noqa: F401 (teaches kernels what `Tables` are)
from sim.agents import creator, merchant, user
from sim.config import build
from sim.ledger import Ledger
from sim.levers import neutral
from sim.numbers import numbers_record
from sim.parameters import World
from sim.phases import clear, fulfil, pay, settle
from sim.phases.receive import receive_rows
from sim.population import make_dtype
from sim.rng import Venue, clock
from sim.rules.choose import EXCITED, NEED, meet_want
from sim.rules.price import discounted
from sim.tables import ANY, COVER, DEAL, EVENT, FUNDERS, INTENT, MODES, NO_DEAL, ORDER, PURSE, Tables
from sim.tally import COUNTS

YAML = Path(__file__).parents[2] / "configs" / "world" / "default.yaml"
VENUES = np.array([Venue.VIDEO, Venue.LIVE, Venue.MALL, Venue.SEARCH, Venue.SHOP])


def numbers(**changes):
    """The default numbers as the record that kernels read, some of them changed."""
    record = numbers_record(build(World, yaml.safe_load(YAML.read_text(encoding="utf-8")), "world"))
    for name, value in changes.items():
        record[name] = value
    return record


class Bazaar(SimpleNamespace):
    """The part of a world in which orders live."""

    @property
    def today(self):
        return int(self.now["day"][0])


def _traders(rng, buyers, shops, hosts):
    """Buyers with money, shops with service and capacity, hosts of whom half have an MCN."""
    users = np.zeros(buyers, make_dtype(user.COLUMNS))
    users["key"], users["first_order"] = rng.permutation(buyers) + 1000, -1
    users["wallet"] = users["wallet_week"] = 10**6
    users["price_sensitivity"] = 2.0
    merchants = np.zeros(shops, make_dtype(merchant.COLUMNS))
    merchants["service"], merchants["capacity"] = rng.random(shops), 10.0
    merchants["commission"], merchants["insured"] = 0.2, rng.integers(0, 2, shops)
    creators = np.zeros(hosts, make_dtype(creator.COLUMNS))
    creators["mcn"] = np.arange(hosts) % 2
    return users, merchants, creators


def _goods(rng, goods, shops):
    """Goods in all categories, ten of each in stock."""
    products = np.zeros(goods, make_dtype(merchant.PRODUCT_COLUMNS))
    products["key"], products["merchant"] = rng.permutation(goods) + 5000, np.arange(goods) % shops
    products["category"], products["stock"], products["on_sale"] = np.arange(goods) % 12, 10, 1
    products["price"] = rng.integers(100, 20000, goods)
    products["list_price"] = products["outside_price"] = products["price"]
    products["quality"] = rng.normal(size=goods)
    return products


def bazaar(buyers=40, goods=24, shops=6, hosts=4, budgets=(10**9, 10**9),
           funders=((1, 0, 0, 0), (0.4, 0.3, 0.2, 0.1)), seed=1, **changes):
    """A market on day 0; `budgets` in fen and `funders` shares, one entry a policy instance."""
    rng = np.random.default_rng(seed)
    users, merchants, creators = _traders(rng, buyers, shops, hosts)
    purses = np.zeros(len(budgets), PURSE)
    purses["left"], purses["funders"] = budgets, np.reshape(funders, (-1, FUNDERS))
    cover = np.zeros(shops, COVER)
    cover["purse"] = -1
    return Bazaar(
        num=numbers(**changes), lev=neutral(), now=clock(seed), users=users, merchants=merchants,
        creators=creators, products=_goods(rng, goods, shops), purses=purses, cover=cover,
        deals=np.array([NO_DEAL] * goods, DEAL),
        tally=np.zeros(COUNTS, np.int64), ledger=Ledger(shops, hosts, [f"p{k}" for k in range(len(budgets))]),
        orders=np.zeros(0, ORDER), closed=np.zeros(0, ORDER), day=new_day())


def new_day():
    """Nothing has happened yet."""
    return SimpleNamespace(intents=[], events=[], lent=[], orders=np.zeros(0, ORDER), parcels=np.zeros(0, ORDER),
                           lapsed_budget=0, lapsed_stock=0)


def intent_of(world, row, product, venue=Venue.MALL, presenter=-1, coupons=(), base=5.0, rival=0.0):
    """Buyer `row` wants a good with coupons (grant, benefit, threshold); the money is reserved."""
    one, good = np.zeros(1, INTENT), world.products[product]
    one["user"], one["user_key"] = row, world.users["key"][row]
    one["product"], one["presenter"] = product, presenter
    one["venue"] = venue
    for name in ("list_price", "price", "outside_price"):
        one[name] = good[name]
    one["base"], one["rival"], one["sensitivity"] = base, rival, world.users["price_sensitivity"][row]
    shop = good["merchant"]
    one["insured"] = world.merchants["insured"][shop] or world.cover["share"][shop] > 0
    one["grants"], one["expiries"], one["categories"] = -1, 30, ANY
    for slot, coupon in enumerate(coupons):
        one["grants"][0, slot], one["benefits"][0, slot], one["thresholds"][0, slot] = coupon
    one["paid"] = discounted(int(good["price"]), one["benefits"][0], one["thresholds"][0], one["grants"][0],
                             one["cuts"][0])
    one["grants"][one["cuts"] == 0] = -1
    world.users["wallet"][row] -= one["paid"][0]
    one["origin"] = NEED if world.users["need"][row, good["category"]] > 0 else EXCITED
    meet_want(world.users[row], one[0], int(good["category"]))
    return one


def random_intents(world, rng, number):
    """Wishes of all kinds: venues, hosts, shops' own accounts, no to three coupons, keen and lukewarm."""
    found = []
    for _ in range(number):
        row, product = rng.integers(len(world.users)), rng.integers(len(world.products))
        coupons = [(int(rng.integers(len(world.purses))), (0.15, 0.3, 500.0, 1.0)[rng.integers(4)],
                    int(rng.integers(0, 8000))) for _ in range(rng.integers(0, 4))]
        presenter = int(rng.integers(-1, len(world.creators) + len(world.merchants)))
        found.append(intent_of(world, row, product, int(rng.choice(VENUES)), presenter, coupons,
                               rng.normal(1.0, 1.0)))
    return np.concatenate(found) if found else np.zeros(0, INTENT)


def tables_of(world):
    """The tables in which parcels are opened; what that rule does not read is empty."""
    own = {name: getattr(world, name) for name in ("users", "merchants", "products", "num", "lev", "now")}
    return Tables(**own | {"modes": np.zeros(MODES, np.int64), "parcels": world.day.parcels})


def trade(world, intents, chunks=1):
    """Run the day from clearing to settlement; the intents come in so many pieces."""
    world.day.intents = list(np.array_split(intents, chunks))
    clear.run(world)
    pay.run(world)
    fulfil.run(world)
    receive_rows(tables_of(world), 0, len(world.users))
    settle.run(world)
    assert all(events.dtype == EVENT for events in world.day.events)


def next_day(world):
    """Close the books and turn the page."""
    books = world.ledger.close_day()
    world.now["day"] += 1
    world.day = new_day()
    return books
