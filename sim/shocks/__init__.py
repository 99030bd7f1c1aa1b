"""The shocks: one file and one yaml each. They come from outside the platform: nobody decides on them or pays."""
from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.schema import ConfigError, build, join

if TYPE_CHECKING:
    from sim.shocks.base import Shock
    from sim.world import World

TARGET = "_target_"  # key of a shock's yaml that is no knob
CLASS = re.compile(r"sim\.shocks\.[a-z_0-9]+\.[A-Za-z_0-9]+")
INSTANCE = re.compile(r"[a-z][a-z0-9_]*")
Knobs = Mapping[str, Any]


def shocks_of(chosen: Mapping[str, Knobs]) -> Mapping[str, Shock]:
    """The shocks of a configuration by instance name, in sorted order; built once and kept."""
    return _built(json.dumps(chosen, sort_keys=True))


@lru_cache(maxsize=64)
def _built(chosen: str) -> Mapping[str, Shock]:
    """The shocks that a canonical text describes."""
    return {name: build_shock(name, knobs) for name, knobs in sorted(json.loads(chosen).items())}


def build_shock(name: str, knobs: Knobs) -> Shock:
    """One shock: the class that `_target_` names, built from its knobs. Raises ConfigError naming the key."""
    path = join("shock", name)
    if not INSTANCE.fullmatch(name):
        raise ConfigError(path, name, "is no name for a shock: small letters, digits and _")
    cls = shock_class(join(path, TARGET), knobs.get(TARGET))
    shock: Shock = build(cls, {key: value for key, value in knobs.items() if key != TARGET}, path)
    return shock


def shock_class(key: str, target: Any) -> type[Shock]:
    """The class that a `_target_` names: a subclass of Shock below `sim.shocks`; no other is imported."""
    from sim.shocks.base import Shock

    if not isinstance(target, str) or not CLASS.fullmatch(target):
        raise ConfigError(key, target, "must name a shock class such as sim.shocks.head_exit.HeadExit")
    module, _, name = target.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError):
        raise ConfigError(key, target, "does not exist") from None
    if not (isinstance(found, type) and issubclass(found, Shock)):
        raise ConfigError(key, target, "is not a shock")
    return found


def begun(world: World) -> Iterator[tuple[str, Shock, int]]:
    """The shocks whose day has come, by instance name, with the day on the calendar; none before day 0."""
    day = world.today - world.cfg.burn_in
    for name, shock in shocks_of(world.cfg.shock).items():
        if day >= shock.day:
            yield name, shock, day
