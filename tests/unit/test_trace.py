"""The trace tells what happened: the rules' own computation, the log's own flags, and an undisturbed day."""
from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from sim import cli
from sim.agents.user import OUTSIDE
from sim.files import plain
from sim.lab.trace import Trace, someone_who_orders, trace_user
from sim.lab.trace import trace as tracing
from sim.lab.trace.figure import VISIBLE, waterfall
from sim.lab.trace.page import WIDTH, page
from sim.lab.trace.say import LANGUAGES, Say
from sim.listing import width_of
from sim.model import InterestCommerceModel
from sim.rules.arrival import Pull
from sim.tables import CLICK, STANDS
from tests.worlds import days, state_hash, toy_model

WORLDS = {"omni": (), "policies": ("policy=[subsidy,store_diversion]",),
          "content, oracle": ("era=content", "recommender=oracle"),
          "popularity": ("recommender=popularity", "rival.outside=same_good", "world.choice.elsewhere=0.5")}
TOY = ("population=toy", "horizon=12", "threads=1", "progress=false")
Traced = list[tuple[Trace, Any, np.ndarray, np.ndarray]]


@pytest.fixture(scope="module", params=list(WORLDS))
def traced(request: pytest.FixtureRequest) -> Traced:
    """Twelve days, some user and one who orders in turn: trace, and the user's log, orders and intents of the day."""
    model = toy_model(*WORLDS[request.param])
    days(model, 10)
    found = []
    for day in range(12):
        user = someone_who_orders(model.world) if day % 2 else 17 * day % 200
        trace, today = trace_user(model, user), model.world.day
        own = [rows[rows["user"] == user].copy() for rows in (today.log, today.orders, np.concatenate(today.intents))]
        found.append((trace, *own))
    return found


def model_after(n: int, *overrides: str) -> InterestCommerceModel:
    """A toy model that has lived n days."""
    model = toy_model(*overrides)
    days(model, n)
    return model


# ---- the day is the untraced one ----------------------------------------------------------------------------------

@pytest.mark.parametrize("world", list(WORLDS))
def test_a_traced_day_ends_in_the_untraced_state(world: str) -> None:
    traced, plain = model_after(15, *WORLDS[world]), model_after(15, *WORLDS[world])
    trace_user(traced, someone_who_orders(traced.world))
    plain.step()
    assert state_hash(traced.world) == state_hash(plain.world)
    days(traced, 1), days(plain, 1)
    assert state_hash(traced.world) == state_hash(plain.world)


def test_every_user_of_a_day_can_be_traced_and_the_same_day_comes_out() -> None:
    """Outsiders too; each user's slow motion is held against what the phases left of that user."""
    start = model_after(6)
    hashes = set()
    for user in range(0, 200, 8):
        model = InterestCommerceModel(start.cfg, deepcopy(start.world))
        trace_user(model, user)
        hashes.add(state_hash(model.world))
    assert len(hashes) == 1


def test_a_slow_motion_that_shows_something_else_is_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_after(6)
    user = someone_who_orders(model.world)

    def wrong(self: Any, phase: Any) -> tuple[bytes, list[np.ndarray]]:
        left, logs = slowly(self, phase)
        return left, [log[1:] for log in logs]

    slowly = tracing.Observer._slowly
    monkeypatch.setattr(tracing.Observer, "_slowly", wrong)
    with pytest.raises(RuntimeError, match=f"does not show what happened to user {user}"):
        trace_user(model, user)


# ---- the trace is what the log says -------------------------------------------------------------------------------

def test_impressions_are_those_of_the_log(traced: Traced) -> None:
    seen = 0
    for trace, log, _, _ in traced:
        videos = log[(log["slot"] >= 0) & (log["product"] >= 0)]
        assert [(one.slot, one.product, one.presenter, one.flags) for one in trace.feed] == [
            (int(e["slot"]), int(e["product"]), int(e["presenter"]), int(e["flags"])) for e in videos]
        seen += len(videos)
    assert seen > 20


def test_what_is_chosen_has_the_largest_utility(traced: Traced) -> None:
    for trace, _, _, _ in traced:
        for choice in trace.choices:
            (best, utility), *others = choice.ranked
            assert best == choice.chosen
            if best >= 0:
                assert others[0][1] == choice.rival < utility


