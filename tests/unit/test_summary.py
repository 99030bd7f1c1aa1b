"""What the summary's numbers mean: known answers, undefined stays undefined, late comers bias nothing."""
import math

import numpy as np
import pytest

from sim.inequality import gini, herfindahl
from sim.listing import width_of
from sim.orderlog import NAMES, OrderLog, complete_days, ladder, ladder_window, measure
from sim.parts import RowTable
from sim.record import ORDER_LOG
from sim.summary import LABEL, UNIT, WIDTH, change, compare_days, is_flow, kpi_table, number, summarise


def orders_of(days: list[int], users: list[int], **columns: object) -> np.ndarray:
    """An order log: each user's orders in one spell, numbered as they come."""
    rows = np.zeros(len(days), ORDER_LOG)
    rows["day"], rows["user"], rows["paid_fen"] = days, users, 100
    for name, values in columns.items():
        rows[name] = values
    if "nth" not in columns:
        rows["nth"] = [1 + sum(other == user for other in users[:place]) for place, user in enumerate(users)]
    return rows


def one_user_each(counts: np.ndarray, first_day: int = 0) -> np.ndarray:
    """A log in which user i places counts[i] orders on one day."""
    users = np.repeat(np.arange(len(counts)), counts)
    nth = np.concatenate([np.arange(1, count + 1) for count in counts])
    return orders_of([first_day] * len(users), users.tolist(), nth=nth)


# ---- formulas

def test_gini_of_equals_is_zero_of_one_owner_is_all_but_his_share_and_scale_is_nothing():
    assert gini(np.full(7, 1_234)) == 0
    assert gini(np.array([0, 0, 0, 5])) == pytest.approx(0.75)
    amounts = np.array([3.0, 1.0, 9.0, 4.0])
    pairs = np.abs(amounts[:, None] - amounts).sum() / (2 * len(amounts) * amounts.sum())
    assert gini(amounts) == pytest.approx(pairs) == pytest.approx(gini(100 * amounts))
    assert math.isnan(gini(np.zeros(3))) and math.isnan(gini(np.empty(0)))


def test_herfindahl_counts_equal_shops():
    assert herfindahl(np.full(8, 3)) == pytest.approx(1 / 8)
    assert herfindahl(np.array([5, 0, 0])) == 1
    assert math.isnan(herfindahl(np.empty(0)))


# ---- the ladder

def test_a_geometric_buyer_has_the_same_chance_at_every_step():
    counts = np.repeat(np.arange(1, 11), 2 ** np.arange(10)[::-1])  # one half of those at k goes on to k + 1
    found = measure(one_user_each(counts), days=30)
    for k in range(1, 5):
        assert found[f"p_next_{k}"] == pytest.approx(0.5, abs=0.02)
    assert found["ladder_mean_orders"] == pytest.approx(2, abs=0.02)
    assert found["ladder_new_buyers"] == len(counts)


def test_the_ladder_agrees_with_counting_by_hand():
    generator = np.random.default_rng(5)
    days = np.sort(generator.integers(0, 60, 400))
    users = generator.integers(0, 90, 400)
    log = orders_of(days.tolist(), users.tolist())
    window, first = 20, {user: days[users == user].min() for user in set(users)}
    counts = [int(((users == user) & (days < start + window)).sum()) for user, start in first.items()
              if start + window <= 60]
    with OrderLog(log, 60) as view:
        steps = ladder(view, window)
    expected = [sum(count > k for count in counts) for k in range(len(steps.reached))]
    assert steps.reached.tolist() == expected and steps.mean_orders == pytest.approx(np.mean(counts))


def test_late_comers_do_not_pass_for_one_time_buyers():
    early = [(0, user, day) for user in range(10) for day in (0, 5)]
    late = [(0, user, 28) for user in range(10, 50)]
    log = orders_of([day for *_, day in early + late], [user for _, user, _ in early + late])
    assert measure(log, days=30)["p_next_1"] == 1


def test_a_buyer_from_burn_in_is_not_new_and_a_second_spell_is():
    log = orders_of([-5, 1, 2, 3], [1, 1, 2, 2], spell=[0, 0, 0, 1], nth=[1, 2, 1, 1])
    found = measure(log, days=40)
    assert found["ladder_new_buyers"] == 2 and found["p_next_1"] == 0


