"""Truths about supply: what is put up each morning, what firms and hosts do each evening."""
from __future__ import annotations

import numpy as np
import pytest

from sim.agents.creator import ACTIVE, CARDS, DORMANT, HEAD, RESERVE, TAIL, WAIST
from sim.agents.merchant import CHANNELS, CLOSED, OPENED
from sim.compose import configure
from sim.genesis import create
from sim.genesis_supply import (
    creators_at_genesis,
)
from sim.jit import kernel
from sim.lanes import Lanes
from sim.numbers import numbers_record
from sim.phases import accounts, publish
from sim.phases.business import business_rows
from sim.phases.careers import careers_rows
from sim.phases.govern import govern_rows
from sim.phases.live import live_rows
from sim.phases.open_shop import open_shop_rows
from sim.rng import Venue, clock
from sim.rules.career import disgraced, end_session, start_career
from sim.rules.channels import softmax_shares
from sim.rules.govern import raw_score, shrink
from sim.rules.pricing import move_prices, price_bounds
from sim.standings import rank_creators
from sim.tables import ORDER

CFG = configure("population=toy", "population.creators=60", "population.merchants=40")
NUM = numbers_record(CFG.world)
REDRAWN = ("mcn", "talent", "wage", "style", "hype", "position", "learned")


@kernel
def restart(t, i):
    """Start creator i's next career."""
    start_career(t.now[0], t.num[0], t.creators[i])


@kernel
def move_all_prices(t):
    """One weekly price move of every merchant."""
    for i in range(len(t.merchants)):
        move_prices(t.now[0], t.num[0], t.merchants[i], t.products)


@kernel
def bounds_of(num, products):
    """Lowest and highest price of every good."""
    found = np.empty((len(products), 2), np.int64)
    for j in range(len(products)):
        found[j] = price_bounds(num[0], products[j])
    return found


def tables(world):
    """The world as one lane sees it."""
    lane = Lanes(1, 512).lanes[0]
    return world.tables(lane.buffers, lane.fill, world.new_tally())


def morning(world):
    """Creators and merchants decide, the platform publishes."""
    lanes = Lanes(1, 512)
    world.tally = world.new_tally()
    lanes.run(world, live_rows, len(world.creators))
    lanes.run(world, open_shop_rows, len(world.merchants))
    publish.run(world)


def evening(world):
    """Books, careers, business, scores; then the next day."""
    lanes = Lanes(1, 512)
    accounts.run(world)
    lanes.run(world, careers_rows, len(world.creators))
    lanes.run(world, business_rows, len(world.merchants))
    lanes.run(world, govern_rows, len(world.merchants))
    world.now["day"] += 1


@pytest.fixture
def world():
    """A small world on its first morning, its ledger holding what the merchants' books say."""
    made = create(CFG)
    level(made)
    return made


def level(world):
    """Bring merchants' accounts to what their books say."""
    ledger = world.ledger
    ledger.balances[ledger.account("investors")] += ledger.merchant_balances.sum() - world.merchants["cash"].sum()
    ledger.merchant_balances[:] = world.merchants["cash"]


@pytest.fixture
def open_world(world):
    """The small world once published."""
    morning(world)
    return world


def test_a_new_career_depends_on_key_and_spell_only(world):
    before = world.creators.copy()
    t = tables(world)
    restart(t, 3)
    first = world.creators[3].copy()
    world.creators[:] = before
    world.now["day"] = 211
    restart(t, 3)
    assert all((first[name] == world.creators[3][name]).all() for name in REDRAWN)
    assert not (before[3]["position"] == first["position"]).any()
    assert (first["spell"], first["followers"], first["hours"], first["seen"]) == (1, 0, 0, 0)


