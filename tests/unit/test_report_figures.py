"""What the report's figures promise: the drawn is the table's, arms differ in grey, no words cut off or covered."""
from itertools import combinations

import numpy as np
import pytest
from comparisons import ARMS, MARGINS, comparison
from matplotlib.axis import Axis
from matplotlib.text import Text

from sim.lab.report import DoseCurve, Interaction, MainEffect, dose_figure, effects_figure
from sim.lab.report.courses import convergence, over_time, pairing, slopes
from sim.lab.report.flows import money, traffic
from sim.lab.report.forest import forest
from sim.lab.report.look import chinese_font, clip, looks, unhidden, wrap
from sim.lab.report.rails import rails
from sim.lab.report.words import Words

EN = Words("en")
DRAW = {"forest": forest, "rails": rails, "slopes": slopes, "convergence": convergence, "pairing": pairing,
        "money": money, "traffic": traffic, "over_time": lambda one, words: over_time(one, "gmv_net", words)}
LONG = "a_policy_with_a_name_that_somebody_typed_in_a_hurry_and_never_shortened"


def dose(lang="en"):
    """A dose curve that rises, flattens and stops paying."""
    doses = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4])
    delta, half = 1e5 * doses * (1 - 1.6 * doses), 2_000 + 4_000 * doses
    roi = np.where(doses > 0, 3 - 7 * doses, np.nan)
    return dose_figure(DoseCurve("policy.subsidy.depth", "gmv_net", "yuan", "baseline", 12, doses, delta, delta - half,
                                 delta + half, roi, roi - 0.4, roi + 0.4, 0.3, 0.2, 0.4, 0.3), lang)


FACTORS = {"policy.subsidy.depth": ("0", "0.1", "0.2"), "recommender": ("interest", "popularity"),
           "era": ("content", "omni")}


def design(lang="en"):
    """Three factors, all their pairs."""
    generator = np.random.default_rng(3)
    mains, pairs = [], []
    for name, levels in FACTORS.items():
        mean = 4.5e5 + 9_000 * np.arange(len(levels))
        mains.append(MainEffect(name, levels, mean, mean - 2_500, mean + 2_500))
    for first, second in combinations(mains, 2):
        mean = generator.normal(4.6e5, 8e3, (len(first.levels), len(second.levels)))
        pairs.append(Interaction(second.factor, first.factor, mean.T, mean.T - 3_000, mean.T + 3_000))
    return effects_figure("gmv_net", "yuan", mains, pairs, lang)


def column(chart, name, **where):
    """A column of a figure's table, where other columns have given values."""
    keep = [all(chart.data[key][k] == value for key, value in where.items()) for k in range(len(chart.data[name]))]
    return np.array([value for value, kept in zip(chart.data[name], keep, strict=True) if kept])


# ---- what is drawn is in the table

def test_the_forest_draws_every_relative_effect_where_its_table_says():
    one = comparison(3)
    chart = forest(one, EN)
    points = sorted(line.get_xdata()[0] for line in chart.figure.axes[0].lines
                    if line.get_linestyle() == "None" and line.get_markersize() == 6.5)
    np.testing.assert_allclose(points, 100 * np.sort(chart.data["relative"]))
    expected = {(effect.arm, effect.metric): effect.relative for effect in one.effects}
    for arm, metric, value in zip(chart.data["arm"], chart.data["metric"], chart.data["relative"], strict=True):
        assert value == expected[arm, metric]
    assert set(chart.data["metric"]) == {effect.metric for effect in one.effects} - {"roi_incremental"}


def test_guardrail_margins_stand_where_they_are_in_both_figures():
    one = comparison(2)
    chart = forest(one, EN)
    level = {effect.metric: effect.control for effect in one.effects}
    for metric, margin in MARGINS.items():
        assert column(chart, "margin", metric=metric) == pytest.approx(margin / level[metric])
    own = rails(one, EN)
    edges = [max(line.get_xdata()[0] for line in axes.lines if line.get_linewidth() == 2.2)
             for axes in own.figure.axes]
    assert edges == pytest.approx([-1.0, -0.3, 0.1])  # points, percentage points
    assert column(own, "delta").tolist() == [effect.delta for name in MARGINS for effect in one.effects
                                             if effect.metric == name]


def test_a_score_without_relative_effects_keeps_its_margin_out_of_the_forest():
    undefined = dict.fromkeys(("relative", "relative_low", "relative_high"), np.nan)
    one = comparison(2)
    scored = tuple(type(effect)(**vars(effect) | undefined) if effect.metric == "nps" else effect
                   for effect in one.effects)
    chart = forest(comparison(2, effects=scored), EN)
    assert np.isnan(column(chart, "margin", metric="nps")).all()
    assert np.isfinite(column(chart, "margin", metric="ccr")).all()
    words = [text.get_text() for text in chart.figure.findobj(Text)]
    assert sum(text.startswith("Δ ") and text.endswith(" points") for text in words) == 2
    check_letters(chart.figure)


def test_purses_that_nobody_touches_are_left_out():
    one = comparison(2)
    flows = {arm: rows | {"mcn_income": 0.0} for arm, rows in one.money.items()}
    assert "mcn_income" not in money(comparison(2, money=flows), EN).data["group"]


