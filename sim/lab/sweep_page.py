"""What a sweep prints and writes: a table a key, the best dose, the first dose that loses money, dose curves."""
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.lab.desk import Desk, write_comparison
from sim.lab.effects import Comparison
from sim.lab.item import Item
from sim.lab.outputs import chance, figure, page, write_csv
from sim.lab.phrases import heads, phrases
from sim.lab.report import DoseCurve, dose_figure, write_chart
from sim.lab.sweep import Response, responses
from sim.listing import table
from sim.listing import value as typed

HEAD = ("dose", "Δ", "Δ %", "95 % CI of Δ", "p", "p adj.", "incremental ROI", "95 % CI", "since the last dose")
COLUMNS = ("key", "dose", "delta", "low", "high", "relative", "p", "p_adjusted", "roi", "roi_low", "roi_high",
           "roi_marginal", "roi_marginal_low", "roi_marginal_high")


def tell_doses(here: Desk, items: Sequence[Item]) -> str:
    """Write the response to each key, beside all that a comparison writes; returns the page to print."""
    study = here.task.study
    found, worlds = here.findings(items), here.workshop.worlds(study, items)
    answers = list(responses(study, worlds, found.comparison.effects))
    write_comparison(here, found, items)
    write_csv(here.task.out / "doses.csv", COLUMNS, (row for one in answers for row in rows(one)))
    for one in answers:
        if all(isinstance(value, int | float) for value in (one.first, *(dose.value for dose in one.doses))):
            chart = dose_figure(curve_of(one, found.comparison), study.lang)
            write_chart(chart._replace(name=f"dose_{one.key}"), here.task.out / "figures")
    return "\n\n".join([page(study, found), *(paragraph(one, study.lang) for one in answers)])


def paragraph(one: Response, lang: str) -> str:
    """A key's table, best dose and first dose that loses money."""
    say = phrases("doses", lang)
    lines = [(typed(dose.value), figure(dose.effect.delta, sign=True), figure(100 * dose.effect.relative, sign=True),
              f"{figure(dose.effect.low, sign=True)} … {figure(dose.effect.high, sign=True)}", chance(dose.effect.p),
              chance(dose.effect.p_adjusted), figure(dose.roi.value),
              f"{figure(dose.roi.low)} … {figure(dose.roi.high)}", figure(dose.marginal.value)) for dose in one.doses]
    best, good = (", ".join(map(typed, values)) or say["unknown"] for values in (one.best, one.as_good))
    loses = say["none"] if one.unprofitable is None else typed(one.unprofitable)
    return "\n".join([say["title"].format(key=one.key, first=typed(one.first)), table([heads(HEAD, lang), *lines]),
                      say["best"].format(best=best, good=good), say["loses"].format(dose=loses)])


def rows(one: Response) -> Iterator[list[Any]]:
    """A key's doses as rows of numbers."""
    for dose in one.doses:
        said = dose.effect
        yield [one.key, dose.value, said.delta, said.low, said.high, said.relative, said.p, said.p_adjusted,
               *dose.roi, *dose.marginal]


def curve_of(one: Response, comparison: Comparison) -> DoseCurve:
    """A key's response as the dose figure takes it; the first dose stands at 0, by definition."""
    doses = sorted(one.doses, key=lambda dose: dose.value)
    said = np.array([[dose.effect.delta, dose.effect.low, dose.effect.high, *dose.roi] for dose in doses])
    values = np.array([dose.value for dose in doses], float)
    at = int(np.searchsorted(values, one.first))
    delta, low, high, roi, roi_low, roi_high = np.insert(said, at, [0, 0, 0, math.nan, math.nan, math.nan], axis=0).T
    good = [float(value) for value in one.as_good] or [math.nan]
    return DoseCurve(
        knob=one.key, metric=comparison.primary, unit=doses[0].effect.unit, control=f"{one.key}={typed(one.first)}",
        n=min(dose.effect.n for dose in doses), doses=np.insert(values, at, one.first), delta=delta, low=low, high=high,
        roi=roi, roi_low=roi_low, roi_high=roi_high,
        best=float(one.best[0]) if one.best else math.nan, best_low=min(good), best_high=max(good),
        unprofitable=math.nan if one.unprofitable is None else float(one.unprofitable))
