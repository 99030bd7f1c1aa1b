"""The roll of a study: its items and the store they are in, kept in its folder for `icsim status`."""
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim.files import write_json
from sim.lab.item import Item
from sim.lab.store import Store

ROLL = "items.json"


class Cell(NamedTuple):
    """An arm's replication and the key of its world."""

    arm: str
    replication: int
    key: str
    world: bool = False


class Roll(NamedTuple):
    """All cells of a study, and the folder of their store."""

    store: str
    cells: list[Cell]


def read_roll(out: Path) -> Roll | None:
    """The roll in a study's folder; None if there is none that can be read."""
    try:
        found = json.loads((out / ROLL).read_text("utf-8"))
        return Roll(found["store"], [Cell(*cell) for cell in found["cells"]])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def enrol(out: Path, store: Store, items: Sequence[Item]) -> None:
    """Add items to the roll of a study; a study that is topped up, or changed, keeps its latest cell each."""
    before = read_roll(out)
    root = str(store.root.absolute())
    known = {(cell.arm, cell.replication): cell for cell in before.cells} if before and before.store == root else {}
    known |= {(item.arm, item.replication): Cell(item.arm, item.replication, item.key, item.is_world) for item in items}
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / ROLL, {"store": root, "cells": [list(cell) for cell in known.values()]})
