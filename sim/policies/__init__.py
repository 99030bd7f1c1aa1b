"""The policies: one file and one yaml each. A yaml names its class as `_target_` and its null setting as `_null_`.

A policy of one's own lies in a file that `plugins=[path/own.py]` lists; its `_target_` begins with the file's name.
"""
from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.schema import ConfigError, build, join

if TYPE_CHECKING:
    from sim.policies.base import Policy

TARGET, NULL = "_target_", "_null_"  # keys of a policy's yaml that are no knobs
CLASS = re.compile(r"sim\.policies\.[a-z_0-9]+\.[A-Za-z_0-9]+")
PLUGIN = re.compile(r"([A-Za-z_0-9]+)\.[A-Za-z_0-9]+")
INSTANCE = re.compile(r"(?!total$)[a-z][a-z0-9_]*")  # `subsidy_<instance>` must not be `subsidy_total`
MOST = 127  # a coupon notes its instance in a byte
Knobs = Mapping[str, Any]
_plugins: dict[str, Path] = {}  # files that a configuration of this process has listed, by the name of their module


def list_plugins(paths: Iterable[str]) -> None:
    """Take files into the list of those whose policies may be named. Raises ConfigError for one that is none."""
    for text in paths:
        path = Path(text).resolve()
        if path.suffix != ".py" or not path.is_file() or not PLUGIN.fullmatch(f"{path.stem}.P"):
            raise ConfigError("plugins", text, "must be a file name.py")
        if _plugins.get(path.stem, path) != path or (path.stem not in _plugins and path.stem in sys.modules):
            raise ConfigError("plugins", text, f"another module is called {path.stem}; rename the file")
        _plugins[path.stem] = path


def policies_of(chosen: Mapping[str, Knobs]) -> Mapping[str, Policy]:
    """The policies of a configuration by instance name, in sorted order; built once and kept."""
    return _built(json.dumps(chosen, sort_keys=True))


@lru_cache(maxsize=64)
def _built(chosen: str) -> Mapping[str, Policy]:
    """The policies that a canonical text describes."""
    if len(json.loads(chosen)) > MOST:
        raise ConfigError("policy", f"{len(json.loads(chosen))} instances", f"must be at most {MOST}")
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
    """The class that a `_target_` names: a subclass of Policy in `sim.policies` or a listed plugin.

    No other is imported.
    """
    from sim.policies.base import Policy

    plugin = PLUGIN.fullmatch(target) if isinstance(target, str) else None
    if not isinstance(target, str) or not (CLASS.fullmatch(target) or (plugin and plugin[1] in _plugins)):
        raise ConfigError(key, target, "must name a policy class such as sim.policies.placebo.Placebo, or one in a "
                                       "file of plugins=[...] such as own.Own")
    module, _, name = target.rpartition(".")
    try:
        found = getattr(_plugin(module) if plugin else importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError):
        raise ConfigError(key, target, "does not exist") from None
    if not (isinstance(found, type) and issubclass(found, Policy)):
        raise ConfigError(key, target, "is not a policy")
    return found


def _plugin(name: str) -> Any:
    """The module of a listed file, imported once."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _plugins[name])
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
    return sys.modules[name]
