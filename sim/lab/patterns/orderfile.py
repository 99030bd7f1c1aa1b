"""A researcher's order log out of a file: customer, date, value; CSV, Parquet or CDNOW's fixed-width master file."""
from __future__ import annotations

import re
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np

from sim.schema import ConfigError, listed

COLUMNS = ("customer", "date", "value")
CDNOW = re.compile(r"\s*\d+\s+\d{8}\s+\d+\s+\d*\.?\d+\s*")  # customer, yyyymmdd, items, dollars
CDNOW_SELECT = r"""
    SELECT regexp_extract(line, '(\d+)', 1) AS customer, regexp_extract(line, '\d+\s+(\d+)', 1) AS date,
           regexp_extract(line, '([\d.]+)\s*$', 1) AS value
    FROM read_csv($file, columns = {'line': 'VARCHAR'}, header = false, delim = '\x01', quote = '', escape = '',
                  skip = $skip, auto_detect = false) WHERE trim(line) <> ''"""
SELECTS = {".parquet": "SELECT * FROM read_parquet($file)", "": "SELECT * FROM read_csv($file)"}
READ = """
    SELECT customer::VARCHAR AS customer, date::VARCHAR AS date, value::VARCHAR AS value,
        (coalesce(try_strptime(date::VARCHAR, ['%Y%m%d', '%Y/%m/%d']), try_cast(date::VARCHAR AS TIMESTAMP))::DATE
         - DATE '1970-01-01')::INTEGER AS day,
        try_cast(value AS DOUBLE) AS amount
    FROM given"""
MOST = 1e13  # an amount above it has no exact hundredths
ALLOWED = {"customer": "must not be empty", "date": "must be a date such as 2026-03-01 or 20260301",
           "value": "must be a number from 0 on"}


class Orders(NamedTuple):
    """A log that `OrderLog` can read, the number of days it covers, and its first day."""

    columns: dict[str, np.ndarray]
    days: int
    first: date


def read_orders(path: Path) -> Orders:
    """The orders in a file; a customer's first order in it counts as the first of all.

    Columns `customer` (any text or number), `date`, `value` (in any currency, to the hundredth); others are ignored.
    Raises ConfigError for a file that is missing, empty or without these columns, and for the first row that cannot be
    read.
    """
    if not path.is_file():
        raise ConfigError("orders", str(path), "no such file")
    with duckdb.connect() as base:
        base.execute("SET enable_progress_bar = false")
        try:
            given = base.sql(select_of(path), params={"file": str(path)} | skipped(path))
            require_columns(path, given.columns)
            rows = base.sql(READ).fetchnumpy()
        except duckdb.Error as error:
            raise ConfigError("orders", str(path), f"cannot be read: {str(error).splitlines()[0]}") from None
    require_rows(path, rows)
    return as_log(rows["customer"], np.asarray(rows["day"], np.int64), np.asarray(rows["amount"], np.float64))


def select_of(path: Path) -> str:
    """The query that reads a file of its kind."""
    return CDNOW_SELECT if skipped(path) else SELECTS.get(path.suffix.lower(), SELECTS[""])


def skipped(path: Path) -> dict[str, int]:
    """Lines before the first order of CDNOW's master file; nothing for any other file."""
    if path.suffix.lower() == ".parquet":
        return {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for place, line in enumerate(islice(lines, 2)):
            if CDNOW.fullmatch(line):
                return {"skip": place}
    return {}


def require_columns(path: Path, columns: list[str]) -> None:
    """Raise ConfigError unless a table has the three columns, in any order and case."""
    known = [name.lower() for name in columns]
    missing = [name for name in COLUMNS if name not in known]
    if missing:
        raise ConfigError("orders", str(path), f"has no column {listed(missing)}; needed: {listed(COLUMNS)}; "
                                               f"found: {listed(columns)}")


def require_rows(path: Path, rows: dict[str, np.ndarray]) -> None:
    """Raise ConfigError for a table without rows, or naming the first row that is no order."""
    if not len(rows["customer"]):
        raise ConfigError("orders", str(path), "holds no order")
    amount = np.ma.filled(rows["amount"], -1.0)
    wrong = {"customer": np.ma.getmaskarray(rows["customer"]), "date": np.ma.getmaskarray(rows["day"]),
             "value": ~((amount >= 0.0) & (amount < MOST))}
    for name, bad in wrong.items():
        if bad.any():
            place = int(bad.argmax())
            found = "empty" if np.ma.getmaskarray(rows[name])[place] else repr(str(rows[name][place]))
            raise ConfigError("orders", str(path), f"order {place + 1}: {name} is {found}; it {ALLOWED[name]}")


def as_log(customer: np.ndarray, day: np.ndarray, amount: np.ndarray) -> Orders:
    """Orders as the columns that the measures of `sim.orderlog` read; `day` in days since 1970."""
    user = np.unique(np.asarray(customer, dtype=str), return_inverse=True)[1].astype(np.int32)
    order = np.lexsort((amount, day, user))
    user, first = user[order], int(day.min())
    starts = np.flatnonzero(np.diff(user, prepend=-1))
    nth = np.arange(len(user)) - np.repeat(starts, np.diff(starts, append=len(user))) + 1
    columns: dict[str, np.ndarray] = {
        "user": user, "spell": np.zeros(len(user), np.int16), "nth": nth.astype(np.int32),
        "day": (day[order] - first).astype(np.int32), "paid_fen": np.rint(100.0 * amount[order]).astype(np.int64),
    }
    return Orders(columns, int(day.max()) - first + 1, date.fromordinal(date(1970, 1, 1).toordinal() + first))
