"""What a lab verb is told beside the world: the statistics' settings, budget matching, the report's language."""
from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.schema import SETTING, ConfigError, choice, number, text

SPEND = "spend"


class Precision(NamedTuple):
    """The half width to stop at: `value` in the metric's unit, or `relative` as a share of the control's mean."""

    value: float
    relative: bool

    def target(self, control: float) -> float:
        """The half width in the metric's unit, given the control's mean."""
        return self.value * abs(control) if self.relative else self.value


@dataclass(frozen=True)
class Margins:
    """How much worse than the control each guardrail may be."""

    nps: float = number("points", 0, 200, "A", "lab.md section 3")
    d30: float = number("share", 0, 1, "A", "lab.md section 3")
    ccr: float = number("share", 0, 1, "A", "lab.md section 3")


@dataclass(frozen=True)
class Statistics:
    """How the lab judges: intervals, stopping, resampling, guardrails."""

    margins: Margins
    confidence: float = number("share", 0.5, 0.999, SETTING, "of every interval and band")
    half_width: str | None = text("precision at which to stop: 0.5% of the control, or in the metric's unit")
    n_min: int = number("pairs", 2, 100_000, SETTING, "Hoad, Robinson and Davies 2010; measured, lab.md section 3")
    look_ahead: int = number("pairs", 1, 1000, SETTING, "Hoad, Robinson and Davies 2010")
    skew: float = number("", 0, 100, SETTING, "lab.md section 3")
    resamples: int = number("draws", 99, 1_000_000, SETTING, "of the bootstrap")
    relative: str = choice(("fieller", "delta"), "interval of relative effects")
    seed: int = number("", 0, 2**63 - 1, SETTING, "of the resampling alone")

    def __post_init__(self) -> None:
        """Refuse a precision that cannot be read."""
        _ = self.precision

    @property
    def precision(self) -> Precision | None:
        """The half width to stop at; None: run all pairs. Raises ConfigError for a text that is none."""
        if self.half_width is None:
            return None
        words = self.half_width.strip()
        try:
            value = float(words.removesuffix("%"))
        except ValueError:
            value = -1.0
        if not 0 < value < float("inf"):
            raise ConfigError("stats.half_width", self.half_width, "must be a positive number, such as 0.5% or 1200")
        return Precision(value / 100.0, True) if words.endswith("%") else Precision(value, False)


@dataclass(frozen=True)
class Match:
    """Budget matching: which money is made equal, to what, by which knob of each arm."""

    knobs: dict[str, str] | None
    by: str | None = choice((SPEND,), "null: arms spend what they spend")
    to: str | None = text("an arm's name or yuan a world; null: the arm that spends least")
    tolerance: float = number("share", 0.0001, 0.5, SETTING, "of the target, within which spends count as equal")
    n: int = number("worlds", 1, 1000, SETTING, "paired worlds in which the knobs are set")
    rounds: int = number("rounds", 1, 60, SETTING, "most values tried for each arm")

    def knob(self, arm: str) -> str | None:
        """The key of the knob that is named for an arm."""
        return (self.knobs or {}).get(arm)


@dataclass(frozen=True)
class Futures:
    """Over how many futures of the grade-A numbers a verdict is repeated, and how wide they are; 0: none."""

    k: int = 0
    n: int = 2  # paired worlds a future
    factor: float = 1.5  # of numbers without a plausible range of their own
    all: bool = False  # those numbers too
