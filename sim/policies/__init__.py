"""The policies: one file and one yaml each. A yaml names its class as `_target_` and its null setting as `_null_`."""
from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.schema import ConfigError, build, join

if TYPE_CHECKING:
    from sim.policies.base import Policy

TARGET, NULL = "_target_", "_null_"  # keys of a policy's yaml that are no knobs
CLASS = re.compile(r"sim\.policies\.[a-z_0-9]+\.[A-Za-z_0-9]+")
INSTANCE = re.compile(r"(?!total$)[a-z][a-z0-9_]*")  # `subsidy_<instance>` must not be `subsidy_total`
Knobs = Mapping[str, Any]


def policies_of(chosen: Mapping[str, Knobs]) -> Mapping[str, Policy]:
    """The policies of a configuration by instance name, in sorted order; built once and kept."""
    return _built(json.dumps(chosen, sort_keys=True))


@lru_cache(maxsize=64)
def _built(chosen: str) -> Mapping[str, Policy]:
    """The policies that a canonical text describes."""
    return {name: build_policy(name, knobs) for name, knobs in sorted(json.loads(chosen).items())}


def build_policy(name: str, knobs: Knobs) -> Policy:
    """One policy instance: the class that `_target_` names, built from its knobs and checked.

    Raises ConfigError naming the key.
    """
    path = join("policy", name)
    if not INSTANCE.fullmatch(name):
        raise ConfigError(path, name, "is no name for a policy: small letters, digits and _, and not `total`")
    cls = policy_class(join(path, TARGET), knobs.get(TARGET))
    policy: Policy = build(cls, {key: value for key, value in knobs.items() if key not in (TARGET, NULL)}, path)
    policy.check(path)
    return policy


def policy_class(key: str, target: Any) -> type[Policy]:
    """The class that a `_target_` names: a subclass of Policy below `sim.policies`; no other is imported."""
    from sim.policies.base import Policy

    if not isinstance(target, str) or not CLASS.fullmatch(target):
        raise ConfigError(key, target, "must name a policy class such as sim.policies.placebo.Placebo")
    module, _, name = target.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError):
        raise ConfigError(key, target, "does not exist") from None
    if not (isinstance(found, type) and issubclass(found, Policy)):
        raise ConfigError(key, target, "is not a policy")
    return found
