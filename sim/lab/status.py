"""`icsim status DIR`: what of a study is done, missing or failed; what a run came to; how large a store is."""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING
from pathlib import Path
from typing import Any

from sim.lab.execute import failure_path
from sim.lab.roll import Cell, Roll, read_roll
from sim.lab.store import DAMAGED, ITEM, WORLD, Store
from sim.listing import table
from sim.schema import ConfigError

SHOWN_MOST = 20  # failures that are named
STATES = {"running": "running, or killed while it was"}


def status(folder: Path) -> int:
    """Print what a folder holds; the exit code is 1 where items have failed, else 0.

    Raises ConfigError for a folder of neither a study nor a run nor a store.
    """
    roll = read_roll(folder)
    if roll is not None:
        return _tell_study(folder, roll)
    if (folder / "manifest.json").exists():
        print(f"{folder}: {_manifest(folder)}")
        return 0
    if not any(len(path.name.split(".")[0]) == 64 for path in folder.glob("??/*")):
        raise ConfigError(str(folder), MISSING, "is not the folder of a study, a run or a store")
    print("\n".join(_store_lines(Store(folder))))
    return 0


def _tell_study(folder: Path, roll: Roll) -> int:
    """A study: how far each arm is, and why items failed."""
    store = Store(Path(roll.store))
    done = [cell for cell in roll.cells if _is_done(store, cell)]
    failed = {cell: why for cell in roll.cells if cell not in done and (why := _why(folder, cell))}
    rows = [_arm_row(arm, roll, done, list(failed)) for arm in dict.fromkeys(_row_of(cell) for cell in roll.cells)]
    print(f"{folder}: {_manifest(folder)}; {len(done)} of {len(roll.cells)} items in the store {roll.store}\n")
    print(table([("arm", "items", "done", "failed", "missing"), *rows]))
    for cell, why in list(failed.items())[:SHOWN_MOST]:
        print(f"failed: {cell.arm}, world {cell.replication}: {why}")
    if len(failed) > SHOWN_MOST:
        print(f"... and {len(failed) - SHOWN_MOST} more")
    return int(bool(failed))


def _is_done(store: Store, cell: Cell) -> bool:
    """Whether a cell's world is in the store."""
    return store.has_world(cell.key) if cell.world else store.has(cell.key)


def _why(folder: Path, cell: Cell) -> str:
    """The last line of why a cell failed when it was last tried; empty where it did not."""
    try:
        return failure_path(folder, cell).read_text("utf-8").splitlines()[-1]
    except (OSError, IndexError):
        return ""


def _arm_row(arm: str, roll: Roll, done: list[Cell], failed: list[Cell]) -> tuple[str, ...]:
    """One arm's counts as texts."""
    own, ready, lost = (sum(_row_of(cell) == arm for cell in cells) for cells in (roll.cells, done, failed))
    return arm, str(own), str(ready), str(lost), str(own - ready - lost)


def _row_of(cell: Cell) -> str:
    """The row a cell is counted in: its arm's, and one for the arm in all futures."""
    arm, _, future = cell.arm.partition("@")
    return f"{arm}, in futures" if future else arm


def _manifest(folder: Path) -> str:
    """What the manifest says of how the work ended."""
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return "no manifest that can be read"
    said = str(found.get("status", "of unknown state"))
    return f"{STATES.get(said, said)} at {found.get('written', 'an unknown time')}"


def _store_lines(store: Store) -> Iterator[str]:
    """A store: number and size of its files by kind."""
    yield f"store {store.root}"
    for ending, what in ((ITEM, "items"), (WORLD, "warm worlds"), (DAMAGED, "damaged files put aside")):
        sizes = [path.stat().st_size for path in store.files(ending)]
        if sizes or ending != DAMAGED:
            yield f"  {len(sizes):,} {what}, {sum(sizes) / 1e6:,.1f} MB"
