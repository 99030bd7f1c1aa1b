"""`icsim status DIR`: what of a study is done, missing or failed; what a run came to; how large a store is."""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from pathlib import Path
from typing import Any, NamedTuple

from sim.config import LANGUAGES
from sim.lab.execute import failure_path
from sim.lab.phrases import phrases
from sim.lab.roll import Cell, Roll, read_roll
from sim.lab.store import DAMAGED, ITEM, WORLD, Store
from sim.listing import table
from sim.schema import ConfigError, listed

SHOWN_MOST = 20  # failures that are named
Say = Mapping[str, str]


class Row(NamedTuple):
    """The row of the table a cell is counted in: its arm's, or the one for the arm in all futures."""

    arm: str
    futures: bool


def status(folder: Path, lang: str = "en") -> int:
    """Print what a folder holds; the exit code is 1 where items have failed, else 0.

    Raises ConfigError for a folder of neither a study nor a run nor a store, and an unknown language.
    """
    if lang not in LANGUAGES:
        raise ConfigError("lang", lang, f"must be one of {listed(LANGUAGES)}")
    roll, say = read_roll(folder), phrases("status", lang)
    if roll is not None:
        return _tell_study(folder, roll, say)
    if (folder / "manifest.json").exists():
        print(say["folder"].format(folder=folder, state=_manifest(folder, say)))
        return 0
    if not any(len(path.name.split(".")[0]) == 64 for path in folder.glob("??/*")):
        raise ConfigError(str(folder), MISSING, "is not the folder of a study, a run or a store")
    print("\n".join(_store_lines(Store(folder), say)))
    return 0


def _tell_study(folder: Path, roll: Roll, say: Say) -> int:
    """A study: how far each arm is, and why items failed."""
    store = Store(Path(roll.store))
    done = [cell for cell in roll.cells if _is_done(store, cell)]
    failed = {cell: why for cell in roll.cells if cell not in done and (why := _why(folder, cell))}
    rows = [_arm_row(arm, roll, done, list(failed), say) for arm in dict.fromkeys(map(_row_of, roll.cells))]
    print(say["study"].format(folder=folder, state=_manifest(folder, say), done=len(done), items=len(roll.cells),
                              store=roll.store) + "\n")
    print(table([tuple(say[head] for head in ("arm", "items", "finished", "lost", "missing")), *rows]))
    for cell, why in list(failed.items())[:SHOWN_MOST]:
        print(say["failure"].format(arm=cell.arm, world=cell.replication, why=why))
    if len(failed) > SHOWN_MOST:
        print(say["more"].format(count=len(failed) - SHOWN_MOST))
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


def _arm_row(row: Row, roll: Roll, done: list[Cell], failed: list[Cell], say: Say) -> tuple[str, ...]:
    """One arm's counts as texts."""
    own, ready, lost = (sum(_row_of(cell) == row for cell in cells) for cells in (roll.cells, done, failed))
    name = say["in_futures"].format(arm=row.arm) if row.futures else row.arm
    return name, str(own), str(ready), str(lost), str(own - ready - lost)


def _row_of(cell: Cell) -> Row:
    """Where a cell is counted."""
    arm, _, future = cell.arm.partition("@")
    return Row(arm, bool(future))


def _manifest(folder: Path, say: Say) -> str:
    """What the manifest says of how the work ended."""
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return say["no_manifest"]
    state = say.get(str(found.get("status")), say["unknown"])
    return say["state"].format(state=state, time=found.get("written", say["no_time"]))


def _store_lines(store: Store, say: Say) -> Iterator[str]:
    """A store: number and size of its files by kind."""
    yield say["store"].format(root=store.root)
    for ending, kind in ((ITEM, "worlds"), (WORLD, "warm"), (DAMAGED, "damaged")):
        sizes = [path.stat().st_size for path in store.files(ending)]
        if sizes or ending != DAMAGED:
            yield say[kind].format(count=f"{len(sizes):,}", size=f"{sum(sizes) / 1e6:,.1f}")
