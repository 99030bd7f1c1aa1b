"""What a lab command asks: arms, control, primary metric, number of pairs; hashed before the first run."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sim.config import WORLD_GROUPS, SimConfig, config_hash, to_plain
from sim.lab.settings import Futures, Match, Statistics
from sim.schema import ConfigError, listed, near

PRIMARY = "gmv_net_total"
SECONDARY = ("gmv_gross_total", "orders_total", "contribution_total", "take_revenue_total", "merchant_profit_total",
             "creator_income_total")
OFF = Futures()
IN_THE_QUESTION = (*WORLD_GROUPS, "block", "horizon")


@dataclass(frozen=True)
class Study:
    """One question of the lab and how it is carried out; arms in the order in which they were named.

    The default primary is GMV settled over the horizon: what buyers kept, which coupons cannot inflate with orders
    that come back; gross GMV, orders and the platform's contribution stand beside it.
    """

    verb: str
    arms: dict[str, SimConfig]
    control: str
    primary: str
    metrics: tuple[str, ...]
    n: int
    stats: Statistics
    match: Match | None = None
    futures: Futures = OFF
    lang: str = "en"
    design: Mapping[str, Any] = field(default_factory=dict)  # doses or factors: part of the question
    command: str = ""
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)  # arm: its overrides, for readers
    asked: str = ""  # the question's name before its arms' knobs were set for equal spend; empty: they are as asked

    def __post_init__(self) -> None:
        """Refuse what cannot be compared."""
        if self.control not in self.arms:
            hint = near(self.control, self.arms)
            raise ConfigError("control", self.control, f"is none of the arms; {hint}there are: {listed(self.arms)}")
        if len(self.arms) < 2:
            raise ConfigError("arms", list(self.arms), "needs two arms or more, one of them the control")
        if self.n < 2:
            raise ConfigError("n", self.n, "must be 2 or more: an interval needs two paired worlds")

    @property
    def config(self) -> SimConfig:
        """The control's configuration."""
        return self.arms[self.control]

    @property
    def treated(self) -> list[str]:
        """The arms that are held against the control."""
        return [name for name in self.arms if name != self.control]

    @property
    def key(self) -> str:
        """The question's name: arms, control, primary and secondary metrics, matching; not n, engine or looks.

        Matching the arms' budgets answers part of the question and leaves its name as it is.
        """
        if self.asked:
            return self.asked
        asked = {"verb": self.verb, "control": self.control, "primary": self.primary, "metrics": list(self.metrics),
                 "arms": [[name, _world(config)] for name, config in self.arms.items()],
                 "match": to_plain(self.match) if self.match and self.match.by else None, "design": self.design}
        asked |= {"futures": to_plain(self.futures)} if self.futures.k else {}
        return config_hash(asked)

    def matched(self, arms: dict[str, SimConfig], told: Mapping[str, Sequence[str]]) -> Study:
        """The same question with its arms' knobs set for equal spend."""
        return replace(self, arms=arms, told=told, asked=self.key)

    @property
    def primary_key(self) -> str:
        """The hash that fixes the primary metric before the first run."""
        return config_hash({"primary": self.primary, "question": self.key})


def _world(config: SimConfig) -> dict[str, Any]:
    """What of an arm's configuration is part of the question."""
    plain = to_plain(config)
    return {name: plain[name] for name in IN_THE_QUESTION} | ({"warm": config.warm} if config.warm else {})

