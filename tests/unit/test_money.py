"""Orders, escrow, settlement and refunds: to the fen, every day."""
import numpy as np
import pytest

from sim.ledger import Account
from sim.orders import desk_of
from sim.phases import clear, fulfil, pay, settle
from sim.phases.receive import receive_rows
from sim.rng import Venue
from sim.rules.payment import covered_part
from sim.rules.ship import premium, return_odds
from sim.tables import CANCELLED, DELIVERED, ORDERED, PAID, REFUNDED, RETURNED, SENT, SETTLED
from tests.unit.bazaar import bazaar, intent_of, next_day, random_intents, tables_of, trade

IN = ("order_payment", "subsidy")
OUT = ("settlement", "fee", "cps", "refund_user", "refund_purse")


def history(days=60, selling=45, seed=2, **settings):
    """A market of random orders, coupons and returns: (world, books a day, all final orders)."""
    world = bazaar(budgets=(60_000, 90_000), seed=seed, **settings)
    world.cover["purse"][:3], world.cover["share"][:3] = 1, 0.5
    rng, books, closed = np.random.default_rng(seed), [], []
    for day in range(days):
        world.users["wallet"] = 10**6
        world.products["stock"] += 3
        trade(world, random_intents(world, rng, 40 if day < selling else 0))
        closed.append(world.closed)
        books.append(next_day(world))
    return world, books, np.concatenate(closed)


@pytest.fixture(scope="module")
def past():
    return history()


def test_every_day_outlay_and_subsidies_are_settled_refunded_or_in_escrow(past):
    _, books, _ = past
    for day in books:  # close_day itself has checked that all accounts sum to zero
        assert sum(day[name] for name in IN) == sum(day[name] for name in OUT) + day["net_escrow"]
    assert sum(day["subsidy"] for day in books) > 0
    assert sum(day["refund_purse"] for day in books) > 0
    assert sum(day["mcn_share"] for day in books) > 0


def test_when_all_orders_have_ended_escrow_is_empty_and_every_order_accounted_for(past):
    world, books, closed = past
    assert len(world.orders) == 0
    assert world.ledger.balance("escrow") == 0
    value = (closed["paid"].astype(int) + closed["subsidy"])
    kept = closed["status"] == SETTLED
    paid_out = sum(day[name] for day in books for name in ("settlement", "fee", "cps"))
    assert paid_out == value[kept].sum()
    assert sum(day["refund_user"] for day in books) == closed["paid"][~kept].sum()
    assert sum(day["refund_purse"] for day in books) == closed["subsidy"][~kept].sum()


def test_all_kinds_of_endings_come_on_their_day(past):
    _, _, closed = past
    endings = (SETTLED, REFUNDED, CANCELLED)
    settled, refunded, cancelled = (closed[closed["status"] == kind] for kind in endings)
    assert min(len(settled), len(refunded), len(cancelled)) > 20
    assert (settled["final"] == settled["due"] + 7).all()
    assert (refunded["final"] == refunded["due"] + 3).all()
    assert (cancelled["final"] == cancelled["day"] + 1).all()
    assert (settled["due"] > settled["day"]).all()
    assert (refunded["returned"] == 1).all()
    assert (settled["returned"] == 0).all()
    assert (cancelled["judged"] == 0).all()


def test_purses_hold_their_budget_less_what_coupons_and_premiums_finally_cost(past):
    world, _, closed = past
    assert (world.purses["left"] >= 0).all()
    assert (world.purses["left"] + world.purses["spent"] == [60_000, 90_000]).all()
    final = closed[closed["status"] == SETTLED]
    for grant in (0, 1):
        cost = final["cuts"][final["grants"] == grant].sum()
        assert world.purses["spent"][grant] >= cost
    platform_part = -world.ledger.balance("purse:p0")  # instance 0 is funded by the platform alone
    assert platform_part == final["cuts"][final["grants"] == 0].sum() == world.purses["spent"][0]


