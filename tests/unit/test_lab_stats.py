"""The lab's statistics against what is known without a computer: textbook examples, limits, invariance, nothing."""
from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from sim.lab.stats import (
    bands,
    bootstrap,
    equivalence,
    money,
    multiple,
    paired,
    proportions,
    relative,
    stopping,
    variance,
)
from sim.lab.stats.draws import generator
from sim.lab.stats.flips import flipped

Array = np.ndarray
PLACEBO = np.zeros(12)


def worlds(n: int = 12, seed: int = 1, lift: float = 3.0) -> tuple[Array, Array]:
    """Control and treated in n worlds that have most of their luck in common."""
    draws = generator(seed)
    control = 100 + 10 * draws.standard_normal(n)
    return control, control + lift + 2 * draws.standard_normal(n)


def skewed(n: int = 12, seed: int = 2) -> Array:
    """Differences with a long right tail: |skewness| beyond 1."""
    found = np.exp(1.5 * generator(seed).standard_normal(n))
    assert bootstrap.skewness(found) > 1
    return found


# ---- the mean of differences --------------------------------------------------------------------------------------

def test_paired_t_is_scipys() -> None:
    control, treated = worlds()
    ours, theirs = paired.paired_t(treated - control), stats.ttest_rel(treated, control)
    interval = theirs.confidence_interval(0.95)
    assert [ours.p, ours.low, ours.high] == pytest.approx([theirs.pvalue, interval.low, interval.high], rel=1e-12)


def test_rows_are_told_apart() -> None:
    rows = np.array([np.subtract(*worlds(seed=seed)) for seed in (1, 2, 3)])
    together = paired.paired_t(rows)
    for place, row in enumerate(rows):
        assert np.array(together)[:, place] == pytest.approx(np.array(paired.paired_t(row)), rel=1e-12)


def test_half_widths_are_those_of_the_first_pairs() -> None:
    differences = np.subtract(*worlds())
    widths = paired.half_widths(differences)
    for n in range(2, 13):
        found = paired.paired_t(differences[:n])
        assert widths[n - 2] == pytest.approx(float(found.high - found.low) / 2)


def test_skewness_is_scipys() -> None:
    assert bootstrap.skewness(skewed()) == pytest.approx(stats.skew(skewed()))
    assert bootstrap.skewness(-skewed()) == pytest.approx(-stats.skew(skewed()))


def test_skewed_differences_take_the_bootstrap_and_say_so() -> None:
    found, method, flags = bootstrap.mean_difference(skewed())
    student = paired.paired_t(skewed())
    assert (method, len(flags)) == (bootstrap.BOOTSTRAP, 1)
    assert found.high - found.delta > 1.2 * (student.high - student.delta)
    even = np.subtract(*worlds())
    assert bootstrap.mean_difference(even)[1:] == (bootstrap.T, ())


def test_interval_and_test_of_the_bootstrap_agree() -> None:
    for shift in np.linspace(0, 8, 33):
        found = bootstrap.studentised(skewed() - shift, resamples=999)
        assert found is not None
        assert (found.low <= 0 <= found.high) == (found.p > 0.05) or abs(found.p - 0.05) < 0.003


def test_one_world_apart_from_equal_ones_is_beyond_the_bootstrap() -> None:
    found, method, flags = bootstrap.mean_difference(np.r_[5.0, np.zeros(11)])
    assert method == bootstrap.T and "ties" in flags[0]
    assert found.low == pytest.approx(paired.paired_t(np.r_[5.0, np.zeros(11)]).low)


def test_the_bootstrap_of_many_even_pairs_is_students() -> None:
    differences = generator(3).standard_normal(400)
    found, student = bootstrap.studentised(differences), paired.paired_t(differences)
    assert found is not None
    assert [found.low, found.high] == pytest.approx([student.low, student.high], abs=0.02)


# ---- ratios -------------------------------------------------------------------------------------------------------

def test_fieller_bounds_are_the_ratios_at_the_edge_of_rejection() -> None:
    control, treated = worlds()
    found = relative.fieller(treated, control)
    for bound in (found.low, found.high):
        assert stats.ttest_1samp(treated - bound * control, 0).pvalue == pytest.approx(0.05, abs=1e-9)