def test_the_ladders_window_is_where_new_buyers_place_three_orders():
    days, users = zip(*[(4 * k, user) for k in range(12) for user in range(5)], strict=True)
    with OrderLog(orders_of(list(days), list(users)), 60) as log:
        assert ladder_window(log) == 9  # orders on days 0, 4 and 8 lie within nine days
    with OrderLog(orders_of([], []), 60) as log:
        assert math.isnan(ladder_window(log))


def test_repurchase_needs_its_ninety_days():
    log = orders_of([0, 80, 0, 95], [1, 1, 2, 2])
    assert measure(log, days=120)["repurchase_90"] == 0.5
    assert math.isnan(measure(log, days=89)["repurchase_90"])


# ---- concentration, novelty

def test_concentration_reads_order_value_and_knows_creators_from_merchants():
    log = orders_of([0] * 4, [0, 1, 2, 3], merchant=[0, 1, 2, 3], presenter=[0, 1, 5, 5],
                    product=[0, 0, 0, 1], paid_fen=[90, 100, 60, 40], subsidy_fen=[10, 0, 40, 60])
    found = measure(log, days=30, creators=2)
    assert found["hhi"] == pytest.approx(0.25) and found["gini_merchants_horizon"] == 0
    assert found["gini_creators_horizon"] == 0 and found["head_share_horizon"] == 0.25
    assert found["gini_products_horizon"] == pytest.approx(0.25)
    assert math.isnan(measure(log, days=30)["gini_creators_horizon"])


def test_new_customers_are_pairs_without_an_earlier_order():
    log = orders_of([5, 65, 66, 67, 68], [1, 1, 1, 2, 2], merchant=[7, 7, 8, 7, 7])
    assert measure(log, days=90)["new_customer_share"] == pytest.approx(2 / 3)
    assert math.isnan(measure(log, days=50)["new_customer_share"])


def test_no_order_no_number_and_a_missing_column_costs_only_its_measures():
    empty = measure(np.zeros(0, ORDER_LOG), days=90, creators=3)
    assert set(empty) == set(NAMES)
    assert [name for name, value in empty.items() if not math.isnan(value)] == [
        "ladder_new_buyers", "shop_ladder_customers"]
    bare = {"day": np.array([1, 2]), "user": np.array([1, 2]), "paid_fen": np.array([7, 7])}
    found = measure(bare, days=90)
    assert found["gini_buyers"] == 0 and math.isnan(found["p_next_1"])
    assert all(math.isnan(value) for value in measure(None, days=90).values())


def test_rows_threads_and_store_change_no_bit(tmp_path):
    generator = np.random.default_rng(2)
    log = orders_of(generator.integers(0, 90, 500).tolist(), generator.integers(0, 80, 500).tolist(),
                    merchant=generator.integers(0, 9, 500), paid_fen=generator.integers(1, 9_999, 500),
                    presenter=generator.integers(0, 30, 500))
    stream = RowTable(tmp_path / "orders.parquet", tmp_path / "parts", ORDER_LOG)
    stream.append(generator.permutation(log))
    stream.finish(90)
    expected = list(measure(log, 90, 20).values())
    assert np.array_equal(list(measure(stream.path, 90, 20, threads=2).values()), expected, equal_nan=True)


def test_days_whose_orders_are_still_open_are_not_looked_at():
    log = orders_of([0, 0, 1, 2], [1, 2, 3, 4])
    assert complete_days(log, np.array([2, 1, 3, 0])) == 2
    assert complete_days(log, np.array([2, 1, 1, 0])) == 4
    daily = {"day": np.arange(4), "orders": np.array([2, 1, 3, 0])}
    assert summarise(daily, log)["order_log_days"] == 2


# ---- the daily table

def daily_of(days: int) -> dict[str, np.ndarray]:
    """A small daily table with an undefined start, a stock, a flow and a ratio."""
    day = np.arange(-5, days)
    return {"day": day, "dau": 100 + day, "orders": np.where(day % 2, 1, 3), "mau": np.full(len(day), 400),
            "gmv_gross": np.where(day % 2, 10.0, 90.0), "gmv_pending": np.full(len(day), 50.0),
            "nps": np.full(len(day), np.nan), "stars": np.where(day < 3, np.nan, 4.0),
            "aov": np.where(day % 2, 10.0, 30.0)}


