"""A report as Markdown: the same sections, its figures beside it in `figures/`."""
from __future__ import annotations

import re

from sim.lab.report.blocks import Block, Cell, Code, Group, Picture, Report, Table, Text

SPECIAL = re.compile(r"([\\`*\[\]<>|#~$])|(?<!\w)_|_(?!\w)")


def markdown(report: Report) -> str:
    """The file's text."""
    parts = [f"**{quoted(report.notice)}**", f"# {quoted(report.title)}", *map(quoted, report.remarks)]
    parts += [f"**{quoted(report.contents)}**", "\n".join(
        f"- [{quoted(section.title)}](#{section.anchor})" for section in report.sections)]
    for section in report.sections:
        parts += [f'<a id="{section.anchor}"></a>\n\n## {quoted(section.title)}', *map(block_text, section.blocks)]
    return "\n\n".join(parts) + "\n"


def quoted(text: str) -> str:
    """Text that means itself: on one line, Markdown's own signs escaped."""
    return SPECIAL.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))


def block_text(block: Block) -> str:
    """Any block as Markdown."""
    match block:
        case Text(words, kind):
            return f"**{quoted(words)}**" if kind == "lead" else quoted(words)
        case Code(words, _):
            fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", words))])
            return f"{fence}\n{words}\n{fence}"
        case Picture(chart, caption):
            return f"![{quoted(chart.alt)}](figures/{chart.name}.png)\n\n{quoted(caption)}"
    return table_text(block)


def table_text(table: Table) -> str:
    """A pipe table; a group's heading is a row of its own."""
    rules = [":--" if k in table.words else "--:" for k in range(len(table.heads))]
    rows = [row for group in table.groups for row in group_text(group, len(table.heads))]
    return "\n".join([line([cell_text(head) for head in table.heads]), line(rules), *rows])


def group_text(group: Group, columns: int) -> list[str]:
    """A group's lines."""
    title = [line([f"**{quoted(group.heading)}**", *[""] * (columns - 1)])] if group.heading else []
    return title + [line([cell_text(cell) for cell in row]) for row in group.rows]


def cell_text(cell: Cell) -> str:
    """A cell on one line."""
    return quoted(f"{cell.main} {cell.sub}")


def line(cells: list[str]) -> str:
    """One line of a pipe table."""
    return f"| {' | '.join(cells)} |"
