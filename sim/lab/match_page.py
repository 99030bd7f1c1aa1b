"""What budget matching prints, writes and draws: knobs, what arms then spend, iso-budget bars."""
from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from pathlib import Path

from sim.lab.match import Matched
from sim.lab.outputs import figure, write_csv
from sim.lab.phrases import heads, listed, phrases
from sim.lab.report.budgets import Budget, write_budgets
from sim.lab.study import Study
from sim.listing import table
from sim.schema import ConfigError

MATCHED, FOUND = "matched.yaml", "matched.csv"  # the arms as they were set, and what they spend
HEAD = ("arm", "knob", "value", "spend ¥ a world", "95 % CI", "target ¥", "remarks")


def budgets_of(found: Sequence[Matched]) -> list[Budget]:
    """What matching found, as plain numbers."""
    return [Budget(one.arm, one.knob, one.value, float(one.spend.delta), float(one.spend.low), float(one.spend.high),
                   one.target, one.reached, one.given) for one in found]


def tell_budgets(out: Path, budgets: Sequence[Budget], study: Study) -> str:
    """Write matched.csv, the iso-budget bars and, for `match` itself, the page around them; returns the table.

    Below it stand the arms that spend nothing of the platform's money, which stay as they are.
    """
    assert study.match is not None
    write_csv(out / FOUND, Budget._fields, budgets)
    command = study.command if study.verb == "match" else ""
    write_budgets(budgets, study.match.n, study.match.tolerance, command, out, study.lang)
    idle = [arm for arm in study.treated if arm not in {one.arm for one in budgets}]
    rest = f"\n\n{phrases('match', study.lang)['nothing'].format(arms=listed(idle, study.lang))}" if idle else ""
    return table([heads(HEAD, study.lang), *(_line(one, study.lang) for one in budgets)]) + rest


def told_of(study: Study, budgets: Sequence[Budget]) -> dict[str, Sequence[str]]:
    """Each arm's overrides with that of its knob after them."""
    knobs = {one.arm: f"{one.knob}={one.value!r}" for one in budgets if one.knob}
    return {**study.told, **{arm: [*study.told.get(arm, ()), word] for arm, word in knobs.items()}}


def read_budgets(out: Path) -> list[Budget]:
    """What matching found, out of its folder. Raises ConfigError where it did not come so far."""
    try:
        with (out / FOUND).open(encoding="utf-8", newline="") as file:
            return [_read(row) for row in csv.DictReader(file)]
    except (OSError, ValueError, KeyError, TypeError):
        why = "was interrupted before its budgets were equal: nothing to report"
        raise ConfigError(str(out), MISSING, why) from None


def _read(row: Mapping[str, str]) -> Budget:
    """One row of matched.csv; an empty cell is undefined."""
    value, spend, low, high, target, given = (float(row[name] or "nan") for name in NUMBERS)
    return Budget(row["arm"], row["knob"], value, spend, low, high, target, row["reached"] == "True", given)


NUMBERS = ("value", "spend", "spend_low", "spend_high", "target", "given")


def _line(one: Budget, lang: str) -> tuple[str, ...]:
    """One matched arm as a row of texts."""
    say = phrases("match", lang)
    value = "–" if math.isnan(one.value) else f"{one.value:.6g}"
    return (one.arm, one.knob or say["as_it_is"], value, figure(one.spend),
            f"{figure(one.spend_low)} … {figure(one.spend_high)}", figure(one.target),
            "" if one.reached else say["missed"])
