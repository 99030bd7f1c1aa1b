"""From whom a boost took exposure: conserved to the last impression, and by the feed's own rules."""

import pytest

from sim.day import PLAN
from sim.model import InterestCommerceModel
from sim.phases import traffic
from sim.programmes import CARDS, ROOMS
from tests.worlds import days, same, state_hash, toy_model

SUPPORT = "policy.self_broadcast_support"
BOOST = ("policy=[self_broadcast_support]", f"{SUPPORT}.boost=1", f"{SUPPORT}.start=2", f"{SUPPORT}.segment.share=0.5",
         f"{SUPPORT}.training_hours=0", f"{SUPPORT}.insurance=0", f"{SUPPORT}.live=1", f"{SUPPORT}.tools=0")
HIT = ("shock=[viral_hit]", "shock.viral_hit.day=2", "shock.viral_hit.count=3")


@pytest.mark.parametrize("granted", [BOOST, HIT])
def test_what_some_gain_others_lose(granted):
    """Over videos and over rooms gains and losses sum to 0; the boosted gain, others lose; shown is what was logged."""
    model = toy_model("population=classroom", "record.traffic=true", *granted)
    assert not any(row["displaced_merchants"] or row["displaced_tail"] for row in days(model, 2))
    model.step()
    [rows] = model.world.day.traffic
    for room in (True, False):
        own = rows[(rows["slot"] == "room") == room]
        assert own["gained"].sum() == 0 and own["shown"].sum() == own["without"].sum() > 0
    assert (rows["gained"] == rows["shown"] - rows["without"]).all()
    boosted = rows["boosted"] == 1
    assert rows["gained"][boosted].sum() > 0 > rows["gained"][~boosted].min()
    log = model.world.day.log
    assert rows["shown"].sum() == ((log["slot"] >= 0) & (log["slot"] < 1000)).sum()
    told = [model.metrics[f"displaced_{name}"] for name in ("tail", "waist", "head", "merchants")]
    assert sum(told) == -rows["gained"][rows["party"] == "nobody"].sum()


def test_rooms_boosted_take_no_video():
    """A boost for rooms alone moves previews and nothing else."""
    model = toy_model("population=classroom", "record.traffic=true", *BOOST)
    days(model, 3)
    [rows] = model.world.day.traffic
    assert (rows["slot"][rows["gained"] != 0] == "room").all() and (rows["gained"] != 0).any()


def test_the_slots_filled_again_with_the_boost_are_those_that_were_shown(monkeypatch):
    """Asked again as they were, cards, rooms and pools give every slot to whom the log has in it."""
    found = []

    def look(world):
        world.day.traffic = []
        found.append(traffic.with_and_without(world))

    monkeypatch.setattr(traffic, "unboosted", lambda offers: offers)
    model = toy_model("population=classroom", *BOOST)
    days(model, 3)
    model.watch = lambda phase: Before(phase.name == "search", look, model)
    model.step()
    [(shown, again)] = found
    assert shown.sum() > 1000 and (shown == again).all()


class Before:
    """A context that looks at the world before a phase."""

    def __init__(self, now, look, model):
        if now:
            look(model.world)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def test_recording_changes_no_bit_of_the_world():
    plain, told = toy_model(*BOOST), toy_model("record.traffic=true", *BOOST)
    same(days(plain, 5), days(told, 5), but=("displaced_",))
    assert state_hash(plain.world) == state_hash(told.world)


def test_nothing_is_filled_again_without_a_boost(monkeypatch):
    """The default world pays nothing for it."""
    monkeypatch.setattr(traffic, "with_and_without", lambda world: 1 / 0)
    days(toy_model("record.traffic=true"), 2)
    days(toy_model(*BOOST), 4)


def test_the_phase_stands_after_the_feed():
    names = [phase.name for phase in PLAN]
    assert names.index("traffic") == names.index("feed") + 1


def test_an_equal_boost_moves_no_slot_and_no_bit():
    """All merchants' and creators' cards and rooms lifted alike: the day is the same to the last bit."""
    plain, lifted = toy_model("population=classroom"), toy_model("population=classroom")
    rows = days(plain, 3)
    equal = [_equal(lifted) for _ in range(3)]
    same(rows, equal)
    assert not _differ(plain, lifted)


@pytest.mark.parametrize("lend", ["merchants", "goods"])
def test_an_equal_boost_to_every_merchants_cards_changes_exactly_nothing(lend):
    """Where merchants' accounts alone show, boosted alike; and where all goods are lifted alike, whoever shows them."""
    nobody = ("population.creators=0",) if lend == "merchants" else ()
    plain, lifted = (toy_model("population=classroom", *nobody) for _ in range(2))
    same(days(plain, 3), [_equal(lifted, lend) for _ in range(3)])
    assert not _differ(plain, lifted)


def _equal(model: InterestCommerceModel, lent: str = "everybody") -> dict[str, float]:
    """A day on which every account, or every good, is boosted alike, lent after programmes cleared yesterday's."""
    def lend(world):
        if lent == "goods":
            world.deals["lift"] = 1.5
            return
        for scope in (CARDS, ROOMS):
            world.boost[scope] = 1.5

    model.watch = lambda phase: Before(phase.name == "live", lend, model)
    model.step()
    return dict(model.metrics)


def _differ(one: InterestCommerceModel, other: InterestCommerceModel) -> list[str]:
    """Columns of agents that differ."""
    return [f"{kind}.{name}" for kind in ("users", "creators", "merchants", "products")
            for name in (getattr(one.world, kind).dtype.names or ())
            if getattr(one.world, kind)[name].tobytes() != getattr(other.world, kind)[name].tobytes()]
