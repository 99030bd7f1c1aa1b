"""Printed tables of what can be set: every number of the model, every shock with its knobs."""
from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from typing import Any

from sim.compose import configure, members
from sim.config import SimConfig
from sim.policies import policies_of
from sim.schema import GRADES, declared, join, span
from sim.shocks import shocks_of

Row = tuple[str, ...]
MOST_SHOWN = 16  # numbers of a row that are printed one by one
HEAD = ("key", "value", "unit", "range", "grade", "source")


def parameters_table(config: SimConfig) -> str:
    """Every setting and number with its value in `config`, unit, range, evidence grade and source."""
    knobs = [row for name, policy in policies_of(config.policy).items() for row in rows(policy, join("policy", name))]
    knobs += [row for name, shock in shocks_of(config.shock).items() for row in rows(shock, join("shock", name))]
    grades = "\n".join(f"{grade}  {meaning}" for grade, meaning in GRADES.items())
    return f"{table([HEAD, *rows(config), *knobs])}\n\ngrades\n{grades}"


def shocks_table() -> str:
    """Every shock: what it does, and its knobs with their values."""
    return "\n\n".join(_shock(name) for name in members("shock"))


def _shock(name: str) -> str:
    """One shock's paragraph."""
    [shock] = shocks_of(configure(f"shock=[{name}]").shock).values()
    return f"{name}: {about(shock)}\n{table(rows(shock))}"


def about(thing: Any) -> str:
    """The first line of what a shock says of itself."""
    return (type(thing).__doc__ or "").strip().partition("\n")[0]


def rows(config: Any, path: str = "") -> Iterator[Row]:
    """The declared fields of a dataclass in declared order, then those of the dataclasses inside it."""
    inside = []
    for name, one in declared(type(config)).items():
        item, rules = getattr(config, name), one.metadata
        if is_dataclass(item):
            inside.append((item, join(path, name)))
        elif rules:
            unit, grade, source = (rules.get(part, "") for part in ("unit", "grade", "source"))
            yield join(path, name), brief(item), unit, _range(rules), grade, source
    for item, key in inside:
        yield from rows(item, key)


def _range(rules: Any) -> str:
    """What a field may be, in short."""
    return span(rules) if "low" in rules else " | ".join(rules.get("options", ()))


def brief(item: Any) -> str:
    """A value as it is typed; of a table of numbers, how many and between which."""
    if isinstance(item, list | tuple) and len(item) > MOST_SHOWN:
        return f"{len(item)} numbers from {value(min(item))} to {value(max(item))}"
    return value(item)


def value(item: Any) -> str:
    """A value as it is typed in yaml."""
    if isinstance(item, list | tuple):
        return f"[{', '.join(map(value, item))}]"
    if isinstance(item, bool) or item is None:
        return {True: "true", False: "false", None: "null"}[item]
    return f"{item:.10g}" if isinstance(item, float) else str(item)


def table(lines: Sequence[Row] | Iterator[Row]) -> str:
    """Rows of text in aligned columns; the last one runs free."""
    lines = list(lines)
    widths = [max(map(width_of, column)) for column in zip(*lines, strict=True)][:-1]
    padded = ([*map(padded_to, line[:-1], widths), line[-1]] for line in lines)
    return "\n".join("  ".join(cells).rstrip() for cells in padded)


def width_of(text: str) -> int:
    """How many columns a text takes: Chinese letters count double."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded_to(text: str, width: int) -> str:
    """A text with blanks up to a width in columns."""
    return text + " " * (width - width_of(text))
