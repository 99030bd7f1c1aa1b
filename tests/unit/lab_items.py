"""A tiny study for the lab's tests: two arms on a toy market, branched from warm worlds of a few days."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.compose import configure
from sim.lab.backend import Backend
from sim.lab.item import Item, warm_item

SMALL = ("population=toy", "population.users=60", "burn_in=4", "horizon=6", "progress=false")
ONE = Backend(workers=1, on_error="skip")


def study(n: int = 2, arms: Sequence[str] = ("baseline", "subsidy"), *overrides: str) -> list[Item]:
    """The items of `n` paired worlds of each arm; an arm is `baseline` or a policy's name."""
    items = []
    for arm in arms:
        policy = () if arm == "baseline" else (f"policy=[{arm}]",)
        config = configure(*SMALL, *overrides, *policy)
        for k in range(n):
            own = replace(config, replication=k)
            items.append(Item(arm, own, warm_item(own).key if own.burn_in else ""))
    return items


def files(root: Path) -> dict[str, bytes]:
    """Names and contents of all that lies in a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def without_clock(facts: dict[str, Any]) -> dict[str, Any]:
    """An item's facts without those that tell time."""
    return {name: value for name, value in facts.items() if name not in ("seconds", "phase_seconds", "threads")}
