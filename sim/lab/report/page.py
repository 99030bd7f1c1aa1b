"""A report as one HTML page that needs nothing else: style and figures inside, no script, no network."""
from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path

from sim.lab.report.blocks import Block, Cell, Code, Group, Picture, Report, Section, Table, Text

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # the browser itself keeps the page offline


def page(report: Report, figures: Path) -> str:
    """The page's text; the figures are read from `figures` as PNG."""
    style = Path(__file__).with_name("page.css").read_text("utf-8")
    head = (f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            f"<title>{escape(report.title)}</title>\n<style>\n{style}</style>")
    remarks = "".join(f'\n<p class="remark">{escape(remark)}</p>' for remark in report.remarks)
    body = "\n".join(section_html(section, figures) for section in report.sections)
    return (f'<!doctype html>\n<html lang="{report.lang}">\n<head>\n{head}\n</head>\n<body>\n<header>\n'
            f'<p class="notice">{escape(report.notice)}</p>\n<h1>{escape(report.title)}</h1>{remarks}\n</header>\n'
            f"{contents(report)}\n<main>\n{body}\n</main>\n</body>\n</html>\n")


def contents(report: Report) -> str:
    """The table of contents."""
    items = "\n".join(f'<li><a href="#{escape(one.anchor)}">{escape(one.title)}</a></li>' for one in report.sections)
    return f"<nav>\n<strong>{escape(report.contents)}</strong>\n<ul>\n{items}\n</ul>\n</nav>"


def section_html(section: Section, figures: Path) -> str:
    """A section with its heading."""
    blocks = "\n".join(block_html(block, figures) for block in section.blocks)
    anchor = escape(section.anchor)
    return f'<section id="{anchor}">\n<h2>{escape(section.title)}</h2>\n{blocks}\n</section>'


def block_html(block: Block, figures: Path) -> str:
    """Any block as HTML."""
    match block:
        case Text(words, kind):
            return f"<p>{escape(words)}</p>" if kind == "plain" else f'<p class="{kind}">{escape(words)}</p>'
        case Code(words, summary):
            code = f"<pre><code>{escape(words)}</code></pre>"
            return f"<details><summary>{escape(summary)}</summary>{code}</details>" if summary else code
        case Picture(chart, caption):
            data = base64.b64encode(small(figures / f"{chart.name}.png")).decode()
            return (f'<figure><div class="scroll"><img src="data:image/png;base64,{data}" alt="{escape(chart.alt)}">'
                    f"</div><figcaption>{escape(caption)}</figcaption></figure>")
    return table_html(block)


def small(path: Path) -> bytes:
    """A PNG with a palette of 256 colours, half the size and to the eye the same; white stays white."""
    from PIL import Image

    packed = io.BytesIO()
    Image.open(path).convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT).save(packed, "png", optimize=True)
    return packed.getvalue()


def table_html(table: Table) -> str:
    """A table that scrolls sideways where the screen is narrow."""
    heads = "".join(f'<th{word_class(table, k)} scope="col">{cell_words(head)}</th>'
                    for k, head in enumerate(table.heads))
    head = f"<thead><tr>{heads}</tr></thead>\n" if any(head.main for head in table.heads) else ""
    groups = "\n".join(group_html(table, group) for group in table.groups)
    return f'<div class="scroll" tabindex="0"><table>\n{head}{groups}\n</table></div>'


def group_html(table: Table, group: Group) -> str:
    """Rows under their heading."""
    title = (f'<tr class="group"><th colspan="{len(table.heads)}" scope="rowgroup">{escape(group.heading)}</th></tr>\n'
             if group.heading else "")
    rows = ["".join(cell_html(table, k, cell) for k, cell in enumerate(row)) for row in group.rows]
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<tbody>\n{title}{body}\n</tbody>"


def cell_html(table: Table, column: int, cell: Cell) -> str:
    """One cell; the first of a row names it."""
    if column == 0:
        return f'<th scope="row">{cell_words(cell)}</th>'
    return f"<td{word_class(table, column)}>{cell_words(cell)}</td>"


def cell_words(cell: Cell) -> str:
    """A cell's words, the smaller ones below."""
    sub = f'<span class="sub">{escape(cell.sub)}</span>' if cell.sub else ""
    return f"{escape(cell.main)}{sub}"


def word_class(table: Table, column: int) -> str:
    """The class of a column of words."""
    return ' class="words"' if column in table.words else ""
