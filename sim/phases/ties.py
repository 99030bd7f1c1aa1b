"""Phase: the day's follows and unfollows reach the graph (platform)."""

import numpy as np

from sim.agents.creator import HEAD, RESERVE
from sim.graph import CHANGE
from sim.jit import kernel
from sim.rng import Decision, Venue, uniform
from sim.tables import TIE_CHANGE
from sim.world import World


def run(world: World) -> None:
    """Merge follows of hosts and shops, let go of those who left the market, and refresh follower counts."""
    creators = len(world.creators)
    changes = np.concatenate([*world.day.changes, shop_follows(world)])
    world.day.changes = [changes]
    for relation, rows, shift in (
        ("follow", changes["target"] < creators, 0),
        ("shop", changes["target"] >= creators, creators),
    ):
        _merge(world, relation, changes[rows], shift)
    for relation, agents in (("follow", world.creators), ("shop", world.merchants)):
        _forget(world, relation, agents)
        agents["followers"] = world.graph.followers(relation)


def _merge(world: World, relation: str, changes: np.ndarray, shift: int) -> None:
    """One relation's changes, with targets as rows of their own population."""
    if not len(changes):
        return
    rows = np.zeros(len(changes), CHANGE)
    rows["user"], rows["user_key"] = changes["user"], changes["user_key"]
    rows["target"] = changes["target"] - shift
    world.graph.merge(relation, rows[changes["sign"] > 0], rows[changes["sign"] < 0])


def _forget(world: World, relation: str, agents: np.ndarray) -> None:
    """Accounts that went back to the reserve lose their followers."""
    gone = (agents["state"] == RESERVE) & (world.graph.followers(relation) > 0)
    if gone.any():
        world.graph.clear(relation, gone)


def shop_follows(world: World) -> np.ndarray:
    """Follows of shops after today's orders; a head host's buyers stay with the host."""
    orders = world.day.orders
    changes = np.zeros(len(orders), TIE_CHANGE)
    n = follow_shops(orders, world.creators, world.merchants, world.num[0], world.now[0], changes) if len(orders) else 0
    return changes[:n]


@kernel
def follow_shops(orders: np.ndarray, creators: np.ndarray, merchants: np.ndarray, num: np.record, now: np.record,
                 changes: np.ndarray) -> int:
    """Write a follow for each order after which the buyer follows the shop, keyed (user, merchant); their number."""
    n = 0
    for o in range(len(orders)):
        order = orders[o]
        chance = follow_chance(num, creators, order.presenter)
        key = merchants[order.merchant].key
        if uniform(now, order.user_key, key, Decision.FOLLOW, Venue.SHOP, 0) < chance:
            changes[n].user, changes[n].user_key = order.user, order.user_key
            changes[n].target, changes[n].sign = len(creators) + order.merchant, 1
            n += 1
    return n


@kernel
def follow_chance(num: np.record, creators: np.ndarray, presenter: int) -> float:
    """P(follow the shop after an order): own room or list .15, creator .04, head host .02."""
    if presenter >= len(creators):
        return num.merchants_shop_follow_own
    if creators[presenter].tier == HEAD:
        return num.merchants_shop_follow_head
    return num.merchants_shop_follow_creator