def test_fieller_and_delta_agree_when_the_denominator_is_well_known() -> None:
    gaps = []
    for spread in (10, 1, 0.1):
        control = 100 + spread * generator(4).standard_normal(12)
        treated = 1.1 * control + spread * generator(5).standard_normal(12)
        one, other = relative.relative(treated, control), relative.relative(treated, control, method="delta")
        gaps.append(max(abs(one.low - other.low), abs(one.high - other.high)) / (one.high - one.low))
    assert gaps[0] > 5 * gaps[1] > 25 * gaps[2]
    assert gaps[2] < 1e-3


def test_a_ratio_of_means_is_no_mean_of_ratios() -> None:
    control, treated = np.array([1.0, 10, 100]), np.array([2.0, 10, 100])
    assert relative.relative(treated, control, method="delta").value == pytest.approx(1 / 111)


def test_a_denominator_that_may_be_nought_has_no_ratio() -> None:
    control = generator(6).standard_normal(12)
    assert np.isnan(relative.fieller(control + 1, control)).all()
    assert np.isnan(relative.relative(control - 20, control - 21)).all()


# ---- shares -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("successes", "n"), [(0, 12), (3, 12), (12, 12), (7, 20)])
def test_wilson_is_scipys(successes: int, n: int) -> None:
    known = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    found = proportions.wilson(successes, n)
    assert list(found) == pytest.approx([successes / n, known.low, known.high], abs=1e-12)
    assert found.low <= found.value <= found.high


def test_a_tie_is_not_ahead() -> None:
    assert proportions.positive(np.array([1.0, 0, 0, -1])).value == 0.25
    assert np.isnan(proportions.wilson(0, 0)).all()


# ---- several tests ------------------------------------------------------------------------------------------------

P = np.array([0.01, 0.04, 0.03, 0.005])


def test_holm_worked_by_hand() -> None:
    assert multiple.holm(P) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_benjamini_hochberg_worked_by_hand_and_scipys() -> None:
    assert multiple.benjamini_hochberg(P) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    many = generator(7).random(40)
    assert multiple.benjamini_hochberg(many) == pytest.approx(stats.false_discovery_control(many))


@pytest.mark.parametrize("adjust", [multiple.holm, multiple.benjamini_hochberg])
def test_undefined_tests_do_not_count(adjust: Callable[[Array], Array]) -> None:
    found = adjust(np.r_[P, np.nan])
    assert found[:4] == pytest.approx(adjust(P)) and np.isnan(found[4])
    assert adjust(np.ones(3)) == pytest.approx(np.ones(3))


def test_max_t_of_one_arm_is_the_sign_flip_test() -> None:
    differences = np.subtract(*worlds(10))
    known = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert multiple.max_t(differences[None]) == pytest.approx([known.pvalue])


def test_max_t_lies_between_the_single_test_and_bonferroni() -> None:
    rows = np.array([np.subtract(*worlds(seed=seed, lift=0.8)) for seed in range(5)])
    single = np.array([multiple.max_t(row[None])[0] for row in rows])
    found = multiple.max_t(rows)
    assert (found >= single - 1e-12).all() and (found <= 5 * single + 1e-12).all()


def test_copies_of_an_arm_cost_nothing() -> None:
    one = np.subtract(*worlds(lift=0.8))[None]
    assert multiple.max_t(np.repeat(one, 6, axis=0)) == pytest.approx(np.repeat(multiple.max_t(one), 6))


def test_the_first_sign_pattern_is_the_data() -> None:
    rows = np.array([np.subtract(*worlds(30, seed)) for seed in (1, 2)])
    for n in (10, 30):  # all patterns; random ones
        known = np.abs(stats.ttest_1samp(rows[:, :n], 0, axis=1).statistic)
        assert flipped(rows[:, :n])[0] == pytest.approx(known)


# ---- curves -------------------------------------------------------------------------------------------------------

def test_a_band_of_one_day_is_the_interval() -> None:
    differences = np.subtract(*worlds())
    found, known = bands.band(differences[:, None]), paired.paired_t(differences)
    assert [found.low[0], found.high[0]] == pytest.approx([known.low, known.high])
    assert found.band_high[0] == pytest.approx(known.high, rel=0.3) and found.band_high[0] >= found.high[0] - 1e-12


