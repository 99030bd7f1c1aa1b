"""The panel of a run: sales, people, experience, retention, money and concentration, day by day."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec

from sim.figures import style
from sim.figures.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW, Daily, Look

NPS_DAYS = 28
Z95 = 1.96
DASHED, DASHDOT, DOTTED = (0, (5, 2)), (0, (6, 2, 1, 2)), (0, (1, 1.5))
FEES, ADS = Look("fees", BLUE), Look("ads", SKY, hatch="///")
SUBSIDIES = (Look("", ORANGE, hatch="..."), Look("", YELLOW, hatch="\\\\\\"), Look("", PURPLE, hatch="xxx"))


class Cell(NamedTuple):
    """One of the six: its title, and one or two plots above each other with their relative heights.

    A plot's function draws the daily table on an axis and returns the unit to write beside it.
    """

    title: str
    plots: tuple[Callable[[Axes, Daily], str], ...]
    heights: tuple[float, ...] = (1.0,)
    legend_columns: int = 2


def panel(daily: Daily, title: str, path: Path,
          marks: Sequence[tuple[float, float | None, str]] = ()) -> None:
    """Write the six small multiples of a run as PNG; see `panel_figure`."""
    style.save(panel_figure(daily, title, marks), path)


def panel_figure(daily: Daily, title: str, marks: Sequence[tuple[float, float | None, str]] = ()) -> Figure:
    """The six small multiples of a run.

    `daily`: columns of the daily table; days before 0 are left out, missing columns too. `marks`: windows to
    shade, (start, stop or None, label), in days.
    """
    daily, windows = style.recorded(daily), style.as_marks(marks)
    note = f"{style.span(daily['day'])}. Bold lines and areas: trailing 7-day mean. Faint lines: single days."
    figure = style.canvas(title, note)
    grid = figure.add_gridspec(2, 3, left=0.06, right=0.985, top=0.80, bottom=0.095, wspace=0.26, hspace=0.64)
    for place, cell in enumerate(CELLS):
        for floor, axes in enumerate(draw_cell(figure, grid[divmod(place, 3)], cell, daily)):
            style.shade(axes, windows, letters=floor == 0)
            if windows and floor == 0:
                style.headroom(axes)
    style.explain(figure, windows)
    return figure


def draw_cell(figure: Figure, place: SubplotSpec, cell: Cell, daily: Daily) -> list[Axes]:
    """Draw one cell; returns the axes that hold data."""
    storeys = place.subgridspec(len(cell.plots), 1, hspace=0.42, height_ratios=cell.heights)
    drawn = []
    for floor, plot in enumerate(cell.plots):
        axes = figure.add_subplot(storeys[floor])
        style.dress(axes, plot(axes, daily), "" if floor else cell.title)
        if not axes.has_data():
            style.no_data(axes)
            continue
        style.day_axis(axes, daily["day"], label=floor == len(cell.plots) - 1)
        style.legend(axes, cell.legend_columns, below_title=floor == 0)
        drawn.append(axes)
    return drawn


# ---- sales ---------------------------------------------------------------------------------------

def venue_stack(daily: Daily) -> dict[str, np.ndarray]:
    """Gross GMV by venue, yuan a day, adding up to `gmv_gross`; what no venue's column covers is `other`."""
    stack = {name: np.nan_to_num(style.series(daily, f"gmv_{name}"))
             for name in style.VENUES if f"gmv_{name}" in daily}
    rest = np.nan_to_num(style.series(daily, "gmv_gross")) - sum(stack.values(), np.zeros(len(daily["day"])))
    return stack | ({"other": rest} if np.any(rest > 0.5) else {})


def sales(axes: Axes, daily: Daily) -> str:
    """Gross GMV stacked by venue, and the net line."""
    stack = {name: style.rolling(values) for name, values in venue_stack(daily).items() if values.any()}
    net = style.rolling(style.series(daily, "gmv_net"))
    gross = sum(stack.values(), np.zeros(len(daily["day"])))
    divisor, word = style.thousands(style.largest(gross, net))
    looks = [style.VENUES.get(name, Look("other", style.GRID)) for name in stack]
    pile(axes, daily["day"], [values / divisor for values in stack.values()], looks)
    style.line(axes, daily["day"], net / divisor, Look("net, settled", BLACK, DASHED))
    axes.set_ylim(bottom=0)
    return f"¥ {word}a day"


def pile(axes: Axes, day: np.ndarray, layers: Sequence[np.ndarray], looks: Sequence[Look]) -> None:
    """Layers stacked away from zero, each in its colour and hatch."""
    floor = np.zeros(len(day))
    for values, look in zip(layers, looks, strict=True):
        x, low, high = style.widen(day, floor, floor + np.nan_to_num(values))
        area = axes.fill_between(x, low, high, facecolor=look.color, edgecolor="white", linewidth=0.6,
                                 hatch=look.hatch or None, label=look.label)
        area.set_hatch_linewidth(0.7)
        floor = floor + np.nan_to_num(values)


# ---- people --------------------------------------------------------------------------------------

def active(axes: Axes, daily: Daily) -> str:
    """Daily active users, from zero, so that heights compare."""
    style.smooth(axes, daily["day"], style.series(daily, "dau"), Look("DAU", BLUE))
    axes.set_ylim(bottom=0)
    return "users"


def buyers(axes: Axes, daily: Daily) -> str:
    """The day's buyers, from zero."""
    look = Look("buyers of the day", VERMILION, DASHED)
    style.smooth(axes, daily["day"], style.series(daily, "buyers"), look)
    axes.set_ylim(bottom=0)
    return "users"


# ---- experience ----------------------------------------------------------------------------------