# ---------------------------------------------------------------------------------------------------- what is put up
def test_only_the_active_put_up_cards_and_only_of_goods_on_sale(open_world):
    world, cards = open_world, open_world.day.cards
    active = np.concatenate([world.creators["state"], world.merchants["state"]]) == ACTIVE
    assert len(cards) and active[cards["presenter"]].all()
    assert world.products["on_sale"][cards["product"]].all() and (world.products["stock"][cards["product"]] > 0).all()
    assert np.bincount(cards["presenter"]).max() <= CARDS
    assert (np.diff(cards["presenter"]) >= 0).all()
    assert len(np.unique(cards["key"])) == len(cards)
    first = world.day.card_of[cards["product"]]
    assert (cards["product"][first] == cards["product"]).all() and (first <= np.arange(len(cards))).all()


def test_only_own_accounts_bid_for_ads(open_world):
    cards = open_world.day.cards
    own = cards["presenter"] >= len(open_world.creators)
    assert (cards["bid"][~own] == 0).all() and (cards["bid"][own] > 0).all()


def test_rooms_show_goods_on_sale_within_the_day(open_world):
    world, rooms = open_world, open_world.day.rooms
    live = np.flatnonzero(np.concatenate([world.creators["live"], world.merchants["live"]]))
    assert rooms["presenter"].tolist() == live.tolist() and (world.day.room_of[live] == np.arange(len(live))).all()
    assert (world.day.room_of >= 0).sum() == len(rooms)
    for room in rooms:
        shown = room["goods"][:room["count"]]
        assert room["count"] > 0 and world.products["on_sale"][shown].all()
        assert (room["goods"][room["count"]:] == -1).all()
    own = rooms["own"] == 1
    assert (rooms["merchant"][own] == rooms["presenter"][own] - len(world.creators)).all()
    assert (rooms["start"] >= 0).all() and (rooms["start"] + rooms["minutes"] <= 1440).all()


def test_pools_hold_open_rooms_once_each(open_world):
    day = open_world.day
    everyone = np.arange(len(day.rooms))
    for pool in day.pools:
        assert pool[pool >= 0].tolist() == everyone.tolist()[:len(pool)]


def test_scarce_pools_favour_hosts_with_followers(open_world):
    world = open_world
    world.num["feed_cells"], world.num["feed_pool"] = 400, 2
    world.day.rooms["weight"] = 1.0
    world.day.rooms["weight"][0] = 50.0
    pools = publish.pools_of(world)
    assert ((pools >= 0) & (pools < len(world.day.rooms))).all() and (pools[:, 0] < pools[:, 1]).all()
    share = (pools == 0).any(axis=1).mean()
    assert share > 0.8
    world.day.rooms["weight"] = 1.0
    assert (publish.pools_of(world) == 0).any(axis=1).mean() < 0.5


def test_pages_hold_goods_on_sale_of_their_category(open_world):
    world, day = open_world, open_world.day
    for k, size in enumerate(day.page_size):
        goods = day.pages[k, :size]
        assert (world.products["category"][goods] == k).all() and world.products["on_sale"][goods].all()
        assert (np.diff(goods) > 0).all() and (day.pages[k, size:] == -1).all()
    assert day.page_size.sum() == world.products["on_sale"].sum()


def test_a_full_page_keeps_the_best_sellers(open_world):
    world = open_world
    world.num["lists_candidates"], world.num["feed_explore_share"] = 8, 0.25
    world.products["reputation"] = 0.0
    pages, sizes = publish.pages_of(world)
    k = int(np.argmax(np.bincount(world.products["category"][world.products["on_sale"] == 1])))
    goods = np.flatnonzero((world.products["category"] == k) & (world.products["on_sale"] == 1))
    best = goods[np.argsort(-world.products["sold"][goods], kind="stable")[:6]]
    assert sizes[k] == 8 and np.isin(best, pages[k]).all()


def test_who_stops_changes_nobody_elses_cards(open_world):
    world, before = open_world, open_world.day.cards.copy()
    gone = int(before["presenter"][0])
    world.creators["state"][gone] = DORMANT
    publish.run(world)
    assert (world.day.cards == before[before["presenter"] != gone]).all()


