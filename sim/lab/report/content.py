"""What a report says, section by section; a section without data is left out.

From `Comparison.manifest` it also takes, where they are there: `arms`, arm: what it changes (a text, a list of
overrides, or a mapping of keys); `margins`, metric: harm allowed, in the metric's unit and with its sign;
`half_width`, the precision at which the study stops (`0.5%` or `1200`); `returns`, a list of {arm, spend (extra, yuan
a world), roi_incremental, roi_attributed, cac, ltv_incremental, each with its _low and _high, payback_day};
`patterns`, the pattern card's entries {id, role, value, low, high, inside}.
"""
from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.files import plain as plain_values
from sim.lab.effects import Comparison, Effect
from sim.lab.phrases import listed
from sim.lab.report import futures, look
from sim.lab.report.amounts import (
    DASH,
    Scale,
    fixed,
    interval,
    p_value,
    percent,
    places_of,
    plain,
    scale_of,
    shared_places,
)
from sim.lab.report.blocks import Block, Cell, Code, Group, Picture, Report, Section, Table, Text, simple
from sim.lab.report.courses import convergence, metrics_over_time, over_time, pairing, primary_effect, slopes, treated
from sim.lab.report.flows import money, traffic
from sim.lab.report.forest import by_metric, forest
from sim.lab.report.look import Chart
from sim.lab.report.rails import rails
from sim.lab.report.words import LANGUAGES, Words

DIGEST = re.compile(r"[0-9a-f]{32,}")


def compose(comparison: Comparison, words: Words) -> Report:
    """The whole report in one language."""
    parts: Sequence[Callable[[Comparison, Words], Section | None]] = (
        failed, setup, arms, verdict, effects, guardrails, glance, worlds, *time_sections(comparison),
        precision, purses, returns, whose_traffic, gain_of_pairing, patterns, assumed, glossary, methods, reproduce,
        manifest)
    sections = [section for part in parts if (section := part(comparison, words))]
    remarks = [words("given_in_english")]
    if look.figure_words(words) != words:
        remarks.append(words("figure_language"))
    return Report(LANGUAGES[words.lang], title_of(comparison, words), words("notice"), words("contents"),
                  [remark for remark in remarks if remark], sections)


def section(anchor: str, words: Words, blocks: Sequence[Block]) -> Section:
    """A section whose title stands in the dictionary under its anchor."""
    return Section(anchor, words(anchor), blocks)


def title_of(comparison: Comparison, words: Words) -> str:
    """The question as asked, or put together from the arms where all there is is its key."""
    if comparison.question and not DIGEST.fullmatch(comparison.question):
        return comparison.question
    arms = list(treated(comparison))
    return words("question" if len(arms) == 1 else "questions", arms=listed(arms, words.lang),
                 metric=words.metric(comparison.primary), control=comparison.control)


# ---- the question --------------------------------------------------------------------------------

def failed(comparison: Comparison, words: Words) -> Section | None:
    """The worlds that failed, first of all: the numbers lack them."""
    if not comparison.failures:
        return None
    note = words("failed_note", count=len(comparison.failures))
    return section("failed_items", words, [Text(note), Code("\n".join(comparison.failures))])


def setup(comparison: Comparison, words: Words) -> Section:
    """What was compared, where and for how long."""
    facts = {"setup_control": comparison.control, "setup_primary": words.metric(comparison.primary),
             "setup_worlds": str(comparison.n), "setup_horizon": words("days", count=comparison.horizon),
             "setup_population": comparison.population, "setup_era": comparison.era,
             "setup_stop": comparison.stop_reason}
    return section("setup", words, [simple(("", ""), [(words(key), fact) for key, fact in facts.items() if fact],
                                           (0, 1))])


def arms(comparison: Comparison, words: Words) -> Section:
    """The arms, and what each changes as far as the manifest says."""
    told = comparison.manifest.get("arms", {})
    rows = []
    for arm in comparison.arms:
        change = changes_of(told.get(arm)) if isinstance(told, Mapping) else ""
        if arm == comparison.control:
            change = f"{words('is_control')}; {change}" if change else words("is_control")
        rows.append((arm, change))
    if not any(change for arm, change in rows if arm != comparison.control):
        return section("arms", words, [simple((words("arm"), ""), rows, (0, 1))])
    rows = [(arm, change or words("no_change")) for arm, change in rows]
    return section("arms", words, [simple((words("arm"), words("changes")), rows, (0, 1))])


def changes_of(told: Any) -> str:
    """What an arm changes, in one line."""
    if isinstance(told, Mapping):
        return "; ".join(f"{key}={value}" for key, value in told.items())
    return "; ".join(map(str, told)) if isinstance(told, list | tuple) else str(told or "")


def verdict(comparison: Comparison, words: Words) -> Section:
    """The sentence, and the primary effect of every arm in numbers."""
    effects_of = [primary_effect(comparison, arm) for arm in treated(comparison)]
    sentences = [Text(sentence(one, words)) for one in effects_of if one and math.isfinite(one.delta)]
    return section("verdict", words, [Text(comparison.verdict, "lead"), *sentences])


