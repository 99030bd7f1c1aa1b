"""The numbers a run is judged by, from its daily table and its order log, and the table that shows them.

For a column `c` of the daily table the summary holds `c`, its mean per day over the horizon; `c_first` and
`c_last`, the same over the first and the last `compare_days` days (30, or half of a shorter horizon); and,
for a flow, `c_total`. Days on which a metric is undefined do not count; undefined throughout is NaN, never
0. The measures of the order log are defined in `sim.orderlog`.
"""
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.inequality import gini, ratio
from sim.listing import width_of
from sim.orderlog import Orders, complete_days, measure

__all__ = ["compare_days", "gini", "kpi_table", "level", "summarise"]

Daily = Mapping[str, np.ndarray]

COMPARE_DAYS = 30
VENUES = ("video", "live", "mall", "search", "shop")

# A ratio's level over several days is the ratio of the sums: days weigh by their denominator.
POOLED = {"aov": ("gmv_gross", "orders"), "gmv_per_dau": ("gmv_gross", "dau"),
          "orders_per_dau": ("orders", "dau"), "cac": ("acquisition", "arrivals_paid"),
          "cost_per_active": ("game_rewards", "opened_for_game")}
ANSWERS = ("promoters", "passives", "detractors")
DERIVED = ("gmv_per_dau", "orders_per_dau")
STOCKS = {"gmv_pending"}
MARGIN = {"contribution", "gmv_net"}
FLOWS = ("gmv_", "orders", "subsidy_", "policy_spent_", "policy_refused_", "policy_impressions_", "policy_shadow_",
         "flow_", "take_revenue", "ad_revenue", "contribution",
         "merchant_profit", "creator_income", "assisted_gmv", "cannibalised_gmv", "user_surplus",
         "minutes", "asked_back", "arrivals", "dropouts", "follows", "unfollows",
         "invites", "adoptions", "watch_minutes", "impressions", "watches", "long_views", "product_clicks",
         "room_entries", "search_visits", "mall_visits", "shop_visits", "intents", "lapsed_", "leak_",
         "invited", "deliveries", "previews", "video_impressions", "clicks_live", "negatives",
         "entries_follow", "searches", "diverted", "needs", "shares", "friend_cards", "coupons_given",
         "mcn_income", "messages", "acquisition", "game_", "opened_for_game", "players", *ANSWERS)


def summarise(daily: Daily, orders: Orders | None = None, creators: int | None = None,
              threads: int = 1) -> dict[str, float]:
    """Every summary number of a run, by name.

    `daily`: columns with an entry a day, `day` among them; only days from 0 on count. `orders`: the order log
    as structured array, mapping of arrays or Parquet path. `creators`: rows of the creators' table, see
    `measure`. `order_log_days`: days for which the log is complete; its measures look at those alone.
    """
    daily = from_day_zero(daily)
    days = len(daily["day"])
    window = compare_days(days)
    levels = {"days": float(days), "compare_days": float(window)}
    for name in [*(name for name in daily if name != "day"), *DERIVED]:
        levels |= {name: level(daily, name, slice(None)), f"{name}_first": level(daily, name, slice(window)),
                   f"{name}_last": level(daily, name, slice(days - window, None))}
        if is_flow(name):
            levels[f"{name}_total"] = total(daily[name])
    return levels | order_measures(daily, orders, creators, threads)


def from_day_zero(daily: Daily) -> dict[str, np.ndarray]:
    """The daily table without burn-in; a table without `day` counts from 0."""
    length = max((len(column) for column in daily.values()), default=0)
    day = np.asarray(daily.get("day", np.arange(length)))
    return {name: np.asarray(column)[day >= 0] for name, column in ({"day": day} | dict(daily)).items()}


