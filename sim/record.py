"""What a run leaves behind: daily table, order log, agent panel, cohorts, manifest, study, summary, its row of runs.

Every file is whole or absent (`sim.files`). While a run goes on, its tables lie in `unfinished/` as small parts
(`sim.parts`), at most `FLUSH_SECONDS` of work behind: so much and no more a killed process loses. A run that stops
early leaves `<name>.partial.parquet` as well, beside a manifest that says so.
"""
from __future__ import annotations

import fcntl
import json
import platform
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np
import pyarrow as pa

from sim.files import fields, partial, read_columns, write_columns, write_json, write_yaml
from sim.parts import DIGITS, DayTable, PartTable, RowTable
from sim.schema import ConfigError

ORDER_LOG = np.dtype([
    ("day", "i4"), ("final_day", "i4"), ("user", "i4"), ("user_key", "u4"), ("product", "i4"),
    ("merchant", "i4"), ("presenter", "i4"), ("category", "i1"), ("venue", "i1"), ("origin", "i1"),
    ("via", "i1"), ("excited_by", "i4"), ("trace", "f4"),
    ("list_fen", "i4"), ("paid_fen", "i4"), ("subsidy_fen", "i4"), ("spell", "i2"), ("nth", "i2"),
    ("status", "i1"), ("stars", "i1"), ("late_days", "i1"),
])
"""One row of the order log: who bought what where, at which prices, which order of the spell, its end, its rating.

`excited_by` is 2·(presenter + 1) + (1 in a room) of the content that raised the category's trace of interest to what
counts as excited, 0 of none; `trace` how much of it there was; `via` the way to the good (`sim.tables`). `stars` is 0
until a parcel is judged; `late_days` counts started days after the promised one, at most 127.
"""

PACKAGES = ("icsim", "mesa", "numpy", "networkx", "matplotlib", "hydra-core", "numba", "llvmlite", "pyarrow",
            "duckdb", "scipy", "tqdm")
TABLES = ("daily.parquet", "orders.parquet", "panel.parquet", "cohorts.parquet", "traffic.parquet")
# what icsim patterns reads out of a run
READINGS = ("patterns.json", "patterns.png", "histories.png", "orders.json", "orders.png")
FILES = (*TABLES, "runs.parquet", "books.parquet", "summary.json", "panel.png", "funnel.png", "incomes.png", *READINGS)
UNFINISHED, LOCK = "unfinished", ".lock"  # the folder of what is needed only until a run is done
OWN = re.compile(rf"(daily|orders|panel|cohorts|traffic|world)-\d{{{DIGITS}}}\.(parquet|npz)|\..*\.tmp")
FLUSH_SECONDS = 5.0  # the parts of a town take some 30 ms to write


BOOK_NAMES = {"final_day": "final", "list_fen": "list_price", "paid_fen": "paid", "subsidy_fen": "subsidy"}
"""The log's names that differ from the order book's."""


def log_rows(book: np.ndarray) -> np.ndarray:
    """Rows of the world's order book (`sim.tables.ORDER`) as rows of the order log."""
    rows = np.empty(len(book), ORDER_LOG)
    for name in rows.dtype.names or ():
        if name != "late_days":
            rows[name] = book[BOOK_NAMES.get(name, name)]
    rows["late_days"] = np.minimum(np.ceil(book["lateness"]), np.iinfo(np.int8).max)
    return rows


class RecordConfig(Protocol):
    """What the recorder asks of the `record` group of the configuration."""

    @property
    def burn_in(self) -> bool:
        """Record negative days too."""

    @property
    def orders(self) -> bool:
        """Write the order log."""

    @property
    def panel(self) -> int:
        """Sampled users in the agent panel; 0 writes none."""

    @property
    def traffic(self) -> bool:
        """Write from whom boosts took exposure."""


@dataclass(frozen=True)
class Identity:
    """Which run this is: the question's key, seed and place, the program, the composed configuration."""

    key: str
    seed: int
    source_digest: str
    config: Mapping[str, Any]
    block: str = "run"
    replication: int = 0