def test_little_seen_cards_share_a_shelf_by_lot(open_world):
    world = open_world
    world.products["impressions"] = 0
    world.num["feed_explore_cards"] = 16
    publish.run(world)
    assert len(world.day.young) == 16 and world.day.cards["young"].all()
    assert len(np.unique(world.day.young)) == 16 and np.ptp(world.day.young) > 16


# ------------------------------------------------------------------------------------------------------- evenings
def test_tiers_are_ranks_not_counts():
    creators = creators_at_genesis(2000, NUM, clock(1, 0))
    creators["state"] = ACTIVE
    creators["sales"] = np.where(np.arange(2000) < 1500, np.arange(2000), 0)
    rank_creators(creators, 0.001, 0.10)
    tiers = creators["tier"].copy()
    assert (np.bincount(tiers)[[TAIL, WAIST, HEAD]] == [2000 - 149 - 1, 149, 1]).all()
    assert creators["sales"][tiers == HEAD].min() >= creators["sales"][tiers == WAIST].max()
    creators["sales"] *= 1000
    rank_creators(creators, 0.001, 0.10)
    assert (creators["tier"] == tiers).all()


def test_prices_stay_in_bounds_and_above_cost(open_world):
    world, t = open_world, tables(open_world)
    low, high = bounds_of(world.num, world.products).T
    for week in range(80):
        world.now["day"] = week
        world.merchants["week_margin"] = 1000 * np.arange(week, week + len(world.merchants)) % 7
        move_all_prices(t)
        assert (world.products["price"] >= low).all() and (world.products["price"] <= high).all()
    assert (high <= world.products["list_price"] * NUM["merchants_price_high"][0]).all()
    assert (world.products["price"] != world.products["list_price"]).any()


def test_effort_is_shared_out_with_a_floor():
    shares = np.zeros(CHANNELS)
    softmax_shares(NUM[0], np.array([8.0, 1.0, 0.0, 0.0, 1.0]), shares)
    assert shares.sum() == pytest.approx(1.0) and shares.min() >= NUM["merchants_bandit_floor"][0]
    assert np.argmax(shares) == 0


def test_the_score_lies_in_its_scale_and_is_drawn_to_the_mean():
    num = NUM[0]
    assert raw_score(num, 50.0, 10.0, 0.0, 0.0, 10.0) == pytest.approx(5.0)
    assert raw_score(num, 10.0, 10.0, 10.0, 10.0, 10.0) == pytest.approx(1.0)
    assert shrink(num, 5.0, 0.0, 3.5) == 3.5
    assert shrink(num, 5.0, num["merchants_score_weight"], 3.0) == pytest.approx(4.0)


def test_months_below_the_wage_cut_hours_until_the_creator_rests():
    num = NUM.copy()
    rows = creators_at_genesis(1, num, clock(1, 0))
    rows["income"], rows["wage"], rows["minutes"], rows["room_share"] = 0.0, 20.0, 240, 1.0
    patience = int(num["creators_patience"][0])
    for _ in range(patience):
        end_session(num[0], rows[0], True)
    assert rows["hours_day"][0] == num["rooms_hours"][0] and rows["hours"][0] == 4 * patience
    while rows["hours_day"][0] >= num["creators_quit_hours"][0]:
        end_session(num[0], rows[0], True)
    assert rows["below"][0] < patience + 10


def test_money_is_moved_never_made(world):
    for _ in range(5):
        morning(world)
        evening(world)
        assert world.ledger.total() == 0
        assert (world.ledger.merchant_balances == world.merchants["cash"]).all()
    flows = world.ledger.close_day()
    assert flows["fixed_cost"] > 0 and flows["net_platform"] == flows["ad_spend"]