def compare_days(days: int) -> int:
    """The length of the first and last window: 30 days, half of a horizon below 60, one day of one."""
    return min(COMPARE_DAYS, max(days // 2, min(days, 1)))


def is_flow(name: str) -> bool:
    """Whether a metric adds up over days: yuan or events of the day, not a level, a share or a stock."""
    return name.startswith(FLOWS) and name not in STOCKS and name not in DERIVED


def level(daily: Daily, name: str, days: slice) -> float:
    """A metric's level over some days: mean per day, or ratio of sums for a pooled ratio, or NaN."""
    if name == "nps" and set(ANSWERS) <= daily.keys():
        return surveyed_nps(*(total(daily[answer][days]) for answer in ANSWERS))
    over, under = POOLED.get(name, ("", ""))
    if over in daily and under in daily:
        return ratio(total(daily[over][days]), total(daily[under][days]))
    return mean(daily[name][days]) if name in daily else float("nan")


def surveyed_nps(promoters: float, passives: float, detractors: float) -> float:
    """Net promoter score in points, −100 … 100: (promoters − detractors) / answers · 100."""
    return 100.0 * ratio(promoters - detractors, promoters + passives + detractors)


def mean(values: np.ndarray) -> float:
    """Mean of the defined values, exactly rounded sum / count; NaN of none."""
    defined = values[~np.isnan(values)]
    return ratio(math.fsum(defined), len(defined))


def total(values: np.ndarray) -> float:
    """Sum of the defined values, exactly rounded; NaN of none."""
    defined = values[~np.isnan(values)]
    return math.fsum(defined) if len(defined) else float("nan")


def order_measures(daily: Daily, orders: Orders | None, creators: int | None,
                   threads: int) -> dict[str, float]:
    """The order log's measures over its complete days, and how many days these are."""
    days = len(daily["day"])
    if orders is not None and "orders" in daily and days:
        days = complete_days(orders, daily["orders"])
    known = float("nan") if orders is None else float(days)
    found = measure(orders, days, creators, threads)
    margin = ratio(total(daily["contribution"]), total(daily["gmv_net"])) if daily.keys() >= MARGIN else float("nan")
    return found | {"ltv_180": found["kept_180"] * margin, "order_log_days": known}


# ---- the table -----------------------------------------------------------------------------------

class Kpi(NamedTuple):
    """One line of the table: what it is called, which summary number it shows, its unit and its scale."""

    label: str
    name: str
    unit: str
    scale: float = 1.0

    @property
    def change_unit(self) -> str:
        """How change is told: relative for amounts, in points for shares and scores."""
        return {"%": "pp", "points": "pt", "stars": "stars"}.get(self.unit, "%")


def _percent(label: str, name: str) -> Kpi:
    """A share shown in per cent."""
    return Kpi(label, name, "%", 100.0)


KPIS: tuple[tuple[str, tuple[Kpi, ...]], ...] = (
    ("Sales", (
        Kpi("GMV gross, at payment", "gmv_gross", "¥/day"), Kpi("GMV net, at settlement", "gmv_net", "¥/day"),
        Kpi("GMV pending, stock", "gmv_pending", "¥"),
        *(Kpi(f"  gross in {venue}", f"gmv_{venue}", "¥/day") for venue in VENUES),
        Kpi("GMV gross per DAU", "gmv_per_dau", "¥"), Kpi("orders", "orders", "1/day"),
        Kpi("orders per DAU", "orders_per_dau", "1"), Kpi("order value, AOV", "aov", "¥"))),
    ("People", (
        Kpi("daily active users, DAU", "dau", "users"), Kpi("monthly active users, MAU", "mau", "users"),
        Kpi("buyers of the day", "buyers", "users"), _percent("monthly buyers / MAU", "mab_share"),
        Kpi("arrivals", "arrivals", "1/day"),
        Kpi("dropouts", "dropouts", "1/day"),
        *(_percent(f"arrivals back, D{age}", f"visitor_d{age}") for age in (1, 7, 30)),
        _percent("buyers back, D30", "buyer_d30"))),
    ("Experience", (
        Kpi("NPS, surveyed", "nps", "points"), Kpi("NPS, latent", "nps_latent", "points"),
        _percent("CCR, bad orders", "ccr"), Kpi("stars", "stars", "stars"),
        _percent("return rate", "return_rate"), _percent("cancel rate", "cancel_rate"),
        _percent("late rate", "late_rate"))),
    ("Money", (
        Kpi("take revenue, fees + ads", "take_revenue", "¥/day"), Kpi("  of it ads", "ad_revenue", "¥/day"),
        Kpi("subsidies", "subsidy_total", "¥/day"), Kpi("platform contribution", "contribution", "¥/day"))),
    ("Supply", (
        Kpi("rooms open", "rooms_open", "rooms"), Kpi("viewers per room", "viewers_per_room", "viewers"),
        Kpi("creators alive", "creators_alive", "rows"), Kpi("merchants alive", "merchants_alive", "rows"))),
)

LOG_KPIS = (
    *(_percent(f"P(order {k + 1} | order {k}), 30 days", f"p_next_{k}") for k in range(1, 5)),
    _percent("three orders within 30 days", "three_order_rate"),
    _percent("second order within 90 days", "repurchase_90"),
    Kpi("orders per monthly buyer", "orders_per_month_buyer", "1"),
    Kpi("LTV of a new buyer, 180 days", "ltv_180", "¥"),
    _percent("new customers of shops, 30 days", "new_customer_share"),
    Kpi("Gini of buyers' spend", "gini_buyers", "0–1"),
    Kpi("Gini of creators", "gini_creators_horizon", "0–1"),
    Kpi("Gini of merchants", "gini_merchants_horizon", "0–1"),
    Kpi("Gini of products", "gini_products_horizon", "0–1"),
    Kpi("Herfindahl index of merchants", "hhi", "0–1"),
    _percent("head hosts' share of sales", "head_share_horizon"),
)

LABEL, UNIT, CELL = 34, 9, 13
WIDTH = LABEL + UNIT + 4 * CELL


def kpi_table(summary: Mapping[str, float], lang: str = "en") -> str:
    """The key figures as text in fixed columns: mean over the horizon, first against last days, change.

    A figure the run does not have is left out; one it could not define shows as `–`.
    """
    return "\n".join(line.rstrip() for line in _lines(summary, lang))


def _lines(summary: Mapping[str, float], lang: str) -> Iterator[str]:
    """The table's lines, top to bottom."""
    from sim.lab.phrases import phrases

    say, days, window = phrases("run", lang), int(summary.get("days", 0)), int(summary.get("compare_days", 0))
    heads = [say[head].format(days=days, window=window) for head in ("all", "first", "last", "change")]
    yield padded("", LABEL) + padded(say["unit"], UNIT) + "".join(padded(head, -CELL) for head in heads)
    for title, lines in KPIS:
        shown = [line for line in lines if line.name in summary]
        if shown:
            yield rule(say[title])
            yield from (_daily_line(line, summary, lang) for line in shown)
    if summary.get("order_log_days", math.nan) >= 0:
        yield rule(say["log"].format(days=number(summary["order_log_days"]),
                                     buyers=number(summary.get("ladder_new_buyers", math.nan))))
        shown = [line for line in LOG_KPIS if line.name in summary]
        yield from (_head(line, lang) + cell(summary[line.name] * line.scale) for line in shown)


def padded(text: str, width: int) -> str:
    """A text in so many columns, Chinese letters taking two; from the right where `width` is negative."""
    blanks = " " * max(abs(width) - width_of(text), 0)
    return text + blanks if width > 0 else blanks + text


def rule(title: str) -> str:
    """A section's heading, ruled to the table's width."""
    head = f"── {title} "
    return head + "─" * (WIDTH - width_of(head))


def _daily_line(line: Kpi, summary: Mapping[str, float], lang: str) -> str:
    """One key figure of the daily table."""
    parts = ("", "_first", "_last")
    whole, first, last = (summary.get(line.name + part, math.nan) * line.scale for part in parts)
    moved = padded(change(first, last, line.change_unit), -CELL)
    return _head(line, lang) + cell(whole) + cell(first) + cell(last) + moved


def _head(line: Kpi, lang: str) -> str:
    """Label and unit of a line."""
    if lang == "en":
        return padded(line.label, LABEL) + padded(line.unit, UNIT)
    from sim.lab.report.words import Words

    words, indent = Words(lang), line.label[:len(line.label) - len(line.label.lstrip())]
    return padded(indent + words.metric(line.name), LABEL) + padded(words.unit(line.unit), UNIT)


def cell(value: float) -> str:
    """A number right-aligned in its column."""
    return f"{number(value):>{CELL}}"


def number(value: float) -> str:
    """A number as people write it: thousands set apart, about four digits, `–` if undefined."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    places = 0 if size >= 1_000 or value == int(value) else 1 if size >= 100 else 2 if size >= 1 else 3
    return f"{value:,.{places}f}"


def change(first: float, last: float, unit: str) -> str:
    """From first to last: per cent of the first's size, or the difference for points; `–` if undefined."""
    moved = last - first if unit != "%" else 100.0 * ratio(last - first, abs(first))
    if not math.isfinite(moved):
        return "–"
    return f"{moved:+.{2 if unit == 'stars' else 1}f} {unit}"
