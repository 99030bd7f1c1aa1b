"""A daily table with its facts in one Parquet file that tells whether it is whole.

The footer's metadata hold, as JSON, key and summary for those who compare worlds, and all other facts; and a checksum
of table and facts: a cut, foreign or altered file shows.
"""
from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.files import COMPRESSION, plain

HEAD, FACTS, SEAL = b"icsim-summary", b"icsim", b"icsim-crc32"
IN_HEAD = ("key", "summary")
TAIL = 8  # a Parquet file ends with the footer's length in four bytes, and four letters


class DamagedError(ValueError):
    """A file that is not, or no longer, what was written."""


class Notes(NamedTuple):
    """What a whole file says beside its table: key and summary, the other facts as JSON, the columns' names."""

    head: dict[str, Any]
    rest: bytes
    columns: list[str]

    @property
    def facts(self) -> dict[str, Any]:
        """All facts."""
        return self.head | json.loads(self.rest)


def seal(daily: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> bytes:
    """The file of a daily table and its facts, `key` and `summary` among them.

    Columns but `day` become float64, NaN where undefined.
    """
    table = pa.table({name: _column(name, values) for name, values in daily.items()})
    head = _json({name: facts[name] for name in IN_HEAD})
    rest = _json({name: value for name, value in facts.items() if name not in IN_HEAD})
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, compression=COMPRESSION, use_dictionary=False, write_statistics=False,
                          store_schema=False) as writer:
        writer.write_table(table, row_group_size=max(len(table), 1))
        writer.add_key_value_metadata({HEAD: head, FACTS: rest, SEAL: _crc(sink.getbuffer(), head, rest)})
    return sink.getvalue()


def _json(facts: Mapping[str, Any]) -> bytes:
    """Facts as JSON, with NaN where a number is undefined."""
    return json.dumps(plain(facts)).encode()


def _crc(*parts: bytes | memoryview) -> bytes:
    """A checksum over several pieces."""
    crc = 0
    for part in parts:
        crc = zlib.crc32(part, crc)
    return str(crc).encode()


def _column(name: str, values: np.ndarray) -> np.ndarray:
    """A column in the one type that it has in every item."""
    return np.asarray(values, np.int64 if name == "day" else np.float64)


def unseal(data: bytes) -> Notes:
    """What a file's bytes say. Raises DamagedError unless it is whole."""
    try:
        metadata = pq.read_metadata(pa.BufferReader(data))
        said = metadata.metadata or {}
        footer = int.from_bytes(data[-TAIL:-TAIL // 2], "little")
        if _crc(memoryview(data)[:-TAIL - footer], said[HEAD], said[FACTS]) != said[SEAL]:
            raise DamagedError("its checksum does not fit")
        return Notes(json.loads(said[HEAD]), said[FACTS], metadata.schema.names)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise DamagedError(str(error) or type(error).__name__) from error


def columns(data: bytes) -> dict[str, np.ndarray]:
    """The daily table out of a file's bytes."""
    table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    return {name: table[name].to_numpy() for name in table.column_names}
