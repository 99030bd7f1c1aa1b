"""What the lab says of worlds whose truth is known: effects, roles, guardrails, money, stopping, the verdict."""
from __future__ import annotations

import math
import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats as scipy_stats

from sim.lab import guardrails
from sim.lab.assumed import assumed, numbers
from sim.lab.findings import findings, money_of, pairs_of, precise, stop_reason
from sim.lab.outputs import page
from sim.lab.quantities import base_of, has_ratio, known_metrics, unit_of
from sim.lab.stats.multiple import holm
from sim.lab.stats.relative import Ratio
from sim.lab.sweep import Dose, Response
from sim.lab.sweep_page import paragraph
from sim.lab.verdict import returned
from sim.listing import width_of
from sim.schema import ConfigError
from tests.unit.lab_studies import outcomes, statistics, study

LIFTS = {"subsidy": 3.0}


def test_an_effect_is_scipys_paired_test_on_the_worlds() -> None:
    asked = study()
    worlds = outcomes(asked, LIFTS)
    one = next(one for one in findings(asked, worlds, {}).comparison.effects if one.arm == "subsidy")
    control, treated = worlds.values["gmv_net_total"][:2]
    known = scipy_stats.ttest_rel(treated, control)
    assert [one.p, one.delta] == pytest.approx([known.pvalue, (treated - control).mean()])
    assert (one.role, one.unit, one.n, one.better) == ("primary", "yuan", 12, 1.0)
    assert one.relative == pytest.approx(0.03, abs=0.002) and one.relative_low < one.relative < one.relative_high