def test_a_band_holds_the_pointwise_interval_and_widens_with_the_days() -> None:
    curves = generator(8).standard_normal((12, 60))
    whole, part = bands.band(curves), bands.band(curves[:, :10])
    assert (whole.band_low <= whole.low).all() and (whole.high <= whole.band_high).all()
    assert (whole.band_high - whole.band_low)[:10].min() / (part.band_high - part.band_low).min() > 1.05


def test_a_day_without_a_value_stays_apart() -> None:
    curves = generator(8).standard_normal((12, 6))
    gap = np.insert(curves, 2, np.nan, axis=1)
    whole, other = bands.band(curves), bands.band(gap)
    assert np.isnan(other.delta[2]) and np.delete(other.band_low, 2) == pytest.approx(whole.band_low)


def test_days_on_which_few_worlds_differ_do_not_warn() -> None:
    curves = np.zeros((6, 5))
    curves[0, 2] = curves[1, 3] = curves[2, 3] = 4.0
    curves[:, 4] = 7.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = bands.band(curves)
    assert [found.band_low[0], found.band_high[0], found.band_low[4], found.band_high[4]] == [0, 0, 7, 7]
    assert found.band_low[2] < 0 < found.band_high[2]


# ---- stopping, margins --------------------------------------------------------------------------------------------

def test_precision_must_last_through_the_look_ahead() -> None:
    calm = 0.01 * generator(9).standard_normal(40)
    assert stopping.precise_at(calm, target=1.0) == 15
    assert stopping.precise_at(np.r_[calm[:12], 50.0, calm[12:]], target=1.0) is None
    assert stopping.precise_at(calm[:14], target=1.0) is None


def test_stopping_looks_at_the_width_only() -> None:
    differences = np.subtract(*worlds(40))
    for shift in (-100.0, 0.0, 3.0):
        assert stopping.precise_at(differences + shift, 1.2) == stopping.precise_at(differences, 1.2)


def test_looks_start_after_the_first_look_ahead() -> None:
    assert stopping.batches(30) == [15, 20, 25, 30]
    assert stopping.batches(17) == [15, 17]
    assert stopping.batches(12) == [12]


def test_margins() -> None:
    nought = 0.1 * generator(10).standard_normal(12)
    assert equivalence.non_inferior(-0.9, 5.0, 1.0) and not equivalence.non_inferior(-1.0, 5.0, 1.0)
    assert equivalence.non_inferior(-5.0, 0.9, 1.0, up=False) and not equivalence.non_inferior(-5.0, 1.0, 1.0, up=False)
    assert equivalence.inferior(-3.0, -1.1, 1.0) and not equivalence.inferior(-3.0, -1.0, 1.0)
    assert not equivalence.non_inferior(np.nan, np.nan, 1.0) and not equivalence.inferior(np.nan, np.nan, 1.0)
    assert equivalence.equivalent(nought, 0.5) and not equivalence.equivalent(nought + 0.5, 0.5)
    assert equivalence.equivalent(nought, 0.5) == (
        max(stats.ttest_1samp(nought, -0.5, alternative="greater").pvalue,
            stats.ttest_1samp(nought, 0.5, alternative="less").pvalue) < 0.05)


# ---- variance, money ----------------------------------------------------------------------------------------------

def test_pairs_that_share_nothing_gain_nothing() -> None:
    draws = generator(11).standard_normal((2, 4000))
    assert variance.from_pairs(*draws).value == pytest.approx(1.0, abs=0.1)


def test_the_factor_is_one_over_one_minus_the_correlation() -> None:
    control, treated = worlds(50)
    x, y = (side / side.std(ddof=1) for side in (control, treated))
    correlation = np.corrcoef(x, y)[0, 1]
    assert variance.from_pairs(x, y).value == pytest.approx(1 / (1 - correlation))


def test_the_factor_by_horizon_ends_with_that_of_the_sums() -> None:
    x, y = generator(12).standard_normal((2, 12, 30))
    x[:, 4] = np.nan
    sums = np.nansum(x, axis=1), np.delete(y, 4, axis=1).sum(axis=1)
    assert variance.by_horizon(x, y)[:, -1] == pytest.approx(variance.from_pairs(*sums))


