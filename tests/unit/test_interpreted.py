"""Plain Python computes what the machine code does, where NumPy's own rows and scalars would not."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.interpreted import interpret
from sim.jit import kernel

ROW = np.dtype([("flags", "u1"), ("base", "f4"), ("rate", "f4"), ("worth", "f8"), ("count", "u2"),
                ("nth", "i2")], align=True)


def mixed(rows: Any, i: int) -> Any:
    """Singles with singles, with a fraction and with whole numbers long and short."""
    row = rows[i]
    return row.base * row.rate + 0.1 * row.base - row.rate / row.count + row.worth + row.rate / row.nth


def whole(rows: Any, i: int) -> Any:
    """Bytes that would overflow as bytes, and a division by nothing."""
    row = rows[i]
    return (row.flags << 8) + row.count * row.count + (1.0 / row.worth > 1e308)


def keep(rows: Any, i: int) -> None:
    """Writes in place: a fraction cut off, a number taken by its low bits, a whole row."""
    rows[i].base += rows[i].rate
    rows[i].flags = 300 + i
    rows[i].count = 7.9
    rows[i + 1] = rows[i]


@pytest.fixture
def rows() -> np.ndarray:
    """Five rows of awkward numbers."""
    made = np.zeros(5, ROW)
    made["flags"], made["nth"], made["count"] = 255, 7, (60_000, 1, 7, 65_535, 3)
    made["base"], made["rate"] = np.float32(0.1) * np.arange(1, 6), np.float32(1.7) / np.arange(1, 6)
    return made


@pytest.mark.parametrize("rule", [mixed, whole])
def test_results_are_bit_equal(rule: Any, rows: np.ndarray) -> None:
    compiled, plain = kernel(rule), interpret(rule)
    assert [plain(rows, i) for i in range(5)] == [compiled(rows, i) for i in range(5)]


def test_what_a_rule_writes_lands_in_the_callers_array(rows: np.ndarray) -> None:
    other = rows.copy()
    for i in range(4):
        kernel(keep)(other, i)
        interpret(keep)(rows, i)
    assert rows.tobytes() == other.tobytes() and rows["flags"].tolist() == [44, 45, 46, 47, 47]


def test_words_wrap_around_as_unsigned_64_bits() -> None:
    product = interpret(lambda a, b: a * b, "uint64(uint64, uint64)")
    assert int(product(2**63 + 1, 3)) == (2**63 + 1) * 3 % 2**64
    assert interpret(lambda a: a, "int64(int64)")(2**63) == -(2**63)
