"""Rules in slow motion: the same source, run as plain Python beside the compiled form, telling each call as it happens.

Nothing is formulated a second time. A rule's own code runs on names of its own, in which every rule that it calls is
again a slow one; `sim.interpreted` gives it the arithmetic of the machine code, so it computes the same bits. Draws,
retrieval and other small exact kernels stay compiled.

A listener is a generator: what stands before its `yield` happens before the rule, and the `yield` gives the result.
"""
from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from enum import IntEnum
from types import FunctionType
from typing import Any

import numpy as np

from sim.interpreted import C_MATH, Cells, Row, Single, interpret, result, view
from sim.scratch import PLAIN
from sim.tables import LAYOUT, Tables

Listener = Callable[..., Generator[None, Any, None]]
Rule = Callable[..., Any]
COMPILED = {"sim.rng", "sim.fixed", "sim.ledger", "sim.rules.retrieve"}


class Seen:
    """The world's tables as a slow rule sees them: every array viewed as `sim.interpreted` does."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        vars(self).update({name: view(getattr(tables, name)) for name in LAYOUT})


class SlowMotion:
    """Rules as plain Python that tell `listeners`, by name of the rule, of each call."""

    def __init__(self, listeners: Mapping[str, Listener]) -> None:
        self.listeners = listeners
        self._names: dict[str, dict[str, Any]] = {}
        self._acts: dict[Any, Rule] = {}

    def rule(self, kernel: Any) -> Rule:
        """The slow form of a compiled rule. Raises RuntimeError where rules are not compiled."""
        if not hasattr(kernel, "py_func"):
            raise RuntimeError("a trace runs beside the compiled rules; unset NUMBA_DISABLE_JIT")
        listener = self.listeners.get(kernel.py_func.__name__)

        def call(*args: Any) -> Any:
            return self._act(kernel)(*args) if listener is None else _told(listener, self._act(kernel), args)

        return call

    def _act(self, kernel: Any) -> Rule:
        """What a rule does, made at its first call."""
        if kernel not in self._acts:
            self._acts[kernel] = _compiled(kernel) if _stays(kernel) else self._plain(kernel.py_func)
        return self._acts[kernel]

    def _plain(self, function: Any) -> Rule:
        """A rule's own code on names in which all rules are slow."""
        return interpret(FunctionType(function.__code__, self._names_of(function), function.__name__))

    def _names_of(self, function: Any) -> dict[str, Any]:
        """The names of a rule's file, its rules replaced."""
        if function.__module__ not in self._names:
            names = {name: self.rule(value) if hasattr(value, "py_func") else value
                     for name, value in function.__globals__.items()}
            plain = {"math": C_MATH} | PLAIN
            self._names[function.__module__] = names | {name: plain[name] for name in plain if name in names}
        return self._names[function.__module__]


def _told(listener: Listener, act: Rule, args: tuple[Any, ...]) -> Any:
    """One call, with its listener before and after it."""
    told = listener(*args)
    next(told)
    found = act(*args)
    with suppress(StopIteration):
        told.send(found)
    return found


def _stays(kernel: Any) -> bool:
    """Whether a rule stays compiled: those of exact small kernels, and those compiled for one signature only."""
    return kernel.py_func.__module__ in COMPILED or not kernel._can_compile


def _compiled(kernel: Any) -> Rule:
    """A compiled rule that takes and gives a slow rule's values."""
    def call(*args: Any) -> Any:
        found = kernel(*map(_bare, args))
        return np.float64(found) if isinstance(found, float) else result(found)

    return call


def _bare(value: Any) -> Any:
    """A value as compiled rules take it."""
    if isinstance(value, Seen):
        return value.tables
    if isinstance(value, Row):
        return value._void
    if isinstance(value, Cells):
        return value.view(np.ndarray)
    if isinstance(value, Single):
        return float(value)
    return int(value) if isinstance(value, IntEnum | np.integer) else value
