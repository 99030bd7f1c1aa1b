"""The funnel of a run: from a day on the platform to an order, by feed, rooms, mall, search and shops."""
from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.figures import style
from sim.figures.style import Daily, Look

PER = 1_000.0  # everything is told per thousand daily active users and day


class Step(NamedTuple):
    """One bar: its name, its column of the daily table, and the column of which it is a part."""

    label: str
    name: str
    base: str = "dau"
    base_label: str = "user-day"


class Branch(NamedTuple):
    """One way to an order: a venue's look and its steps, the last of them the orders."""

    title: str
    look: Look
    steps: tuple[Step, ...]


BRANCHES = (
    Branch("Short video", style.VENUES["video"], (
        Step("videos shown", "video_impressions"), Step("watched", "watches", "video_impressions", "shown"),
        Step("long view", "long_views", "watches", "watched"),
        Step("product click", "product_clicks", "watches", "watched"),
        Step("orders by video", "orders_video", "product_clicks", "product clicks"))),
    Branch("Live rooms", style.VENUES["live"], (
        Step("previews shown", "previews"), Step("room entries", "room_entries"),
        Step("product click in rooms", "clicks_live", "room_entries", "entries"),
        Step("orders in rooms", "orders_live", "room_entries", "entries"))),
    Branch("Mall", style.VENUES["mall"], (
        Step("mall visits", "mall_visits"),
        Step("orders in the mall", "orders_mall", "mall_visits", "visits"))),
    Branch("Search", style.VENUES["search"], (
        Step("search visits", "search_visits"),
        Step("orders by search", "orders_search", "search_visits", "visits"))),
    Branch("Shops", style.VENUES["shop"], (
        Step("shop visits", "shop_visits"),
        Step("orders in shops", "orders_shop", "shop_visits", "visits"))),
)
CONTENT = ("video", "live")
LEFT, BARS = 0.035, (0.185, 0.085, 0.45, 0.80)  # where words begin and bars stand, in shares of the figure
SIDE, SIDE_BARS = 0.685, (0.735, 0.30, 0.20, 0.40)


def funnel(daily: Daily, path: Path) -> None:
    """Write the funnel of a run as PNG; see `funnel_figure`."""
    style.save(funnel_figure(daily), path)


def funnel_figure(daily: Daily) -> Figure:
    """The funnel of a run: each branch's steps per 1,000 DAU and day, and where orders come from.

    `daily`: columns of the daily table; days before 0 are left out, missing columns too.
    """
    daily = style.recorded(daily)
    note = f"{style.span(daily['day'])}. Means per 1,000 daily active users and day."
    figure = style.canvas("From a day on the platform to an order", note)
    draw_steps(figure, daily)
    draw_shares(figure, daily)
    return figure


def per_thousand(daily: Daily, name: str) -> float:
    """A daily count per 1,000 DAU and day over the days that know both; NaN if there are none."""
    counts, users = style.series(daily, name), style.series(daily, "dau")
    known = np.isfinite(counts) & np.isfinite(users)
    active = float(users[known].sum())
    return PER * float(counts[known].sum()) / active if active > 0 else math.nan


def share(daily: Daily, step: Step) -> float:
    """A step's count as a part of its base's; NaN without a base."""
    part, base = per_thousand(daily, step.name), per_thousand(daily, step.base)
    return part / base if base > 0 else math.nan


# ---- the steps -----------------------------------------------------------------------------------

class Row(NamedTuple):
    """One bar's place and numbers: height (downwards), branch, step, value per 1,000 DAU, part of base."""

    height: float
    branch: Branch
    step: Step
    value: float
    part: float


def rows_of(daily: Daily) -> Iterator[Row]:
    """Every step that the table knows, from top to bottom, with room for a heading above each branch."""
    height = 0.0
    for branch in BRANCHES:
        known = [step for step in branch.steps if step.name in daily]
        height += 1.15 if known else 0.0
        for step in known:
            yield Row(height, branch, step, per_thousand(daily, step.name), share(daily, step))
            height += 1.0


def draw_steps(figure: Figure, daily: Daily) -> None:
    """The branches as bars on a log scale, each with its value and its conversion."""
    axes = figure.add_axes(BARS)
    rows = list(rows_of(daily))
    values = [row.value for row in rows if row.value > 0]
    style.dress(axes, "")
    if not values:
        style.no_data(axes)
        return
    low, high = math.floor(math.log10(min(values)) - 0.3), math.ceil(math.log10(max(values)))
    axes.set(xscale="log", xlim=(10.0**low, 60.0 * max(values)),
             ylim=(rows[-1].height + 0.7, rows[0].height - 1.5))
    for row in rows:
        draw_row(axes, row, 10.0**low)
    name_rows(axes, rows)
    log_scale(axes, low, high)


def draw_row(axes: Axes, row: Row, floor: float) -> None:
    """One bar from the scale's left end, and its numbers; without a value only the words."""
    end = row.value if row.value > 0 else floor
    if row.value > 0:
        draw_bar(axes, row.height, end, row.branch.look, floor)
    number, part = annotation(row)
    beside(axes, end, row.height, number, fontsize=10, fontweight="bold")
    beside(axes, end, row.height, part, 14 + 7.2 * len(number), fontsize=9.5, color=style.QUIET)


