"""One world to simulate: a cell of arms × replications, named by what decides its every bit."""
from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from sim.config import SimConfig, question_key


@dataclass(frozen=True)
class Item:
    """An arm's world in one replication.

    `config` is the whole configuration, replication and block set; `parent` the key of the warm world that it
    branches from, or empty for one that is lived from genesis; `kept` the key under which a study's roll has it, where
    the model may have changed since.
    """

    arm: str
    config: SimConfig
    parent: str = ""
    kept: str = ""

    @cached_property
    def key(self) -> str:
        """The question's name, the same in every study: 64 hex digits."""
        return self.kept or question_key(self.config, self.parent)

    @property
    def replication(self) -> int:
        """The number of the world within its block; the same number is the same luck in every arm."""
        return self.config.replication

    @property
    def is_world(self) -> bool:
        """Whether the world itself is kept, on the morning of day 0, because nothing of it is measured."""
        return self.config.horizon == 0


def warm_item(config: SimConfig) -> Item:
    """The burn-in of a configuration's world, without policies and shocks: what arms of its replication branch from."""
    return Item("warm", replace(config, policy={}, shock={}, horizon=0, warm=None))
