"""Populations: one aligned structured array a kind of agent, behind the set interface of Mesa.

`Column` declares an attribute; `Population` is a kind of agent, or some of its rows in an order; `Everyone`
is all kinds at once, what `model.agents` returns.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from math import inf
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from mesa.agentset import GroupBy

from sim.agents.base import ROW_BITS, RowAgent, id_offset, write
from sim.rowset import Groups, Mask, Places, RowSet


@dataclass(frozen=True)
class Column:
    """One attribute of a kind of agent: its name, dtype, shape of one row, unit and meaning.

    A list of (name, dtype) pairs as dtype gives a column of small records.
    """

    name: str
    dtype: npt.DTypeLike
    shape: tuple[int, ...] = ()
    unit: str = ""
    doc: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", np.dtype(self.dtype, align=True))


def make_dtype(columns: Sequence[Column]) -> np.dtype[np.void]:
    """The aligned structured dtype of a population's row, columns in the declared order (hot ones first).

    Raises ValueError for a name declared twice.
    """
    return np.dtype([(c.name, c.dtype, c.shape) for c in columns], align=True)


def describe(columns: Sequence[Column]) -> str:
    """The columns as a Markdown table: name, dtype and shape, unit, meaning; below it the bytes of a row."""
    head = [("column", "type", "unit", "meaning"), ("---",) * 4]
    body = [(f"`{c.name}`", _type_name(c), c.unit, c.doc) for c in columns]
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in [*head, *body]]
    return "\n".join([*lines, "", f"{make_dtype(columns).itemsize} bytes a row"])


class Population[A: RowAgent](RowSet[A]):
    """A kind of agent: one structured array, one row an agent; or, with `rows`, some of its rows in an order.

    `view` is the agents' class, `kind` its kind, `store` the whole array, `columns` its fields by name.
    Raises ValueError for a view of another kind, or a column named like an attribute of the view.
    """

    def __init__(
        self, model: Any, kind: str, array: np.ndarray, view: type[A], rows: npt.ArrayLike | None = None,
    ) -> None:
        super().__init__(model, rows)
        self.kind, self.store, self.view = kind, array, view
        self.offset = id_offset(kind)
        self.columns = {name: array[name] for name in array.dtype.names or ()}
        if view.kind != kind:
            raise ValueError(f"{view.__name__} is a view of {view.kind!r}, not of {kind!r}")
        if taken := [name for name in self.columns if hasattr(view, name)]:
            raise ValueError(f"columns named like attributes of {view.__name__}: {', '.join(taken)}")

    def __len__(self) -> int:
        return len(self.store) if self._chosen is None else len(self._chosen)

    def __iter__(self) -> Iterator[A]:
        rows = range(len(self.store)) if self._chosen is None else self._chosen.tolist()
        return map(self.view, repeat(self), rows)

    def __getitem__(self, item: Any) -> Any:
        """The member at a position; a list of members for a slice, a list of positions or a boolean mask."""
        if type(item) is int and self._chosen is None and 0 <= item < len(self.store):
            return self.view(self, item)
        return super().__getitem__(item)

    def __repr__(self) -> str:
        return f"Population({self.kind!r}, {len(self)} of {len(self.store)})"

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.array, dtype=dtype, copy=copy)

    @property
    def rows(self) -> Places:
        """Row numbers of the members in their order, shape (len(self),) int64."""
        return self._places

    @property
    def array(self) -> np.ndarray:
        """The members' rows: the store itself for a whole population, a copy for a selection."""
        return self.store if self._chosen is None else self.store[self._chosen]

    def column(self, name: str) -> np.ndarray:
        """One column, shape (len(self), …): the store's own for a whole population, a copy for a selection.

        Raises AttributeError for an unknown name.
        """
        if name not in self.columns:
            raise AttributeError(self.unknown(name))
        return self.columns[name] if self._chosen is None else self.columns[name][self._chosen]

    def set(self, attr_name: str, value: Any) -> Self:
        """Write one column of all members: the same value for each, or an array with one entry a member.

        Raises AttributeError for an unknown column, TypeError for fractions into a column of whole numbers.
        """
        if attr_name not in self.columns:
            raise AttributeError(self.unknown(attr_name))
        write(self.columns[attr_name], slice(None) if self._chosen is None else self._chosen, value)
        return self

    def unknown(self, name: str) -> str:
        """The message for whoever asks for a column that does not exist."""
        return f"{self.kind} have no {name!r}; columns: {', '.join(self.columns)}"

    def _everybody(self) -> Places:
        return np.arange(len(self.store))

    def _views(self, places: Places) -> Iterator[A]:
        return map(self.view, repeat(self), places.tolist())

    def _place(self, agent: A) -> int:
        if isinstance(agent, RowAgent) and agent.kind == self.kind and agent.model is self.model:
            return agent.row
        raise KeyError(agent)

    def _subset(self, places: Places) -> Self:
        return type(self)(self.model, self.kind, self.store, self.view, places)

    def _of_type(self, agent_type: Any) -> Mask:
        return np.full(len(self), issubclass(self.view, agent_type))

    def _attribute(self, name: str, *fallback: Any) -> list[Any]:
        if name in self.columns:
            return list(self.column(name))
        if fallback and not hasattr(self.view, name):
            return list(fallback) * len(self)
        return [getattr(agent, name, *fallback) for agent in self]