class Recorder:
    """The scribe of one run: takes each day's rows, and at the end leaves a folder another person can read.

    Use as a context manager: add days, each ended by `end_day()`, `close()` the tables, then
    `finish(summary, facts)`. Leaving the block before `finish` keeps partial tables and marks the manifest
    `interrupted` or `failed`. Files that an earlier run left in `out` under the recorder's names are removed first: a
    folder never mixes two runs. Only where `lived` days of this very run were lived before, their rows are kept.
    """

    def __init__(self, config: RecordConfig, out: Path, identity: Identity,
                 order_dtype: np.dtype = ORDER_LOG, lived: int = 0) -> None:
        self.config, self.out, self.identity = config, Path(out), identity
        self.started, self._clock = datetime.now(UTC), perf_counter()
        self.lived, self.before, self.closed, self.finished = lived, lived, False, False
        self.folder, self._flushed = self.out / UNFINISHED, perf_counter()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = claim(self.folder)
        clear(self.out, unfinished=lived == 0)
        self._daily = DayTable(self.out / "daily.parquet", self.folder)
        self._orders = RowTable(self.out / "orders.parquet", self.folder, order_dtype) if config.orders else None
        self._panel = RowTable(self.out / "panel.parquet", self.folder) if config.panel else None
        self._cohorts = RowTable(self.out / "cohorts.parquet", self.folder)
        self._traffic = RowTable(self.out / "traffic.parquet", self.folder) if config.traffic else None
        for table in self._tables():
            table.keep(lived)
        write_yaml(self.out / "study.yaml", identity.config)
        self._write_manifest("running", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        stopped = kind is None or issubclass(kind, KeyboardInterrupt)
        with self._lock, suppress(OSError):  # a full disk must not hide the error that ended the run
            if not self.finished:
                self.abandon("interrupted" if stopped else "failed")

    def _keeps(self, day: int) -> bool:
        """Whether this day is recorded: burn-in is only on demand."""
        return day >= 0 or self.config.burn_in

    def add_day(self, row: Mapping[str, float | int], day: int) -> None:
        """Take the day's metrics row; `day` is absolute, 0 the first after burn-in."""
        self.lived += 1
        if self._keeps(day):
            self._daily.append({"day": int(day)} | {name: row[name] for name in row if name != "day"})

    def add_orders(self, batches: Iterable[np.ndarray], day: int) -> None:
        """Take the orders that became final on `day` (of dtype `order_dtype`), in the given order.

        Orders placed in burn-in and final after it are kept: their money moves in recorded days.
        """
        if self._orders is not None and self._keeps(day):
            for rows in batches:
                self._orders.append(rows)

    def add_panel(self, rows: np.ndarray, day: int) -> None:
        """Take the sampled users' rows as they stand at the end of `day`; a `day` column goes in front."""
        if self._panel is not None and self._keeps(day):
            self._panel.append(with_day(rows, day))

    def add_cohorts(self, rows: np.ndarray, day: int) -> None:
        """Take the cohorts' counts of `day` (`sim.cohorts`)."""
        if day >= 0:
            self._cohorts.append(rows)

    def add_traffic(self, batches: Iterable[np.ndarray], day: int) -> None:
        """Take from whom boosts took exposure on `day` (`sim.phases.traffic`)."""
        if self._traffic is not None and self._keeps(day):
            for rows in batches:
                self._traffic.append(with_day(rows, day))

    def end_day(self) -> None:
        """Put the day's rows in safety, if the last ones have waited long enough."""
        if perf_counter() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write all rows that wait; a killed run keeps them."""
        for table in self._tables():
            table.flush(self.lived)
        self._flushed = perf_counter()

    def close(self) -> dict[str, np.ndarray]:
        """Write daily table, order log, panel and cohorts under their final names; returns the daily table."""
        for table in self._tables():
            table.finish(self.lived)
        self.closed = True
        return read_daily(self.out)

    def finish(self, summary: Mapping[str, float], facts: Mapping[str, Any]) -> None:
        """Write summary, runs row and final manifest.

        `facts` join the manifest as they are: recall, thickness, rescale factors, the recommender's lift. What was
        needed only until now is removed.
        """
        write_json(self.out / "summary.json", summary)
        write_columns(self.out / "runs.parquet", runs_row(self.identity, summary))
        self._write_manifest("done", facts)
        self.finished = True
        clear_unfinished(self.out)
        (self.folder / LOCK).unlink()
        with suppress(OSError):  # somebody else's files are in it
            self.folder.rmdir()

    def abandon(self, status: str) -> None:
        """Keep what there is as partial tables, and say in the manifest how the run ended."""
        self._write_manifest(status, {})
        if not self.closed:
            for table in self._tables():
                table.abandon(self.lived)

    def _tables(self) -> list[PartTable]:
        """The tables that this run writes."""
        tables = (self._daily, self._orders, self._panel, self._cohorts, self._traffic)
        return [table for table in tables if table is not None]

    def _write_manifest(self, status: str, facts: Mapping[str, Any]) -> None:
        """Write the manifest as of now."""
        write_json(self.out / "manifest.json", self._manifest(status) | dict(facts))

    def _manifest(self, status: str) -> dict[str, Any]:
        """What one needs to run it again, and how long it took (wall clock, burn-in included).

        A run that went on counts time and days from where it did: `days_before` were lived by an earlier start.
        """
        seconds, days = perf_counter() - self._clock, self.lived - self.before
        who = self.identity
        return {
            "key": who.key, "seed": who.seed, "block": who.block, "replication": who.replication,
            "status": status, "source_digest": who.source_digest,
            "started": self.started.isoformat(timespec="seconds"),
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(seconds, 3), "days": days, "days_per_second": round(days / seconds, 3),
            "days_before": self.before,
            **machinery(),
        }


def read_daily(path: Path) -> dict[str, np.ndarray]:
    """The daily table of a run, from its file or its folder: one array a metric, one entry a day."""
    path = Path(path)
    return read_columns(path / "daily.parquet" if path.is_dir() else path)


def runs_row(identity: Identity, summary: Mapping[str, float]) -> dict[str, list[Any]]:
    """The run as one row: key, seed, block, replication, then every summary number as a float."""
    head = {"key": identity.key, "seed": pa.array([identity.seed], pa.uint64()), "block": identity.block,
            "replication": identity.replication}
    row = head | {name: float(value) for name, value in summary.items()}
    return {name: value if isinstance(value, pa.Array) else [value] for name, value in row.items()}


def with_day(rows: np.ndarray, day: int) -> np.ndarray:
    """The same structured rows with an int32 `day` in front, packed; an own `day` field is replaced."""
    own = [(name, dtype) for name, dtype in fields(rows.dtype) if name != "day"]
    dated = np.empty(len(rows), np.dtype([("day", np.dtype(np.int32)), *own]))
    dated["day"] = day
    for name, _ in own:
        dated[name] = rows[name]
    return dated


def machinery() -> dict[str, Any]:
    """What the last bit of a result may depend on beside the program's own sources."""
    return {"python": platform.python_version(), "platform": platform.platform(), "machine": platform.machine(),
            "packages": package_versions()}


def package_versions() -> dict[str, str]:
    """The versions of the packages a result may depend on; those not installed are left out."""
    found = {}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def recorded_key(out: Path) -> str | None:
    """The key of the question that a folder already answers, finished or not; None if there is none.

    Raises ValueError if the folder's manifest cannot be read.
    """
    path = Path(out) / "manifest.json"
    if not path.exists():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["key"])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a run's manifest") from error


def clear(out: Path, unfinished: bool = True) -> None:
    """Remove what an earlier run left under the recorder's own names; anything else stays."""
    for name in FILES:
        for path in (out / name, partial(out / name), *out.glob(f".{name}.*.tmp")):
            path.unlink(missing_ok=True)
    if unfinished:
        clear_unfinished(out)


def clear_unfinished(out: Path) -> None:
    """Remove the parts and checkpoints of a folder."""
    for path in (out / UNFINISHED).glob("*"):
        if OWN.fullmatch(path.name):
            path.unlink()


def claim(folder: Path) -> IO[str]:
    """A lock on a run's folder, held until it is closed or the process ends, however it ends.

    Raises ConfigError while another process holds it: two writers would lose each other's rows.
    """
    lock = (folder / LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ConfigError("out", str(folder.parent), "another run is writing into it now") from None
    return lock
