"""The bands of the patterns, out of bands.yaml: where a value should lie, in which worlds, and who says so."""
from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.lab.phrases import phrases
from sim.schema import GRADES, SETTING, build, choice, number, text

ROLES = ("input", "calibrated", "emergent")  # what they mean: phrases.yaml
# a file of the run, and what writes it
NEEDS = {"orders": "record.orders=true", "panel": "record.panel=2000", "books": "record.books=true"}
SIZES = {"city": 200_000}  # users a world needs to count as one


@dataclass(frozen=True)
class Band:
    """One part of a pattern: which value, where it should lie, in which worlds, its role, grade and source."""

    id: str = text("pattern of model.md section 4, and which part of it")
    what: str = text("the value in words")
    zh: str = text("the same in Chinese")
    role: str = choice(ROLES, "what being inside is worth")
    grade: str = choice(tuple(GRADES), "evidence behind the band")
    source: str = text("of the band")
    low: float | None = number("", -1e12, 1e12, SETTING, "lower end, itself inside", default=None)
    high: float | None = number("", -1e12, 1e12, SETTING, "upper end, itself inside", default=None)
    unit: str = text("of the value; none: a share or a ratio", default="")
    eras: tuple[str, ...] = text("in which the band holds; none: in all", default=())
    least: str = choice(tuple(SIZES), "smallest population it is meant for", default="")
    days: int = number("day", 0, 30_000, SETTING, "shortest horizon it is meant for", default=0)
    needs: str = choice(tuple(NEEDS), "file of the run without which there is no value", default="")

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None) or (self.low or 0.0) > (self.high or 0.0):
            raise ValueError(f"band {self.id} needs low <= high, or neither")

    def holds(self, value: float) -> bool | None:
        """Whether a value lies in the band, ends included; None without a band or a value."""
        if self.low is None or self.high is None or math.isnan(value):
            return None
        return bool(self.low <= value <= self.high)

    def words(self, lang: str) -> str:
        """The value in words of a language."""
        return self.zh if lang == "zh" else self.what

    def meant_for(self, users: int, days: int, lang: str = "en") -> str:
        """In words what the world is too small or too short for; nothing where it is neither."""
        needs, say = [], phrases("card", lang)
        if users < SIZES.get(self.least, 0):
            needs.append(f"≥ {self.least}")
        if days < self.days:
            needs.append(say["days"].format(days=self.days))
        return say["meant"].format(needs=say["and"].join(needs)) if needs else ""


@cache
def bands() -> tuple[Band, ...]:
    """Every band, in the order of the patterns."""
    import yaml

    listed = yaml.safe_load(Path(__file__).with_name("bands.yaml").read_text("utf-8"))
    return tuple(build(Band, one, f"bands.{one['id']}") for one in listed)


def bands_of(era: str) -> list[Band]:
    """The bands that hold in an era."""
    return [band for band in bands() if not band.eras or era in band.eras]
