"""Rules as plain Python, with the arithmetic of their compiled form: what `sim.jit` gives under `NUMBA_DISABLE_JIT=1`.

Rules read `row.field` and mean C's numbers: integers of 64 bits, singles that stay singles among themselves only, 1/0
infinite. NumPy's rows have no attributes, `records` hide the fields `base` and `flags`, and its scalars promote
otherwise. So whatever reaches a rule is viewed through small classes: `Cells` for an array, `Row` for one row of a
structured array, `Single` and `Short` for narrow numbers. Nothing is copied: what a rule writes lands in the caller's
arrays. One thing stays out of reach: the compiler makes a local that is single in one branch and double in another a
double in both, so a rule has to say `np.float64` there.
"""
from __future__ import annotations

import math
import types
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
WORD = 1 << 64


class Single(np.float32):
    """A float32 as a compiled rule has it: single with singles and `Short`s, double with every other number."""


class Short(np.int64):
    """An integer of 8 or 16 bits: a 64-bit integer, but for singles exact enough to stay single with it."""


def _binary(kind: type, plain: type, name: str) -> Callable[[Any, Any], Any]:
    """An operator of `Single` or `Short` with another number; `plain` is what computes with all others."""
    narrow, wide = getattr(np.float32, name), getattr(plain, name)
    close = (np.float32, Short) if kind is Single else Single

    def operate(self: Any, other: Any) -> Any:
        if isinstance(other, close):
            return Single(narrow(np.float32(self), np.float32(other)))
        return wide(plain(self), other)

    return operate


def _unary(name: str) -> Callable[[Single], Single]:
    """One of `Single`'s operators on itself."""
    plain = getattr(np.float32, name)
    return lambda self: Single(plain(self))


for _name in (f"__{side}{operator}__" for operator in OPERATORS for side in ("", "r")):
    setattr(Single, _name, _binary(Single, np.float64, _name))
    setattr(Short, _name, _binary(Short, np.int64, _name))
for _name in ("__neg__", "__abs__", "__pos__"):
    setattr(Single, _name, _unary(_name))


class Row:
    """One row of a structured array: its fields are attributes, read and written in place."""

    __slots__ = ("_void",)

    def __init__(self, void: np.void) -> None:
        object.__setattr__(self, "_void", void)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return view(self._void[name])

    def __setattr__(self, name: str, value: Any) -> None:
        self._void[name] = _narrow(value, self._void.dtype[name])


class Cells(np.ndarray):
    """An array whose rows are `Row`s and whose numbers are a compiled rule's."""

    def __getitem__(self, at: Any) -> Any:
        return view(super().__getitem__(at))

    def __setitem__(self, at: Any, value: Any) -> None:
        super().__setitem__(at, value._void if isinstance(value, Row) else _narrow(value, self.dtype))


def _narrow(value: Any, dtype: np.dtype) -> Any:
    """A number as an integer column takes it: by its low bits, as in C, where NumPy refuses a Python integer."""
    return int64(value) if type(value) is int and dtype.kind in "iu" else value


def view(value: Any) -> Any:
    """A value as rules see it: arrays, rows and narrow numbers wrapped, also inside tuples; all else as it is."""
    kind = type(value)
    if kind not in LENSES:
        LENSES[kind] = _lens(kind)
    lens = LENSES[kind]
    return lens(value) if lens else value


def _lens(kind: type) -> Callable[[Any], Any] | None:
    """How to view values of a type; None leaves them alone."""
    if issubclass(kind, np.void):
        return Row
    if issubclass(kind, np.ndarray) and kind is not Cells:
        return lambda array: array.view(Cells)
    if issubclass(kind, tuple):
        make = getattr(kind, "_make", tuple)
        return lambda parts: make(map(view, parts))
    return None


LENSES: dict[type, Callable[[Any], Any] | None] = {
    np.float32: Single, np.bool_: bool,
    **dict.fromkeys((np.int8, np.uint8, np.int16), Short),
    **dict.fromkeys((np.uint16, np.int32, np.uint32), np.int64),
}
"""The views of the types met so far; narrow numbers become what a compiled rule computes with."""


def int64(value: Any) -> np.int64:
    """Any number as a signed word: fractions cut off, more than 64 bits wrapped around."""
    return np.int64((int(value) + WORD // 2) % WORD - WORD // 2)


def uint64(value: Any) -> np.uint64:
    """Any number as an unsigned word: fractions cut off, wrapped around."""
    return value if type(value) is np.uint64 else np.uint64(int(value) % WORD)


def result(value: Any) -> Any:
    """What a rule returns: whole numbers as Python's, as from a compiled rule."""
    return int(value) if isinstance(value, np.integer) else view(value)


CONVERSIONS: dict[str, Callable[[Any], Any]] = {"int64": int64, "uint64": uint64, "float64": np.float64}
RESULTS = CONVERSIONS | {"int64": lambda value: int(int64(value))}


def interpret(function: Callable[..., Any], signature: Any = None) -> Callable[..., Any]:
    """A rule as plain Python on viewed arguments, converted to the numba `signature` where it has one."""
    given, back = _conversions(signature)
    if function.__globals__.get("math") is math:
        function.__globals__["math"] = C_MATH

    @wraps(function)
    def rule(*args: Any) -> Any:
        seen = [f(x) for f, x in zip(given, args, strict=True)] if given else map(view, args)
        with np.errstate(all="ignore"):
            return back(function(*seen))

    return rule


def _conversions(signature: Any) -> tuple[list[Callable[[Any], Any]], Callable[[Any], Any]]:
    """What to make of each argument and of the result."""
    if signature is None:
        return [], result
    from numba.core.sigutils import normalize_signature

    args, back = normalize_signature(signature)
    return [_conversion(kind) for kind in args], RESULTS.get(str(back), view)


def _conversion(kind: Any) -> Callable[[Any], Any]:
    """How a value becomes one of a numba type."""
    return CONVERSIONS.get(str(kind), view)


def _as_in_c(function: Callable[..., float], ufunc: Callable[..., Any]) -> Callable[..., Any]:
    """A function of `math` that gives a single for singles, and inf or nan where Python raises."""
    def compute(*args: Any) -> Any:
        try:
            found = function(*args)
        except (OverflowError, ValueError):
            found = float(ufunc(*map(float, args)))
        return Single(found) if all(isinstance(x, np.float32) for x in args) else np.float64(found)

    return compute


UFUNCS = {"exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "sin": np.sin, "copysign": np.copysign}
C_MATH = types.SimpleNamespace(**{
    **vars(math), **{name: _as_in_c(getattr(math, name), ufunc) for name, ufunc in UFUNCS.items()},
})
"""The module `math` as a rule's file sees it."""
