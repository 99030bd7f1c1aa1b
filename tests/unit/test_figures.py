"""What the pictures promise: true sums, honest smoothing, nothing cut off, and a slide for any run."""
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from matplotlib.text import Text

from sim.figures import funnel, funnel_figure, panel, panel_figure
from sim.figures.branches import BRANCHES, per_thousand, share
from sim.figures.six import nps_with_error, subsidy_layers, venue_stack
from sim.figures.style import recorded, rolling, short, thousands, widen

VENUES = {"video": 0.09, "live": 0.52, "mall": 0.16, "search": 0.19, "shop": 0.04}
MARKS = [(30, 60, "subsidy"), (45, None, "store_diversion")]


def market(days: int, burn_in: int = 5) -> dict[str, np.ndarray]:
    """A daily table that looks like a town's, with a coupon month."""
    generator = np.random.default_rng(1)
    day = np.arange(-burn_in, days)
    dau = np.round(9_600 * np.where(day % 7 > 4, 1.06, 0.98)).astype(int)
    daily: dict[str, np.ndarray] = {"day": day, "dau": dau}
    for venue, part in VENUES.items():
        daily[f"orders_{venue}"] = generator.poisson(dau * 0.17 * part)
        daily[f"gmv_{venue}"] = daily[f"orders_{venue}"] * 72.5
    daily["orders"] = sum(daily[f"orders_{venue}"] for venue in VENUES)
    daily["gmv_gross"] = sum(daily[f"gmv_{venue}"] for venue in VENUES)
    daily |= {"gmv_net": 0.7 * daily["gmv_gross"], "buyers": daily["orders"] - 100}
    daily |= {name: generator.poisson(mean, len(day)) for name, mean in
              (("promoters", 25), ("passives", 45), ("detractors", 11))}
    daily |= {name: np.full(len(day), value) for name, value in (
        ("nps_latent", 17.0), ("ccr", 0.06), ("visitor_d1", 0.42), ("visitor_d7", 0.24),
        ("visitor_d30", np.nan), ("gini_creators", 0.86), ("gini_merchants", 0.7), ("gini_products", 0.78),
        ("head_share", 0.11))}
    daily |= {"take_revenue": 0.09 * daily["gmv_gross"], "ad_revenue": 0.05 * daily["gmv_gross"],
              "subsidy_subsidy": np.where((day >= 30) & (day < 60), 4_000.0, 0.0), "contribution": 0.05 * dau}
    steps = {"video_impressions": 12, "watches": 4, "long_views": 2, "product_clicks": 0.3, "previews": 8,
             "room_entries": 2.5, "clicks_live": 0.7, "mall_visits": 0.25, "search_visits": 0.12,
             "shop_visits": 0.05, "intents": 0.2, "lapsed_budget": 0.002, "lapsed_stock": 0.006}
    return daily | {name: dau * rate for name, rate in steps.items()}


# ---- numbers

def test_the_venues_stack_up_to_gross_and_what_no_venue_explains_is_shown():
    daily = recorded(market(40))
    np.testing.assert_allclose(sum(venue_stack(daily).values()), daily["gmv_gross"], rtol=1e-12)
    assert "other" not in venue_stack(daily)
    del daily["gmv_mall"]
    stack = venue_stack(daily)
    np.testing.assert_allclose(sum(stack.values()), daily["gmv_gross"], rtol=1e-12)
    assert (stack["other"] > 0).all()


def test_smoothing_never_shows_a_change_before_its_day():
    jump = np.where(np.arange(40) < 20, 1.0, 5.0)
    assert (rolling(jump)[:20] == 1).all() and rolling(jump)[26] == 5
    holes = np.array([np.nan, 2.0, np.nan, 4.0])
    assert np.isnan(rolling(holes)[0]) and rolling(holes)[3] == 3


def test_burn_in_is_never_drawn():
    daily = market(10, burn_in=20)
    daily["gmv_live"][daily["day"] < 0] = 1e12
    highest = panel_figure(daily, "").axes[0].get_ylim()[1]
    assert recorded(daily)["day"][0] == 0 and highest < 1e6


def test_the_surveys_band_has_the_width_of_sampling():
    days = {"day": np.arange(28), **{name: np.full(28, count) for name, count in
                                     (("promoters", 3), ("passives", 5), ("detractors", 2))}}
    score, error = nps_with_error(days)
    answers = np.repeat([1.0, 0.0, -1.0], [84, 140, 56])
    assert score[-1] == pytest.approx(100 * answers.mean())
    assert error[-1] == pytest.approx(100 * answers.std() / np.sqrt(len(answers)))
    assert error[0] > error[-1]