def test_levels_skip_burn_in_and_undefined_days_and_nan_stays_nan():
    summary = summarise(daily_of(80))
    assert summary["days"] == 80 and summary["compare_days"] == 30
    assert summary["dau"] == 139.5 and summary["dau_first"] == 114.5 and summary["dau_last"] == 164.5
    assert summary["stars"] == 4 and math.isnan(summary["nps"]) and math.isnan(summary["nps_last"])
    assert summary["gmv_gross_total"] == 4_000 and "gmv_pending_total" not in summary


def test_a_ratio_over_days_weighs_days_by_their_denominator():
    summary = summarise(daily_of(80))
    assert summary["aov"] == pytest.approx(4_000 / 160)  # the mean of the daily ratios would be 20
    polls = {"day": np.arange(2), "nps": np.array([100.0, -100.0]), "promoters": np.array([1, 0]),
             "passives": np.array([0, 1]), "detractors": np.array([0, 8])}
    assert summarise(polls)["nps"] == pytest.approx(-70)


def test_a_monthly_buyer_has_an_order_in_the_last_thirty_days():
    log = orders_of([2, 15, 20, 39], [1, 2, 2, 3])
    assert measure(log, days=40)["orders_per_month_buyer"] == 1.5
    assert math.isnan(measure(log, days=29)["orders_per_month_buyer"])


NO_DAYS = [{}, {"day": np.empty(0, np.int64)}, {"day": np.array([-1]), "dau": np.array([5])}]


@pytest.mark.parametrize("daily", NO_DAYS)
def test_no_days_give_a_defined_summary_without_a_zero(daily):
    summary = summarise(daily, np.zeros(0, ORDER_LOG))
    assert summary["days"] == 0 and math.isnan(summary.get("dau", math.nan))
    assert "all 0 d" in kpi_table(summary)


def test_the_compared_windows_never_overlap():
    assert [compare_days(days) for days in (0, 1, 2, 59, 60, 360)] == [0, 1, 1, 29, 30, 30]


def test_flows_add_up_and_levels_do_not():
    assert is_flow("gmv_live") and is_flow("subsidy_total") and is_flow("flow_refunds") and is_flow("orders")
    assert not any(map(is_flow, ("gmv_pending", "gmv_per_dau", "dau", "nps", "ccr", "gini_creators", "aov")))


# ---- the table

def test_the_table_shows_every_known_figure_in_straight_columns():
    text = kpi_table(summarise(daily_of(80), orders_of([1, 2], [1, 1])))
    lines = text.splitlines()
    assert "first 30 d" in lines[0] and "last 30 d" in lines[0]
    figures = [line for line in lines if line.startswith(("GMV gross, at", "daily active", "order value"))]
    assert len(figures) == 3 and len({len(line) for line in figures}) == 1
    nps = next(line for line in lines if line.startswith("NPS, surveyed"))
    assert nps.split()[-4:] == ["–", "–", "–", "–"]
    assert "late rate" not in text
    assert "Order log" in text and "Order log" not in kpi_table(summarise(daily_of(80)))


def test_numbers_and_changes_read_as_people_write_them():
    assert [number(value) for value in (1_234_567.8, 123.44, 5.678, 0.0423, 0.0, math.nan)] == [
        "1,234,568", "123.4", "5.68", "0.042", "0", "–"]
    assert change(200, 190, "%") == "-5.0 %" and change(-10, -5, "%") == "+50.0 %"
    assert change(18, 20.5, "pt") == "+2.5 pt" and change(0, 5, "%") == "–"


def test_the_chinese_table_says_the_same_in_as_straight_columns():
    """Every figure of the English table stands in the Chinese one, no label is English, and columns end alike."""
    summary = summarise(daily_of(80), orders_of([1, 2], [1, 1]))
    english, chinese = (kpi_table(summary, lang).splitlines() for lang in ("en", "zh"))
    assert len(english) == len(chinese)
    for one, other in zip(english[1:], chinese[1:], strict=True):
        if not one.startswith("──"):
            assert one[LABEL + UNIT:] == other[-len(one[LABEL + UNIT:]):]
            assert width_of(one) == width_of(other) and any("一" <= letter <= "鿿" for letter in other)
        else:
            assert width_of(one) == width_of(other) == WIDTH
