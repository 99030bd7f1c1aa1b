"""`icsim ablate`: each mechanism off in turn, in worlds paired with the whole model's; which patterns break?"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.lab.arms import arm
from sim.lab.ask import Asked, Question
from sim.lab.patterns.bands import Band, bands_of
from sim.lab.stats.multiple import benjamini_hochberg
from sim.lab.stats.paired import Mean, paired_t
from sim.lab.study import Study
from sim.schema import ConfigError, listed, near, text

WHOLE = "whole"  # the arm with every mechanism on
BREAKS, MENDS, MOVES, STANDS = "breaks", "mends", "moves", ""
FEWEST = 3  # worlds in which a pattern must be defined in both arms


@dataclass(frozen=True, kw_only=True)
class AblateAsked(Asked):
    """What `ablate` takes."""

    mechanisms: Any
    only: tuple[str, ...] = text("names of the mechanisms to switch off; none: all")


class Ablate(Question):
    """`icsim ablate`."""

    verb, settings = "ablate", AblateAsked

    def study(self, asked: AblateAsked, base: Sequence[str], common: Mapping[str, Any]) -> Study:
        """An arm a mechanism, with the overrides that switch it off; the whole model is the control."""
        known = overrides_of(asked.mechanisms)
        for name in asked.only:
            if name not in known:
                why = f"no such mechanism; {near(name, known)}there are: {listed(known)}"
                raise ConfigError("only", name, why)
        told: dict[str, list[str]] = {WHOLE: []}
        told |= {name: off for name, off in known.items() if not asked.only or name in asked.only}
        arms = {name: arm(name, overrides, base) for name, overrides in told.items()}
        return Study(verb=self.verb, arms=arms, control=WHOLE, told=told, **common)


def overrides_of(mechanisms: Any) -> dict[str, list[str]]:
    """Each mechanism's overrides; raises ConfigError for anything but lists of texts, or for the control's name."""
    if not isinstance(mechanisms, Mapping) or not mechanisms:
        raise ConfigError("mechanisms", mechanisms, "must map names to the overrides that switch each off")
    for name, overrides in mechanisms.items():
        if name == WHOLE:
            raise ConfigError(f"mechanisms.{name}", overrides, "is the name of the model with every mechanism on")
        if not isinstance(overrides, list) or not overrides or not all(isinstance(one, str) for one in overrides):
            raise ConfigError(f"mechanisms.{name}", overrides, 'must be a list of overrides: ["world.choice.need=0"]')
    return {str(name): list(overrides) for name, overrides in mechanisms.items()}


# ---- what breaks ---------------------------------------------------------------------------------

class Change(NamedTuple):
    """One pattern without one mechanism: means over worlds in which both arms have a value, and the paired change.

    `verdict` says whether it left its band, came into it, or moved beyond doubt without either.
    """

    mechanism: str
    band: Band
    whole: float
    without: float
    mean: Mean
    n: int
    p_adjusted: float
    verdict: str


def changes(arms: Sequence[str], values: Mapping[str, np.ndarray], era: str, confidence: float,
            limits: tuple[int, int]) -> list[Change]:
    """Every mechanism's effect on every pattern that the era has a band for.

    `values` holds (arms, n) by pattern, the whole model first; `limits` users and days of the worlds: a band that is
    meant for larger or longer ones is left out. p adjusted by Benjamini-Hochberg over all changes.
    """
    bands = [band for band in bands_of(era) if band.low is not None and not band.meant_for(*limits)]
    found = [one for place, name in enumerate(arms) if place
             for one in _of_mechanism(name, place, values, bands, confidence)]
    adjusted = benjamini_hochberg(np.array([float(one.mean.p) for one in found]))
    return [one._replace(p_adjusted=float(p), verdict=verdict(one, float(p), 1.0 - confidence))
            for one, p in zip(found, adjusted, strict=True)]


def _of_mechanism(name: str, place: int, values: Mapping[str, np.ndarray], bands: Sequence[Band],
                  confidence: float) -> Iterator[Change]:
    """One mechanism's changes, not yet judged."""
    for band in bands:
        if band.id not in values:
            continue
        whole, without = values[band.id][0], values[band.id][place]
        both = np.isfinite(whole) & np.isfinite(without)
        if both.sum() >= FEWEST:
            mean = paired_t((without - whole)[both], confidence)
            yield Change(name, band, float(whole[both].mean()), float(without[both].mean()), mean, int(both.sum()),
                         float("nan"), STANDS)


def verdict(one: Change, p: float, level: float) -> str:
    """What a change means for the pattern; nothing where it may be chance."""
    if not p < level:
        return STANDS
    before, after = one.band.holds(one.whole), one.band.holds(one.without)
    if before and not after:
        return BREAKS
    return MENDS if after and not before else MOVES
