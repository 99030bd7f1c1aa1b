"""Phase: judgements become reviews, trust and service records; orders end and escrow pays out (platform)."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.fixed import SCALE, to_fixed
from sim.jit import kernel
from sim.orders import Desk, delivered_today, desk_of, events_of, poor_service, quality_return, take_final
from sim.rules.payment import freight_back, refund, settle
from sim.rules.satisfy import standardised
from sim.tables import DELIVERED, REFUNDED, RETURNED, RETURNING, SETTLED, Record

if TYPE_CHECKING:
    from sim.world import World


def run(world: World) -> None:
    """Book the day's judgements and end the orders whose time has come."""
    day, today = world.day, world.today
    parcels = day.parcels
    world.orders[delivered_today(world.orders, today)] = parcels
    day.events.append(events_of(parcels[parcels["returned"] > 0], RETURNED))
    if world.num["survey_word_of_mouth"][0] > 0:
        review(world, parcels)
    keep_records(world, parcels)
    build_trust(world, parcels)
    end_all(desk_of(world), world.orders)
    take_final(world)


def review(world: World, parcels: np.ndarray) -> None:
    """Add the day's reviews to the goods; reputation is what they say of quality, shrunk to the mean 0."""
    goods = world.products
    _add_reviews(goods, parcels)
    seen = np.unique(parcels["product"])
    counts = goods["star_count"][seen] + world.num["goods_review_weight"][0]
    goods["reputation"][seen] = goods["star_sum"][seen] / SCALE / np.maximum(counts, 1.0)


@kernel
def _add_reviews(products: np.ndarray, parcels: np.ndarray) -> None:
    """Add every parcel's signal of quality to its good, as integers."""
    for i in range(len(parcels)):
        product = products[parcels[i].product]
        product.star_sum += to_fixed(parcels[i].signal)
        product.star_count += 1


def keep_records(world: World, parcels: np.ndarray) -> None:
    """Merchants' records behind the experience score: sums that fade over `score_days`, plus today's."""
    fade = np.exp(-1.0 / world.num["merchants_score_days"][0])
    counts = {"goods_sum": parcels["stars"], "goods_count": parcels["judged"],
              "content_bad": quality_return(parcels), "service_bad": poor_service(parcels),
              "shipped": parcels["judged"]}
    for name, values in counts.items():
        today = _count_at(parcels["merchant"], values, len(world.merchants))
        world.merchants[name] = world.merchants[name] * fade + today


def _count_at(rows: np.ndarray, values: np.ndarray, length: int) -> np.ndarray:
    """Whole numbers added up by row, int64 (length,)."""
    totals = np.zeros(length, np.int64)
    np.add.at(totals, rows, values.astype(np.int64))
    return totals


def build_trust(world: World, parcels: np.ndarray) -> None:
    """Public trust in presenters follows the judgement of what they sold, the faster the more they sold."""
    creators, merchants = len(world.creators), len(world.merchants)
    sums, counts = np.zeros(creators + merchants, np.int64), np.zeros(creators + merchants, np.int64)
    _add_judgements(world.num, parcels, sums, counts)
    weight = world.num["goods_review_weight"][0]
    for agents, low in ((world.creators, 0), (world.merchants, creators)):
        rows = np.flatnonzero(counts[low:low + len(agents)])
        n, mean = counts[low + rows], sums[low + rows] / SCALE / counts[low + rows]
        agents["trust"][rows] += n / (n + weight) * (mean - agents["trust"][rows])


@kernel
def _add_judgements(num: np.ndarray, parcels: np.ndarray, sums: np.ndarray, counts: np.ndarray) -> None:
    """Add every parcel's standardised judgement to its presenter, as integers."""
    for i in range(len(parcels)):
        presenter = parcels[i].presenter
        if presenter >= 0:
            sums[presenter] += to_fixed(standardised(num[0], parcels[i].latent))
            counts[presenter] += 1


@kernel
def end_all(desk: Desk, orders: np.ndarray) -> None:
    """End every order whose time has come."""
    for i in range(len(orders)):
        end(desk, orders[i])


@kernel
def end(desk: Desk, order: Record) -> None:
    """Settle an order so many days after sign-off, or refund it when its return has come back."""
    num, today = desk.num[0], desk.now[0].day
    if order.status == DELIVERED and order.returned:
        order.status = RETURNING
    if order.status == RETURNING and today >= order.due + num.fulfil_return_days:
        _take_back(desk, order)
        order.status, order.final = REFUNDED, today
    elif order.status == DELIVERED and today >= order.due + num.fulfil_sign_off:
        settle(desk, order)
        order.status, order.final = SETTLED, today


@kernel
def _take_back(desk: Desk, order: Record) -> None:
    """A return arrives: money back, freight paid, and the good on the shelf again unless it is defective."""
    refund(desk, order)
    freight_back(desk, order)
    if not order.defect:
        desk.products[order.product].stock += 1
