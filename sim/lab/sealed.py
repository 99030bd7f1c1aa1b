"""A daily table with its facts in one Parquet file that tells whether it is whole.

The footer's metadata hold the facts as JSON, and a checksum of table and facts: a cut, foreign or altered file shows.
"""
from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.files import COMPRESSION, plain

FACTS, SEAL = b"icsim", b"icsim-crc32"
TAIL = 8  # a Parquet file ends with the footer's length in four bytes, and four letters


class DamagedError(ValueError):
    """A file that is not, or no longer, what was written."""


def seal(daily: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> bytes:
    """The file of a daily table and its facts. Columns but `day` become float64, NaN where undefined."""
    table = pa.table({name: _column(name, values) for name, values in daily.items()})
    body, sink = json.dumps(plain(facts)).encode(), io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, compression=COMPRESSION, use_dictionary=False, write_statistics=False,
                          store_schema=False) as writer:
        writer.write_table(table, row_group_size=max(len(table), 1))
        crc = zlib.crc32(body, zlib.crc32(sink.getvalue()))
        writer.add_key_value_metadata({FACTS: body, SEAL: str(crc)})
    return sink.getvalue()


def _column(name: str, values: np.ndarray) -> np.ndarray:
    """A column in the one type that it has in every item."""
    return np.asarray(values, np.int64 if name == "day" else np.float64)


def unseal(data: bytes) -> tuple[dict[str, Any], list[str]]:
    """Facts and names of columns out of a file's bytes. Raises DamagedError unless it is whole."""
    try:
        metadata = pq.read_metadata(pa.BufferReader(data))
        notes = metadata.metadata or {}
        footer = int.from_bytes(data[-TAIL:-TAIL // 2], "little")
        pages = memoryview(data)[:-TAIL - footer]
        if str(zlib.crc32(notes[FACTS], zlib.crc32(pages))).encode() != notes[SEAL]:
            raise DamagedError("its checksum does not fit")
        return json.loads(notes[FACTS]), metadata.schema.names
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise DamagedError(str(error) or type(error).__name__) from error


def columns(data: bytes) -> dict[str, np.ndarray]:
    """The daily table out of a file's bytes."""
    table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    return {name: table[name].to_numpy() for name in table.column_names}
