"""The verdict: one sentence that a manager can read, in English or Chinese, said only as firmly as the pairs allow."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sim.lab.effects import Effect
from sim.lab.guardrails import HARMED, KEPT, Standing
from sim.lab.judge import PRIMARY
from sim.lab.phrases import label, listed, phrases
from sim.lab.stats.relative import Ratio
from sim.lab.study import Study

MONEY = "contribution_total"


def verdict(study: Study, effects: Sequence[Effect], standings: Sequence[Standing],
            roi: Mapping[str, Ratio] | None = None) -> str:
    """The sentence: the primary metric's clear effects from the largest down, the unclear ones, money, guardrails."""
    say = phrases("verdict", study.lang)
    primary = [one for one in effects if one.role == PRIMARY]
    clear = sorted((one for one in primary if is_clear(one, study.stats.confidence)), key=lambda one: -one.delta)
    parts = [move(one, study) for one in clear]
    parts += [part for part in (_without(primary, clear, study), _money(effects, study, roi or {}),
                                _rails(standings, study.lang)) if part]
    if len(primary) > 1 and clear and study.config.block != "confirm":
        parts.append(say["fresh"])
    pairs = max((one.n for one in primary), default=0)
    lead = say["lead"].format(days=study.config.horizon, population=study.config.population.name, n=pairs)
    return lead + say["join"].join(parts) + say["end"]


def is_clear(one: Effect, confidence: float) -> bool:
    """Whether the adjusted test tells the effect from 0."""
    return one.p_adjusted <= 1.0 - confidence and one.delta != 0


def move(one: Effect, study: Study) -> str:
    """A clear effect: which way and by how much, relative where that makes sense."""
    say = phrases("verdict", study.lang)
    value, low, high = size_of(one)
    size = say["size"].format(value=value, low=low, high=high, confidence=100 * study.stats.confidence)
    which = "raises" if one.delta > 0 else "lowers"
    return say[which].format(arm=one.arm, metric=label(one.metric, study.lang), size=size)


def size_of(one: Effect) -> tuple[str, str, str]:
    """An effect's size and bounds in its own direction: per cent of the control, else in the metric's unit."""
    parts = one.relative, one.relative_low, one.relative_high
    scale, unit = 100.0, "%"
    if not all(map(math.isfinite, parts)):
        parts = one.delta, one.low, one.high
        scale, unit = (100.0, "pp") if one.unit == "share" else (1.0, one.unit)
    way = 1.0 if one.delta > 0 else -1.0
    value, *bounds = (way * scale * part for part in parts)
    width = abs(bounds[1] - bounds[0])
    places = max(0, min(6, 1 - math.floor(math.log10(width / 2)))) if width > 0 else 2
    told = [f"{number:,.{places}f} {unit}".rstrip().replace("-", "−") for number in (value, *sorted(bounds))]
    return told[0], told[1], told[2]


def yuan(value: float) -> str:
    """Signed money in whole yuan, in fen where it is small."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}¥{abs(value):,.{0 if abs(value) >= 100 else 2}f}"


def returned(value: float) -> str:
    """What a yuan brings back, in fen; no sign on what rounds to nothing."""
    text = f"{abs(value):,.2f}"
    return f"−¥{text}" if value < 0 and float(text.replace(",", "")) else f"¥{text}"


def _without(primary: Sequence[Effect], clear: Sequence[Effect], study: Study) -> str:
    """The arms that make no difference that can be told."""
    say = phrases("verdict", study.lang)
    rest = [one for one in primary if one not in clear]
    same = [one.arm for one in rest if "all worlds equal" in one.flags]
    other = [one.arm for one in rest if one.arm not in same]
    parts = [say[key].format(arms=listed(arms, study.lang), metric=label(study.primary, study.lang),
                             make=say["make_one" if len(arms) == 1 else "make_many"])
             for key, arms in (("unclear", other), ("equal", same)) if arms]
    return say["join"].join(parts)


def _money(effects: Sequence[Effect], study: Study, roi: Mapping[str, Ratio]) -> str:
    """What each arm does to the platform's contribution, and what a yuan of subsidy brings back."""
    say, parts = phrases("verdict", study.lang), []
    for one in effects:
        if one.metric == MONEY and one.metric != study.primary and one.delta and math.isfinite(one.delta):
            back = roi.get(one.arm)
            told = say["roi"].format(roi=returned(back.value)) if back and math.isfinite(back.value) else ""
            doubt = "" if is_clear(one, study.stats.confidence) else say["not_clear"]
            parts.append(say["gain"].format(arm=one.arm, yuan=yuan(one.delta), roi=told) + doubt)
    return say["money"].format(parts=say["comma"].join(parts)) if parts else ""


def _rails(standings: Sequence[Standing], lang: str) -> str:
    """Guardrails that are broken, else those that are open, else that they hold."""
    say = phrases("verdict", lang)
    for key, states in (("broken", {HARMED}), ("open", {"open"})):
        found: dict[str, list[str]] = {}
        for one in standings:
            if one.state in states:
                found.setdefault(one.rail.label, []).append(one.arm)
        if found:
            parts = [say["under"].format(rail=rail, arms=listed(arms, lang)) for rail, arms in found.items()]
            return say[key].format(parts=say["comma"].join(parts))
    return say["held"] if any(one.state == KEPT for one in standings) else ""