def nps_with_error(daily: Daily) -> tuple[np.ndarray, np.ndarray]:
    """Surveyed NPS of the last 28 days' answers, and its standard error from sampling answers, in points.

    With shares p and d of promoters and detractors among n answers: NPS = p − d, variance (p + d − NPS²) / n.
    Without the counts: the 28-day mean of `nps`, and an unknown error.
    """
    counts = [style.series(daily, name) for name in ("promoters", "passives", "detractors")]
    if not style.has_data(*counts):
        level = style.rolling(style.series(daily, "nps"), NPS_DAYS)
        return level, np.full_like(level, np.nan)
    fans, neutral, critics = (style.rolling_sum(count, NPS_DAYS) for count in counts)
    answers = fans + neutral + critics
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(answers > 0, (fans - critics) / answers, np.nan)
        error = np.sqrt(((fans + critics) / answers - score**2) / answers)
    return 100.0 * score, 100.0 * error


def nps(axes: Axes, daily: Daily) -> str:
    """Surveyed NPS with its sampling band, and the latent one."""
    score, error = nps_with_error(daily)
    if style.has_data(error):
        x, low, high = style.widen(daily["day"], score - Z95 * error, score + Z95 * error)
        axes.fill_between(x, low, high, color=BLUE, alpha=0.20, linewidth=0, label="95 % sampling band")
    style.line(axes, daily["day"], score, Look("surveyed, 28 days", BLUE))
    style.line(axes, daily["day"], style.rolling(style.series(daily, "nps_latent")),
               Look("latent, 7 days", ORANGE, DASHED))
    return "NPS, points"


def bad_orders(axes: Axes, daily: Daily) -> str:
    """CCR: share of orders with something to complain of."""
    look = Look("CCR, bad orders", VERMILION, DASHED)
    style.smooth(axes, daily["day"], style.series(daily, "ccr", 100.0), look)
    return "% of orders"


# ---- retention -----------------------------------------------------------------------------------

def retention(axes: Axes, daily: Daily) -> str:
    """Arrivals that are back after 1, 7 and 30 days, and buyers after 30: few a day, so a mean of four weeks."""
    looks = {"visitor_d1": Look("D1", BLUE), "visitor_d7": Look("D7", GREEN, DASHED),
             "visitor_d30": Look("D30", VERMILION, DASHDOT), "buyer_d30": Look("buyers, D30", PURPLE, DOTTED)}
    for name, look in looks.items():
        style.line(axes, daily["day"], style.rolling(style.series(daily, name, 100.0), NPS_DAYS), look)
    axes.set_ylim(bottom=0)
    return "% back after n days, 28-day mean"


# ---- money ---------------------------------------------------------------------------------------

def subsidy_layers(daily: Daily) -> dict[str, np.ndarray]:
    """Subsidies by instance, yuan a day: up to three, or the two largest and the rest; else the total."""
    names = [name for name in daily if name.startswith("subsidy_") and name != "subsidy_total"]
    spent = {name: np.nan_to_num(style.series(daily, name)) for name in names}
    ranked = sorted((name for name in names if spent[name].any()), key=lambda name: -spent[name].sum())
    if not ranked:
        return {"subsidies": np.nan_to_num(style.series(daily, "subsidy_total"))}
    shown = ranked if len(ranked) <= len(SUBSIDIES) else ranked[:len(SUBSIDIES) - 1]
    layers = {name.removeprefix("subsidy_").replace("_", " "): spent[name] for name in shown}
    rest = sum((spent[name] for name in ranked[len(shown):]), np.zeros(len(daily["day"])))
    return layers | ({"other subsidies": rest} if len(ranked) > len(shown) else {})


def money(axes: Axes, daily: Daily) -> str:
    """What the platform takes above zero, what it gives below, and its contribution as a line."""
    ads = style.rolling(style.series(daily, "ad_revenue"))
    takes = style.rolling(style.series(daily, "take_revenue"))
    gives = {name: -style.rolling(values) for name, values in subsidy_layers(daily).items() if values.any()}
    net = style.rolling(style.series(daily, "contribution"))
    divisor, word = style.thousands(style.largest(takes, net, *gives.values()))
    if style.has_data(takes):
        pile(axes, daily["day"], [(takes - np.nan_to_num(ads)) / divisor, ads / divisor], [FEES, ADS])
    pile(axes, daily["day"], [values / divisor for values in gives.values()],
         [look._replace(label=name) for name, look in zip(gives, SUBSIDIES, strict=False)])
    style.line(axes, daily["day"], net / divisor, Look("contribution", BLACK, DASHED))
    if axes.has_data():
        axes.axhline(0, color=style.INK, linewidth=0.8)
    return f"¥ {word}a day"


# ---- concentration -------------------------------------------------------------------------------

def concentration(axes: Axes, daily: Daily) -> str:
    """Gini coefficients of creators, merchants and products, and the head hosts' share."""
    looks = {"gini_creators": Look("Gini of creators", VERMILION),
             "gini_merchants": Look("Gini of merchants", BLUE, DASHED),
             "gini_products": Look("Gini of products", GREEN, DASHDOT),
             "head_share": Look("head hosts' share", BLACK, DOTTED)}
    for name, look in looks.items():
        style.smooth(axes, daily["day"], style.series(daily, name), look)
    axes.set_ylim(0, 1)
    return "0 equal, 1 one has all"


CELLS = (
    Cell("GMV by venue", (sales,), legend_columns=3),
    Cell("Daily active users and buyers", (active, buyers), (1.0, 1.0)),
    Cell("Satisfaction", (nps, bad_orders), (1.4, 1.0)),
    Cell("Retention", (retention,)),
    Cell("The platform's money", (money,), legend_columns=3),
    Cell("Concentration", (concentration,)),
)
