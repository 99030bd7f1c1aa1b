"""`icsim design`: factors varied together, so that each main effect is measured in all worlds at once."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from sim.lab.arms import arm
from sim.lab.ask import Asked, Question, require_map
from sim.lab.stats.multiple import benjamini_hochberg
from sim.lab.stats.paired import Mean, paired_t
from sim.lab.study import Study
from sim.lab.sweep import setting
from sim.schema import SETTING, ConfigError, choice, number

KINDS = ("full", "fractional", "lhs")
MOST = 4_096  # points of a design; more is a mistake


@dataclass(frozen=True, kw_only=True)
class DesignAsked(Asked):
    """What `design` takes."""

    factors: Any
    kind: str = choice(KINDS, "which points")
    samples: int = number("points", 4, MOST, SETTING, "of a Latin hypercube")


class Design(Question):
    """`icsim design`."""

    verb, settings = "design", DesignAsked

    def study(self, asked: DesignAsked, base: Sequence[str], common: Mapping[str, Any]) -> Study:
        """An arm a point; the first point is the control, which the main effects do not need."""
        factors = require_map("factors", asked.factors, 2)
        rows = points(asked.kind, factors, asked.samples, common["stats"].seed)
        told = {f"p{k:0{len(str(len(rows)))}d}": [setting(*one) for one in zip(factors, row, strict=True)]
                for k, row in enumerate(rows, 1)}
        arms = {name: arm(name, overrides, base) for name, overrides in told.items()}
        design = {"kind": asked.kind, "factors": factors, "points": [list(row) for row in rows]}
        return Study(verb=self.verb, arms=arms, control=next(iter(arms)), design=design, told=told, **common)


# ---- points --------------------------------------------------------------------------------------

def points(kind: str, factors: Mapping[str, Sequence[Any]], samples: int, seed: int) -> list[tuple[Any, ...]]:
    """The design's points, one value a factor each. Raises ConfigError for levels that the kind cannot take."""
    if kind == "full":
        size = int(np.prod([len(levels) for levels in factors.values()]))
        if size > MOST:
            raise ConfigError("factors", f"{size:,} points", f"at most {MOST:,}; see kind=fractional and kind=lhs")
        return list(product(*factors.values()))
    for key, levels in factors.items():
        if len(levels) != 2:
            raise ConfigError(f"factors.{key}", list(levels), f"kind={kind} takes two values: low and high")
    if kind == "fractional":
        return [tuple(levels[int(sign > 0)] for sign, levels in zip(row, factors.values(), strict=True))
                for row in folded(len(factors))]
    return hypercube(factors, samples, seed)


def folded(k: int) -> np.ndarray:
    """Signs of a two-level design for k factors, shape (2m, k), m the least power of two >= k.

    A folded Hadamard matrix, resolution IV: main effects are clear of each other and of two-factor interactions. Box
    and Hunter (1961), Technometrics 3.
    """
    from scipy.linalg import hadamard

    half = hadamard(1 << (k - 1).bit_length())[:, :k]
    return np.vstack([half, -half])


def hypercube(factors: Mapping[str, Sequence[Any]], samples: int, seed: int) -> list[tuple[Any, ...]]:
    """A scrambled Latin hypercube between the factors' bounds. McKay, Beckman and Conover (1979), Technometrics 21."""
    from scipy.stats import qmc

    for key, bounds in factors.items():
        if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in bounds) or \
                bounds[0] >= bounds[1]:
            raise ConfigError(f"factors.{key}", list(bounds), "kind=lhs takes two numbers: low and high")
    low, high = np.array(list(factors.values()), float).T
    drawn = qmc.scale(qmc.LatinHypercube(len(factors), seed=seed).random(samples), low, high)
    whole = [all(isinstance(value, int) for value in bounds) for bounds in factors.values()]
    return [tuple(round(value) if integer else float(f"{value:.6g}")
                  for value, integer in zip(row, whole, strict=True)) for row in drawn.tolist()]


# ---- effects -------------------------------------------------------------------------------------

class Level(NamedTuple):
    """A factor at one level: mean of the metric over the design's points there, over worlds."""

    factor: str
    level: Any
    mean: Mean


class Main(NamedTuple):
    """A main effect: level against the factor's first; for lhs the whole range's linear effect."""

    factor: str
    level: Any
    first: Any
    mean: Mean
    p_adjusted: float


def level_means(design: Mapping[str, Any], rows: np.ndarray, confidence: float) -> Iterator[Level]:
    """Each factor's levels; `rows`: (points, n), one metric. The interval is over worlds."""
    for column, (factor, levels) in enumerate(design["factors"].items()):
        for level in levels:
            here = [point[column] == level for point in design["points"]]
            yield Level(factor, level, paired_t(rows[here].mean(axis=0), confidence))


def main_effects(design: Mapping[str, Any], rows: np.ndarray, confidence: float) -> list[Main]:
    """Every factor's main effects out of (points, n) values: a contrast in each world, then its mean over worlds.

    p adjusted by Benjamini-Hochberg over all contrasts. For lhs the contrast is the least-squares slope times range.
    """
    rule = _slopes if design["kind"] == "lhs" else _contrasts
    found = [Main(factor, level, first, paired_t(values, confidence), float("nan"))
             for factor, level, first, values in rule(design, rows)]
    p = benjamini_hochberg(np.array([float(one.mean.p) for one in found]))
    return [one._replace(p_adjusted=float(value)) for one, value in zip(found, p, strict=True)]


Contrast = tuple[str, Any, Any, np.ndarray]


def _contrasts(design: Mapping[str, Any], rows: np.ndarray) -> Iterator[Contrast]:
    """Mean over the points of a level minus that of the first level, in each world, shape (n,)."""
    for column, (factor, (first, *others)) in enumerate(design["factors"].items()):
        at = {level: rows[[point[column] == level for point in design["points"]]].mean(axis=0)
              for level in (first, *others)}
        for level in others:
            yield factor, level, first, at[level] - at[first]


def _slopes(design: Mapping[str, Any], rows: np.ndarray) -> Iterator[Contrast]:
    """The linear effect of each factor's whole range in each world, shape (n,), all factors fitted together."""
    low, high = np.array(list(design["factors"].values()), float).T
    unit = (np.array(design["points"], float) - low) / (high - low)
    fitted = np.linalg.lstsq(np.column_stack([np.ones(len(unit)), unit]), rows, rcond=None)[0]
    for factor, bounds, values in zip(design["factors"], design["factors"].values(), fitted[1:], strict=True):
        yield factor, bounds[1], bounds[0], values