def test_stock_comes_back_with_every_cancellation_and_every_sound_return(past):
    world, _, closed = past
    arrived = 10 + 3 * 60
    gone = (closed["status"] == SETTLED) | ((closed["status"] == REFUNDED) & (closed["defect"] > 0))
    sold = np.bincount(closed["product"][gone], minlength=len(world.products))
    assert (world.products["stock"] == arrived - sold).all()
    assert (world.products["stock"] >= 0).all()


def test_costs_fall_on_those_who_caused_them(past):
    _, books, closed = past
    sent = closed[closed["status"] != CANCELLED]
    returned = closed[closed["status"] == REFUNDED]
    total = {name: sum(day[name] for day in books) for name in books[0]}
    assert total["parcel"] == 450 * len(sent)
    assert total["return_freight"] == 800 * (returned["insured"] == 0).sum()
    assert total["insurance_payout"] == 800 * (returned["insured"] == 1).sum()
    assert total["fee"] == sum(int(x) for x in closed["fee"][closed["status"] == SETTLED])
    assert total["cps"] == closed["commission"][closed["status"] == SETTLED].sum()
    num = bazaar().num[0]
    insured = closed[closed["insured"] > 0]
    assert total["insurance_premium"] == sum(premium(num, float(odds)) for odds in insured["hazard"])


def test_only_creators_earn_commission(past):
    world, _, closed = past
    creators = (closed["presenter"] >= 0) & (closed["presenter"] < len(world.creators))
    assert (closed["commission"][~creators] == 0).all()
    assert (closed["commission"][creators] > 0).mean() > 0.95
    assert (closed["fee"] + closed["commission"] <= closed["paid"] + closed["subsidy"]).all()


def test_each_order_is_numbered_within_its_buyer(past):
    world, _, closed = past
    for row in range(len(world.users)):
        own = closed[closed["user"] == row]
        assert sorted(own["nth"].tolist()) == list(range(1, len(own) + 1))
        assert world.users["orders_spell"][row] == world.users["orders_ever"][row] == len(own)
        if len(own):
            assert world.users["first_order"][row] == own["day"].min()
            assert world.users["last_order"][row] == own["day"].max()
            assert world.users["state"][row] == 2


def one_order(venue=Venue.LIVE, presenter=-1, coupons=(), **settings):
    """A market after one order was paid: (world, the order)."""
    world = bazaar(**settings)
    world.day.intents = [intent_of(world, 0, 3, venue, presenter, coupons)]
    clear.run(world)
    pay.run(world)
    return world, world.orders[0]


def test_a_refund_gives_each_funder_back_exactly_what_it_paid():
    """Awkward thirds and a creator: after the refund the market is as if nothing was bought."""
    funders = ((1, 1, 1, 0), (0.17, 0.29, 0.23, 0.31))
    for presenter in (1, -1, 5):
        world, order = one_order(presenter=presenter, coupons=[(0, 0.11, 0), (1, 0.37, 0)], funders=funders)
        assert order["subsidy"] > 0
        assert (world.ledger.balances[world.ledger.purses_at:] < 0).all()
        order["due"] = -1  # cancelled
        next_day(world)
        fulfil.run(world)
        assert order["status"] == CANCELLED
        assert world.ledger.balance("escrow") == 0
        insured = premium(world.num[0], order["hazard"]) if order["insured"] else 0
        expected = np.zeros_like(world.ledger.balances)
        expected[Account.PARTNERS] = insured
        expected[world.ledger.merchant(int(order["merchant"]))] = -insured
        assert (world.ledger.balances == expected).all()
        assert world.purses["left"].tolist() == [10**9, 10**9]
        assert world.products["stock"][3] == 10
        assert world.creators["earned"].sum() == 0


