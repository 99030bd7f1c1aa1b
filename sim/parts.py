"""Tables that outlive their writer: small whole Parquet files while a run goes on, joined into one at its end.

A killed process loses what it has not flushed and nothing else. The joined file is the same to the last byte wherever
the parts were cut.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.files import COMPRESSION, arrow_table, atomic, columns_of, fields, partial

GROUP_ROWS = 1 << 17  # rows of a row group of the joined file: about 6 MB of orders
DIGITS = 6  # of the number of days in a part's name


class PartTable:
    """A growing table: batches that wait in memory, and the parts written so far, which lie in `folder`.

    A part is named after the days lived when it was written, so that a run which goes on from an earlier day can
    drop those that tell of later ones.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self.path, self.folder = path, folder
        self._waiting: list[Any] = []

    def append(self, batch: Any) -> None:
        """Add a batch, in order."""
        self._waiting.append(batch)

    def pack(self) -> pa.Table | None:
        """What waits as one table; None as long as nobody knows its columns."""
        raise NotImplementedError

    def parts(self) -> list[Path]:
        """The parts on disk, in the order of their days."""
        return parts_of(self.folder, self.path.stem)

    def keep(self, lived: int) -> None:
        """Drop the parts that tell of more days than `lived`."""
        for path in self.parts():
            if days_lived(path) > lived:
                path.unlink()

    def flush(self, lived: int) -> None:
        """Write what waits as one part."""
        if self._waiting:
            self._write(lived)

    def finish(self, lived: int) -> None:
        """Join everything into the table's own file; without any row or known column there is none."""
        self.flush(lived)
        if not self.parts():
            self._write(lived)
        join(self.parts(), self.path)

    def abandon(self, lived: int) -> None:
        """Join what there is as `<name>.partial.parquet`; the parts stay, for a run that goes on."""
        self.flush(lived)
        join(self.parts(), partial(self.path))

    def _write(self, lived: int) -> None:
        """Write a part, even of no rows; one that is there already grows."""
        table, path = self.pack(), part_path(self.folder, self.path.stem, lived)
        if table is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            tables = [pq.read_table(path), table] if path.exists() else [table]
            with atomic(path) as draft:
                pq.write_table(stacked(tables), draft, compression=COMPRESSION)
        self._waiting.clear()


class DayTable(PartTable):
    """A table of one row a day, given as mappings; days may lack columns (`sim.files.columns_of`)."""

    def pack(self) -> pa.Table:
        """The waiting rows."""
        return pa.table(columns_of(self._waiting))


class RowTable(PartTable):
    """A table of structured rows: all batches have the fields of `dtype`, or of the first of them."""

    def __init__(self, path: Path, folder: Path, dtype: np.dtype | None = None) -> None:
        super().__init__(path, folder)
        self.dtype = dtype

    def append(self, batch: np.ndarray) -> None:
        """Add a copy of some rows; raises ValueError for other fields."""
        self.dtype = self.dtype or batch.dtype
        mine, theirs = fields(self.dtype), fields(batch.dtype)
        if mine != theirs:
            raise ValueError(f"{self.path.name}: rows of {theirs} in a table of {mine}")
        self._waiting.append(batch.copy())

    def pack(self) -> pa.Table | None:
        """The waiting batches, one after another."""
        return None if self.dtype is None else arrow_table(np.concatenate([np.empty(0, self.dtype), *self._waiting]))


def parts_of(folder: Path, name: str, suffix: str = ".parquet") -> list[Path]:
    """The parts of a table in a folder, or its other files named after days, in the order of their days."""
    return sorted(folder.glob(f"{name}-{'[0-9]' * DIGITS}{suffix}"))


def part_path(folder: Path, name: str, lived: int, suffix: str = ".parquet") -> Path:
    """The file of a table in a folder that is written when so many days have been lived."""
    return folder / f"{name}-{lived:0{DIGITS}d}{suffix}"


def days_lived(path: Path) -> int:
    """How many days had been lived when a file named after them was written."""
    return int(path.stem[-DIGITS:])


# ---- joining ---------------------------------------------------------------------------------------

def join(parts: Sequence[Path], path: Path, group_rows: int = GROUP_ROWS) -> None:
    """Write the parts' rows as one file, whole or not at all; without parts, nothing.

    A column is of its parts' common type, else float64; where a part lacks it, it is NaN.
    """
    if not parts:
        return
    schema = common_schema([pq.read_schema(part) for part in parts])
    tables = (conform(pq.read_table(part), schema) for part in parts)
    with atomic(path) as draft, pq.ParquetWriter(draft, schema, compression=COMPRESSION) as writer:
        for group in even_groups(tables, group_rows):
            writer.write_table(group, row_group_size=group_rows)


def stacked(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables one below the other, in their common schema."""
    schema = common_schema([table.schema for table in tables])
    return pa.concat_tables([conform(table, schema) for table in tables])


def common_schema(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """One schema for all parts: columns in order of first appearance."""
    names = dict.fromkeys(name for schema in schemas for name in schema.names)
    return pa.schema([(name, _common_type({_type_in(schema, name) for schema in schemas})) for name in names])


def _type_in(schema: pa.Schema, name: str) -> pa.DataType:
    """A column's type; an absent one is all NaN."""
    return schema.field(name).type if name in schema.names else pa.float64()


def _common_type(types: set[pa.DataType]) -> pa.DataType:
    """The type they share, else float64."""
    return next(iter(types)) if len(types) == 1 else pa.float64()


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same rows in another schema; columns that were not there are NaN."""
    nothing = pa.array(np.full(len(table), np.nan))
    columns = [table[name] if name in table.column_names else nothing for name in schema.names]
    return pa.table(columns, names=schema.names).cast(schema, safe=False)


def even_groups(tables: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """The same rows in pieces of `size`, the last one shorter, so that no trace of the parts is left."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(map(len, held)) >= size:
            whole = pa.concat_tables(held)
            full = len(whole) // size * size
            yield from (whole.slice(start, size).combine_chunks() for start in range(0, full, size))
            held = [whole.slice(full)]
    if any(map(len, held)):
        yield pa.concat_tables(held).combine_chunks()