class Everyone(RowSet[RowAgent]):
    """The agents of all kinds, one population after the other; or, with `ids`, some of them in an order.

    Places are unique ids. `populations` are whole ones, each of another kind.
    """

    def __init__(
        self, model: Any, populations: Iterable[Population[Any]], ids: npt.ArrayLike | None = None,
    ) -> None:
        super().__init__(model, ids)
        self.populations = tuple(populations)
        if len({p.kind for p in self.populations}) < len(self.populations):
            raise ValueError("two populations of one kind")

    def __len__(self) -> int:
        return sum(map(len, self.populations)) if self._chosen is None else len(self._chosen)

    def __iter__(self) -> Iterator[RowAgent]:
        return chain(*self.populations) if self._chosen is None else self._views(self._chosen)

    def __repr__(self) -> str:
        return f"Everyone({len(self)} of {', '.join(p.kind for p in self.populations)})"

    def column(self, name: str) -> np.ndarray:
        """A column that all members' kinds have, in the members' order; a copy, in the kinds' common dtype.

        Raises AttributeError where a kind lacks it or has it in another shape.
        """
        parts = [(positions, part.column(name)) for positions, part in self._parts()]
        if not parts:
            return np.zeros(0)
        shape, *others = (values.shape[1:] for _, values in parts)
        if any(other != shape for other in others):
            raise AttributeError(f"{name!r} differs in shape between kinds")
        joined = np.empty((len(self), *shape), np.result_type(*(values.dtype for _, values in parts)))
        for positions, values in parts:
            joined[positions] = values
        return joined

    def select(
        self, filter_func: Any = None, at_most: float = inf, inplace: bool = False,
        agent_type: Any = None,
    ) -> Any:
        """Members of a type that pass a filter, as in `RowSet`; when the type is one kind, a `Population`."""
        kinds = [p for p in self.populations if agent_type is not None and issubclass(p.view, agent_type)]
        if inplace or len(kinds) != 1:
            return super().select(filter_func, at_most, inplace, agent_type)
        if self._chosen is None and filter_func is None and at_most == inf:
            return kinds[0]
        places = super().select(filter_func, at_most, False, agent_type)._places
        return kinds[0]._subset(places - kinds[0].offset - 1)

    def groupby(self, by: Any, result_type: str = "agentset") -> GroupBy:
        """Members grouped by an attribute or a function of a view; `by="kind"` gives the populations."""
        if by == "kind" and result_type == "agentset":
            return Groups({part.kind: part for _, part in self._parts()})
        return super().groupby(by, result_type)

    def set(self, attr_name: str, value: Any) -> Self:
        """Write one value into a column of all members.

        Raises AttributeError, and writes nothing, where a kind lacks the column.
        """
        parts = [part for _, part in self._parts()]
        for part in parts:
            part.column(attr_name)
        for part in parts:
            part.set(attr_name, value)
        return self

    def _parts(self) -> Iterator[tuple[Places, Population[Any]]]:
        """The members by kind: their positions in this set, and the population or a selection of it."""
        places = self._places
        for population in self.populations:
            positions = np.flatnonzero((places - 1) >> ROW_BITS == population.offset >> ROW_BITS)
            rows = places[positions] - population.offset - 1
            if len(rows):
                yield positions, population if self._chosen is None else population._subset(rows)

    def _everybody(self) -> Places:
        return np.concatenate([np.zeros(0, np.int64), *(p.rows + p.offset + 1 for p in self.populations)])

    def _views(self, places: Places) -> Iterator[RowAgent]:
        homes = {p.offset >> ROW_BITS: p for p in self.populations}
        for place in (places - 1).tolist():
            home = homes[place >> ROW_BITS]
            yield home.view(home, place - home.offset)

    def _place(self, agent: RowAgent) -> int:
        for population in self.populations:
            if isinstance(agent, population.view):
                return population._place(agent) + population.offset + 1
        raise KeyError(agent)

    def _subset(self, places: Places) -> Self:
        return type(self)(self.model, self.populations, places)

    def _of_type(self, agent_type: Any) -> Mask:
        typed = np.zeros(len(self), bool)
        for positions, part in self._parts():
            typed[positions] = issubclass(part.view, agent_type)
        return typed

    def _attribute(self, name: str, *fallback: Any) -> list[Any]:
        values: list[Any] = [None] * len(self)
        for positions, part in self._parts():
            for position, value in zip(positions.tolist(), part._attribute(name, *fallback), strict=True):
                values[position] = value
        return values


def _type_name(column: Column) -> str:
    base: Any = np.dtype(column.dtype)
    name = base.name if base.names is None else "{" + ", ".join(f"{n} {base[n]}" for n in base.names) + "}"
    return "×".join([name, *map(str, column.shape)])
