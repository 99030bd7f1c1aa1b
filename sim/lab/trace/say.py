"""What a trace is told with: phrases, names of terms, categories and accounts in one language."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Any

from sim.lab.trace.records import CATEGORIES, Choice, Option
from sim.listing import width_of

LANGUAGES = ("en", "zh")
SMALLEST = 0.005  # a term below it rounds to nothing


class Say:
    """One language."""

    def __init__(self, lang: str = "en") -> None:
        self.lang, self.words = lang, _words()

    def __call__(self, name: str, **values: Any) -> str:
        """A phrase with its values."""
        return str(self.words["page"][name][self.lang]).format(**values)

    def category(self, k: int) -> str:
        """The name of a category."""
        return str(self.words["categories"][self.lang][k])

    def state(self, k: int) -> str:
        """Outside, visitor or buyer."""
        return str(self.words["states"][self.lang][k])

    def venue(self, k: int) -> str:
        """The name of a venue by its number."""
        return str(self.words["venues"][self.lang][k])

    def term(self, name: str) -> str:
        """The name of a term of a utility or of log-odds."""
        found = self.words["terms"].get(name)
        return str(found["zh"][0]) if found and self.lang == "zh" else name

    def meaning(self, name: str) -> str:
        """What a term is, in a few words; empty for one without."""
        found = self.words["terms"].get(name)
        return "" if not found else str(found["zh"][1]) if self.lang == "zh" else str(found["en"])

    def gloss(self, name: str) -> str:
        """A term with its meaning."""
        return self("gloss", term=self.term(name), meaning=self.meaning(name))

    def terms(self, terms: Mapping[str, float]) -> str:
        """Terms with their signs; those that round to nothing are left out."""
        return "  ".join(f"{self.term(name)} {value:+.2f}" for name, value in terms.items()
                         if abs(value) >= SMALLEST) or self("nothing")

    def by_category(self, values: Sequence[float]) -> str:
        """What there is of something in each category."""
        return self("comma").join(f"{self.category(k)} {value:.2g}" for k, value in enumerate(values)
                                  if value >= 0.05) or self("none")

    def name_of(self, one: Choice, row: int) -> str:
        """A good here, the good bought elsewhere, or not buying."""
        if row >= 0:
            return self("row", row=row)
        return self("elsewhere", row=one.elsewhere) if one.elsewhere >= 0 else self("not_buying")

    def account(self, presenter: int, creators: int) -> str:
        """An account by its kind and row."""
        name, row = ("creator", presenter) if presenter < creators else ("shop_row", presenter - creators)
        return self(name, row=row)

    def where(self, place: str) -> str:
        """A place of choice, as the witness names it, in the language of the page."""
        for pattern, name, part in PLACES:
            found = re.fullmatch(pattern, place)
            if found:
                return self(name, **{part: self._part(part, found[1])})
        return self.venue(_words()["venues"]["en"].index(place)) if self.lang != "en" else place

    def _part(self, part: str, text: str) -> str:
        """The changing part of a place's name."""
        if part == "account":
            kind, row = text.split()
            return self("creator" if kind == "creator" else "shop_row", row=row)
        if part == "category":
            return self.category(CATEGORIES.index(text))
        return text

    def folded(self, line: str, width: int) -> list[str]:
        """A line within a width; what is left of it hangs below. Chinese breaks after any letter."""
        if width_of(line) == len(line):
            return wrap(line, width, subsequent_indent="    ") or [""]
        lines, room = [""], width
        for piece in re.findall(r"[⺀-￠]|[^\s⺀-￠]+|\s+", line):
            if width_of(lines[-1] + piece) > room:
                lines.append("    ")
            lines[-1] += piece if lines[-1].strip() or len(lines) == 1 else piece.lstrip()
        return lines


PLACES = ((r"room of (.+)", "room_of", "account"), (r"slot (\d+)", "video_slot", "slot"),
          (r"friend's card()", "friends_card", "none"), (r"search (.+)", "search_list", "category"),
          (r"shop (\d+)", "shop_row", "row"))


@cache
def _words() -> Mapping[str, Any]:
    """The file of words."""
    import yaml

    found: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    return found


def yuan(fen: float) -> str:
    """Fen as yuan."""
    return f"¥{fen / 100:,.2f}"


def steps_of(one: Option) -> dict[str, float]:
    """The terms of a utility in the order of the rules, noises last; they add up to it."""
    return one.terms | one.price_terms | {"noise of the list": one.shared, "own noise": one.own}


def short_of(one: Choice) -> float:
    """By how much a choice failed to end in an order."""
    return one.outside - max((option.total for option in one.options), default=-float("inf"))
