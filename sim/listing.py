"""Printed tables of what can be set: every number of the model, every policy with its knobs."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from typing import Any

from sim.config import SimConfig
from sim.policies import policies_of
from sim.schema import GRADES, declared, join, span

Row = tuple[str, ...]
MOST_SHOWN = 16  # numbers of a row that are printed one by one
HEAD = ("key", "value", "unit", "range", "grade", "source")


def parameters_table(config: SimConfig) -> str:
    """Every setting and number with its value in `config`, unit, range, evidence grade and source."""
    knobs = [row for name, policy in policies_of(config.policy).items() for row in rows(policy, join("policy", name))]
    grades = "\n".join(f"{grade}  {meaning}" for grade, meaning in GRADES.items())
    return f"{table([HEAD, *rows(config), *knobs])}\n\ngrades\n{grades}"


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
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)][:-1]
    padded = ([*map(str.ljust, line[:-1], widths), line[-1]] for line in lines)
    return "\n".join("  ".join(cells).rstrip() for cells in padded)
