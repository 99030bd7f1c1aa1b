"""Every policy of the shelf alone against no policy, at its default strength: a figure a group, and a table."""
from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from picture import draw

from sim.compose import members
from sim.files import atomic
from sim.lab.arms import arms_of
from sim.lab.backend import Backend
from sim.lab.shelf_page import shipped
from sim.lab.stats.paired import paired_t
from sim.lab.stats.relative import fieller
from sim.lab.workshop import Workshop, items_of
from sim.policies.base import GROUPS
from sim.schema import ConfigError

OUT, STORE = Path("runs/policy_shelf"), Path("runs/store")
CONTROL, PER_YUAN = "baseline", "GMV settled, yuan per yuan spent"
COLUMNS = {"gmv_net_total": "GMV settled, yuan", "nps_latent_last": "latent NPS, points",
           "visitor_d30": "D30 of arrivals, share", "contribution_total": "contribution, yuan"}


class Effect(NamedTuple):
    """What a policy did to a metric: mean difference and its 95 % interval; NaN where it is undefined."""

    policy: str
    column: str
    delta: float
    low: float
    high: float


def effects_of(policy: str, values: Mapping[str, np.ndarray], row: int, control: int) -> list[Effect]:
    """A policy's effects on every column, and on settled GMV for each yuan it spent."""
    found = []
    for name, title in COLUMNS.items():
        gains = values[name][row] - values[name][control]
        gains = gains[np.isfinite(gains)]
        one = paired_t(gains) if len(gains) > 1 else None
        ends = (float(one.delta), float(one.low), float(one.high)) if one else (np.nan,) * 3
        found.append(Effect(policy, title, *ends))
    spent = values[f"policy_spent_{policy}_total"][row]
    gains = values["gmv_net_total"][row] - values["gmv_net_total"][control]
    ratio = fieller(gains, spent) if np.any(spent > 0) else None
    found.append(Effect(policy, PER_YUAN, *((ratio.value, ratio.low, ratio.high) if ratio else (np.nan,) * 3)))
    return found


def write_table(effects: Sequence[Effect], path: Path) -> None:
    """All effects, a row each."""
    with atomic(path) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(Effect._fields)
        rows.writerows(effects)


def main(words: Sequence[str]) -> int:
    """Live the worlds that are missing, then draw; `n=` is the number of pairs, all else what the worlds share."""
    n = next((int(word.removeprefix("n=")) for word in words if word.startswith("n=")), 4)
    base = [word for word in words if not word.startswith("n=")]
    names = [name for name in members("policy") if name != "placebo"]
    arms = arms_of([CONTROL, *names], base)
    shop = Workshop(STORE, Backend(), OUT, progress=True)
    items = shop.simulate(*items_of(arms, CONTROL, range(n)))
    values, rows = shop.values(list(arms), items), list(arms)
    effects = [one for name in names for one in effects_of(name, values, rows.index(name), rows.index(CONTROL))]
    OUT.mkdir(parents=True, exist_ok=True)
    write_table(effects, OUT / "effects.csv")
    for group, term in GROUPS.items():
        own = {name: shipped(name).term for name in names if shipped(name).group == group}
        about = f"{term} {group}: what each policy alone changes, at its default strength"
        worlds = f"means of {n} paired differences and their 95 % intervals; –: nothing spent; {' '.join(base)}"
        draw(own, [*COLUMNS.values(), PER_YUAN], effects, about, worlds, OUT / f"{group}.png")
    print(f"figures and effects.csv: {OUT}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ConfigError as error:
        sys.exit(f"policy_shelf: {error}")
