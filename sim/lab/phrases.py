"""The lab's prose in English and Chinese, out of phrases.yaml."""
from __future__ import annotations

from collections.abc import Mapping
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