def beside(axes: Axes, end: float, height: float, words: str, points: float = 5.0, **look: Any) -> None:
    """Words right of a bar's end, by some points."""
    axes.annotate(words, (end, height), (points, 0), textcoords="offset points", va="center",
                  **{"color": style.INK} | look)


def draw_bar(axes: Axes, height: float, end: float, look: Look, start: float = 0.0) -> None:
    """A bar from `start` to `end` in its colour and hatch."""
    bars = axes.barh(height, end - start, left=start, height=0.76, color=look.color, edgecolor="white",
                     linewidth=0.6, hatch=look.hatch or None)
    bars.patches[0].set_hatch_linewidth(0.7)


def annotation(row: Row) -> tuple[str, str]:
    """What stands beside a bar: its value; and of what it is which part, or how many a user-day has."""
    if not math.isfinite(row.value):
        return "no data", ""
    if row.step.base == "dau":
        return style.short(row.value), f"{row.value / PER:.2g} per user-day"
    return style.short(row.value), f"{percent(row.part)} of {row.step.base_label}"


def percent(part: float) -> str:
    """A share in per cent with two digits, `–` if undefined."""
    if not math.isfinite(part):
        return "–"
    return f"{100.0 * part:.0f} %" if part >= 0.0995 else f"{100.0 * part:.2g} %"


def name_rows(axes: Axes, rows: list[Row]) -> None:
    """The branches' and steps' names in a column left of the bars."""
    left, above = (LEFT - BARS[0]) / BARS[2], None
    for row in rows:
        axes.text(left + 0.02, row.height, row.step.label, transform=axes.get_yaxis_transform(), fontsize=10,
                  color=style.INK, va="center")
        if row.branch is not above:
            above = row.branch
            axes.text(left, row.height - 0.9, row.branch.title, transform=axes.get_yaxis_transform(),
                      fontsize=11.5, fontweight="bold", color=style.INK, va="center")


def log_scale(axes: Axes, low: int, high: int) -> None:
    """The scale along the bottom, in powers of ten from `low` to `high`; nothing down the side."""
    axes.set_xticks([10.0**power for power in range(low, high + 1)])
    axes.set_yticks([])
    axes.tick_params(axis="x", which="minor", length=0)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_bounds(10.0**low, 10.0**high)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: style.short(value)))
    axes.set_xlabel("per 1,000 daily active users and day (log scale)", loc="left", fontsize=9.5,
                    color=style.INK)


# ---- where orders come from ----------------------------------------------------------------------

def draw_shares(figure: Figure, daily: Daily) -> None:
    """Orders per 1,000 DAU by venue on a plain scale, and in words what clearing turned down."""
    axes = figure.add_axes(SIDE_BARS)
    orders = {name: per_thousand(daily, f"orders_{name}") for name in style.VENUES}
    whole = math.fsum(value for value in orders.values() if math.isfinite(value))
    style.dress(axes, "")
    figure.text(SIDE, 0.845, "Where orders come from", fontsize=13, fontweight="bold", color=style.INK)
    if not whole > 0:
        style.no_data(axes)
        return
    for height, (name, value) in enumerate(orders.items()):
        draw_share(axes, height, style.VENUES[name], value, whole)
    plain_scale(axes, orders)
    for top, words in ((0.82, split_sentence(orders, whole)), (0.19, clearing_sentence(daily))):
        figure.text(SIDE, top, words, fontsize=10.5, color=style.INK, va="top", linespacing=1.5)


def plain_scale(axes: Axes, orders: dict[str, float]) -> None:
    """Venues down the side, orders along the bottom."""
    axes.set(ylim=(len(orders) - 0.4, -0.6), xlim=(0, 1.35 * max(filter(math.isfinite, orders.values()))))
    axes.set_yticks(range(len(orders)), list(orders))
    axes.tick_params(axis="y", length=0, labelsize=10)
    axes.grid(visible=False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: style.short(value)))
    axes.set_xlabel("orders per 1,000 daily active users and day", fontsize=9.5, color=style.INK)


def draw_share(axes: Axes, height: float, look: Look, value: float, whole: float) -> None:
    """One venue's orders and its share of all."""
    length = float(np.nan_to_num(value))
    draw_bar(axes, height, length, look)
    note = f"{style.short(value)}  ({percent(value / whole)})" if math.isfinite(value) else "no data"
    beside(axes, length, height, note, fontsize=10)


def split_sentence(orders: dict[str, float], whole: float) -> str:
    """How many orders, and how many of them content (video, live) and shelf (mall, search, shop) bring."""
    content = sum(orders[name] for name in CONTENT if math.isfinite(orders[name])) / whole
    return (f"{style.short(whole)} orders per 1,000 user-days:\n"
            f"content {100 * content:.0f} %, shelf {100 - 100 * content:.0f} %")


def clearing_sentence(daily: Daily) -> str:
    """What clearing turns down: purchase decisions that lapse without discount or without goods."""
    meant = per_thousand(daily, "intents")
    lost = [per_thousand(daily, f"lapsed_{want}") / meant if meant > 0 else math.nan
            for want in ("budget", "stock")]
    if not any(map(math.isfinite, lost)):
        return ""
    return (f"Decisions to buy that lapse in clearing:\n{percent(lost[0])} for want of the discount,\n"
            f"{percent(lost[1])} for want of stock or capacity")
