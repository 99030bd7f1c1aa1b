"""Search and its levers: each cause has its own draw, so that a lever moves its own searches alone."""

from dataclasses import replace

from sim.day import PLAN
from sim.levers import fold
from sim.phases import policies
from tests.worlds import days, toy_model


def row_of(monkeypatch, **moves: float) -> dict[str, float]:
    """The first day of a small world in which these levers are moved."""
    def moved(world):
        policies.run(world)
        world.lev = fold([moves])

    plan = tuple(replace(phase, work=moved) if phase.name == "policies" else phase for phase in PLAN)
    monkeypatch.setattr("sim.model.PLAN", plan)
    return days(toy_model("population=classroom", "population.users=1000"), 1)[0]


def test_a_lever_moves_its_own_searches_alone(monkeypatch):
    """After-view and suggested searches rise; those for needs are the same people as before."""
    plain = row_of(monkeypatch)
    more, hinted = row_of(monkeypatch, after_view=5.0), row_of(monkeypatch, suggest=1.0)
    assert more["searches_need"] == hinted["searches_need"] == plain["searches_need"] > 0
    assert more["searches_after_view"] > 2 * plain["searches_after_view"] and plain["searches_suggested"] == 0
    assert hinted["searches_suggested"] > 10 and hinted["searches_after_view"] == plain["searches_after_view"]


def test_asking_back_meets_every_unclear_query_and_only_those(monkeypatch):
    """At 1 all unclear queries are asked back; without the lever none, and what is unclear does not depend on it."""
    plain, asked = row_of(monkeypatch), row_of(monkeypatch, clarify=1.0)
    assert plain["asked_back"] == 0 < asked["asked_back"] == asked["searches_unclear"] == plain["searches_unclear"]
