"""Writing a report: figures as PNG with a CSV each, one HTML page, one Markdown file."""
from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.figures import style
from sim.files import write_text
from sim.lab.effects import Comparison
from sim.lab.report.blocks import Picture, Report
from sim.lab.report.content import compose
from sim.lab.report.look import Chart, fonts
from sim.lab.report.markdown import markdown
from sim.lab.report.page import page
from sim.lab.report.words import Words

FIGURES = "figures"


def write_report(comparison: Comparison, folder: Path, lang: str = "en") -> None:
    """Write report.html (whole in itself), report.md, and figures/<name>.png with figures/<name>.csv into `folder`.

    `lang`: en or zh; ConfigError for another, before anything is written. The same comparison gives the same bytes.
    """
    report = compose(comparison, Words(lang))
    figures = folder / FIGURES
    figures.mkdir(parents=True, exist_ok=True)
    for chart in charts(report):
        write_chart(chart, figures)
    write_text(folder / "report.html", page(report, figures))
    write_text(folder / "report.md", markdown(report))


def charts(report: Report) -> list[Chart]:
    """Every figure of a report, in order."""
    return [block.chart for section in report.sections for block in section.blocks if isinstance(block, Picture)]


def write_chart(chart: Chart, folder: Path) -> None:
    """One figure as PNG, and the table behind it as CSV of the same name."""
    style.save(chart.figure, folder / f"{chart.name}.png", fonts())
    write_text(folder / f"{chart.name}.csv", csv_text(chart.data))


def csv_text(columns: Mapping[str, Sequence[Any]]) -> str:
    """Columns as CSV: every digit of a number, nothing where it is undefined."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([blank(value) for value in row] for row in zip(*columns.values(), strict=True))
    return text.getvalue()


def blank(value: Any) -> Any:
    """Nothing for NaN."""
    return "" if isinstance(value, float) and math.isnan(value) else value