def test_a_bar_that_dwarfs_the_others_is_cut_and_said_to_be():
    one = comparison(1)
    huge = [effect if effect.metric != "orders" else
            type(effect)(**vars(effect) | {"relative": 3.0, "relative_low": -2.0, "relative_high": 8.0})
            for effect in one.effects]
    figure = forest(comparison(1, effects=tuple(huge)), EN).figure
    assert figure.axes[0].get_xlim()[1] < 20
    assert "beyond the scale" in " ".join(text.get_text() for text in figure.texts)
    usual = forest(comparison(1, manifest={}), EN).figure.texts
    assert not any("beyond the scale" in text.get_text() for text in usual)


def test_slopes_join_the_same_world():
    one = comparison(2)
    chart = slopes(one, EN)
    base = one.pairs["gmv_net"][0]
    for axes, arm in zip(chart.figure.axes, one.arms[1:], strict=True):
        ends = np.array([line.get_ydata() for line in axes.lines if line.get_linewidth() == 0.9])
        np.testing.assert_allclose(ends[:, 0], base / 1e3)
        np.testing.assert_allclose(ends[:, 1], column(chart, "value", arm=arm) / 1e3)
        mean = next(line for line in axes.lines if line.get_linewidth() == 2.6)
        np.testing.assert_allclose(mean.get_ydata(), ends.mean(axis=0))
        up = int((ends[:, 1] > ends[:, 0]).sum())
        assert axes.get_xlabel() == f"{up} of 12 rise"


def test_curves_carry_both_bands_and_their_names():
    one = comparison(3)
    chart = over_time(one, "gmv_net", EN)
    for axes, arm in zip(chart.figure.axes, one.arms[1:], strict=True):
        low, high, mean = (line.get_ydata() for line in axes.lines[:3])
        for drawn, name in ((mean, "delta"), (low, "simultaneous_low"), (high, "simultaneous_high")):
            np.testing.assert_allclose(drawn, column(chart, name, arm=arm))
        point = axes.collections[1].get_paths()[0].vertices[:, 1]
        assert point.max() == pytest.approx(column(chart, "pointwise_high", arm=arm).max())
        assert point.min() == pytest.approx(column(chart, "pointwise_low", arm=arm).min())
    words = [text.get_text() for text in chart.figure.findobj(Text)]
    assert "pointwise 95 % CI of the mean difference" in words and "simultaneous 95 % band" in words


@pytest.mark.parametrize(("draw", "name", "scale"), [(convergence, "half_width", 1e3), (pairing, "vrf", 1.0)])
def test_lines_by_arm_are_those_of_the_table(draw, name, scale):
    one = comparison(4)
    chart = draw(one, EN)
    for line, arm in zip(chart.figure.axes[0].lines, one.arms[1:], strict=False):
        np.testing.assert_allclose(line.get_ydata(), column(chart, name, arm=arm) / scale)


def test_the_stop_rule_stands_at_its_share_of_the_control_or_at_its_own_size():
    one = comparison(2)
    control = next(effect.control for effect in one.effects if effect.metric == "gmv_net")
    for goal, height in (("0.5%", 0.005 * control), ("1200", 1_200)):
        chart = convergence(comparison(2, manifest=one.manifest | {"half_width": goal}), EN)
        assert chart.figure.axes[0].lines[2].get_ydata()[0] == pytest.approx(height / 1e3)
    assert len(convergence(comparison(2, manifest={}), EN).figure.axes[0].lines) == 2


@pytest.mark.parametrize(("draw", "name", "scale"), [(money, "money", 1e3), (traffic, "traffic", 1)])
def test_bars_are_differences_from_the_control(draw, name, scale):
    one = comparison(3)
    chart = draw(one, EN)
    flows = getattr(one, name)
    expected = [flows[arm][group] - flows["baseline"][group] for group in flows["baseline"] for arm in one.arms[1:]]
    assert chart.data["drawn"] == pytest.approx(expected)
    drawn = [bar.get_width() for bar in chart.figure.axes[0].patches]
    np.testing.assert_allclose(np.array(drawn) * scale, chart.data["drawn"])
    assert draw(comparison(3, **{name: {}}), EN) is None


def test_without_the_controls_flows_bars_are_levels_and_say_so():
    one = comparison(2)
    chart = money(comparison(2, money={arm: one.money[arm] for arm in one.arms[1:]}), EN)
    assert chart.data["drawn"] == chart.data["level"]
    assert any("levels" in text.get_text() for text in chart.figure.texts)


def test_the_dose_curve_and_the_design_draw_their_tables():
    chart = dose()
    mean = next(line for line in chart.figure.axes[0].lines if line.get_marker() == "o")
    np.testing.assert_allclose(mean.get_ydata() * 1e3, chart.data["delta"])
    roi = next(line for line in chart.figure.axes[1].lines if line.get_marker() == "s")
    np.testing.assert_allclose(roi.get_ydata(), chart.data["roi"])
    assert np.isnan(roi.get_ydata()[0]) and len(dose_figure(flat()).figure.axes) == 1
    plots = [line.get_ydata() for axes in design().figure.axes for line in axes.lines]
    assert sorted(np.concatenate(plots)) == pytest.approx(sorted(np.array(design().data["mean"]) / 1e3))


