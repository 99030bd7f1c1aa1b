"""What a report is made of, whatever it is written as: sections of paragraphs, tables, figures and quoted text."""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.lab.report.look import Chart


class Text(NamedTuple):
    """A paragraph. `kind`: plain, lead (the verdict), note (small print)."""

    words: str
    kind: str = "plain"


class Code(NamedTuple):
    """Text quoted as it is; under a summary line it is folded away where the page can fold."""

    words: str
    summary: str = ""


class Cell(NamedTuple):
    """A table's cell: its main words, and smaller ones below, such as an interval."""

    main: str
    sub: str = ""


class Group(NamedTuple):
    """Rows of a table under one heading; an empty heading is left out."""

    heading: str
    rows: Sequence[Sequence[Cell]]


class Table(NamedTuple):
    """A table: heads, groups of rows, and which columns hold words (the rest hold numbers, set right)."""

    heads: Sequence[Cell]
    groups: Sequence[Group]
    words: frozenset[int]


class Picture(NamedTuple):
    """A figure and where its data are."""

    chart: Chart
    caption: str


Block = Text | Code | Table | Picture


class Section(NamedTuple):
    """A part of the report: its anchor, its title, what it holds."""

    anchor: str
    title: str
    blocks: Sequence[Block]


class Report(NamedTuple):
    """A whole report: language as HTML names it, title, the notice on top, facts of the set-up, sections."""

    lang: str
    title: str
    notice: str
    contents: str
    remarks: Sequence[str]
    sections: Sequence[Section]


def simple(heads: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[int]) -> Table:
    """A table of one group and plain cells."""
    cells = [[Cell(text) for text in row] for row in rows]
    return Table([Cell(head) for head in heads], [Group("", cells)], frozenset(words))
