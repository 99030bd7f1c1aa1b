"""The pattern card: each band once, edges inside, undefined null, values that known worlds and logs must give."""
from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

from sim.compose import configure, members
from sim.config import question_key, to_plain
from sim.files import read_columns, write_columns
from sim.lab.patterns.bands import SIZES, Band, bands, bands_of
from sim.lab.patterns.card import Entry, card_of, card_table, shown, write_card
from sim.lab.patterns.figure import card_figure
from sim.lab.patterns.finished import Run, answers, read_run
from sim.lab.patterns.measures import by_answer, drifts, read_patterns, recommender, returns, steps, top_share
from sim.orderlog import OrderLog
from sim.record import ORDER_LOG, log_rows
from sim.rng import Venue
from sim.runner import run_study
from sim.schema import ConfigError, build
from sim.tables import CANCELLED, ORDER, PAID, REFUNDED, SETTLED
from tests.unit.test_rhythm import go_on, one_order_a_day

DAYS = 70
Icsim = Callable[..., Any]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a toy world of 70 days with a panel."""
    folder = tmp_path_factory.mktemp("lived")
    run_study(configure("population=toy", f"horizon={DAYS}", "record.panel=200", "record.books=true", "threads=1",
                        "progress=false"), folder)
    return folder


@pytest.fixture
def run(lived: Path) -> Run:
    """That world as patterns read it."""
    return read_run(lived)


def orders(**columns: object) -> np.ndarray:
    """Rows of an order log with these columns."""
    rows = np.zeros(len(next(iter(columns.values()))), ORDER_LOG)  # type: ignore[call-overload, arg-type]
    for name, values in columns.items():
        rows[name] = values
    return rows


# ---- bands

def test_every_band_has_a_value_and_every_value_a_band(run: Run) -> None:
    late = {"P2y.head", "P2y.tail"}  # of a log of a year
    assert set(read_patterns(run)) == {band.id for band in bands()} - late
    assert late < set(read_patterns(replace(run, daily={"day": np.arange(360)})))


def test_a_run_from_before_ratings_were_logged_lacks_only_those(run: Run, tmp_path: Path) -> None:
    assert run.orders
    columns = {name: column for name, column in read_columns(run.orders).items() if name not in ("stars", "late_days")}
    write_columns(tmp_path / "orders.parquet", columns)
    lost = set(read_patterns(run)) - set(read_patterns(replace(run, orders=tmp_path / "orders.parquet")))
    assert lost == {"P14.late", "P14.five", "P14.low"}


def test_nobody_there_is_a_card_without_values_of_orders(tmp_path: Path) -> None:
    words = ("population=toy", "population.users=0", "horizon=2", "record.panel=5", "progress=false")
    run_study(configure(*words), tmp_path)
    entries = card_of(read_run(tmp_path))
    assert all(math.isnan(entry.value) for entry in entries if entry.band.needs)
    assert card_table(entries) and card_figure(entries, "nobody")


def test_an_era_has_each_pattern_once_and_every_era_is_a_preset() -> None:
    eras = members("era")
    for era in eras:
        ids = [band.id for band in bands_of(era)]
        assert len(ids) == len(set(ids)) and any(one.startswith("P7") for one in ids)
    assert {era for band in bands() for era in band.eras} <= set(eras)
    assert {name: configure(f"population={name}").population.users for name in SIZES} == SIZES


@pytest.mark.parametrize("band", [band for band in bands() if band.low is not None], ids=lambda band: band.id)
def test_a_value_on_the_edge_is_inside_and_beyond_it_outside(band: Band) -> None:
    assert band.low is not None and band.high is not None
    assert band.holds(band.low) and band.holds(band.high)
    below, above = math.nextafter(band.low, -math.inf), math.nextafter(band.high, math.inf)
    assert band.holds(below) is False and band.holds(above) is False
    assert band.holds(math.nan) is None


def test_a_band_needs_both_ends_in_order_or_none() -> None:
    told = {"id": "P0", "what": "x", "zh": "某值", "role": "input", "grade": "A", "source": "none"}
    for ends in ({"low": 1.0}, {"high": 1.0}, {"low": 2.0, "high": 1.0}):
        with pytest.raises(ConfigError):
            build(Band, told | ends)
    assert build(Band, told).holds(3.0) is None


def test_a_shown_value_never_lies_on_the_other_side_of_the_edge() -> None:
    band = replace(bands()[0], low=0.1, high=0.2)
    assert shown(0.2000001, band) == "0.2000001" and shown(0.0999999, band) == "0.0999999"
    assert shown(0.1234567, band) == "0.123" and shown(math.nan, band) == "–"


# ---- the card

def test_the_card_is_json_with_null_where_undefined(run: Run, tmp_path: Path) -> None:
    bare = replace(run, orders=None, panel=None)
    write_card(tmp_path / "patterns.json", card_of(bare))
    rows = json.loads((tmp_path / "patterns.json").read_text("utf-8"))
    assert [set(row) for row in rows] == [{"id", "role", "value", "low", "high", "inside"}] * len(bands_of("omni"))
    found = {row["id"]: row for row in rows}
    assert found["P5.cv"]["value"] is None and found["P5.cv"]["inside"] is None and found["P5.cv"]["low"] == 1.1
    assert found["P7.d1"]["inside"] == (0.35 <= found["P7.d1"]["value"] <= 0.50)
    notes = {entry.band.id: entry.note for entry in card_of(bare)}
    assert notes["P5.cv"] == "needs record.orders=true" and notes["P15.orders"] == "needs record.panel=2000"


def test_the_card_says_what_a_world_is_too_small_or_short_for(run: Run) -> None:
    notes = {entry.band.id: entry.note for entry in card_of(run)}
    assert notes["P1.gini"] == "meant for ≥ city" and notes["P28.dau"] == "meant for ≥ 360 days" and not notes["P7.d1"]
    city = replace(run, config=run.config | {"population": {"name": "city", "users": 200_000}})
    assert not {entry.band.id: entry.note for entry in card_of(city)}["P1.gini"]


def test_the_printed_card_counts_by_role(run: Run) -> None:
    entries = card_of(run)
    text = card_table(entries)
    lines = text.splitlines()
    for role in ("input", "calibrated", "emergent"):
        judged = [entry.inside for entry in entries if entry.band.role == role and entry.inside is not None]
        assert f"{sum(judged)} of {len(judged)} in band" in next(line for line in lines if f" {role} (" in line)
    assert sum(line.startswith("P") for line in lines) == len(entries)


def test_the_figure_shows_each_value_at_its_place_in_the_band() -> None:
    band = replace(bands()[0], low=10.0, high=20.0)
    values = (10.0, 15.0, 20.0, 25.0, 1e6, -1e6, math.nan)
    figure = card_figure([Entry(band, value, "") for value in values], "title")
    [axes] = figure.axes
    points = [(float(line.get_xdata()[0]), str(line.get_marker())) for line in axes.lines if len(line.get_xdata()) == 1]
    assert points == [(0.0, "o"), (0.5, "o"), (1.0, "o"), (1.5, "D"), (2.5, ">"), (-1.5, "<")]
    assert len(axes.patches) == len(values)
    assert [text.get_text() for text in figure.findobj(Text)].count("OUT") == 3


def test_the_figures_texts_lie_on_the_paper_and_apart(run: Run) -> None:
    figure = card_figure(card_of(run), run.title)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts if text.get_text()]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


# ---- values

def test_slots_of_a_kind_add_up_to_no_more_than_all_slots(run: Run) -> None:
    for part in ("impressions", "watches"):
        for kind in ("organic", "explore"):
            some = run.daily[f"{part}_{kind}_quiet"] + run.daily[f"{part}_{kind}_keen"]
            assert (some <= run.daily[f"{part}_{kind}"]).all() and some.sum() > 0
    daily = run.daily
    assert (daily["negatives_organic"] + daily["negatives_explore"] <= daily["negatives"]).all()
    three = daily["impressions_organic"] + daily["impressions_explore"] + daily["impressions_ads"]
    assert (three == daily["video_impressions"]).all()


def test_lift_is_a_ratio_of_rates_and_of_points(run: Run) -> None:
    totals = {"watches_organic": 450, "impressions_organic": 1_000, "watches_explore": 18, "impressions_explore": 100,
              "negatives_organic": 7, "negatives_explore": 1, "watches_organic_quiet": 50,
              "impressions_organic_quiet": 100, "watches_explore_quiet": 2, "impressions_explore_quiet": 10,
              "watches_organic_keen": 40, "impressions_organic_keen": 100, "watches_explore_keen": 4,
              "impressions_explore_keen": 20}
    found = recommender(replace(run, summary={f"{name}_total": float(value) for name, value in totals.items()}))
    assert found["P8.watch"] == pytest.approx(2.5) and found["P8.negative"] == pytest.approx(0.7)
    assert found["P9.lift"] == pytest.approx(0.3 / 0.2)


def test_the_ladder_is_read_where_thirty_new_buyers_place_about_three_orders() -> None:
    rng = np.random.default_rng(1)
    counts = go_on(rng.beta(2.0, 1.0, 4_000), rng, 30)
    with OrderLog(one_order_a_day(counts), 120) as log:
        found = steps(log)
    assert 2.5 <= found["P4.orders"] <= 3.5 and found["P4.window"] <= 60
    with OrderLog(one_order_a_day(counts[:29]), 120) as log:
        assert math.isnan(steps(log)["P4.next_1"]) and math.isnan(steps(log)["P4.rise"])
    with OrderLog(one_order_a_day(np.full(50, 1)), 120) as log:
        assert steps(log)["P4.orders"] == 1 and math.isnan(steps(log)["P4.next_1"])


def test_returns_are_those_of_final_orders_old_enough_to_have_ended() -> None:
    rows = orders(day=[0] * 6 + [65, 1], venue=[Venue.LIVE] * 4 + [Venue.MALL, Venue.SHOP, Venue.LIVE, Venue.LIVE],
                  category=[0, 0, 1, 1, 0, 0, 0, 0],
                  status=[REFUNDED, SETTLED, CANCELLED, SETTLED, SETTLED, REFUNDED, CANCELLED, PAID])
    with OrderLog(rows, DAYS) as log:
        assert returns(log) == {"P13.live": 0.5, "P13.shelf": 0.5, "P13.apparel": 0.5}
    with OrderLog(rows, 30) as log:
        assert all(math.isnan(value) for value in returns(log).values())


def test_the_log_counts_started_days_of_lateness() -> None:
    book = np.zeros(5, ORDER)
    book["lateness"], book["stars"] = [0.0, 0.1, 3.0, 3.01, 900.0], [5, 4, 3, 2, 1]
    rows = log_rows(book)
    assert rows["late_days"].tolist() == [0, 1, 3, 4, 127] and rows["stars"].tolist() == [5, 4, 3, 2, 1]


def test_orders_after_an_answer_are_those_of_the_next_fourteen_days(tmp_path: Path) -> None:
    answers_given = {"day": np.array([10, 10, 20, 57]), "key": np.array([7, 8, 8, 7], np.uint32),
                     "answer": np.array([9, 0, 6, 10], np.int8)}
    write_columns(tmp_path / "panel.parquet", answers_given)
    # of 7: days 11 and 24 count, 10 and 25 do not; of 8: day 21 counts for both answers; 57 is followed too briefly
    rows = orders(day=[10, 11, 24, 25, 21], user_key=[7, 7, 7, 7, 8])
    with OrderLog(rows, DAYS) as log:
        assert by_answer(log, tmp_path / "panel.parquet")["P15.orders"] == 2.0
    with OrderLog(rows, DAYS) as log:
        assert by_answer(log, answers_given)["P15.orders"] == 2.0
    with OrderLog(rows, 20) as log:
        assert math.isnan(by_answer(log, tmp_path / "panel.parquet")["P15.orders"])


def test_drift_is_relative_and_needs_sixty_days_without_policy(run: Run) -> None:
    summary = {"compare_days": 30.0, "dau_first": 100.0, "dau_last": 104.0, "nps_first": -10.0, "nps_last": -5.0}
    found = drifts(replace(run, summary=summary))
    assert found["P28.dau"] == pytest.approx(0.04) and found["P28.nps"] == pytest.approx(0.5)
    assert math.isnan(found["P28.gmv"])
    for other in (replace(run, summary=summary | {"compare_days": 29.0}),
                  replace(run, summary=summary, config=run.config | {"policy": {"subsidy": {}}})):
        assert all(math.isnan(value) for value in drifts(other).values())


def test_the_top_share_of_equals_is_their_share() -> None:
    assert top_share(np.full(10, 5), 0.2) == pytest.approx(0.2) and top_share(np.array([0, 0, 0, 0, 9]), 0.2) == 1
    assert math.isnan(top_share(np.zeros(0), 0.2))


@pytest.mark.slow
def test_a_random_recommender_has_no_lift(tmp_path: Path) -> None:
    """Classroom, 30 days: some 10,000 explored slots, so that four standard errors of the ratio are 9 %."""
    words = ("population=classroom", "burn_in=0", "horizon=30", "recommender=random", "progress=false")
    run_study(configure(*words), tmp_path)
    run = read_run(tmp_path)
    assert run.total("impressions_explore") > 9_000
    assert recommender(run)["P8.watch"] == pytest.approx(1.0, abs=0.09)


# ---- the command

def test_a_finished_run_is_read_where_it_lies_or_written_elsewhere(icsim: Icsim, lived: Path, tmp_path: Path) -> None:
    done = icsim("patterns", f"from={lived}", "out=card")
    assert done.code == 0 and "Patterns: toy, era omni, no policy, seed 1, 70 days" in done.out
    assert sorted(path.name for path in (tmp_path / "card").iterdir()) == [
        "histories.png", "patterns.json", "patterns.png"]
    assert not (lived / "patterns.json").exists()
    assert icsim("patterns", f"from={lived}").code == 0
    assert (lived / "patterns.json").read_bytes() == (tmp_path / "card" / "patterns.json").read_bytes()


def test_only_a_finished_run_of_the_same_question_with_as_many_users_followed_answers(lived: Path) -> None:
    config = configure("population=toy", f"horizon={DAYS}", "record.panel=200", "record.books=true")
    key, record = question_key(config), to_plain(config.record)
    assert answers(lived, key, record)
    assert not answers(lived, question_key(configure("population=toy", "horizon=71")), record)
    assert not answers(lived, key, record | {"panel": 2_000})
    assert not answers(lived / "nowhere", key, record)


@pytest.mark.parametrize(("status", "names"), [
    ("running", ()), ("interrupted", ("summary.json",)), ("failed", ("daily.parquet",)),
])
def test_an_unfinished_run_is_refused(icsim: Icsim, tmp_path: Path, lived: Path, status: str,
                                      names: tuple[str, ...]) -> None:
    for path in lived.iterdir():
        if path.is_file() and path.name not in names:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8")) | {"status": status}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    done = icsim("patterns", f"from={tmp_path}", "out=card")
    assert (done.code, done.err) == (2, f"icsim: from={tmp_path}: holds a run that is {status}, not a finished one\n")
    assert not (tmp_path / "card").exists()


@pytest.mark.parametrize(("words", "parts"), [
    (("from=nowhere",), ("from=nowhere: no such folder",)),
    (("from=.",), ("from=.: is not the folder of a finished run: no manifest.json",)),
    (("frm=x",), ("frm: no such key", "did you mean from?")),
    (("orders=nowhere.csv",), ("orders=nowhere.csv: no such file",)),
    (("horizon=-1",), ("horizon=-1: must be a whole number",)),
])
def test_bad_input_is_one_line_and_nothing_is_written(icsim: Icsim, tmp_path: Path, words: tuple[str, ...],
                                                      parts: tuple[str, ...]) -> None:
    done = icsim("patterns", *words)
    assert done.code == 2 and all(part in done.err for part in parts) and done.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_finished_run_takes_no_settings_of_a_world(icsim: Icsim, lived: Path) -> None:
    done = icsim("patterns", f"from={lived}", "horizon=30")
    assert done.code == 2 and "horizon=30: a finished run is read as it is" in done.err
