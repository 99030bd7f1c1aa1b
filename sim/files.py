"""Files that are whole or absent: JSON, YAML and Parquet written under a temporary name, then renamed.

A reader never meets half a file, whatever happens to the writer.
"""
from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COMPRESSION = "zstd"


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`; renamed over it when the block ends well, removed when it does not."""
    draft = _draft(path)
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    """The temporary name of a file; the process id keeps two writers apart."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all (UTF-8, Unix line ends)."""
    with atomic(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a mapping as JSON; NaN and infinities, which JSON lacks, become null."""
    text = json.dumps(plain(values, finite=True), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def write_yaml(path: Path, values: Mapping[str, Any]) -> None:
    """Write a mapping as YAML in its own order, so that a config read back is the same config."""
    import yaml

    write_text(path, yaml.safe_dump(plain(values), sort_keys=False, allow_unicode=True))


def plain(value: Any, finite: bool = False) -> Any:
    """The same value in the types that JSON and YAML know: dict, list, str, int, float, bool, None.

    Dataclasses become mappings, enums their names, arrays and tuples lists. With `finite`, a float that is
    not finite becomes None. Raises TypeError for anything else.
    """
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(name): plain(item, finite) for name, item in value.items()}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, set | frozenset):
        value = sorted(value)
    if isinstance(value, list | tuple):
        return [plain(item, finite) for item in value]
    if isinstance(value, float) and finite and not np.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"cannot write a {type(value).__name__} to a text file: {value!r}")


# ---- tables --------------------------------------------------------------------------------------

def columns_of(rows: Sequence[Mapping[str, float | int]]) -> dict[str, np.ndarray]:
    """Rows turned into columns: `day` first, then in order of first appearance; absent values are NaN.

    A column is int64 when every row holds an integer, else float64.
    """
    names = dict.fromkeys(["day", *(name for row in rows for name in row)])
    return {name: _column([row.get(name, np.nan) for row in rows], whole=name == "day") for name in names}


def _column(values: Sequence[float | int], whole: bool) -> np.ndarray:
    """One column of a daily table; an empty one is int64 only if it is always whole."""
    always = all(isinstance(value, int | np.integer | np.bool_) for value in values)
    return np.array(values, dtype=np.int64 if always and (values or whole) else np.float64)


def write_columns(path: Path, columns: Mapping[str, Any]) -> None:
    """Write named columns as one Parquet file, whole or not at all; NaN stays NaN."""
    with atomic(path) as draft:
        pq.write_table(pa.table(dict(columns)), draft, compression=COMPRESSION)


def read_columns(path: Path, names: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """The columns of a flat Parquet file as numpy arrays of their stored types."""
    table = pq.read_table(path, columns=None if names is None else list(names))
    return {name: table[name].to_numpy() for name in table.column_names}


def arrow_table(rows: np.ndarray) -> pa.Table:
    """A structured array as an Arrow table; a subarray field becomes a list of fixed length."""
    return pa.table({name: _arrow_column(rows[name]) for name in rows.dtype.names or ()})


def _arrow_column(values: np.ndarray) -> pa.Array:
    """One field of a structured array, made contiguous because Arrow cannot step over a record."""
    flat = pa.array(np.ascontiguousarray(values).reshape(-1))
    width = int(np.prod(values.shape[1:]))
    return flat if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(flat, width)


def fields(dtype: np.dtype) -> list[tuple[str, np.dtype]]:
    """Names and types of a structured dtype, whatever its alignment."""
    return [(name, dtype[name]) for name in dtype.names or ()]


def partial(path: Path) -> Path:
    """The name under which an unfinished table is kept."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")
