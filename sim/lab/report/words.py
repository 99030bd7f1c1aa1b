"""The report's language: every string out of `words.yaml`, and the human names of metrics and units."""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sim.schema import ConfigError
from sim.summary import KPIS, LOG_KPIS

LANGUAGES = {"en": "en", "zh": "zh-Hans"}  # and their names in HTML
SUFFIXES = ("total", "first", "last")


@cache
def table(part: str) -> dict[str, Any]:
    """One part of the dictionary: text, units, per, flags, methods, metrics or definitions."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))[part]
    return found


@cache
def kpi_names() -> dict[str, str]:
    """English names of the summary's key figures; those that lean on the line above have their own."""
    kpis = [*(kpi for _, group in KPIS for kpi in group), *LOG_KPIS]
    return {kpi.name: kpi.label for kpi in kpis if not kpi.label.startswith(" ")}


@dataclass(frozen=True)
class Words:
    """The report's words in one language: `words("verdict")`, `words("days", count=60)`."""

    lang: str

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise ConfigError("lang", self.lang, f"must be one of {', '.join(LANGUAGES)}")

    def __call__(self, key: str, **values: Any) -> str:
        text: str = table("text")[key][self.lang]
        return text.format(**values)

    def metric(self, name: str) -> str:
        """The name people use for a summary metric; an unknown one keeps its own, spaced."""
        known = table("metrics").get(name, {}).get(self.lang) or (kpi_names().get(name) if self.lang == "en" else None)
        if known:
            return str(known)
        base, _, last = name.rpartition("_")
        if base and last in SUFFIXES:
            return self(f"suffix_{last}", name=self.metric(base))
        for start, key in (("policy_spent_", "spent_by"), ("subsidy_", "subsidy_of"), ("flow_", "flow_of")):
            if name.startswith(start):
                return self(key, name=name.removeprefix(start))
        return name.replace("_", " ")

    def title(self, name: str) -> str:
        """A metric's name at the head of a line."""
        label = self.metric(name)
        return label[:1].upper() + label[1:]

    def tagged(self, name: str, role: str) -> str:
        """A name with the metric's role, if that is a special one."""
        return name if role == "secondary" else self("with_role", name=name, role=self(f"role_{role}"))

    def unit(self, unit: str) -> str:
        """A unit's name, `yuan/day` as yuan a day; an unknown one as it is."""
        known = table("units").get(unit)
        base, _, part = unit.partition("/")
        if known is None and part in table("per"):
            text: str = table("per")[part][self.lang]
            return text.format(unit=self.unit(base))
        return unit if known is None else str(known[self.lang])

    def flag(self, flag: str) -> str:
        """A flag in this language, its numbers in their places; an unknown part as it is."""
        return self("list").join(self._flag(part) for part in flag.split(", "))

    def _flag(self, part: str) -> str:
        """One part of a flag."""
        known = table("flags").get(re.sub(r"\d+", "{}", part))
        return str(known[self.lang]).format(*re.findall(r"\d+", part)) if known else part

    def method(self, name: str) -> str:
        """The name of a method or an adjustment; an unknown one as it is."""
        return str(table("methods").get(name, {}).get(self.lang, name))

    def definition(self, metric: str) -> tuple[str, str]:
        """A metric's unit and definition, both empty if it has none."""
        from sim.definitions import defined_as, definition
        from sim.lab.quantities import base_of

        base = base_of(metric)
        unit, english = definition(base)
        return self.unit(unit), english if self.lang == "en" else table("definitions").get(defined_as(base), english)

    @property
    def largest_units(self) -> tuple[tuple[float, str], ...]:
        """Divisors for large amounts and their keys, as the language counts: by thousands, or by 万 and 亿."""
        if self.lang == "zh":
            return (1e8, "1e8"), (1e4, "1e4")
        return (1e9, "1e9"), (1e6, "1e6"), (1e3, "1e3")