def test_a_placebo_is_exactly_nothing_in_every_metric_and_never_warns() -> None:
    asked = study("baseline", *["placebo"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = findings(asked, outcomes(asked, {}), {}).comparison
    for one in found.effects:
        assert (one.delta, one.low, one.high, one.p, one.p_adjusted) == (0, 0, 0, 1, 1)
        assert one.relative == 0 or (math.isnan(one.relative) and not has_ratio(one.metric))
        assert "all worlds equal" in one.flags
    for curve in found.curves:
        assert not np.any([curve.delta, curve.low, curve.high, curve.band_low, curve.band_high])
    assert "makes no difference at all" in found.verdict


def test_secondary_metrics_are_one_holm_family_and_the_primary_max_t() -> None:
    asked = study()
    effects = findings(asked, outcomes(asked, LIFTS), {}).comparison.effects
    family = [one for one in effects if one.role == "secondary"]
    assert [one.p_adjusted for one in family] == pytest.approx(holm(np.array([one.p for one in family])))
    assert {one.adjustment for one in family} == {"holm"}
    assert {one.adjustment for one in effects if one.role == "primary"} == {"max-t"}
    assert all(one.p_adjusted >= one.p for one in effects if not math.isnan(one.p))
    alone = study("baseline", "subsidy")
    [primary] = [one for one in findings(alone, outcomes(alone, LIFTS), {}).comparison.effects if one.role == "primary"]
    assert (primary.adjustment, primary.p_adjusted) == ("", primary.p)


def test_a_missing_world_is_left_out_and_told() -> None:
    asked = study()
    worlds = outcomes(asked, LIFTS)
    values = {name: rows.copy() for name, rows in worlds.values.items()}
    for rows in values.values():
        rows[1, 3] = np.nan
    found = findings(asked, worlds._replace(values=values), {}, ("subsidy, world 3: ValueError",)).comparison
    one = next(one for one in found.effects if one.arm == "subsidy")
    assert one.n == 11 and "undefined in 1 of 12 worlds" in one.flags
    short = study(n=11)
    kept = {name: np.delete(rows, 3, axis=1) for name, rows in values.items()}
    spend = np.delete(worlds.spend, 3, axis=1)
    less = worlds._replace(values=kept, spend=spend, redeemed=spend, daily={})
    whole = findings(short, less, {}).comparison.effects[0]
    assert (one.delta, one.low, one.p_adjusted) == (whole.delta, whole.low, whole.p_adjusted)


def test_an_arm_that_failed_throughout_does_not_silence_the_others() -> None:
    asked = study("baseline", "subsidy", "store_diversion", "placebo")
    worlds = outcomes(asked, {"subsidy": 3.0, "store_diversion": 1.0})
    gone = np.array([1.0, 1.0, np.nan, 1.0])
    values = {name: rows * gone[:, None] for name, rows in worlds.values.items()}
    daily = {name: rows * gone[:, None, None] for name, rows in worlds.daily.items()}
    primary = findings(asked, worlds._replace(values=values, daily=daily), {}).comparison.effects[:3]
    assert [(one.n, one.adjustment) for one in primary] == [(12, "max-t"), (0, ""), (12, "max-t")]
    assert primary[0].p_adjusted <= 1 / 1024


def test_a_single_world_says_nothing_and_breaks_nothing() -> None:
    asked = study(n=2)
    worlds = outcomes(asked, LIFTS)
    values = {name: np.where([[True, False]], rows, np.nan) for name, rows in worlds.values.items()}
    daily = {name: np.where([[[True], [False]]], rows, np.nan) for name, rows in worlds.daily.items()}
    found = findings(asked, worlds._replace(values=values, daily=daily), {}).comparison
    assert all(math.isnan(one.delta) and one.flags == ("undefined",) for one in found.effects)
    assert all(np.isnan(curve.delta).all() for curve in found.curves)
    assert "raises" not in found.verdict and "lowers" not in found.verdict


def test_a_metric_without_a_true_zero_has_no_relative_effect() -> None:
    assert not has_ratio("nps_latent") and not has_ratio("satisfaction_last") and has_ratio("gmv_net_total")
    asked = study()
    nps = [one for one in findings(asked, outcomes(asked, LIFTS), {}).comparison.effects if one.metric == "nps_latent"]
    assert all(math.isnan(one.relative) and one.role == "guardrail" for one in nps)


@pytest.mark.parametrize(("low", "high", "state"), [
    (-0.9, 0.9, "kept"), (0.1, 0.2, "kept"), (-1.1, -0.9, "open"), (-1.1, 0.4, "open"), (-1.2, -1.1, "harmed"),
    (float("nan"), float("nan"), "undefined")])
def test_a_guardrail_is_kept_open_or_broken(low: float, high: float, state: str) -> None:
    nps, _, ccr = guardrails.rails_of(statistics().margins)
    assert guardrails.state(low, high, nps) == state
    assert guardrails.state(-high / 1000, -low / 1000, ccr) == state  # where less is better, the other way round
    assert (nps.signed, ccr.signed) == (-1.0, 0.001)


def test_guardrails_stand_on_the_intervals_that_are_shown() -> None:
    asked = study()
    found = findings(asked, outcomes(asked, LIFTS), {})
    shown = {(one.arm, one.metric): one for one in found.comparison.effects}
    assert len(found.standings) == 6
    for one in found.standings:
        effect = shown[one.arm, one.rail.metric]
        assert one.state == guardrails.state(effect.low, effect.high, one.rail)


def test_returns_know_what_came_back() -> None:
    asked = study("baseline", "subsidy")
    worlds = outcomes(asked, {"subsidy": 0.0})
    [back] = findings(asked, worlds, {}).returns
    assert back.incremental.low < 1 < back.incremental.high  # contribution after the spend is unchanged
    assert back.attributed.value == pytest.approx(4)
    gain = worlds.values["contribution_total"] + worlds.spend
    [back] = findings(asked, worlds._replace(values={**worlds.values, "contribution_total": gain}), {}).returns
    assert back.incremental.value == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(("more", "cac", "ltv"), [(4.0, 125.0, 375.0), (0.0, np.nan, np.nan), (-4.0, np.nan, np.nan)])
def test_newcomers_cost_the_spend_and_bring_what_was_gained_before_it(more: float, cac: float, ltv: float) -> None:
    asked = study("baseline", "subsidy")
    worlds = outcomes(asked, {"subsidy": 0.0}, noise=0.0)
    newcomers, gain = np.full((2, asked.n), 7.0), worlds.values["contribution_total"].copy()
    newcomers[1] += more
    gain[1] += 1000.0  # beside the 500 that are given away
    values = {**worlds.values, "adoptions_total": newcomers, "contribution_total": gain}
    [back] = findings(asked, worlds._replace(values=values), {}).returns
    assert back.cac.value == pytest.approx(cac, nan_ok=True) and back.ltv.value == pytest.approx(ltv, nan_ok=True)
    assert np.array_equal([back.row()[name] for name in ("cac", "ltv_incremental")], [cac, ltv], equal_nan=True)


# ---- when to stop -------------------------------------------------------------------------------------------------

def test_a_study_stops_on_precision_and_says_so() -> None:
    for noise, is_precise in ((0.1, True), (200.0, False)):
        asked = study(n=30)
        pairs = pairs_of(asked, outcomes(asked, LIFTS, noise=noise).values, "gmv_net_total")
        assert precise(asked, pairs) == is_precise
        assert stop_reason(asked, pairs).startswith("precise after 30" if is_precise else "all 30 pairs done before")
    fixed = study(n=30, stats=statistics(half_width=None))
    assert not precise(fixed, pairs) and "fixed in advance" in stop_reason(fixed, pairs)


@pytest.mark.parametrize("word", ["half", "-1%", "0", "", "nan", "inf%"])
def test_a_precision_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(ConfigError, match=r"stats\.half_width"):
        statistics(half_width=word)


def test_a_precision_may_be_relative_or_in_units() -> None:
    relative, absolute = (statistics(half_width=word).precision for word in ("2%", "1200"))
    assert relative and absolute
    assert (relative.target(-300.0), absolute.target(5.0)) == (6.0, 1200.0)


# ---- words --------------------------------------------------------------------------------------------------------

def test_the_verdict_says_what_is_clear_and_nothing_more() -> None:
    asked = study("baseline", "subsidy", "store_diversion", "placebo")
    found = findings(asked, outcomes(asked, {"subsidy": 3.0, "store_diversion": 0.0}, noise=40), {}).comparison
    text = found.verdict
    assert text.startswith("Over 20 days in toy (12 paired worlds), subsidy raises net GMV by 3.")
    assert "store_diversion makes no clear difference to net GMV" in text
    assert "placebo makes no difference at all" in text
    assert text.endswith("evidence about this model, not a forecast.") and "block=confirm" in text
    assert text.count(". ") == 0  # one sentence


def test_losses_are_losses_in_both_languages() -> None:
    for lang, words in (("en", "subsidy lowers net GMV by 3.99"), ("zh", "subsidy 使净 GMV（结算口径）降低 3.99")):
        asked = study("baseline", "subsidy", lang=lang)
        text = findings(asked, outcomes(asked, {"subsidy": -4.0}), {}).comparison.verdict
        assert words in text and "−3" not in text


def test_methods_name_the_primary_the_hash_and_the_margins() -> None:
    for lang in ("en", "zh"):
        asked = study(lang=lang)
        text = findings(asked, outcomes(asked, LIFTS), {}).comparison.methods
        assert asked.primary_key[:12] in text and "{" not in text
        assert {"en": "NPS -1 points", "zh": "NPS -1 分"}[lang] in text


# ---- the question -------------------------------------------------------------------------------------------------

def test_the_question_is_arms_world_and_primary_but_not_n_or_looks() -> None:
    asked = study()
    same = replace(asked, n=40, lang="zh", stats=statistics(half_width="1%"), command="other words")
    assert same.key == asked.key and same.primary_key == asked.primary_key
    others = [replace(asked, primary="orders_total"), replace(asked, control="subsidy"), study("baseline", "subsidy"),
              replace(asked, metrics=()), replace(asked, verb="sweep"),
              replace(asked, arms={name: replace(config, horizon=21) for name, config in asked.arms.items()})]
    assert len({asked.key, *(other.key for other in others)}) == len(others) + 1


@pytest.mark.parametrize(("changed", "words"), [
    ({"n": 1}, "n=1"), ({"control": "subsidie"}, "did you mean subsidy"), ({"arms": {}}, "none of the arms")])
def test_what_cannot_be_compared_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        replace(study(), **changed)  # type: ignore[arg-type]


def test_assumptions_start_with_what_the_arms_move() -> None:
    asked = study("baseline", "subsidy")
    found = assumed(asked.arms, "baseline")
    assert found[0][0].startswith("policy.subsidy.") and found[0][0].endswith("(subsidy)")
    world = {key for key, _, _ in numbers(asked.config)}
    assert world == {key for key, _, _ in found if "(" not in key}
    assert ("world.arrival.habit", asked.config.world.arrival.habit, "γ_H") in found
    assert not any(key.startswith("world.interest.watch_0") for key, _, _ in found)  # grade D


# ---- names --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("metric", "base", "unit"), [
    ("gmv_net_total", "gmv_net", "yuan"), ("gmv_net", "gmv_net", "yuan/day"),
    ("orders_live_total", "orders_live", "orders"), ("subsidy_total_total", "subsidy_total", "yuan"),
    ("subsidy_total", "subsidy_total", "yuan/day"), ("nps_latent_last", "nps_latent", "points"),
    ("visitor_d30", "visitor_d30", "share"), ("p_next_1", "p_next_1", "share"),
    ("gini_merchants_horizon", "gini_merchants", "0–1"), ("ccr", "ccr", "share")])
