"""The set interface of Mesa over rows of arrays: select, get, agg, groupby, do, map, shuffle, sort.

Questions are answered on columns wherever they allow it; views (`RowAgent`) are made only where a caller's
own function must see an agent. `sim.population` has the two sorts of set that exist.
"""
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import islice
from math import inf
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from mesa.agentset import AbstractAgentSet, GroupBy

from sim.agents.base import RowAgent, nobody_is_born

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
# The builtins would loop over numpy scalars: seconds for a million rows, and small integers overflow.
ON_COLUMNS: dict[Any, Callable[[np.ndarray], Any]] = {
    sum: lambda column: column.sum(axis=0),
    min: lambda column: column.min(axis=0),
    max: lambda column: column.max(axis=0),
}


class RowSet[A: RowAgent](AbstractAgentSet[A]):
    """Agents of a model in an order, known by their *places*: row numbers or unique ids, whole numbers.

    `_chosen` None means everybody; such a set belongs to the model and refuses to be changed in place.
    """

    def __init__(self, model: Any, chosen: npt.ArrayLike | None = None) -> None:
        self.model = model
        self._chosen = None if chosen is None else np.asarray(chosen, np.int64)

    @abstractmethod
    def _everybody(self) -> Places:
        """Places of all agents that could be in a set of this sort."""

    @abstractmethod
    def _views(self, places: Places) -> Iterator[A]:
        """Views of the agents at these places."""

    @abstractmethod
    def _place(self, agent: A) -> int:
        """The place of an agent; raises KeyError for one that can be in no set of this sort."""

    @abstractmethod
    def _subset(self, places: Places) -> Self:
        """A set of the same sort with the agents at these places."""

    @abstractmethod
    def _of_type(self, agent_type: Any) -> Mask:
        """Which members are of this type, shape (len(self),)."""

    @abstractmethod
    def _attribute(self, name: str, *fallback: Any) -> list[Any]:
        """An attribute of every member, or the fallback; raises AttributeError where there is neither."""

    @abstractmethod
    def column(self, name: str) -> np.ndarray:
        """One column for all members in their order; raises AttributeError for an unknown name."""

    @property
    def random(self) -> Any:
        """The model's `random.Random`; Mesa asks a set for it."""
        return self.model.random

    @property
    def _places(self) -> Places:
        return self._everybody() if self._chosen is None else self._chosen

    def __iter__(self) -> Iterator[A]:
        return self._views(self._places)

    def __contains__(self, agent: object) -> bool:
        try:
            place = self._place(agent)  # type: ignore[arg-type]
        except KeyError:
            return False
        return self._chosen is None or bool((self._chosen == place).any())

    def __getitem__(self, item: Any) -> Any:
        """The member at a position; a list of members for a slice, a list of positions or a boolean mask."""
        places = self._places[item]
        return next(self._views(places[None])) if places.ndim == 0 else list(self._views(places))

    def to_list(self) -> list[A]:
        """Views of all members."""
        return list(self)

    def get(
        self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None,
    ) -> list[Any]:
        """An attribute of every member, or a list of attributes of every member, as in Mesa.

        Raises AttributeError for an attribute that some member lacks unless `handle_missing` is "default".
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        fallback = () if handle_missing == "error" else (default_value,)
        if isinstance(attr_names, str):
            return self._attribute(attr_names, *fallback)
        columns = [self._attribute(name, *fallback) for name in attr_names]
        return [list(row) for row in zip(*columns, strict=True)]

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """What a function, or each of several, makes of an attribute of all members; it gets the column."""
        values = self._values(attribute)
        return _apply(func, values) if callable(func) else [_apply(one, values) for one in func]

    def select(
        self, filter_func: Callable[[A], bool] | Mask | None = None, at_most: float = inf,
        inplace: bool = False, agent_type: Any = None,
    ) -> Any:
        """Members of a type that pass a filter; the first `at_most`, a float ≤ 1 being a share of this set.

        `filter_func` is a function of a view or, without making views, a boolean array over the members.
        """
        typed = np.ones(len(self), bool) if agent_type is None else self._of_type(agent_type)
        most = len(self) * at_most if isinstance(at_most, float) and at_most <= 1.0 else at_most
        limit = None if most == inf else int(most)
        if callable(filter_func):
            places = self._passing(filter_func, self._places[typed], limit)
        else:
            places = self._places[typed & _as_mask(filter_func, len(self))][:limit]
        return self._become(places) if inplace else self._subset(places)

    def groupby(self, by: Callable[[A], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Members grouped by an attribute or a function of a view; groups in order of first appearance."""
        values = [by(agent) for agent in self] if callable(by) else self._values(by)
        places = self._places
        groups = {key: places[positions] for key, positions in _positions_by_value(values)}
        if result_type == "agentset":
            return Groups({key: self._subset(members) for key, members in groups.items()})
        return GroupBy({key: list(self._views(members)) for key, members in groups.items()})

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method by name, or a function, on a view of every member."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """`do` in an order drawn from the model's generator."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """What a method by name, or a function, returns for a view of every member."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def shuffle(self, inplace: bool = False) -> Self:
        """The same members in an order drawn from the model's generator."""
        return self._arranged(self.model.rng.permutation(len(self)), inplace)

    def sort(self, key: Callable[[A], Any] | str, ascending: bool = False, inplace: bool = False) -> Self:
        """The same members ordered by an attribute or a function of a view; ties keep their order."""
        values = [key(agent) for agent in self] if callable(key) else self._values(key)
        return self._arranged(_order(values, ascending), inplace)

    def add(self, agent: A) -> None:
        """Refused: nobody is born. Raises TypeError."""
        raise TypeError(nobody_is_born("agents"))

    def discard(self, agent: A) -> None:
        """Refused: nobody is deleted. Raises TypeError."""
        raise TypeError(nobody_is_born("agents"))

    def remove(self, agent: A) -> None:
        """Refused: nobody is deleted. Raises TypeError."""
        raise TypeError(nobody_is_born("agents"))

    def _values(self, name: str) -> Any:
        try:
            return self.column(name)
        except AttributeError:
            return self._attribute(name)

    def _passing(self, filter_func: Callable[[A], bool], places: Places, limit: int | None) -> Places:
        views = zip(places.tolist(), self._views(places), strict=True)
        passing = (place for place, agent in views if filter_func(agent))
        return np.fromiter(islice(passing, limit), np.int64)

    def _arranged(self, positions: Places, inplace: bool) -> Self:
        places = self._places[positions]
        return self._become(places) if inplace else self._subset(places)

    def _become(self, places: Places) -> Self:
        if self._chosen is None:
            raise TypeError("this set is the model's own: take a select() of it and change that in place")
        self._chosen = places
        return self

    def _update(self, agents: Iterable[A]) -> Self:
        return self._become(self._from_iterable(agents)._places)

    def _from_iterable(self, agents: Iterable[A]) -> Self:  # type: ignore[override]
        # Python's set operators (& | - ^) build their results here.
        return self._subset(np.fromiter(dict.fromkeys(map(self._place, agents)), np.int64))


