"""Equal budgets drawn: a bar an arm of what it spends with its knob set, against the target; and the page around."""
from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures import style
from sim.files import write_text
from sim.lab.report import look
from sim.lab.report.amounts import fixed, interval, places_of, plain
from sim.lab.report.blocks import Block, Code, Picture, Report, Section, Text, simple
from sim.lab.report.courses import join
from sim.lab.report.look import Chart
from sim.lab.report.markdown import markdown
from sim.lab.report.page import page
from sim.lab.report.words import LANGUAGES, Words
from sim.lab.report.write import FIGURES, write_chart

ROW = 0.5  # inches an arm takes


class Budget(NamedTuple):
    """One arm whose budget was matched: knob (empty: left as it is) and value, yuan it spends a world with its
    interval, the target, whether that is reached, and what it spends as it was given.
    """

    arm: str
    knob: str
    value: float
    spend: float
    spend_low: float
    spend_high: float
    target: float
    reached: bool
    given: float


def write_budgets(budgets: Sequence[Budget], n: int, tolerance: float, command: str, folder: Path, lang: str) -> None:
    """Write figures/budgets.png with its CSV; with a command also report.html and report.md around it."""
    if not budgets:
        return
    words, figures = Words(lang), folder / FIGURES
    chart = budget_figure(budgets, n, tolerance, look.figure_words(words))
    figures.mkdir(parents=True, exist_ok=True)
    write_chart(chart, figures)
    if command:
        report = compose(budgets, chart, command, words)
        write_text(folder / "report.html", page(report, figures))
        write_text(folder / "report.md", markdown(report))


def compose(budgets: Sequence[Budget], chart: Chart, command: str, words: Words) -> Report:
    """The page: the bars, the knobs, how to do it again."""
    parts: list[tuple[str, list[Block]]] = [
        ("budgets", [Picture(chart, words("data_in", file=f"figures/{chart.name}.csv"))]),
        ("budgets_knobs", [table_of(budgets, words), Text(words("budgets_use"), "note")]),
        ("reproduce", [Code(command)]),
    ]
    title = words("budgets_question", arms=words("list").join(one.arm for one in budgets))
    return Report(LANGUAGES[words.lang], title, words("notice"), words("contents"), [],
                  [Section(anchor, words(anchor), blocks) for anchor, blocks in parts])


def table_of(budgets: Sequence[Budget], words: Words) -> Block:
    """A row an arm: knob, value, what it spends and spent."""
    heads = [words(key) for key in ("arm", "budgets_knob", "value", "budgets_spend", "confidence", "budgets_target",
                                    "budgets_given", "result")]
    return simple(heads, [row_of(one, words) for one in budgets], (0, 1, 7))


def row_of(one: Budget, words: Words) -> tuple[str, ...]:
    """One arm's cells."""
    places = places_of(one.spend_low, one.spend_high, one.spend)
    return (one.arm, one.knob or words("budgets_kept"), plain(one.value), fixed(one.spend, places),
            interval(one.spend_low, one.spend_high, places), fixed(one.target, places), fixed(one.given, places),
            words("holds" if one.reached else "fails"))


def budget_figure(budgets: Sequence[Budget], n: int, tolerance: float, words: Words) -> Chart:
    """The bars, each with its interval and its knob; the target as a line with the tolerance around it."""
    key = [(Patch(facecolor=style.BLUE), words("budgets_matched")),
           (Line2D([], [], **GIVEN), words("budgets_given")),
           (Line2D([], [], color=style.INK, linewidth=1.4, linestyle=TARGET), words("budgets_target"))]
    note = words("budgets_note", n=n, tolerance=plain(100 * tolerance))
    figure = look.sheet(words("budgets_title"), note, ROW * len(budgets) + 0.85, key)
    axes = figure.subplots()
    most = max(one.spend_high if math.isfinite(one.spend_high) else one.spend for one in budgets)
    divisor, label = look.divisor_for(max(most, *(one.given for one in budgets)), words.unit("yuan"), words)
    look.dress(axes)
    for place, one in enumerate(budgets):
        draw_budget(axes, place, one, divisor)
    target = budgets[0].target / divisor
    axes.axvspan(target * (1 - tolerance), target * (1 + tolerance), facecolor=style.GREEN, alpha=0.2, linewidth=0)
    axes.axvline(target, color=style.INK, linewidth=1.4, linestyle=TARGET)
    name_arms(axes, budgets, words)
    axes.set_xlabel(words("budgets_axis", unit=label), fontsize=look.PLAIN, color=style.INK)
    data = {name: [getattr(one, name) for one in budgets] for name in Budget._fields}
    return Chart("budgets", look.finish(figure), data, words("alt_budgets", values=told(budgets)))


TARGET: Any = (0, (5, 2))
GIVEN: dict[str, Any] = {"color": style.VERMILION, "marker": "D", "markerfacecolor": "white", "markersize": 6.5,
                         "markeredgewidth": 1.6, "linestyle": "none"}


def draw_budget(axes: Axes, place: int, one: Budget, divisor: float) -> None:
    """One arm's bar with its interval; a diamond where it was before, unless it was left there."""
    axes.barh(place, one.spend / divisor, height=0.55, color=style.BLUE)
    axes.plot([one.spend_low / divisor, one.spend_high / divisor], [place, place], color=style.INK, linewidth=1.8,
              marker="|", markersize=8, markeredgewidth=1.6)
    if one.knob:
        axes.plot(one.given / divisor, place, **GIVEN)


def name_arms(axes: Axes, budgets: Sequence[Budget], words: Words) -> None:
    """Arms down the side, each with its knob below its name."""
    knobs = [f"{look.clip(one.knob, 34)} = {plain(one.value)}" if one.knob else words("budgets_kept")
             for one in budgets]
    axes.set_yticks(range(len(budgets)), [f"{look.clip(one.arm)}\n{knob}"
                                          for one, knob in zip(budgets, knobs, strict=True)])
    axes.set_ylim(len(budgets) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    look.amount_axis(axes, "x", ticks=7)


def told(budgets: Sequence[Budget]) -> str:
    """The bars in words."""
    return join([f"{one.arm}: {fixed(one.spend, 0)} {interval(one.spend_low, one.spend_high, 0)}" for one in budgets])