def test_rooms_name_what_scarcity_pitch_and_role_add(traced: Traced) -> None:
    live = [option for trace, *_ in traced for choice in trace.choices if choice.venue == "live"
            for option in choice.options]
    assert live
    for name in ("scarcity", "pitch", "loyal", "guochao"):
        assert all(name in option.terms for option in live)
        assert len({option.terms[name] for option in live}) > 1


def test_terms_add_up_to_the_utility(traced: Traced) -> None:
    """To the rounding of the person's and the good's terms, which are added as singles."""
    for trace, _, _, _ in traced:
        for option in (one for choice in trace.choices for one in choice.options if one.affordable):
            parts = [*option.terms.values(), *option.price_terms.values(), option.shared, option.own]
            assert sum(parts) == pytest.approx(option.total, abs=1e-6)
        if trace.arrival.get("terms"):
            assert list(trace.arrival["terms"]) == list(Pull._fields)
            assert sum(trace.arrival["terms"].values()) == pytest.approx(trace.arrival["logit"], abs=1e-9)


def test_wishes_and_orders_are_those_of_the_day(traced: Traced) -> None:
    bought = 0
    for trace, _, orders, intents in traced:
        assert sorted(one["product"] for one in trace.orders) == sorted(orders["product"].tolist())
        chosen = sorted(choice.chosen for choice in trace.choices if choice.chosen >= 0)
        assert chosen == sorted(one["product"] for one in trace.wishes) == sorted(intents["product"].tolist())
        assert sum(one["stands"] for one in trace.wishes) == (intents["status"] == STANDS).sum() == len(orders)
        bought += len(orders)
    assert bought > 0


def test_video_choices_follow_product_clicks_and_list_choices_the_examined(traced: Traced) -> None:
    for trace, _, _, _ in traced:
        videos = [choice.options[0].product for choice in trace.choices if choice.venue == "video"]
        assert videos == [one.product for one in trace.feed if one.flags & CLICK]
        lists = [tuple(one.product for one in choice.options) for choice in trace.choices
                 if choice.venue in ("mall", "search", "shop")]
        assert lists == [shelf.examined for shelf in trace.shelves if shelf.examined]
        assert all(set(shelf.examined) <= set(shelf.goods) for shelf in trace.shelves)


def test_a_chance_and_its_luck_decide(traced: Traced) -> None:
    for trace, _, _, _ in traced:
        assert all(gate["went"] == (gate["luck"] < gate["chance"]) for gate in trace.gates)
        if trace.arrival.get("luck") is not None:
            assert trace.arrival["opened"] == (trace.arrival["luck"] < trace.arrival["chance"])
        if trace.leaving["dropout_chance"] is not None:
            assert trace.leaving["left"] == (trace.leaving["luck"] < trace.leaving["dropout_chance"])


def test_parcels_are_told_as_they_were_judged() -> None:
    model = model_after(12)
    other = model_after(13)
    user = int(other.world.day.parcels["user"][0])
    trace = trace_user(model, user)
    own = model.world.day.parcels[model.world.day.parcels["user"] == user]
    assert len(own) and [one["stars"] for one in trace.parcels] == own["stars"].tolist()
    assert [one["latent"] for one in trace.parcels] == own["latent"].tolist()


# ---- page and command line ----------------------------------------------------------------------------------------

def test_the_page_fits_its_columns_in_both_languages(traced: Traced) -> None:
    for trace, _, _, _ in traced:
        text = page(trace, 20)
        assert text.startswith(f"user {trace.user}, day {trace.day}: ")
        assert text.count(": ordered") == len(trace.orders)
        for told in (text, page(trace, 20, "zh")):
            assert max(map(width_of, told.splitlines())) <= WIDTH


def test_the_chinese_page_tells_the_same_numbers_and_no_english(traced: Traced) -> None:
    """But for the letters of formulas: P, m, z, H, B, a_u, b_u."""
    for trace, _, _, _ in traced:
        english, chinese = page(trace, 20).split("WORDS")[0], page(trace, 20, "zh").split("术语")[0]
        assert sorted(re.findall(r"[+-]?\d+\.\d+", english)) == sorted(re.findall(r"[+-]?\d+\.\d+", chinese))
        assert set(re.findall(r"[A-Za-z_]+", chinese)) <= {"P", "m"}


