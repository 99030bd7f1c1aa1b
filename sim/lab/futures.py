"""Futures: the study's arms over a Latin hypercube of the grade-A numbers in play; what is sampled, and its worlds."""
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.config import SimConfig
from sim.lab.assumed import ASSUMPTION
from sim.lab.item import Item
from sim.lab.settings import Futures
from sim.lab.stats.draws import generator
from sim.lab.study import Study
from sim.lab.workshop import items_of
from sim.schema import ConfigError, build, declared, join, to_plain

DIGITS = 6  # of a sampled value, so that its world's name does not hang on the last bit


class Dimension(NamedTuple):
    """One grade-A number that differs between futures: its range, even steps or even ratios, and why this range."""

    key: str
    low: float
    high: float
    by_ratio: bool
    whole: bool
    source: str

    def at(self, place: np.ndarray) -> np.ndarray:
        """The values at these places of the range, 0 to 1."""
        if self.by_ratio:
            return self.low * (self.high / self.low) ** place
        return self.low + (self.high - self.low) * place


class Future(NamedTuple):
    """One set of values, its number, and the study's arms under it; `refused` says why there are none."""

    number: int
    values: np.ndarray
    arms: Mapping[str, SimConfig]
    refused: str = ""

    def arm(self, name: str) -> str:
        """The name of an arm in this future; `@` is in no name that a study can give."""
        return f"{name}@future-{self.number}"


# ---- what is uncertain ---------------------------------------------------------------------------

def dimensions(study: Study, asked: Futures) -> list[Dimension]:
    """The grade-A numbers that differ between futures, in declared order.

    Those with a plausible range; with `all` every other number too, times and by `factor`, within its bounds. Policies'
    knobs, numbers that the arms set differently, lists, switches and (without a range of their own) zeros stay.
    """
    moved = _moved(study)
    found = [_dimension(key, value, rules, asked) for key, value, rules in numbers_of(study.config) if key not in moved]
    return [one for one in found if one is not None and one.low < one.high]


def numbers_of(part: Any, path: str = "") -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Key, value and declaration of every single number of grade A outside the policies."""
    for name, one in declared(type(part)).items():
        value, key = getattr(part, name), join(path, name)
        if is_dataclass(value):
            yield from numbers_of(value, key)
        elif one.metadata.get("grade") == ASSUMPTION and isinstance(value, int | float):
            yield key, value, one.metadata


def _moved(study: Study) -> set[str]:
    """The numbers that some arm sets otherwise than the control."""
    before = {key: value for key, value, _ in numbers_of(study.config)}
    return {key for config in study.arms.values() for key, value, _ in numbers_of(config) if before[key] != value}


def _dimension(key: str, value: float, rules: Mapping[str, Any], asked: Futures) -> Dimension | None:
    """A number's range; None where it stays as it is."""
    whole, told = isinstance(value, int), plausible().get(key)
    if isinstance(value, bool) or rules["unit"] == "switch":
        return None
    if told:
        low, high = min(told["low"], value), max(told["high"], value)
        stretched = "" if told["low"] <= value <= told["high"] else f"; stretched to the value in play, {value:g}"
        source = told["source"] + stretched
        return Dimension(key, *_cut(low, high, rules, whole), False, whole, source)
    if not asked.all or not value:
        return None
    low, high = sorted((value / asked.factor, value * asked.factor))
    return Dimension(key, *_cut(low, high, rules, whole), True, whole, f"assumption: × and ÷ {asked.factor:g}")


def _cut(low: float, high: float, rules: Mapping[str, Any], whole: bool) -> tuple[float, float]:
    """A range within the declared bounds; between whole numbers where the value is one."""
    low, high = max(low, rules["low"]), min(high, rules["high"])
    return (float(math.ceil(low)), float(math.floor(high))) if whole else (float(low), float(high))


@cache
def plausible() -> Mapping[str, Mapping[str, Any]]:
    """The declared plausible ranges by key: low, high, source."""
    import yaml

    rows = yaml.safe_load(Path(__file__).with_name("plausible.yaml").read_text("utf-8"))
    return {row["key"]: row for row in rows}


# ---- the hypercube -------------------------------------------------------------------------------

def hypercube(dims: Sequence[Dimension], k: int, seed: int) -> np.ndarray:
    """Values, shape (k, dimensions): each of k equal parts of every range is hit exactly once.

    McKay, Beckman and Conover (1979), Technometrics 21; places are then exchanged towards a low centred discrepancy,
    so that parameters do not go together by chance. Whole numbers are rounded after the draw.
    """
    from scipy.stats.qmc import LatinHypercube

    places = LatinHypercube(len(dims), rng=generator(seed), optimization="random-cd").random(k)
    columns = [_rounded(one.at(column), one) for one, column in zip(dims, places.T, strict=True)]
    return np.array(columns).T


def _rounded(values: np.ndarray, one: Dimension) -> np.ndarray:
    """Values as they are configured, never outside the range."""
    if one.whole:
        return np.rint(values)
    short = np.array([float(f"{value:.{DIGITS}g}") for value in values])
    return np.clip(short, one.low, one.high)


def futures_of(study: Study, dims: Sequence[Dimension], asked: Futures) -> list[Future]:
    """The futures, those that the configuration refuses among them; seeded by the study's own seed."""
    return [_future(study, dims, number, values)
            for number, values in enumerate(hypercube(dims, asked.k, study.config.seed), 1)]


def _future(study: Study, dims: Sequence[Dimension], number: int, values: np.ndarray) -> Future:
    """The study's arms with these values."""
    set_to = {one.key: int(value) if one.whole else float(value) for one, value in zip(dims, values, strict=True)}
    try:
        return Future(number, values, {name: changed(config, set_to) for name, config in study.arms.items()})
    except ConfigError as error:
        return Future(number, values, {}, " ".join(str(error).split()))


def changed(config: SimConfig, set_to: Mapping[str, float]) -> SimConfig:
    """A configuration with some numbers set, checked as a whole. Raises ConfigError for one that cannot be."""
    plain = to_plain(config)
    for key, value in set_to.items():
        *groups, name = key.split(".")
        part = plain
        for group in groups:
            part = part[group]
        part[name] = value
    found: SimConfig = build(SimConfig, plain)
    return found


def future_items(study: Study, future: Future, n: int) -> tuple[list[Item], list[Item]]:
    """The items of one future and the warm worlds they branch from; every future has `n` worlds of its own.

    Own worlds make futures independent trials, so that the share of them has its interval.
    """
    if future.refused:
        return [], []
    arms = {future.arm(name): config for name, config in future.arms.items()}
    first = (future.number - 1) * n
    items, warm = items_of(arms, future.arm(study.control), range(first, first + n))
    return items, [replace(item, arm=future.arm("warm")) for item in warm]