def flat():
    """A dose curve of a share without any ROI."""
    none = np.full(3, np.nan)
    delta = np.array([0.0, 0.001, 0.002])
    return DoseCurve("x", "ccr", "share", "baseline", 9, np.arange(3.0), delta, delta - 1e-3, delta + 1e-3, none, none,
                     none)


# ---- legible

def test_arms_differ_without_colour():
    for count in (2, 6, 8):
        found = list(looks([str(k) for k in range(count)]).values())
        for part in ("marker", "line", "hatch", "label"):
            assert len({str(getattr(look, part)) for look in found}) == count
    many = list(looks([str(k) for k in range(16)]).values())
    assert len({(look.marker, look.face == "white") for look in many}) == 16


def test_long_names_keep_both_ends_and_hidden_ones_show():
    assert len(clip(LONG)) <= 30 and clip(LONG).startswith("a_policy") and clip(LONG).endswith("shortened")
    assert clip("subsidy") == "subsidy" and not unhidden("_x").startswith("_")
    assert wrap("one two three", 7) == ["one two", "three"] and wrap("补贴提高了销售", 8) == ["补贴提高", "了销售"]


def visible(figure):
    """Every text that shows, with its box in pixels; ticks beyond their scale do not."""
    figure.draw_without_rendering()
    beyond = set()
    for axis in figure.findobj(Axis):
        shown = axis._update_ticks() if axis.axes.axison else []
        beyond |= {label for tick in (*axis.majorTicks, *axis.minorTicks) if tick not in shown
                   for label in (tick.label1, tick.label2)}
    for text in figure.findobj(Text):
        on = text.axes is None or text.axes.axison
        if on and text not in beyond and text.get_visible() and text.get_text().strip():
            yield text.get_text(), text.get_window_extent()


def check_letters(figure):
    """All texts lie within the sheet, no two on each other (a pixel's touch apart), the key above the plots."""
    boxes = list(visible(figure))
    for words, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, words
    for (one, a), (other, b) in combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        tall = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 1.5 or tall <= 1.5, (one, other)
    for key in figure.legends:
        assert all(key.get_window_extent().y0 >= axes.get_window_extent().y1 for axes in figure.axes if axes.axison)


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("arms", [1, 2, 4, 6])
@pytest.mark.filterwarnings("error")
def test_no_words_are_cut_off_or_on_each_other(name, arms):
    check_letters(DRAW[name](comparison(arms), EN).figure)


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.filterwarnings("error")
def test_nor_in_chinese(name):
    if not chinese_font():
        pytest.skip("no Chinese font on this machine")
    check_letters(DRAW[name](comparison(3), Words("zh")).figure)


@pytest.mark.parametrize("chart", [dose, design])
@pytest.mark.filterwarnings("error")
def test_nor_in_the_figures_of_sweeps_and_designs(chart):
    for lang in ("en", "zh"):
        check_letters(chart(lang).figure)


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.filterwarnings("error")
def test_any_names_for_arms_are_drawn_as_they_are(name):
    renamed = {ARMS[0]: "_hidden", ARMS[1]: "a $x$ b", ARMS[2]: LONG}
    figure = DRAW[name](rename(comparison(3), renamed), EN).figure
    check_letters(figure)
    shown = " ".join(text.get_text() for text in figure.findobj(Text))
    assert "_hidden" in shown and "$x$" in shown and clip(LONG, 16)[-7:] in shown


def rename(one, names):
    """The same comparison with other names for its arms."""
    def new(name):
        return names.get(name, name)
    fields = {"arms": tuple(map(new, one.arms))}
    for key in ("effects", "curves"):
        fields[key] = tuple(type(item)(**vars(item) | {"arm": new(item.arm)}) for item in getattr(one, key))
    for key in ("money", "traffic", "convergence"):
        fields[key] = {new(arm): value for arm, value in getattr(one, key).items()}
    return type(one)(**vars(one) | fields)


@pytest.mark.filterwarnings("error")
def test_equal_worlds_a_single_day_and_the_undefined_are_drawn_without_complaint():
    one = comparison(2, metrics=3, days=1)
    still = tuple(type(effect)(**vars(effect) | dict.fromkeys(
        ("delta", "low", "high", "relative", "relative_low", "relative_high"), 0.0)) for effect in one.effects)
    none = np.full(11, np.nan)
    for changes in ({"effects": still}, {"convergence": dict.fromkeys(one.arms[1:], none)},
                    {"convergence": dict.fromkeys(one.arms[1:], np.zeros(11))},
                    {"pairs": {"gmv_net": np.full((3, 12), np.nan)}}, {"pairs": {"gmv_net": np.ones((3, 12))}}):
        for draw in DRAW.values():
            chart = draw(comparison(2, metrics=3, days=1, **changes), EN)
            if chart:
                check_letters(chart.figure)
