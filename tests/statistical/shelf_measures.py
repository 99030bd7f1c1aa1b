"""What the tests of the shelf's claims look at, beside the metrics: a day's numerator and denominator each."""
from collections.abc import Callable

import numpy as np

from sim.model import InterestCommerceModel
from sim.rng import Venue
from sim.tables import LONG, WATCH

Measure = Callable[[InterestCommerceModel], tuple[float, float]]
YOUNG, NEW = 90, 30  # days of a shop, of a user's stay


def metric(name: str) -> Measure:
    """A metric's daily mean."""
    return lambda model: (model.metrics[name], 1.0)


def beauty_orders(model: InterestCommerceModel) -> tuple[float, float]:
    """Orders of beauty."""
    return float((model.world.day.orders["category"] == 1).sum()), 1.0


def other_exposure(model: InterestCommerceModel) -> tuple[float, float]:
    """Videos of goods of other categories than beauty."""
    seen = model.world.day.log["product"]
    return float((model.world.products["category"][seen[seen >= 0]] != 1).sum()), 1.0


def fresh_sales(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of fresh food in orders."""
    orders = model.world.day.orders
    return float((orders["category"] == 3).sum()), float(len(orders))


def small_hosts_sales(model: InterestCommerceModel) -> tuple[float, float]:
    """Orders in rooms of tail creators, over entries into them."""
    world, orders = model.world, model.world.day.orders
    tail = np.append(world.creators["tier"] == 0, np.zeros(len(world.merchants), bool))
    sold = (orders["venue"] == Venue.LIVE) & tail[orders["presenter"]]
    rooms = world.day.rooms
    return float(sold.sum()), float(rooms["entries"][tail[rooms["presenter"]]].sum())


def score_shown(model: InterestCommerceModel) -> tuple[float, float]:
    """Mean experience score behind the goods that videos showed."""
    world, seen = model.world, model.world.day.log["product"]
    scores = world.merchants["score"][world.products["merchant"][seen[seen >= 0]]]
    return float(scores.sum(dtype=np.float64)), float(len(scores))


def best_tenth_sales(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of the tenth of merchants with the largest sales in videos shown of merchants' own accounts."""
    world = model.world
    hosts = len(world.creators)
    seen = world.day.log["presenter"]
    own = seen[seen >= hosts] - hosts
    bar = np.quantile(world.merchants["sales"][world.merchants["state"] == 1], 0.9)
    return float((world.merchants["sales"][own] >= bar).sum()), float(len(own))


# ---- shops: accounts, effort, services -----------------------------------------------------------------------

def own_rooms(model: InterestCommerceModel) -> tuple[float, float]:
    """Merchants' own rooms on air."""
    return float(model.world.day.rooms["own"].sum(dtype=np.int64)), 1.0


def young_rooms(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of own rooms that shops of less than 90 days run."""
    rooms, firms = model.world.day.rooms, model.world.merchants
    age = model.world.today - firms["started"][rooms["merchant"][rooms["own"] == 1]]
    return float((age < YOUNG).sum()), float(len(age))


def restlessness(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of their effort that open shops moved between channels since yesterday, mean."""
    firms, before = model.world.merchants, vars(model).get("effort_yesterday")
    model.effort_yesterday = firms["budget"].copy()  # type: ignore[attr-defined]
    if before is None:
        return 0.0, 0.0
    moved = np.abs(firms["budget"] - before).sum(axis=1, dtype=np.float64)[(firms["state"] == 1) & (firms["turn"] == 0)]
    return float(moved.sum()), float(len(moved))


def own_watched(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of the videos of shops' own accounts that were watched."""
    flags = _own_videos(model)["flags"]
    return float(((flags & WATCH) > 0).sum()), float(len(flags))


def own_viewed_long(model: InterestCommerceModel) -> tuple[float, float]:
    """Videos of shops' own accounts that were viewed long."""
    return float(((_own_videos(model)["flags"] & LONG) > 0).sum()), 1.0


def _own_videos(model: InterestCommerceModel) -> np.ndarray:
    """The day's videos of shops' own accounts."""
    log = model.world.day.log
    return log[(log["presenter"] >= len(model.world.creators)) & (log["slot"] >= 0) & (log["product"] >= 0)]


def shop_followers(model: InterestCommerceModel) -> tuple[float, float]:
    """Mean followers of open shops."""
    firms = model.world.merchants
    there = firms["state"] == 1
    return float(firms["followers"][there].sum(dtype=np.int64)), float(there.sum())


def own_video_orders(model: InterestCommerceModel) -> tuple[float, float]:
    """Orders from videos of shops' own accounts."""
    orders = model.world.day.orders
    return float(((orders["venue"] == Venue.VIDEO) & (orders["presenter"] >= len(model.world.creators))).sum()), 1.0


def failures(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of delivered orders in which service failed."""
    parcels = model.world.day.parcels
    return float(parcels["failed"].sum(dtype=np.int64)), float(len(parcels))


def offers_pay(model: InterestCommerceModel) -> tuple[float, float]:
    """Mean commission on an order of what active creators carry, yuan."""
    world = model.world
    goods = world.creators["offers"][world.creators["state"] == 1]
    goods = goods[goods >= 0]
    rate = world.merchants["commission"][world.products["merchant"][goods]]
    return float((rate * world.products["price"][goods]).sum(dtype=np.float64)) / 100.0, float(len(goods))


def better_half(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of orders at shops above the median experience score."""
    firms, orders = model.world.merchants, model.world.day.orders
    bar = np.median(firms["score"][firms["state"] == 1])
    return float((firms["score"][orders["merchant"]] > bar).sum()), float(len(orders))


# ---- users ---------------------------------------------------------------------------------------------------

def first_orders_of_newcomers(model: InterestCommerceModel) -> tuple[float, float]:
    """First orders of a stay within its first 30 days."""
    orders, users = model.world.day.orders, model.world.users
    age = orders["day"] - users["started"][orders["user"]]
    return float(((orders["nth"] == 1) & (age <= NEW)).sum()), 1.0


def shelf_orders_at_a_yuan(model: InterestCommerceModel) -> tuple[float, float]:
    """Shelf orders whose discount is nearly all of the price."""
    orders = model.world.day.orders
    return float(((orders["venue"] >= Venue.MALL) & (orders["subsidy"] > 9 * orders["paid"])).sum()), 1.0
