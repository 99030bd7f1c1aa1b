"""What policies claim over weeks and months, on paired classrooms: same seeds with and without, or two rivals.

"Rises" means: the mean of the paired differences is above 0 by a one-sided t-test at 5 % over so many pairs; so a
policy without any effect would pass one claim in twenty. A claim that this model does not bear out is marked,
strictly, with the figure that was measured.
"""
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.compose import configure
from sim.lab.stats.paired import paired_t
from sim.model import InterestCommerceModel
from tests.statistical import shelf_measures as look
from tests.statistical.shelf_measures import Measure, metric

pytestmark = pytest.mark.slow
Series = dict[str, np.ndarray]
PAIRS = 6
BAR = 3.75  # of the experience score in the claims about governance


def redeemed(model: InterestCommerceModel) -> tuple[float, float]:
    """Orders that a coupon or a deal made cheaper."""
    orders = model.world.day.orders
    return float((orders["cuts"] > 0).any(axis=1).sum()) if len(orders) else 0.0, 1.0


def sold_below(model: InterestCommerceModel) -> tuple[float, float]:
    """Share of sales by merchants with an experience score below the bar."""
    orders = model.world.day.orders
    worth = (orders["paid"].astype(np.int64) + orders["subsidy"]).astype(np.float64)
    return float(worth[model.world.merchants["score"][orders["merchant"]] < BAR].sum()), float(worth.sum())


MEASURES: dict[str, Measure] = {name: metric(name) for name in (
    "orders", "gmv_gross", "ccr", "nps_latent", "return_rate")} | {
    one.__name__: one for one in (look.beauty_orders, look.other_exposure, redeemed, sold_below)} | {
    "spent": lambda model: (model.metrics.get("policy_spent_subsidy", 0.0), 1.0)}


@cache
def lived(replication: int, days: int, *overrides: str) -> Series:
    """A classroom's daily measures."""
    model = InterestCommerceModel(configure(
        "population=classroom", "burn_in=0", f"horizon={days}", "threads=1", "progress=false",
        f"replication={replication}", *overrides))
    rows = []
    for _ in range(days):
        model.step()
        parts = [measure(model) for measure in MEASURES.values()]
        rows.append([top / bottom if bottom else np.nan for top, bottom in parts])
    return dict(zip(MEASURES, np.array(rows, np.float64).T, strict=True))


def rises(what: str, gains: list[float]) -> None:
    """Assert that the mean of paired differences is above 0, one-sided at 5 %."""
    found = paired_t(np.array(gains))
    p = found.p / 2 if found.delta > 0 else 1.0 - found.p / 2
    print(f"\n{what}: {found.delta:+.4g}, p {p:.2g}, {np.round(gains, 4)}")
    assert p < 0.05, f"{what}: {gains}"


def knobs(policy: str, *words: str) -> tuple[str, ...]:
    """The overrides of one policy."""
    return (f"policy=[{policy}]", *(f"policy.{policy}.{word}" for word in words))


# ---- a category explodes -------------------------------------------------------------------------------------

EXPLOSION = knobs("category_explosion", "announce=7", "start=14")
PEAK, AFTER = slice(14, 21), slice(21, 42)