def sentence(one: Effect, words: Words) -> str:
    """One arm's effect with its intervals, in words."""
    scale = scale_of(one.unit, words)
    places, share = places_for(one, scale), relative_places([one])
    unit = f" {scale.difference}" if scale.difference else ""
    delta, low, high = (fixed(scale.factor * part, places, True) for part in (one.delta, one.low, one.high))
    relative, below, above = (percent(part, share) for part in (one.relative, one.relative_low, one.relative_high))
    return words("sentence" if math.isfinite(one.relative) else "sentence_plain", arm=one.arm,
                 metric=words.metric(one.metric), n=one.n, delta=delta + unit, low=low, high=high + unit,
                 relative=relative, relative_low=below, relative_high=above)


def places_for(one: Effect, scale: Scale) -> int:
    """Decimals of an effect as shown."""
    return places_of(*(scale.factor * part for part in (one.low, one.high, one.delta)))


def relative_places(group: Sequence[Effect]) -> int:
    """Decimals of relative effects in per cent, alike for all arms of a metric."""
    return shared_places([(100 * one.relative_low, 100 * one.relative_high, 100 * one.relative) for one in group])


# ---- the effects ---------------------------------------------------------------------------------

# head and what stands below it
COLUMNS = (("arm", ""), ("delta", "confidence"), ("delta_percent", "confidence"), ("p", "adjusted"),
           ("p_better", "confidence"), ("control_mean", ""), ("arm_mean", ""), ("pairs_n", ""), ("vrf", ""),
           ("method", ""), ("flags", ""))


def effects(comparison: Comparison, words: Words) -> Section:
    """Every effect with its intervals, metric by metric."""
    groups = [Group(heading(group[0], words), effect_rows(group, words)) for group in by_metric(comparison)]
    heads = [Cell(words(head), words(below) if below else "") for head, below in COLUMNS]
    table = Table(heads, groups, frozenset((0, 9, 10)))
    return section("effects", words, [table, Text(words("effects_notes"), "note")])


def heading(one: Effect, words: Words) -> str:
    """A metric's name with its unit, and its role if it has a special one."""
    name, level = words.title(one.metric), scale_of(one.unit, words).level
    if level and level not in name.lower():
        name = words("with_unit", name=name, unit=level)
    return words.tagged(name, one.role)


def effect_rows(group: Sequence[Effect], words: Words) -> list[list[Cell]]:
    """A row an arm; numbers below each other have the same decimals."""
    scale, share = scale_of(group[0].unit, words), relative_places(group)
    places = shared_places([tuple(scale.factor * part for part in (one.low, one.high, one.delta))  # type: ignore
                            for one in group])
    return [effect_row(one, scale, places, share, words) for one in group]


def effect_row(one: Effect, scale: Scale, places: int, share: int, words: Words) -> list[Cell]:
    """One effect's cells."""
    control, treated_mean, delta, low, high = (scale.factor * part for part in
                                               (one.control, one.treated, one.delta, one.low, one.high))
    difference = fixed(delta, places, True) + (scale.after if math.isfinite(delta) else "")
    means = max(places, places_of(math.nan, math.nan, control)) if abs(control) < 100 else places
    better = interval(one.better_low, one.better_high, 2)
    relative = interval(100 * one.relative_low, 100 * one.relative_high, share, True)
    return [Cell(one.arm), estimate(difference, interval(low, high, places, True)),
            estimate(percent(one.relative, share), relative), Cell(p_value(one.p_adjusted)),
            estimate(fixed(one.better, 2), better), Cell(fixed(control, means)), Cell(fixed(treated_mean, means)),
            Cell(str(one.n)), Cell(fixed(one.vrf, 1)), Cell(words.method(one.method), words.method(one.adjustment)),
            Cell(words("list").join(map(words.flag, one.flags)))]


def estimate(value: str, ends: str) -> Cell:
    """An estimate above its interval; one dash where both are undefined."""
    return Cell(value, "" if value == ends == DASH else ends)


def guardrails(comparison: Comparison, words: Words) -> Section | None:
    """Which guardrails hold, and how far from the margins the arms are."""
    if not comparison.guardrails:
        return None
    rows = [(arm, rail, words("holds" if holds else "fails")) for arm, rail, holds in comparison.guardrails]
    table = simple((words("arm"), words("guardrail"), words("result")), rows, (0, 1, 2))
    chart = rails(comparison, look.figure_words(words))
    return section("guardrails", words, [table, Text(words("guardrails_note"), "note"), *picture(chart, words)])


# ---- the figures ---------------------------------------------------------------------------------

def picture(chart: Chart | None, words: Words) -> list[Picture]:
    """A figure with the name of its data; nothing where there is none."""
    return [Picture(chart, words("data_in", file=f"figures/{chart.name}.csv"))] if chart else []