def test_units_and_columns_of_summary_numbers(metric: str, base: str, unit: str) -> None:
    assert (base_of(metric), unit_of(metric)) == (base, unit)
    assert metric in known_metrics()


# ---- printed in Chinese -------------------------------------------------------------------------------------------

KEPT = re.compile(r"baseline|subsidy|placebo|policy\.\S*|depth|control|toy|max-t|Holm|holm|bh|p-?|n|confirm|block")


def english(text: str) -> set[str]:
    """Words of two small letters or more that are no name of an arm, key or method."""
    return {word for word in re.findall(r"[A-Za-z._-]*[a-z]{2,}[A-Za-z._-]*", text) if not KEPT.fullmatch(word)}


def test_the_printed_page_is_chinese_where_it_is_asked_to_be() -> None:
    """Headings, metrics, remarks, returns, guardrails, stop and verdict; columns stay aligned on a terminal."""
    asked = study("baseline", "subsidy", "placebo", n=4, lang="zh")
    found = findings(asked, outcomes(asked, {"subsidy": 3.0}), {"burn_in": 20, "recommender": {
        "before day 0": {"reco_lift": 2.0, "mean_interest_served": 0.5}}})
    printed = page(asked, found)
    assert "净 GMV" in printed and "所有世界完全相同" in printed and "第 0 天之前" in printed
    assert not english(printed), english(printed)
    head, first, *_ = printed.splitlines()
    assert width_of(head[:head.index("Δ ")]) == width_of(first[:first.index("+")])


