"""A market of `bazaar` in which two policy instances may act, and the shipped settings of every policy."""

from types import SimpleNamespace

import numpy as np
import yaml

from sim.paths import configs_dir
from sim.phases import benefits, clear, fulfil, fund, pay, policies, settle
from sim.phases.receive import receive_rows
from sim.policies import build_policy
from sim.tables import BOOST, NO_STUDIO, STUDIO
from sim.world import PENALTY
from tests.unit.bazaar import bazaar, next_day, tables_of


def knobs(kind, **changes):
    """The shipped settings of a policy, some of them changed; `a__b` changes b inside a."""
    frame, own = (yaml.safe_load((configs_dir() / path).read_text(encoding="utf-8"))
                  for path in ("frame/policy.yaml", f"policy/{kind}.yaml"))
    del own["defaults"]
    found = frame | own
    for group in ("funders", "segment"):
        found[group] = frame[group] | own.get(group, {})
    for name, value in changes.items():
        group, _, key = name.rpartition("__")
        (found[group] if group else found)[key] = value
    return found


def policy(kind, **changes):
    """A policy with the shipped settings, some of them changed."""
    return build_policy("p", knobs(kind, **changes))


def world_of(burn_in=0, **chosen):
    """A market in which two instances, p0 and p1, may run policies; `chosen` are their settings."""
    world = bazaar(budgets=(0, 0), buyers=400)
    world.cfg = SimpleNamespace(policy=chosen, timeline=(), shock={}, burn_in=burn_in, horizon=1)
    world.policy_state, world.metrics = {}, {}
    world.boost = np.zeros(len(world.creators) + len(world.merchants), BOOST)
    world.studio = np.array([NO_STUDIO] * len(world.merchants), STUDIO)
    world.penalty = np.zeros(len(world.merchants), PENALTY)
    world.users["state"], world.users["shopper"] = 1, np.arange(400) % 2
    world.creators["state"] = world.merchants["state"] = 1
    world.merchants["key"] = np.arange(len(world.merchants)) + 70
    return world


def morning(world):
    """The phases that policies and programmes need."""
    policies.run(world)
    benefits.run(world)


def evening(world, intents=None):
    """A day's trade, the purses funded between clearing and payment; returns the books."""
    world.day.intents = [] if intents is None else [intents]
    clear.run(world)
    fund.run(world)
    pay.run(world)
    fulfil.run(world)
    receive_rows(tables_of(world), 0, len(world.users))
    settle.run(world)
    return next_day(world)