def explosion(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """A measure's 42 days with and without a week of beauty everywhere, by world."""
    return [(lived(k, 42, *EXPLOSION)[name], lived(k, 42)[name]) for k in range(PAIRS)]


def test_the_peak_week_of_an_explosion_is_half_as_large_again():
    """Orders of the category in its week, with shipped settings, above 1.5 × control."""
    rises("peak over 1.5 control", [with_it[PEAK].sum() - 1.5 * control[PEAK].sum()
                                    for with_it, control in explosion("beauty_orders")])


def test_other_categories_are_shown_less_in_that_week():
    """Impressions of videos of other categories, on the same days."""
    rises("others' exposure", [control[PEAK].mean() - with_it[PEAK].mean()
                               for with_it, control in explosion("other_exposure")])


def test_the_three_weeks_after_lie_below_control():
    """Wants served early and cupboards full."""
    rises("orders missing after", [control[AFTER].sum() - with_it[AFTER].sum()
                                   for with_it, control in explosion("beauty_orders")])


# ---- reminders and insurance ---------------------------------------------------------------------------------

def test_reminders_of_expiry_raise_the_last_tenth_of_redemptions_over_the_first(tmp_path: Path):
    """Everybody gets a coupon on day 0 that is valid for ten days: those of the last day over those of the first."""
    once = tmp_path / "once.yaml"
    once.write_text("- {day: 1, instance: subsidy, set: {daily_share: 0.0}}\n", encoding="utf-8")
    coupon = (f"timeline={once}", *knobs("subsidy", "stop=10", "life=9", "daily_share=1", "threshold_yuan=0")[1:])
    quiet = [f"policy.push_reminders.{name}" for name in
             ("logistics=false", "sign_off=false", "refund=false", "lead_days=0")]
    gains = []
    for k in range(2 * PAIRS):
        plain = lived(k, 10, "policy=[subsidy]", *coupon)["redeemed"]
        told = lived(k, 10, "policy=[subsidy,push_reminders]", *coupon, *quiet)["redeemed"]
        gains.append(told[9] / told[0] - plain[9] / plain[0])
    rises("last day over first", gains)


INSURED = knobs("self_broadcast_support", "training_hours=0", "boost=0", "live=1", "tools=0", "insurance=1")


@pytest.mark.parametrize("name", ["orders", "return_rate"])
def test_insurance_raises_orders_and_the_return_rate(name):
    """All premiums paid: both rise; what is settled may go either way and is not claimed."""
    rises(name, [np.nanmean(lived(k, 42, *INSURED)[name][10:]) - np.nanmean(lived(k, 42)[name][10:])
                 for k in range(PAIRS)])


# ---- governance ----------------------------------------------------------------------------------------------

CLEARED = knobs("governance", "remove=true", "rate=0.2", f"threshold={BAR}", "start=30", "false_positive=0")


def cleared(name: str, low: int, high: int) -> list[float]:
    """A measure's mean from day to day after shops below the bar begin to be removed, less that of control."""
    days = slice(30 + low, 30 + high)
    return [float(np.nanmean(lived(k, 211, *CLEARED)[name][days]) - np.nanmean(lived(k, 211)[name][days]))
            for k in range(PAIRS)]


def test_at_least_a_twentieth_of_sales_lies_below_the_bar():
    """The condition of the claims below, in the mean over worlds in the ten days before."""
    assert np.mean([np.nanmean(lived(k, 211)["sold_below"][20:30]) for k in range(PAIRS)]) >= 0.05


@pytest.mark.xfail(strict=True, reason="not told from nothing: ¥498 a day of some ¥9,300 lost, p .060")
def test_removal_costs_sales_in_the_first_month():
    """GMV of the first thirty days, gross."""
    rises("GMV lost", [-gain for gain in cleared("gmv_gross", 0, 30)])


@pytest.mark.xfail(strict=True, reason="not borne out: CCR .0027 lower of about .19, p .24; three worlds of six higher")
def test_removal_lowers_complaints_by_day_60():
    """CCR of the fortnight around day 60."""
    rises("CCR spared", [-gain for gain in cleared("ccr", 53, 67)])


def test_removal_raises_latent_nps_by_day_180():
    """Latent NPS of the fortnight before."""
    rises("latent NPS", cleared("nps_latent", 167, 181))


# ---- the myopic manager --------------------------------------------------------------------------------------

YEAR = 361


def managed(kpi: str, k: int) -> Series:
    """A year under a manager who looks at one figure."""
    return lived(k, YEAR, *knobs("myopic_manager", f"kpi={kpi}"))


@pytest.mark.xfail(strict=True, reason="not told from nothing: 1.09 points higher, p .091; one world of six lower")
def test_the_nps_managers_latent_nps_is_above_the_gmv_managers_after_a_year():
    """With γ_z = 2, in the fortnight before day 360."""
    rises("latent NPS", [float(managed("nps_latent", k)["nps_latent"][-14:].mean()
                               - managed("gmv_gross", k)["nps_latent"][-14:].mean()) for k in range(PAIRS)])


@pytest.mark.xfail(strict=True, reason="not told from nothing: ¥81 a day of some ¥9,300 more, p .20")
def test_a_gmv_manager_raises_gmv_within_a_quarter():
    """GMV of days 60 to 90 against nobody turning the weight."""
    rises("GMV", [float(managed("gmv_gross", k)["gmv_gross"][60:90].mean() - lived(k, 211)["gmv_gross"][60:90].mean())
                  for k in range(PAIRS)])


# ---- smart coupons -------------------------------------------------------------------------------------------

def test_a_smart_coupon_wins_more_orders_for_the_same_money():
    """The same daily budget by lot and above the shadow price: orders won for a yuan spent, over four weeks."""
    common = ("threshold_yuan=0", "daily_share=1", "budget_yuan_per_1000=150", "uplift=0")
    gains = []
    for k in range(PAIRS):
        won = {}
        for targeting in ("all", "smart"):
            world = lived(k, 28, *knobs("subsidy", *common, f"targeting={targeting}"))
            won[targeting] = (world["orders"].sum() - lived(k, 28)["orders"].sum()) / world["spent"].sum()
        gains.append(won["smart"] - won["all"])
    rises("orders a yuan", gains)
