"""What a study leaves on disk and on the terminal: tables of effects, pairs and returns, and the printed page."""
from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from sim.files import write_columns, write_text
from sim.lab.effects import Comparison, Effect
from sim.lab.findings import Findings, Return
from sim.lab.guardrails import rails_of
from sim.lab.phrases import heads, named, phrases
from sim.lab.report.words import Words
from sim.lab.study import Study
from sim.lab.verdict import yuan
from sim.listing import table


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """A table as CSV, whole or not at all; NaN and None are empty cells, numbers keep all their digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    write_text(path, text.getvalue())


def _cell(value: Any) -> Any:
    """A value as a CSV cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return " | ".join(value) if isinstance(value, tuple) else value


def write_effects(path: Path, effects: Sequence[Effect]) -> None:
    """comparison.csv: a row an effect, the columns of `Effect`."""
    names = [field.name for field in fields(Effect)]
    write_csv(path, names, ([getattr(one, name) for name in names] for one in effects))


def write_pairs(path: Path, comparison: Comparison) -> None:
    """pairs.parquet: a row an arm, replication and metric: control, treated, difference."""
    place = {arm: k for k, arm in enumerate(comparison.arms)}
    arms = [arm for arm in comparison.arms if arm != comparison.control]
    rows = [(metric, arm, values[place[arm]], values[place[comparison.control]])
            for metric, values in comparison.pairs.items() for arm in arms]
    n = len(rows[0][2]) if rows else 0
    treated, control = (np.concatenate([row[k] for row in rows] or [[]]) for k in (2, 3))
    write_columns(path, {
        "arm": np.repeat([row[1] for row in rows], n), "metric": np.repeat([row[0] for row in rows], n),
        "replication": np.tile(np.arange(n, dtype=np.int32), len(rows)), "control": control, "treated": treated,
        "difference": treated - control})


def write_returns(path: Path, returns: Sequence[Return]) -> None:
    """returns.csv: a row an arm that spends: extra spend a world, returns, CAC and LTV with intervals, payback day."""
    rows = [one.row() for one in returns]
    write_csv(path, list(rows[0]), (row.values() for row in rows))


# ---- the printed page ----------------------------------------------------------------------------

def page(study: Study, found: Findings) -> str:
    """What a study prints: a line an arm and metric, returns, guardrails, why it stopped, the verdict."""
    comparison, lang = found.comparison, study.lang
    parts = [table([heads(HEAD, lang), *(_line(one, lang) for one in comparison.effects)])]
    if found.returns:
        parts.append(table([heads(RETURN_HEAD, lang), *map(_return_line, found.returns)]))
    parts.append("\n".join(phrases("page", lang)["line"].format(arm=one.arm, text=one.sentence(lang))
                           for one in found.standings))
    parts.append(assumptions(comparison, lang))
    parts += ["\n".join(_pairing(found, lang)), _burn_in(comparison, lang), comparison.stop_reason, comparison.verdict]
    return "\n\n".join(part for part in parts if part)


def assumptions(comparison: Comparison, lang: str) -> str:
    """Whether the signs hold over the futures of what is assumed; empty where none were asked for."""
    found = comparison.futures
    return "\n".join([phrases("page", lang)["assumed"], *(one.sentence for one in found.arms)]) if found else ""


HEAD = ("arm", "metric", "control", "Δ", "Δ %", "95 % CI of Δ", "p", "p adj.", "P(Δ > 0)", "n", "VRF", "remarks")
RETURN_HEAD = ("arm", "extra spend ¥", "incremental ROI", "95 % CI", "attributed ROI", "CAC ¥",
               "LTV ¥", "paid back from day")


def _line(one: Effect, lang: str) -> tuple[str, ...]:
    """One effect as a row of texts."""
    words = Words(lang)
    share = f"{100 * one.relative:+.2f}" if math.isfinite(one.relative) else "–"
    adjusted = [words.method(one.adjustment)] if one.adjustment else []
    remarks = words("list").join([*adjusted, *map(words.flag, one.flags)])
    return (one.arm, named(one.metric, lang), figure(one.control), figure(one.delta, sign=True), share,
            f"{figure(one.low, sign=True)} … {figure(one.high, sign=True)}", chance(one.p), chance(one.p_adjusted),
            figure(one.better), str(one.n), figure(one.vrf), remarks)


def _return_line(one: Return) -> tuple[str, ...]:
    """One arm's returns as a row of texts."""
    day = "–" if one.payback_day is None else str(one.payback_day)
    return (one.arm, yuan(one.spend), figure(one.incremental.value),
            f"{figure(one.incremental.low)} … {figure(one.incremental.high)}", figure(one.attributed.value),
            figure(one.cac.value), figure(one.ltv.value), day)


def figure(value: float, sign: bool = False) -> str:
    """A number in four digits, thousands set apart; ∞ and – for what is not finite."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞"
    size = abs(value)
    places = 0 if size >= 1000 or value == 0 else max(0, min(6, 3 - math.floor(math.log10(size))))
    return f"{value:{'+' if sign else ''},.{places}f}"


def chance(p: float) -> str:
    """A p-value; `< .0001` below."""
    return "–" if math.isnan(p) else "< .0001" if p < 0.0001 else f"{p:.4f}"


def _burn_in(comparison: Comparison, lang: str) -> str:
    """How long the worlds ran in, and what the recommender knew before day 0 and on each arm's last day."""
    told, say = comparison.manifest.get("recommender", {}), phrases("page", lang)
    parts = [say["learnt"].format(name=say.get(name, name), lift=figure(one["reco_lift"]),
                                  interest=figure(one["mean_interest_served"])) for name, one in told.items()]
    return say["burn_in"].format(days=comparison.manifest["burn_in"], parts=say["join"].join(parts)) if parts else ""


def _pairing(found: Findings, lang: str) -> Iterator[str]:
    """The primary's variance-reduction factor with its F interval at a few horizons, arm by arm."""
    say = phrases("page", lang)
    for arm, factors in found.pairing.items():
        last = factors.shape[1]
        days = sorted({day for day in (7, 14, 30, 60, last) if day <= last})
        shown = say["comma"].join(say["factor"].format(day, *map(figure, factors[:, day - 1])) for day in days)
        yield say["pairing"].format(arm=arm, factors=shown)


def pairing_rows(found: Findings) -> Iterator[list[Any]]:
    """variance_reduction.csv: arm, days cumulated, factor and its interval."""
    for arm, factors in found.pairing.items():
        yield from ([arm, day, *row] for day, row in enumerate(factors.T.tolist(), 1))


PAIRING_COLUMNS = ("arm", "days", "factor", "low", "high")


def manifest_of(study: Study) -> dict[str, Any]:
    """What the manifest says of the question, known before the first run; the primary metric is fixed by its hash."""
    config = study.config
    return {"key": study.key, "verb": study.verb, "command": study.command, "primary": study.primary,
            "primary_hash": study.primary_key, "control": study.control,
            "arms": {name: list(study.told.get(name, ())) for name in study.arms}, "n": study.n,
            "horizon": config.horizon, "burn_in": config.burn_in, "seed": config.seed, "block": config.block,
            "margins": {rail.metric: rail.signed for rail in rails_of(study.stats.margins)},
            "half_width": study.stats.half_width}