def test_equal_variances_have_a_factor_of_one_within_fs_quantiles() -> None:
    draws, known = generator(13).standard_normal(30), stats.f.ppf(0.975, 29, 29)
    assert variance.against_independent(draws, -draws) == pytest.approx((1, 1 / known, known))
    assert variance.against_independent(draws, 3 * draws).value == pytest.approx(9)


def test_money_that_comes_back_whole_has_a_return_of_one() -> None:
    spend = 1000 + 50 * generator(14).standard_normal(12)
    assert money.incremental_roi(np.zeros(12), spend) == pytest.approx((1, 1, 1))
    assert money.incremental_roi(-spend, spend) == pytest.approx((0, 0, 0), abs=1e-12)
    assert money.attributed_roi(4 * spend, spend) == pytest.approx((4, 4, 4))
    assert np.isnan(money.incremental_roi(spend, np.zeros(12))).all()
    assert np.isnan(money.attributed_roi(np.zeros(12), spend)).all()


def test_ltv_counts_each_newcomer_and_discounts_each_year() -> None:
    newcomers = np.array([50.0, 60, 70, 80])
    flow = newcomers[:, None] * np.ones(366)
    assert money.ltv(flow, newcomers).value == pytest.approx(366)
    assert money.ltv(flow * (np.arange(366) == 365), newcomers, 0.1).value == pytest.approx(1 / 1.1)


@pytest.mark.parametrize(("flow", "day"), [
    ([1.0, 1, 1], 0), ([-2.0, 1, 1, 1], 2), ([-2.0, 1], None), ([2.0, -3, 1, 1], 2), ([-1.0, 2, -2, 1], 3)])
def test_payback_is_when_the_sum_stays_above_nought(flow: list[float], day: int | None) -> None:
    assert money.payback_day(np.array([flow, flow])) == day


# ---- nothing, and any order ---------------------------------------------------------------------------------------

def test_a_placebo_is_exactly_nothing_and_warns_of_nothing() -> None:
    control, _ = worlds()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, method, flags = bootstrap.mean_difference(PLACEBO)
        assert (found.delta, found.low, found.high, found.p, method, flags) == (0, 0, 0, 1, bootstrap.T, ())
        assert relative.relative(control, control) == (0, 0, 0)
        assert relative.relative(control, control, method="delta") == (0, 0, 0)
        assert list(multiple.max_t(np.zeros((3, 12)))) == [1, 1, 1]
        assert np.array_equal(bands.band(np.zeros((12, 5))), np.zeros((5, 5)))
        assert variance.from_pairs(control, control).value == np.inf
        assert equivalence.equivalent(PLACEBO, 1e-12) and equivalence.non_inferior(found.low, found.high, 1e-12)
        assert np.isnan(money.incremental_roi(PLACEBO, PLACEBO)).all()
        assert money.payback_day(np.zeros((12, 5))) == 0


def test_a_placebo_among_arms_does_not_change_the_others() -> None:
    rows = np.array([np.subtract(*worlds(seed=seed, lift=0.8)) for seed in range(3)])
    assert multiple.max_t(np.vstack([rows, PLACEBO]))[:3] == pytest.approx(multiple.max_t(rows))


@pytest.mark.parametrize("n", [12, 20])
def test_the_order_of_the_worlds_does_not_matter(n: int) -> None:
    control, treated = worlds(n)
    rows = np.array([treated - control, skewed(n), control - 99])
    order = generator(15).permutation(n)
    assert multiple.max_t(rows[:, order]) == pytest.approx(multiple.max_t(rows), rel=1e-12)
    for one in rows:
        found, known = (np.array(bootstrap.mean_difference(values)[0]) for values in (one[order], one))
        assert found == pytest.approx(known, rel=1e-12)
    assert np.array(bands.band(rows[:, order].T)) == pytest.approx(np.array(bands.band(rows.T)), rel=1e-9)
    assert relative.relative(treated[order], control[order]) == pytest.approx(relative.relative(treated, control))


def test_units_do_not_matter() -> None:
    control, treated = worlds()
    rows = np.array([treated - control, skewed()])
    assert multiple.max_t(1e7 * rows) == pytest.approx(multiple.max_t(rows))
    fen, yuan = (bootstrap.mean_difference(scale * skewed())[0] for scale in (100, 1))
    assert [fen.low / 100, fen.high / 100, fen.p] == pytest.approx([yuan.low, yuan.high, yuan.p])
