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


LABELS = {
    "gmv_net": ("net GMV", "净 GMV"), "gmv_gross": ("gross GMV", "支付 GMV"), "orders": ("orders", "订单数"),
    "contribution": ("contribution", "平台贡献利润"), "subsidy_total": ("subsidies", "补贴"),
}


def label(metric: str, lang: str) -> str:
    """The name people use for a summary number; one without is told as it stands."""
    from sim.lab.quantities import base_of

    known = LABELS.get(base_of(metric))
    return known[lang == "zh"] if known else metric.replace("_", " ")
