"""The lab's prose in English and Chinese, out of phrases.yaml."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path


@cache
def phrases(group: str, lang: str) -> Mapping[str, str]:
    """A group's phrases by name in one language."""
    import yaml

    found = yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))
    return {name: texts[lang] for name, texts in found[group].items()}


def label(metric: str, lang: str) -> str:
    """The name people use for a summary number, whether mean or sum."""
    from sim.lab.quantities import base_of
    from sim.lab.report.words import Words

    return Words(lang).metric(base_of(metric))


def named(metric: str, lang: str) -> str:
    """A summary number in a printed table: its key, which can be typed again, or its Chinese name."""
    return metric if lang == "en" else label(metric, lang)


def listed(names: Sequence[str], lang: str) -> str:
    """Names in a row: `a, b and c`."""
    say = phrases("verdict", lang)
    return say["and"].join(filter(None, (say["comma"].join(names[:-1]), *names[-1:])))


def heads(columns: Sequence[str], lang: str) -> tuple[str, ...]:
    """The headings of a printed table."""
    say = phrases("columns", lang)
    return tuple(say.get(column, column) for column in columns)