def test_every_term_of_a_page_is_explained(traced: Traced) -> None:
    for trace, _, _, _ in traced:
        for lang in LANGUAGES:
            say, text = Say(lang), "".join(line.strip() for line in page(trace, 20, lang).splitlines())
            for name in (name for choice in trace.choices if choice.chosen >= 0 for option in choice.options
                         if option.product == choice.chosen for name, size in option.terms.items() if abs(size) > 0.01):
                assert say.meaning(name) and say.gloss(name).replace(" ", "") in text.replace(" ", ""), name


def test_a_room_offered_twice_is_entered_once(traced: Traced) -> None:
    for trace, _, _, _ in traced:
        entered = {one.row for one in trace.rooms if one.entered}
        assert page(trace, 20).count("entered at minute") == len(entered)


def test_a_user_outside_is_told_not_refused() -> None:
    model = model_after(5)
    trace = trace_user(model, int(np.flatnonzero(model.world.users["state"] == OUTSIDE)[0]))
    text = page(trace, len(model.creators))
    assert "not on the platform that day" in text and not trace.feed and not trace.choices


def test_a_row_that_does_not_exist_is_refused_before_the_day() -> None:
    model = model_after(1)
    with pytest.raises(IndexError, match="rows 0 to 199"):
        trace_user(model, 200)
    assert model.day == 1


@pytest.mark.parametrize(("word", "says"), [
    ("user=200", "user=200: must be a row from 0 to 199, or auto"), ("user=-1", "must be a row from 0 to 199"),
    ("user=someone", "or auto"), ("day=12", "must be a day from 0 to 11"), ("day=1.5", "must be a day"),
    ("day=-1", "must be a day from 0 to 11"), ("usr=3", "usr"), ("lang=fr", "lang=fr: must be one of en, zh"),
])
def test_bad_input_is_told_in_a_line(capsys: pytest.CaptureFixture[str], word: str, says: str) -> None:
    assert cli.main(["trace", *TOY, word]) == cli.BAD_INPUT
    assert says in capsys.readouterr().err


def test_the_verb_prints_and_writes_what_the_call_returns(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["trace", *TOY, "day=11", "user=4", "out=told"]) == cli.DONE
    trace = trace_user(model_after(11, "horizon=12"), 4)
    assert capsys.readouterr().out.startswith(page(trace, 20))
    written = json.loads((tmp_path / "told" / "trace.json").read_text("utf-8"))
    assert written == plain(trace, finite=True)
    assert imread(tmp_path / "told" / "trace.png").shape[:2] == (1080, 1920)
    assert cli.main(["trace", *TOY, "day=11", "user=4", "out=told"]) == cli.BAD_INPUT


def test_a_saved_world_is_traced_from_where_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved, own = tmp_path / "warm.npz", (*TOY, "burn_in=6")
    assert cli.main(["checkpoint", "population=toy", "threads=1", "burn_in=6", f"out={saved}"]) == cli.DONE
    capsys.readouterr()
    assert cli.main(["trace", *own, "day=2", "user=4"]) == cli.DONE
    scratch = capsys.readouterr().out
    assert cli.main(["trace", *own, "day=2", "user=4", f"warm={saved}"]) == cli.DONE
    assert capsys.readouterr().out.split("\n", 1)[1] == scratch
    assert cli.main(["trace", *own, "day=-2", f"warm={saved}"]) == cli.BAD_INPUT
    assert "day=-2: lies before the saved world's next day, 0" in capsys.readouterr().err


def test_the_waterfall_ends_at_the_utility_and_nothing_is_cut_off(traced: Traced) -> None:
    """But for terms too small to be seen, of which there are fewer than twenty-four."""
    for trace, _, _, _ in traced:
        for choice in (one for one in trace.choices if any(option.affordable for option in one.options)):
            best = max(choice.options, key=lambda one: one.total)
            axes = waterfall(trace, choice).axes[0]
            *steps, total = axes.patches
            assert total.get_width() == best.total
            assert steps[-1].get_x() + steps[-1].get_width() == pytest.approx(best.total, abs=24 * VISIBLE)
            low, high = axes.get_xlim()
            assert all(low <= end <= high for bar in steps for end in (bar.get_x(), bar.get_x() + bar.get_width()))