def test_subsidies_by_instance_add_up_to_their_total():
    daily = {"day": np.arange(3)} | {f"subsidy_{name}": np.full(3, size) for name, size in
                                     (("a", 1.0), ("b", 5.0), ("c", 3.0), ("d", 2.0), ("total", 11.0))}
    layers = subsidy_layers(daily)
    assert list(layers) == ["b", "c", "other subsidies"] and sum(layers.values()).tolist() == [11, 11, 11]
    assert list(subsidy_layers({"day": np.arange(3), "subsidy_total": np.ones(3)})) == ["subsidies"]


def test_the_funnels_conversions_multiply_from_a_user_day_to_an_order():
    daily = recorded(market(30))
    feed = {step.name: share(daily, step) for step in BRANCHES[0].steps}
    path = ("video_impressions", "watches", "product_clicks", "orders_video")
    orders = per_thousand(daily, "orders_video")
    assert np.prod([feed[name] for name in path]) * 1_000 == pytest.approx(orders)
    assert np.isnan(per_thousand(daily, "teleports"))
    assert np.isnan(per_thousand({"day": np.arange(2), "dau": np.zeros(2), "orders": np.ones(2)}, "orders"))


def test_numbers_are_short_and_scales_have_words():
    assert [short(value) for value in (0.05, 950, 1_234, 34_000, 5.6e6, np.nan)] == [
        "0.05", "950", "1.23k", "34k", "5.6M", "–"]
    assert thousands(150_000) == (1e3, "thousand ") and thousands(1_500) == (1.0, "")


def test_one_day_gets_a_width():
    day, values = widen(np.array([3]), np.array([7.0]))
    assert day.tolist() == [2.5, 3.5] and values.tolist() == [7, 7]


# ---- pictures

RUNS = {
    "quarter": market(90), "a day": market(1), "burn-in only": market(0), "nothing": {},
    "undefined": {name: np.full(14, np.nan) for name in market(9)} | {"day": np.arange(-5, 9)},
    "no sales": market(9) | {name: np.zeros(14) for name in market(9) if "gmv" in name},
}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.filterwarnings("error")
def test_every_run_gets_its_slides(run, tmp_path):
    panel(RUNS[run], run, tmp_path / "panel.png", MARKS)
    funnel(RUNS[run], tmp_path / "funnel.png")
    for name in ("panel.png", "funnel.png"):
        assert imread(tmp_path / name).shape[:2] == (1_080, 1_920)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["funnel.png", "panel.png"]


@pytest.mark.parametrize("run", ["quarter", "a day", "nothing"])
def test_no_word_is_cut_off(run):
    for figure in (panel_figure(RUNS[run], "a town", MARKS), funnel_figure(RUNS[run])):
        figure.draw_without_rendering()
        for text in figure.findobj(Text):
            if not (text.get_visible() and text.get_text()):
                continue
            box = text.get_window_extent()
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
            assert inside, text.get_text()


def test_without_data_the_slide_says_so():
    words = [text.get_text() for text in panel_figure({}, "empty").findobj(Text)]
    assert words.count("no data") == 8
    assert "no data" in [text.get_text() for text in funnel_figure({}).findobj(Text)]


def test_windows_are_shaded_lettered_and_explained():
    words = [text.get_text() for text in panel_figure(market(90), "", MARKS).findobj(Text)]
    assert words.count("A") == words.count("B") == 6
    assert "Shaded:  A  subsidy, days 30 to 60     B  store_diversion, from day 45" in words


def test_series_of_a_plot_differ_without_colour():
    axes = panel_figure(market(90), "").axes
    for plot in axes:
        bold = [(line.get_linestyle(), line._dash_pattern) for line in plot.lines
                if not line.get_label().startswith("_")]
        areas = [area.get_hatch() for area in plot.collections if area.get_label() in VENUES]
        assert len(set(map(str, bold))) == len(bold) and len(set(areas)) == len(areas)


def test_drawing_needs_neither_a_display_nor_pyplot(tmp_path):
    code = ("import sys; from pathlib import Path; from sim.figures import panel; "
            "panel({}, 'x', Path(sys.argv[1])); assert 'matplotlib.pyplot' not in sys.modules")
    command = [sys.executable, "-c", code, str(tmp_path / "x.png")]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode == 0
