"""The view through which Mesa sees one agent: a row of its population's array."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

if TYPE_CHECKING:
    from sim.population import Population

# Append only: the place of a kind in this tuple is the high part of its agents' unique ids.
KINDS = ("users", "creators", "merchants", "products", "recommender", "platform")
ROW_BITS = 40


class RowAgent(mesa.Agent):
    """One agent: a light view on one row of its population, made on demand and thrown away at will.

    Attributes are the population's columns, read from and written to the array itself: numpy scalars of the
    column's dtype (a Python float would round differently from the rules), array views where it has a shape.
    Two views are equal when they show the same row of the same kind in the same model.
    Subclasses set `kind`, a member of `KINDS`.
    """

    __slots__ = ("cell", "population", "row")  # `cell` is the seat in a drawn window, unset elsewhere

    kind: ClassVar[str] = ""
    population: Population[Any]
    row: int

    def __init__(self, population: Population[Any], row: int) -> None:
        # Past Mesa's own __init__, which registers every agent, and past __setattr__, which serves columns.
        _set_population(self, population)
        _set_row(self, row)

    def __getattr__(self, name: str) -> Any:
        if name in RowAgent.__slots__:
            raise AttributeError(f"this view has no {name}")
        try:
            return self.population.columns[name][self.row]
        except KeyError:
            raise AttributeError(self.population.unknown(name)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        columns = self.population.columns
        if name in columns:
            write(columns[name], self.row, value)
        elif name == "cell":
            object.__setattr__(self, name, value)
        else:
            raise AttributeError(self.population.unknown(name))

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, RowAgent) and self.row == other.row and self.kind == other.kind
                and self.model is other.model)

    def __hash__(self) -> int:
        return hash((self.kind, self.row))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(row={self.row})"

    @property
    def model(self) -> Any:  # type: ignore[override]
        """The model this agent lives in."""
        return self.population.model

    @property
    def unique_id(self) -> int:  # type: ignore[override]
        """A number no other agent of the model has: row + 1 above the offset of its kind."""
        return id_offset(self.kind) + self.row + 1

    def step(self) -> None:
        """Act: run the rule of the day's current phase on this row.

        Raises RuntimeError outside a day; `model.step_by_agent(order)` opens one.
        """
        self.model.step_row(self.kind, self.row)

    def remove(self) -> None:
        """Refused: nobody is born and nobody is deleted. Raises TypeError."""
        raise TypeError(nobody_is_born(self.kind))


_set_population = RowAgent.__dict__["population"].__set__
_set_row = RowAgent.__dict__["row"].__set__


def id_offset(kind: str) -> int:
    """The number below the unique ids of a kind; it does not move when another population grows.

    Raises ValueError for a kind that is not in `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of agent {kind!r}; kinds: {', '.join(KINDS)}")
    return KINDS.index(kind) << ROW_BITS


def write(column: np.ndarray, where: Any, value: Any) -> None:
    """Write into a column as numpy does, but never cut a fraction off in silence.

    Raises TypeError for fractional numbers into a column of whole numbers or flags, OverflowError for a
    Python integer that the column cannot hold.
    """
    if column.dtype.kind in "biu" and np.asarray(value).dtype.kind in "fc":
        raise TypeError(f"the column holds {column.dtype}, not {value!r}; round it first")
    column[where] = value


def nobody_is_born(kind: str) -> str:
    """The message for whoever tries to add or remove an agent."""
    return f"{kind} are neither added nor removed: whoever may ever act has a row, and a state, from day 0"