def figure_section(anchor: str, draw: Callable[[Comparison, Words], Chart | None], title: str = "",
                   **values: str) -> Callable[[Comparison, Words], Section | None]:
    """A section of one figure; `title` and `values` name a heading that is not the anchor's."""
    def part(comparison: Comparison, words: Words) -> Section | None:
        chart = draw(comparison, look.figure_words(words))
        shown = {key: words.metric(value) for key, value in values.items()}
        return Section(anchor, words(title or anchor, **shown), picture(chart, words)) if chart else None
    return part


def time_sections(comparison: Comparison) -> list[Callable[[Comparison, Words], Section | None]]:
    """A section a metric that has curves."""
    def draw(metric: str) -> Callable[[Comparison, Words], Chart | None]:
        return lambda comparison, words: over_time(comparison, metric, words)
    return [figure_section(f"over_time_{metric}", draw(metric), "curve", metric=metric)
            for metric in metrics_over_time(comparison)]


glance = figure_section("forest", forest)
worlds = figure_section("slopes", slopes)
precision = figure_section("convergence", convergence)
purses = figure_section("money", money)
whose_traffic = figure_section("traffic", traffic)
gain_of_pairing = figure_section("pairing", pairing)


RATIOS = ("roi_incremental", "roi_attributed", "cac", "ltv_incremental")


def returns(comparison: Comparison, words: Words) -> Section | None:
    """What a yuan given away brought: counted on pairs, beside what a dashboard would show."""
    told = comparison.manifest.get("returns")
    if not told:
        return None
    rows = [[Cell(one["arm"]), Cell(fixed(number(one["spend"]), 0, True)), *(ratio(one, kind) for kind in RATIOS),
             Cell(plain(number(one.get("payback_day"))))] for one in told]
    below = words("confidence")
    heads = [Cell(words("arm")), Cell(words("extra_spend")), *(Cell(words(kind), below) for kind in RATIOS),
             Cell(words("payback_day"))]
    table = Table(heads, [Group("", rows)], frozenset((0,)))
    return section("returns", words, [table, Text(words("returns_note"), "note")])


def ratio(told: Mapping[str, Any], kind: str) -> Cell:
    """A return, or yuan a newcomer, with its interval."""
    value, low, high = (number(told.get(f"{kind}{end}")) for end in ("", "_low", "_high"))
    places = max(places_of(low, high, value), 1)
    return estimate(fixed(value, places), interval(low, high, places))


# ---- what it rests on ----------------------------------------------------------------------------

def patterns(comparison: Comparison, words: Words) -> Section | None:
    """The pattern card, if the study brought one."""
    card = comparison.manifest.get("patterns")
    if not card:
        return None
    rows = []
    for one in card:
        value, low, high = (plain(number(one[name])) for name in ("value", "low", "high"))
        rows.append((str(one["id"]), str(one["role"]), value, f"{low} … {high}",
                     words("inside" if one["inside"] else "outside")))
    heads = [words(key) for key in ("pattern", "role", "value", "range", "result")]
    return section("patterns", words, [simple(heads, rows, (0, 1, 4))])


def number(value: Any) -> float:
    """A number out of JSON, where the undefined is null."""
    return math.nan if value is None else float(value)


def assumed(comparison: Comparison, words: Words) -> Section | None:
    """The grade-A parameters in play, and whether the verdict holds where they lie elsewhere."""
    if not comparison.assumed and comparison.futures is None:
        return None
    rows = [(key, plain(value), source) for key, value, source in comparison.assumed]
    table = simple((words("key"), words("value"), words("source")), rows, (0, 2))
    return section("assumed", words, [Text(words("assumed_note")), *futures.blocks(comparison, words), table])


def glossary(comparison: Comparison, words: Words) -> Section | None:
    """The definitions of the metrics in the table."""
    names = dict.fromkeys(group[0].metric for group in by_metric(comparison))
    found = [(words.title(name), *words.definition(name)) for name in names]
    rows = [row for row in found if row[2]]
    if not rows:
        return None
    return section("metrics", words, [simple((words("metric"), words("unit"), words("definition")), rows, (0, 1, 2))])


def methods(comparison: Comparison, words: Words) -> Section | None:
    """How it was done, in prose."""
    paragraphs = [Text(" ".join(part.split())) for part in comparison.methods.split("\n\n") if part.strip()]
    return section("methods", words, paragraphs) if paragraphs else None


def reproduce(comparison: Comparison, words: Words) -> Section | None:
    """The command that does it again."""
    return section("reproduce", words, [Code(comparison.command)]) if comparison.command else None


def manifest(comparison: Comparison, words: Words) -> Section | None:
    """What ran, as recorded."""
    if not comparison.manifest:
        return None
    text = json.dumps(plain_values(comparison.manifest, finite=True), indent=2, ensure_ascii=False)
    return section("manifest", words, [Code(text, words("manifest_show"))])
