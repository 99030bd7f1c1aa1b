"""A manager who turns the ranking's weight on sales to raise one figure, week after week."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import choice, number

WEEK = 7
SIGNS = {"gmv_gross": 1.0, "gmv_net": 1.0, "nps_latent": 1.0, "ccr": -1.0, "satisfaction": 1.0}
KPIS = tuple(SIGNS)


@dataclass(frozen=True)
class MyopicManager(Policy):
    """Each week the mean of a figure is held against the week before: better, and the weight moves on the same way.

    Worse, and it turns round. The figure is all it looks at.
    """

    null: ClassVar[Mapping[str, Any]] = {"step": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "govern"
    term: ClassVar[str] = "短视的 KPI 经理"
    expect: ClassVar[str] = (
        "Its figure rises within a quarter; with GMV as the figure latent NPS of the year falls behind a manager of "
        "NPS.")
    tensions: ClassVar[str] = "Moves the weights that experience_ranking sets; a noisy figure makes it wander."

    kpi: str = choice(KPIS, "the figure it looks at; seed 003")
    step: float = number("1/yuan", 0, 1, "A", "by which the weight of expected sales moves in a week")
    most: float = number("1/yuan", 0, 10, "A", "that the weight may move from where it was, up or down")

    def remember(self, day: int, observed: Observed) -> tuple[float, ...]:
        """Weight, direction, last week's mean, this week's sum and days; on a week's first day the weight moves."""
        if self.level(day) == 0.0:
            return observed.memory
        weight, direction, before, total, days = observed.memory or (0.0, 1.0, math.nan, 0.0, 0.0)
        figure = observed.metrics.get(self.kpi, math.nan) * SIGNS[self.kpi]
        if math.isfinite(figure):
            total, days = total + figure, days + 1.0
        if (day - self.start) % WEEK == 0 and days > 0.0:
            mean = total / days
            direction = -direction if mean < before else direction
            weight = max(-self.most, min(self.most, weight + direction * self.step))
            before, total, days = mean, 0.0, 0.0
        return weight, direction, before, total, days

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """The weight as it stands."""
        level = self.level(day)
        return {"gmv_weight": observed.memory[0] * level} if level > 0.0 and observed.memory else {}
