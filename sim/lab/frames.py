"""A study's worlds as tables and arrays, read from its items by DuckDB.

Always in the order of arms and replications, never of files or of their making: a resumed study's tables are the same
to the last byte. Cells without a world are left out of tables and NaN in arrays.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.lab.item import Item
from sim.lab.store import Head, Store

DAY = "day"


class Found(NamedTuple):
    """A cell whose world is in the store."""

    item: Item
    head: Head


def runs_table(store: Store, items: Sequence[Item]) -> pa.Table:
    """A row a world: arm, replication, seed, key, then every summary number; NaN where a world has none of it."""
    found = in_order(store, items)
    columns: dict[str, Any] = _cells(found) | {"seed": pa.array([cell.item.config.seed for cell in found], pa.uint64()),
                                               "key": pa.array([cell.item.key for cell in found], pa.string())}
    names = dict.fromkeys(name for shared in dict.fromkeys(cell.head.names for cell in found) for name in shared)
    return pa.table(columns | {name: np.array([cell.head.value(name) for cell in found], float) for name in names})


def daily_table(store: Store, items: Sequence[Item]) -> pa.Table:
    """A row a world and day: arm, replication, day, then the daily columns; NaN where a world has none of it."""
    found = in_order(store, items)
    names = dict.fromkeys(name for shared in dict.fromkeys(cell.head.columns for cell in found) for name in shared)
    if not found:
        return pa.table({**_cells(found), DAY: pa.array([], pa.int64())})
    return _ask(store, found, [name for name in names if name != DAY])


def matrix(store: Store, items: Sequence[Item], metric: str) -> tuple[list[str], np.ndarray]:
    """Arms in the study's order, and a summary number, shape (arms, replications); NaN where absent."""
    arms, shape = _grid(items)
    values = np.full(shape, math.nan)
    for item, head in in_order(store, items):
        values[arms[item.arm], item.replication] = head.value(metric)
    return list(arms), values


def curves(store: Store, items: Sequence[Item], metric: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Arms, days (T,), and a daily column, shape (arms, replications, T); NaN where absent."""
    arms, shape = _grid(items)
    found = [cell for cell in in_order(store, items) if metric in cell.head.columns]
    days = np.arange(max((item.config.horizon for item in items), default=0))
    values = np.full((*shape, len(days)), math.nan)
    if found:
        rows = _ask(store, found, [metric], place=True)
        places = np.array([[arms[cell.item.arm], cell.item.replication] for cell in found])[rows["place"].to_numpy()]
        values[places[:, 0], places[:, 1], rows[DAY].to_numpy()] = rows[metric].to_numpy()
    return list(arms), days, values


def in_order(store: Store, items: Sequence[Item]) -> list[Found]:
    """The measured cells whose worlds are there and whole, by arm in the study's order, then replication."""
    arms, _ = _grid(items)
    cells = sorted((item for item in items if not item.is_world), key=lambda item: (arms[item.arm], item.replication))
    heads = ((item, store.head(item.key)) for item in cells)
    return [Found(item, head) for item, head in heads if head is not None]


def _grid(items: Sequence[Item]) -> tuple[dict[str, int], tuple[int, int]]:
    """The arms with their places, and the shape (arms, replications) of a study's arrays."""
    measured = [item for item in items if not item.is_world]
    arms = {arm: place for place, arm in enumerate(dict.fromkeys(item.arm for item in measured))}
    return arms, (len(arms), 1 + max((item.replication for item in measured), default=-1))


def _cells(found: Sequence[Found]) -> dict[str, pa.Array]:
    """The columns that say which cell a row belongs to."""
    return {"arm": pa.array([cell.item.arm for cell in found], pa.string()),
            "replication": pa.array([cell.item.replication for cell in found], pa.int32())}


def _ask(store: Store, found: Sequence[Found], names: Sequence[str], place: bool = False) -> pa.Table:
    """Daily columns of some cells, a row a cell and day in order: arm and replication, or only the cell's place."""
    import duckdb

    who = "place" if place else "arm, replication"
    cells = pa.table({**_cells(found), "place": pa.array(range(len(found)), pa.int32()),
                      "path": pa.array([str(store.path(cell.item.key)) for cell in found], pa.string())})
    wanted = "".join(f', coalesce({quoted(name)}, \'NaN\'::double) AS {quoted(name)}' for name in names)
    same = len({cell.head.columns for cell in found}) == 1
    query = f"""SELECT {who}, {DAY}{wanted} FROM read_parquet($paths, filename='path', union_by_name=$union)
                JOIN cells USING (path) ORDER BY place, {DAY}"""
    paths = list(dict.fromkeys(cells["path"].to_pylist()))
    with duckdb.connect() as base:
        base.register("cells", cells)
        return base.sql(query, params={"paths": paths, "union": not same}).to_arrow_table()


def quoted(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
