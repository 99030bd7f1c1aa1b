"""Guardrails of a comparison: metrics that no arm may worsen by more than a margin, and how each arm stands."""
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.lab.effects import Effect
from sim.lab.phrases import phrases
from sim.lab.settings import Margins
from sim.lab.stats.equivalence import inferior, non_inferior

KEPT, HARMED, OPEN, UNDEFINED = "kept", "harmed", "open", "undefined"


class Rail(NamedTuple):
    """A metric with its margin, > 0 and in its own unit; `up`: more is better; `unit`: how the margin is told."""

    label: str
    metric: str
    margin: float
    up: bool
    unit: str

    def words(self, lang: str) -> str:
        """The margin with the sign of harm and its unit."""
        scale = 100.0 if self.unit == "pp" else 1.0
        return f"{scale * self.signed:+g} {phrases('rails', lang)[self.unit]}"

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
        return say["sentence"].format(rail=self.rail.label, margin=self.rail.words(lang), state=say[self.state])


def rails_of(margins: Margins) -> tuple[Rail, ...]:
    """The guardrails at their margins."""
    return (Rail("NPS", "nps_latent", margins.nps, True, "points"), Rail("D30", "visitor_d30", margins.d30, True, "pp"),
            Rail("CCR", "ccr", margins.ccr, False, "pp"))


def standings(effects: Sequence[Effect], margins: Margins) -> Iterator[Standing]:
    """Every arm at every rail whose metric was judged, arm by arm."""
    for arm in dict.fromkeys(one.arm for one in effects):
        for rail in rails_of(margins):
            for one in effects:
                if (one.arm, one.metric) == (arm, rail.metric):
                    yield Standing(arm, rail, state(one.low, one.high, rail))


def state(low: float, high: float, rail: Rail) -> str:
    """Whether an effect's interval lies on the good side of the margin, beyond it, or across."""
    if math.isnan(low + high):
        return UNDEFINED
    if non_inferior(low, high, rail.margin, rail.up):
        return KEPT
    return HARMED if inferior(low, high, rail.margin, rail.up) else OPEN