def test_a_creators_part_of_a_coupon_is_the_merchants_when_no_creator_sells():
    for presenter, payer in ((1, "creator"), (-1, "merchant"), (6, "merchant")):
        world, order = one_order(presenter=presenter, coupons=[(0, 0.5, 0)],
                                 funders=((0, 0, 1, 0), (1, 0, 0, 0)))
        creator_paid = -world.ledger.creator_balances.sum()
        assert creator_paid == (order["subsidy"] if payer == "creator" else 0)


def test_a_programme_pays_its_share_of_the_premium_and_the_merchant_the_rest():
    world = bazaar()
    world.merchants["insured"], world.cover["purse"], world.cover["share"] = 0, 0, 0.25
    trade(world, intent_of(world, 0, 3, Venue.LIVE))
    odds = float(world.orders["hazard"][0])
    assert odds == pytest.approx(return_odds(world.num[0], 3, int(Venue.LIVE), 1), rel=1e-6)
    whole, part = premium(world.num[0], odds), covered_part(world.num[0], world.cover[3], odds)
    assert 0 < part < whole
    assert world.ledger.balance("purse:p0") == -part
    assert world.ledger.balance("merchants") == part - whole
    assert world.purses["spent"][0] == part


def test_an_order_passes_from_paid_to_sent_to_delivered():
    world, order = one_order()
    assert order["status"] == PAID
    order["due"] = 3
    seen = []
    for _ in range(4):
        fulfil.run(world)
        seen.append((int(world.orders["status"][0]), len(world.day.parcels)))
        next_day(world)
    assert seen == [(PAID, 0), (SENT, 0), (SENT, 0), (DELIVERED, 1)]


def test_buying_meets_a_need_fills_the_cupboard_and_moves_the_remembered_price():
    world = bazaar()
    world.users["need"][0, 3], world.users["intent"][0, 3], world.users["reference"][0, 3] = 2, 0.4, 0.0
    world.products["outside_price"][3] = 2 * world.products["price"][3]
    trade(world, intent_of(world, 0, 3))
    buyer = world.users[0]
    assert (buyer["need"][3], buyer["cupboard"][3], buyer["intent"][3]) == (1, 1, 0)
    assert buyer["reference"][3] == pytest.approx(-0.1 * np.log(2), rel=1e-6)
    assert (buyer["shopper"], world.tally.sum()) == (1, 1)


def test_the_log_hears_of_orders_from_videos_and_of_their_returns():
    world, orders = bazaar(seed=9), 0
    rng, returns = np.random.default_rng(9), 0
    for _ in range(15):
        trade(world, random_intents(world, rng, 40))
        events = np.concatenate(world.day.events)
        parcels = world.day.parcels
        orders += (events["flags"] == ORDERED).sum() - (world.day.orders["venue"] == Venue.VIDEO).sum()
        back = (parcels["returned"] > 0) & (parcels["venue"] == Venue.VIDEO)
        returns += (events["flags"] == RETURNED).sum() - back.sum()
        assert (events["slot"] == -1).all()
        next_day(world)
    assert (orders, returns) == (0, 0)


def test_receiving_row_by_row_in_any_order_is_receiving_in_one_pass():
    def after(rows):
        world, rng = bazaar(seed=8), np.random.default_rng(8)
        for _ in range(6):
            world.day.intents = [random_intents(world, rng, 60)]
            clear.run(world)
            pay.run(world)
            fulfil.run(world)
            for low, high in rows:
                assert receive_rows(tables_of(world), low, high) == high
            settle.run(world)
            next_day(world)
        return world.users.tobytes(), world.orders.tobytes(), world.products.tobytes()

    rows = [(row, row + 1) for row in np.random.default_rng(1).permutation(40)]
    assert after([(0, 40)]) == after(rows) == after([(0, 13), (30, 40), (13, 30)])


def test_the_desk_shows_the_world_itself():
    world = bazaar()
    desk = desk_of(world)
    assert desk.balances is world.ledger.balances
    assert desk.purses is world.purses