def test_a_firm_that_closes_leaves_nothing_and_a_new_one_begins_with_capital(world):
    merchants, goods = world.merchants, world.products
    world.num["merchants_entry"], world.num["merchants_close"] = 0.0, 1.0
    morning(world)
    evening(world)
    assert (merchants["state"] == RESERVE).all() and (merchants["turn"] == CLOSED).any()
    world.num["merchants_entry"], world.num["merchants_close"] = 1.0, 0.0
    morning(world)
    assert len(world.day.cards) == 0 and len(world.day.rooms) == 0
    evening(world)
    assert (world.ledger.merchant_balances == 0).all() and (goods["stock"] == 0).all()
    assert (merchants["turn"] == OPENED).all() and (merchants["spell"] == 1).all() and (goods["star_count"] == 0).all()
    morning(world)
    evening(world)
    least = max(1, round(float(NUM["goods_stock_floor"][0] * merchants["scale"][0])))
    assert (merchants["cash"] > 0).all() and (goods["stock"] == least).all()


def test_a_firm_deep_in_debt_buys_no_stock_and_closes(world):
    world.merchants["cash"], world.merchants["worth"] = -10**9, -10**9
    level(world)
    world.products["stock"] = 1
    morning(world)
    assert (world.products["restock"] == 0).all() and not world.merchants["live"].any()
    evening(world)
    assert (world.merchants["state"] == RESERVE).sum() >= (world.merchants["turn"] == CLOSED).sum() > 0


def test_orders_are_booked_to_seller_host_and_channel(open_world):
    world = open_world
    orders = np.zeros(3, ORDER)
    goods = np.flatnonzero(world.products["on_sale"])[[0, 1, -1]]
    orders["product"], orders["merchant"] = goods, world.products["merchant"][goods]
    orders["paid"], orders["presenter"] = 1000, [0, len(world.creators) + orders["merchant"][1], -1]
    orders["venue"] = [Venue.LIVE, Venue.VIDEO, Venue.SEARCH]
    world.day.orders = orders
    world.merchants["channel_sales"] = 0
    accounts.run(world)
    assert world.creators["gmv_today"][0] == 1000 and world.merchants["gmv_today"].sum() == 3000
    assert world.merchants["channel_sales"].sum(axis=0).tolist() == [1000, 1000, 0, 0, 1000]
    assert world.merchants["orders_today"].sum() == 3


@kernel
def scandals(t, found):
    """Whether a scandal breaks over each creator today."""
    for i in range(len(t.creators)):
        found[i] = disgraced(t.now[0], t.num[0], t.creators[i], len(t.users))


def test_scandals_come_in_proportion_to_fame(world):
    """Followers 10 %, 30 % of users, hazard .5 of full fame: 5 % and 15 % of days, within 4 standard errors."""
    world.num["creators_scandal"], n = 0.5, len(world.users)
    t, found, days_seen = tables(world), np.zeros(len(world.creators), bool), 300
    for share in (0.0, 0.1, 0.3):
        world.creators["followers"], total = int(share * n), 0
        for day in range(days_seen):
            world.now["day"] = day
            scandals(t, found)
            total += int(found.sum())
        draws = days_seen * len(found)
        chance = 0.5 * int(share * n) / n
        assert abs(total / draws - chance) <= 4 * (chance * (1 - chance) / draws) ** 0.5


def test_unpaid_hours_lower_the_income_of_an_hour():
    """An hour of preparation to each on air halves it; videos count for the days between two rooms of a host."""
    num = NUM.copy()
    rows = creators_at_genesis(1, num, clock(1, 0))
    rows["income"], rows["wage"], rows["minutes"], rows["room_share"] = 0.0, 1.0, 240, 1.0
    found = []
    for prepare, videos in ((0.0, 0.0), (1.0, 0.0), (0.0, 0.3)):
        num["creators_prepare"], num["creators_video_hours"] = prepare, videos
        rows["income"], rows["earned"] = 0.0, 100_000
        end_session(num[0], rows[0], True)
        found.append(float(rows["income"][0]))
    between = 1.0 / num["rooms_creator_share"][0]
    assert found[1] == pytest.approx(found[0] / 2) and found[2] == pytest.approx(found[0] * 4 / (4 + 0.3 * between))
