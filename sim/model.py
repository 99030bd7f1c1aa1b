"""The model: a Mesa model whose step is one day of the plan."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from typing import Any

import mesa
import numpy as np

from sim import invariants
from sim.agents.creator import Creator
from sim.agents.merchant import Merchant, Product
from sim.agents.platform import Platform
from sim.agents.recommender import Recommender
from sim.agents.user import User
from sim.config import SimConfig
from sim.day import PLAN, PLATFORM, Phase
from sim.genesis import create
from sim.lanes import Lanes
from sim.phases.morning import open_day
from sim.policies import list_plugins
from sim.population import Everyone, Population
from sim.rng import mix32
from sim.runtime import lanes_of
from sim.world import World

VIEWS = {"users": User, "creators": Creator, "merchants": Merchant, "products": Product,
         "recommender": Recommender, "platform": Platform}
Order = dict[str, np.ndarray]
Watch = Callable[[Phase], AbstractContextManager[Any]]


class InterestCommerceModel(mesa.Model):
    """The interest-commerce platform: `step()` lives one day.

    Arrays are the only store (`model.world`); `model.users[i]` is a view. `model.metrics` is the row of the day that
    just ended; `model.day` counts from the first day after burn-in and is negative before it.
    """

    def __init__(self, cfg: SimConfig, world: World | None = None) -> None:
        """Set up the first day of `cfg`, or go on from `world`."""
        super().__init__(rng=mix32(cfg.seed, cfg.replication))
        list_plugins(cfg.plugins)  # a worker process gets the configuration alone
        self.cfg = cfg
        self.world = world if world is not None else create(cfg)
        self.populations = {kind: Population(self, kind, getattr(self.world, kind), view)
                            for kind, view in VIEWS.items()}
        self.everyone = Everyone(self, list(self.populations.values()))
        self.lanes = Lanes(lanes_of(cfg.threads), cfg.chunk)
        self.seconds = {phase.name: 0.0 for phase in PLAN}
        self.phase: Phase | None = None
        self._order: Order | None = None
        self.watch: Watch = nullcontext  # each phase runs in the context `watch(phase)`: an observer's place

    @property
    def users(self) -> Population[User]:
        """All potential users."""
        return self.populations["users"]

    @property
    def creators(self) -> Population[Creator]:
        """All potential creators."""
        return self.populations["creators"]

    @property
    def merchants(self) -> Population[Merchant]:
        """All potential merchants."""
        return self.populations["merchants"]

    @property
    def agents(self) -> Everyone:  # type: ignore[override]
        """Every agent of every kind."""
        return self.everyone

    @property
    def agents_by_type(self) -> dict[type, Population[Any]]:  # type: ignore[override]
        """The population of each type of agent."""
        return {view: self.populations[kind] for kind, view in VIEWS.items()}

    @property
    def agent_types(self) -> list[type]:
        """The types of agents."""
        return list(VIEWS.values())

    @property
    def day(self) -> int:
        """The day that comes next, counted from the first day after burn-in."""
        return self.world.today - self.cfg.burn_in

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics row of the day that just ended."""
        return self.world.metrics

    def step(self) -> None:
        """Live one day: the plan's phases in order, then the invariants where they are asked for."""
        open_day(self.world)
        for phase in PLAN:
            started = perf_counter()
            with self.watch(phase):
                self._run(phase)
            self.seconds[phase.name] += perf_counter() - started
        if self.cfg.check:
            invariants.check(self.world)
        self.world.now["day"] += 1

    def step_by_agent(self, order: Order | None = None) -> None:
        """Live one day agent by agent: in every agent phase each row's `step()` runs that phase's rule.

        `order` gives for each kind the rows in the order of their turns, each once; without it a random order is
        drawn. The day ends bit-equal to `step()` in any order.
        """
        kinds = {phase.who for phase in PLAN if phase.who != PLATFORM}
        drawn = {kind: self.rng.permutation(len(self.populations[kind])) for kind in sorted(kinds)}
        self._order = drawn | (order or {})
        try:
            self.step()
        finally:
            self._order = None

    def step_row(self, kind: str, row: int) -> None:
        """Run the current phase's rule on one row; `agent.step()` comes here.

        Raises RuntimeError outside a day, or when the phase belongs to another kind of agent.
        """
        if self.phase is None or self.phase.who != kind:
            raise RuntimeError(f"{kind} act only in their own phases of a day; use model.step_by_agent(order)")
        self.lanes.run_row(self.world, self.phase.work, row)

    def _run(self, phase: Phase) -> None:
        """One phase: the platform acts once, agents by rows or one by one."""
        self.phase = phase
        try:
            if phase.who == PLATFORM:
                phase.work(self.world)
            elif self._order is None:
                self.lanes.run(self.world, phase.work, len(self.populations[phase.who]))
            else:
                self.lanes.open(self.world)
                for row in self._order[phase.who]:
                    self.populations[phase.who][int(row)].step()
                self.lanes.close(self.world)
        finally:
            self.phase = None
