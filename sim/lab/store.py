"""The store of simulated worlds: content-addressed, shared by all studies, one file an item.

`<root>/<key[:2]>/<key>.parquet` holds an item's daily table and facts, `<key>.world.npz` a warm world. Files get their
name only when whole, so any number of processes may write; who comes second writes the same.
"""
from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.files import atomic
from sim.lab.item import Item
from sim.lab.sealed import DamagedError, Notes, columns, seal, unseal
from sim.schema import ConfigError

if TYPE_CHECKING:
    from sim.world import World

ITEM, WORLD, DAMAGED = ".parquet", ".world.npz", ".damaged"
SHOWN = 12  # digits of a key, for people
Signature = tuple[int, int, int]


class StoreError(OSError):
    """The store cannot be written: no space, no permission."""


class Result(NamedTuple):
    """What an item left: its daily table from day 0, its summary numbers, and all its facts."""

    key: str
    daily: dict[str, np.ndarray]
    summary: dict[str, float]
    meta: dict[str, Any]


class Head(NamedTuple):
    """What is kept in memory of an item that was found whole: names of its columns, its summary numbers."""

    columns: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray

    def value(self, name: str) -> float:
        """A summary number; NaN where the item has none of the name."""
        return float(self.values[self.names.index(name)]) if name in self.names else float("nan")


class Store:
    """A folder of items. Every file is checked once a process and version of it; a damaged one is put aside."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._heads: dict[str, tuple[Signature, Head]] = {}
        self._worlds: dict[str, Signature] = {}
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}

    def path(self, key: str) -> Path:
        """Where an item's table is."""
        return self.root / key[:2] / f"{key}{ITEM}"

    def world_path(self, key: str) -> Path:
        """Where a warm world is."""
        return self.root / key[:2] / f"{key}{WORLD}"

    # ---- asking ----------------------------------------------------------------------------------

    def holds(self, item: Item) -> bool:
        """Whether an item needs no simulation."""
        return self.has_world(item.key) if item.is_world else self.has(item.key)

    def has(self, key: str) -> bool:
        """Whether an item's table is there and whole; a damaged one is put aside and said."""
        return self.head(key) is not None

    def head(self, key: str) -> Head | None:
        """Columns and summary of an item that is there and whole, else None."""
        now = signature(self.path(key))
        known = self._heads.get(key)
        if now is None or (known and known[0] == now):
            return known[1] if now and known else None
        try:
            notes = self._open(key)
        except DamagedError as error:
            self.put_aside(self.path(key), str(error))
            return None
        except FileNotFoundError:
            return None
        summary = notes.head["summary"]
        head = Head(self._one(notes.columns), self._one(summary), np.array(list(summary.values()), float))
        self._heads[key] = now, head
        return head

    def has_world(self, key: str) -> bool:
        """Whether a warm world is there and whole; a damaged one is put aside and said."""
        path = self.world_path(key)
        now = signature(path)
        if now is None or self._worlds.get(key) == now:
            return now is not None
        problem = world_problem(path, key)
        if problem:
            self.put_aside(path, problem)
            return False
        self._worlds[key] = now
        return True

    def read(self, key: str) -> Result:
        """An item. Raises KeyError where there is none, or none that is whole."""
        if not self.has(key):
            raise KeyError(f"{key[:SHOWN]} is not in {self.root}")
        data = self.path(key).read_bytes()
        facts = unseal(data).facts
        return Result(key, columns(data), facts["summary"], facts)

    def facts(self, key: str) -> dict[str, Any]:
        """All facts of an item, without its daily table. Raises KeyError where there is none."""
        if not self.has(key):
            raise KeyError(f"{key[:SHOWN]} is not in {self.root}")
        return self._open(key).facts

    def _open(self, key: str) -> Notes:
        """What an item says; raises DamagedError for one of another key, too."""
        notes = unseal(self.path(key).read_bytes())
        if notes.head["key"] != key:
            raise DamagedError(f"it is the item of another key, {notes.head['key'][:SHOWN]}")
        return notes

    def _one(self, names: Any) -> tuple[str, ...]:
        """The same tuple for the same names, so that a thousand heads share it."""
        found = tuple(names)
        return self._shared.setdefault(found, found)

    def put_aside(self, path: Path, why: str) -> None:
        """Give a damaged file another name, so that its item is simulated again."""
        aside = path.with_name(path.name.removesuffix(ITEM).removesuffix(WORLD) + DAMAGED)
        print(f"icsim: {path} is damaged ({why}); kept as {aside.name}, simulated again", file=sys.stderr)
        with suppress(OSError):  # another process was faster, or the folder is read-only
            path.replace(aside)

    # ---- writing ---------------------------------------------------------------------------------

    def write(self, key: str, daily: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
        """Keep an item; `meta` holds its `summary` and what else is to be known. Raises StoreError."""
        data = seal(daily, {**meta, "key": key})
        with self._writing(key), atomic(self.path(key)) as draft:
            draft.write_bytes(data)

    def write_world(self, key: str, world: World) -> None:
        """Keep a warm world. Raises StoreError."""
        from sim.checkpoint import save

        with self._writing(key):
            save(world, self.world_path(key), key)

    def adopt(self, path: Path) -> str:
        """Take in a world that `icsim checkpoint` wrote; returns its key. Raises ConfigError for none."""
        from sim.checkpoint import saved_config

        key = saved_config(path)[1]
        if not key:
            raise ConfigError("warm", str(path), "has no key; icsim checkpoint writes worlds to branch from")
        if not self.has_world(key):
            with self._writing(key), atomic(self.world_path(key)) as draft:
                draft.write_bytes(Path(path).read_bytes())
        return key

    def _writing(self, key: str) -> _Writing:
        """The guard of a write: makes the folder, tells a full disk in one line."""
        return _Writing(self.path(key).parent)

    def require_writable(self) -> None:
        """Make the store's folder. Raises ConfigError naming it when that, or writing into it, is impossible."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with atomic(self.root / "trial") as draft:
                draft.write_bytes(b"icsim")
            (self.root / "trial").unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError("store", str(self.root), f"cannot be written: {error.strerror or error}") from None

    # ---- looking round ---------------------------------------------------------------------------

    def files(self, ending: str) -> Iterator[Path]:
        """All files of an ending, by key."""
        return iter(sorted(self.root.glob(f"??/*{ending}")))

    def find(self, prefix: str) -> list[str]:
        """Keys of items that begin with `prefix`, at least two digits."""
        return [path.name.removesuffix(ITEM) for path in self.files(ITEM) if path.name.startswith(prefix)]


class _Writing:
    """While a file of the store is written: an error of the disk becomes a StoreError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, OSError) and not isinstance(error, StoreError):
            raise _unwritable(self.folder, error) from error


def _unwritable(folder: Path, error: OSError) -> StoreError:
    """An error of the disk, in one line."""
    return StoreError(f"the store {folder.parent} cannot be written: {error.strerror or error}")


def signature(path: Path) -> Signature | None:
    """What changes when a file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def world_problem(path: Path, key: str) -> str | None:
    """Why a file is not the world of a key, if it is not: reads it all, since its parts have checksums."""
    from sim.checkpoint import saved_config

    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
        if bad:
            return f"{bad} does not fit its checksum"
        found = saved_config(path)[1]
    except (OSError, zipfile.BadZipFile, ConfigError, EOFError) as error:
        return str(error)
    return None if found == key else f"it is the world of another key, {found[:SHOWN]}"
