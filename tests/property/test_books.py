"""Every merchant's and creator's books over a year: each line told twice, by the ledger and by what happened."""

from functools import cache

import numpy as np
import pytest

from sim.agents.creator import ACTIVE
from sim.books import MERCHANT_LINES, book_columns, creators_books, merchants_books, profits
from sim.ledger import Flow
from sim.model import InterestCommerceModel
from sim.tables import PAID, REFUNDED, SETTLED
from tests.worlds import toy_config

YEAR = 365
FEN = 100
POLICIES = ("policy=[subsidy,self_broadcast_support]", "policy.subsidy.funders={platform:0.5,merchant:0.3,creator:0.2}",
            "policy.self_broadcast_support.funders={platform:0.5,merchant:0.5}", "policy.subsidy.start=30",
            "policy.self_broadcast_support.start=60")


class Witness:
    """What a year brought each merchant and creator, counted from orders, rooms and shelves day by day."""

    def __init__(self) -> None:
        self.model = InterestCommerceModel(toy_config(f"horizon={YEAR}", *POLICIES))
        merchants, creators = len(self.model.merchants), len(self.model.creators)
        names = ("parcels", "freight", "goods", "settled")
        self.merchants = {name: np.zeros(merchants, np.int64) for name in names}
        self.creators = {name: np.zeros(creators, np.int64) for name in ("commissions", "mcn", "gifts")}
        self.gains, self.means = np.zeros(merchants, np.int64), []
        self.model.watch = self.watch
        for _ in range(YEAR):
            self.model.step()
            self.count_orders()
            self.gains += self.model.world.history["merchant_gains"]
            self.means.append(self.model.metrics["merchant_profit_mean"])

    def watch(self, phase):
        """Look at the world before and after the phases that pay for what they then forget."""
        return Look(self, phase.name)

    def before(self, phase: str) -> None:
        """What suppliers are about to be paid, and what hosts about to get."""
        world = self.model.world
        if phase == "fulfil":
            orders = world.orders
            going = (orders["status"] == PAID) & (orders["dispatch"] <= world.today) & (orders["due"] >= 0)
            np.add.at(self.merchants["parcels"], orders["merchant"][going], 1)
        if phase == "accounts":
            goods = world.products
            open_ = (world.merchants["state"] == ACTIVE)[goods["merchant"]]
            cost = goods["restock"].astype(np.int64) * goods["unit_cost"]
            np.add.at(self.merchants["goods"], goods["merchant"][open_], cost[open_])
            rooms = world.day.rooms[world.day.rooms["own"] == 0]
            gift = np.floor(rooms["entries"] * world.num["rooms_gift"][0] * 100 + 0.5 + 1e-7).astype(np.int64)
            np.add.at(self.creators["gifts"], rooms["presenter"], gift)

    def count_orders(self) -> None:
        """What ended today."""
        world, num = self.model.world, self.model.world.num[0]
        done = world.closed[world.closed["status"] == SETTLED]
        rest = done["paid"].astype(np.int64) + done["subsidy"] - done["fee"] - done["commission"]
        np.add.at(self.merchants["settled"], done["merchant"], rest)
        back = world.closed[(world.closed["status"] == REFUNDED) & (world.closed["insured"] == 0)]
        np.add.at(self.merchants["freight"], back["merchant"], int(num["merchants_return_freight"] * FEN))
        paid = done[done["commission"] > 0]
        np.add.at(self.creators["commissions"], paid["presenter"], paid["commission"])
        share = np.floor(paid["commission"] * num["creators_mcn_cut"] + 0.5 + 1e-7).astype(np.int64)
        under = world.creators["mcn"][paid["presenter"]] == 1
        np.add.at(self.creators["mcn"], paid["presenter"][under], share[under])


class Look:
    """The context of one phase."""

    def __init__(self, witness: Witness, phase: str) -> None:
        self.witness, self.phase = witness, phase

    def __enter__(self) -> None:
        self.witness.before(self.phase)

    def __exit__(self, *error: object) -> None:
        return None


@cache
def year() -> Witness:
    """The year, lived once."""
    return Witness()


@pytest.mark.slow
def test_lines_sum_to_the_balance_of_every_account():
    """To the fen, for merchants and creators, with nothing left over in no line."""
    world = year().model.world
    for lines, balances in ((merchants_books(world), world.ledger.merchant_balances),
                            (creators_books(world), world.ledger.creator_balances)):
        assert (sum(lines.values()) == balances).all() and balances.any()
        assert not lines["other"].any()


@pytest.mark.slow
def test_what_the_order_book_says_is_what_escrow_paid():
    """Sales less returns, open orders, fees and commissions are each merchant's settlements."""
    world, lines = year().model.world, merchants_books(year().model.world)
    entries = world.ledger.entries(world.ledger.merchants_at, world.ledger.creators_at)
    told = sum(lines[name] for name in ("sales", "returns", "open", "fees", "commissions"))
    assert (told == entries[:, Flow.SETTLEMENT]).all()
    assert (told == year().merchants["settled"]).all() and told.sum() > 0


@pytest.mark.slow
def test_lines_are_what_happened():
    """Parcels, return freight and goods of each merchant; commissions, the MCN's part and gifts of each creator."""
    seen, lines = year(), merchants_books(year().model.world)
    num = seen.model.world.num[0]
    assert (-lines["parcels"] == seen.merchants["parcels"] * int(num["merchants_parcel"] * FEN)).all()
    assert (-lines["return_freight"] == seen.merchants["freight"]).all() and seen.merchants["freight"].any()
    entries = seen.model.world.ledger.entries(*_merchants(seen))
    assert (-entries[:, Flow.COGS] == seen.merchants["goods"]).all()
    own = creators_books(seen.model.world)
    assert (own["commissions"] == seen.creators["commissions"]).all()
    assert (-own["mcn"] == seen.creators["mcn"]).all()
    assert (own["gifts"] == seen.creators["gifts"]).all() and own["gifts"].sum() > 0


def _merchants(seen: Witness) -> tuple[int, int]:
    """The merchants' rows in the ledger."""
    return seen.model.world.ledger.merchants_at, seen.model.world.ledger.creators_at


@pytest.mark.slow
def test_a_years_gains_are_the_years_profit_and_every_party_books_the_other_side():
    """Daily gains sum to profit; pit fees leave merchants and reach creators; ads and fees reach the platform."""
    seen, world = year(), year().model.world
    assert (seen.gains == profits(world)).all()
    own, hosts = merchants_books(world), creators_books(world)
    assert -own["slot_fees"].sum() == hosts["slot_fees"].sum() > 0
    assert -own["commissions"].sum() == hosts["commissions"].sum()
    platform = world.ledger.entries(0, 1)[0]
    assert platform[Flow.AD_SPEND] == -own["ads"].sum() > 0 and platform[Flow.FEE] == -own["fees"].sum() > 0
    assert own["subsidies"].sum() < 0 > hosts["subsidies"].sum() and own["training"].sum() < 0
    for name in ("sales", "goods", "parcels", "service", "insurance", "wages", "fixed", "capital"):
        assert own[name].any(), name


@pytest.mark.slow
def test_the_table_holds_every_account_once():
    world = year().model.world
    table = book_columns(world)
    assert len(table["row"]) == len(world.creators) + len(world.merchants)
    money = [name for name in table if name.endswith("_fen") and name not in ("profit_fen", "balance_fen")]
    assert set(MERCHANT_LINES) <= {name.removesuffix("_fen") for name in money}
    assert (sum(table[name] for name in money) == table["balance_fen"]).all()
    assert (np.isfinite(table["hourly"]) == (table["kind"] == "creator")).all()
