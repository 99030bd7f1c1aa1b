"""The card: every pattern with its value, its band and whether it is inside, by role; printed and as JSON."""
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.files import write_text
from sim.lab.patterns.bands import NEEDS, ROLES, Band, bands_of
from sim.lab.patterns.finished import Run
from sim.lab.patterns.measures import read_patterns
from sim.lab.phrases import heads, phrases
from sim.lab.report.words import Words
from sim.listing import table
from sim.summary import rule

HEAD = ("pattern", "", "value", "band", "", "")


class Entry(NamedTuple):
    """One line of the card: a band, the value found, and in words what the world is too small or short for."""

    band: Band
    value: float
    note: str

    @property
    def inside(self) -> bool | None:
        """Whether the value is in its band; None without a value or a band."""
        return self.band.holds(self.value)

    @property
    def plain(self) -> dict[str, Any]:
        """The line as patterns.json holds it."""
        value = None if math.isnan(self.value) else self.value
        return {"id": self.band.id, "role": self.band.role, "value": value, "low": self.band.low,
                "high": self.band.high, "inside": self.inside}


def card_of(run: Run, lang: str = "en") -> list[Entry]:
    """The card of a run, in the patterns' order; what its era has no band for is left out."""
    values = read_patterns(run)
    return [Entry(band, values.get(band.id, math.nan), note_of(band, run, lang)) for band in bands_of(run.era)]


def note_of(band: Band, run: Run, lang: str = "en") -> str:
    """What stands in a value's way: a file that was not written, or the size or length of the world."""
    files = {"orders": run.orders, "panel": run.panel, "books": run.books}
    if band.needs and files[band.needs] is None:
        return phrases("card", lang)["needs"].format(file=NEEDS[band.needs])
    return band.meant_for(run.users, run.days, lang)


def write_card(path: Path, entries: Sequence[Entry]) -> None:
    """Write patterns.json: a list of {id, role, value, low, high, inside}, undefined null."""
    import json

    text = json.dumps([entry.plain for entry in entries], indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


# ---- printed -------------------------------------------------------------------------------------

def card_table(entries: Sequence[Entry], lang: str = "en") -> str:
    """The card as text: one part a role, with how many of its values are in their band."""
    head, *rows = table([heads(HEAD, lang), *(cells(entry, lang) for entry in entries)]).splitlines()
    return "\n".join([head, *parts(entries, rows, lang)])


def parts(entries: Sequence[Entry], rows: Sequence[str], lang: str) -> Iterator[str]:
    """The printed rows under the headings of their roles."""
    for role in ROLES:
        own = [place for place, entry in enumerate(entries) if entry.band.role == role]
        if own:
            told = phrases("card", lang)["heading"].format(
                role=meaning(role, lang), score=score([entries[place] for place in own], lang))
            yield rule(told)
            yield from (rows[place] for place in own)


def meaning(role: str, lang: str) -> str:
    """A role and what being inside is worth in it."""
    return phrases("card", lang)[role]


def score(entries: Sequence[Entry], lang: str = "en") -> str:
    """How many of the values that have a band are in it, and how many are undefined."""
    say, judged = phrases("card", lang), [entry.inside for entry in entries if entry.inside is not None]
    blank = sum(math.isnan(entry.value) for entry in entries)
    told = say["score"].format(inside=sum(judged), judged=len(judged))
    return told + (say["blank"].format(blank=blank) if blank else "")


def verdict_of(entry: Entry, lang: str) -> str:
    """Whether a value is in its band, in a word."""
    return {True: phrases("card", lang)["in"], False: phrases("card", lang)["out"], None: "–"}[entry.inside]


def cells(entry: Entry, lang: str) -> tuple[str, ...]:
    """One line's texts."""
    band = entry.band
    return band.id, band.words(lang), shown(entry.value, band), span(band, lang), verdict_of(entry, lang), entry.note


def span(band: Band, lang: str = "en") -> str:
    """The band in words, `–` without one."""
    if band.low is None or band.high is None:
        return "–"
    unit = f" {Words(lang).unit(band.unit)}" if band.unit else ""
    return f"{band.low:g} … {band.high:g}{unit}".replace("-", "−")


def shown(value: float, band: Band) -> str:
    """A value with about three digits, never rounded onto or over the band's edge; `–` if undefined."""
    if math.isnan(value):
        return "–"
    for digits in range(3, 16):
        text = f"{value:.{digits}g}"
        if band.holds(float(text)) == band.holds(value):
            break
    return text.replace("-", "−")