class Groups(GroupBy):
    """Mesa's groups, whose `agg` works on columns; what `groupby` returns."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Hashable, Any]:
        """A function of an attribute's column, for each group."""
        return {key: group.agg(attr_name, func) for key, group in self.groups.items()}


def _apply(func: Callable[..., Any], values: Any) -> Any:
    on_column = ON_COLUMNS.get(func) if isinstance(values, np.ndarray) else None
    return (on_column or func)(values)


def _as_mask(mask: Any, size: int) -> Mask:
    if mask is None:
        return np.ones(size, bool)
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape != (size,):
        raise ValueError(f"a filter is a function or {size} booleans, not {mask.dtype} of shape {mask.shape}")
    return mask


def _order(values: Any, ascending: bool) -> Places:
    """Positions that sort the values; equal values keep their order in both directions, as in Mesa."""
    if not isinstance(values, np.ndarray):
        return np.array(sorted(range(len(values)), key=values.__getitem__, reverse=not ascending), np.int64)
    if values.ndim > 1:
        raise TypeError("a column with several values a row has no order")
    if ascending:
        return np.argsort(values, kind="stable")
    return len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1]


def _positions_by_value(values: Any) -> Iterator[tuple[Any, Places]]:
    """Each different value with the positions where it stands, in order of first appearance."""
    if not isinstance(values, np.ndarray):
        yield from _positions_by_key(values)
        return
    if values.ndim > 1:
        raise TypeError("a column with several values a row cannot name groups")
    keys, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    positions = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    for group in np.argsort(first):
        yield keys[group], positions[group]


def _positions_by_key(keys: Iterable[Hashable]) -> Iterator[tuple[Any, Places]]:
    groups: dict[Hashable, list[int]] = {}
    for position, key in enumerate(keys):
        groups.setdefault(key, []).append(position)
    return ((key, np.array(positions, np.int64)) for key, positions in groups.items())
