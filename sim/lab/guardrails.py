"""Guardrails of a comparison: metrics that no arm may worsen by more than a margin, and how each arm stands."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.lab.judge import Pairs
from sim.lab.phrases import phrases
from sim.lab.settings import Margins, Statistics
from sim.lab.stats.equivalence import inferior, non_inferior

KEPT, HARMED, OPEN, UNDEFINED = "kept", "harmed", "open", "undefined"


class Rail(NamedTuple):
    """A metric with its margin, > 0 and in its own unit, and the margin in words; `up`: more is better."""

    label: str
    metric: str
    margin: float
    up: bool
    words: str

    @property
    def signed(self) -> float:
        """The margin with the sign of harm."""
        return -self.margin if self.up else self.margin


class Standing(NamedTuple):
    """How one arm stands at one rail: kept, harmed, open (not enough worlds to say) or undefined."""

    arm: str
    rail: Rail
    state: str

    def sentence(self, lang: str = "en") -> str:
        """The rail and how the arm stands, in words."""
        say = phrases("rails", lang)
        return say["sentence"].format(rail=self.rail.label, margin=self.rail.words, state=say[self.state])


def rails_of(margins: Margins) -> tuple[Rail, ...]:
    """The guardrails at their margins."""
    return (
        Rail("NPS", "nps_latent", margins.nps, True, f"-{margins.nps:g} point{'s' if margins.nps != 1 else ''}"),
        Rail("D30", "visitor_d30", margins.d30, True, f"-{100 * margins.d30:g} pp"),
        Rail("CCR", "ccr", margins.ccr, False, f"+{100 * margins.ccr:g} pp"),
    )


def standings(family: Sequence[Pairs], stats: Statistics) -> Iterator[Standing]:
    """Every arm at every rail whose metric is among the pairs, arm by arm."""
    found = {pairs.metric: pairs for pairs in family}
    arms = next(iter(found.values())).treated if found else {}
    for arm in arms:
        for rail in rails_of(stats.margins):
            if rail.metric in found:
                yield Standing(arm, rail, state(arm, found[rail.metric], rail, stats.confidence))


def state(arm: str, pairs: Pairs, rail: Rail, confidence: float) -> str:
    """Whether the interval lies on the good side of the margin, beyond it, or across."""
    differences = pairs.treated[arm] - pairs.control
    differences = differences[np.isfinite(differences)]
    if len(differences) < 2:
        return UNDEFINED
    if non_inferior(differences, rail.margin, rail.up, confidence):
        return KEPT
    return HARMED if inferior(differences, rail.margin, rail.up, confidence) else OPEN