def test_a_sweeps_table_is_chinese_where_it_is_asked_to_be() -> None:
    undefined = Ratio(math.nan, math.nan, math.nan)
    asked = study("baseline", "subsidy", n=4)
    [effect] = [one for one in findings(asked, outcomes(asked, {"subsidy": 3.0}), {}).comparison.effects
                if one.metric == asked.primary]
    answer = Response("policy.subsidy.depth", 0, (Dose(0.1, effect, undefined, undefined),), (0.1,), (), None)
    assert not english(paragraph(answer, "zh")) and "best dose 0.1" in paragraph(answer, "en")


# ---- money by purse -----------------------------------------------------------------------------------------------

def test_each_policy_has_one_row_of_what_it_gave_and_no_discount_stands_beside_it() -> None:
    """What a coupon took off and what its policy gave are the same money: only the latter is a row, in every arm."""
    asked = study("baseline", "subsidy", "placebo", n=4)
    worlds = outcomes(asked, {"subsidy": 3.0, "placebo": 1.0})
    rows = np.arange(12.0).reshape(3, 4)
    known = {"subsidy_total": rows, "subsidy_total_total": 20 * rows, "subsidy_subsidy_total": 20 * rows,
             "policy_spent_subsidy_total": 20 * rows, "policy_spent_subsidy": rows,
             "policy_spent_placebo_total": 2 * rows}
    told = money_of(asked, worlds._replace(values=worlds.values | known))
    assert told["subsidy"]["policy_spent_subsidy"] == 20 * rows[1].mean()
    assert [name for name in told["placebo"] if "subsidy" in name or "spent" in name] == [
        "policy_spent_placebo", "policy_spent_subsidy"]


@pytest.mark.parametrize(("value", "text"), [
    (-0.0015, "¥0.00"), (0.0, "¥0.00"), (-0.125, "−¥0.12"), (1234.5, "¥1,234.50")])
def test_what_a_yuan_brings_back_has_no_sign_where_it_is_nothing(value: float, text: str) -> None:
    assert returned(value) == text
