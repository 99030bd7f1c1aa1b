"""From yaml and command line to a checked configuration: Hydra composes, `build` checks."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING
from pathlib import Path
from typing import Any

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.config import SimConfig
from sim.paths import configs_dir
from sim.policies import TARGET, build_policy, list_plugins
from sim.schema import ConfigError, build, join, listed, near, to_plain, unknown
from sim.shocks import build_shock
from sim.timeline import read_steps, with_steps

ROOT = "config"
SEARCH_PATH = "hydra.searchpath"
INSTANCES = {"policy": "policies", "shock": "shocks"}  # groups of which any number may be chosen
NOISE = ("See http", "Config search", "provider=", "object_type", "full_key")  # lines of Hydra's errors


def configure(*overrides: str) -> SimConfig:
    """The configuration that `icsim run <overrides>` would run: yaml plus overrides, all checked.

    Raises ConfigError for anything that cannot be.
    """
    return read(compose(overrides))


def compose(overrides: Sequence[str], root: str = ROOT) -> DictConfig:
    """The yaml files and overrides as one tree, not yet checked value by value; `root` is the verb's own file.

    Raises ConfigError for a key, preset or policy that does not exist, naming those that do.
    """
    parsed = parse(overrides)
    for one in parsed:
        _require_members(one, _folders(parsed))
    try:
        return _compose(overrides, root)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise _explained(error, parsed, root) from None


def read(node: DictConfig) -> SimConfig:
    """A composed tree as a checked configuration, the policies' own knobs included."""
    try:
        plain = OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise ConfigError(str(error.full_key or ROOT), MISSING, _one_line(error)) from None
    assert isinstance(plain, dict)
    plain.pop("hydra", None)
    plain["plugins"] = [str(Path(path).resolve()) for path in plain.get("plugins") or ()]
    list_plugins(plain["plugins"])
    shock = plain["shock"]
    shocks = {name: settled(name, shock[name], build_shock) for name in sorted(shock)}
    return build(SimConfig, plain | scheduled({str(key): value for key, value in plain.items()}) | {"shock": shocks})


def scheduled(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Policies and timeline as a configuration holds them: knobs checked, defaults filled in, steps put in order."""
    policy, later = plain["policy"], plain.get("timeline") or []
    if isinstance(later, str):
        steps = read_steps(Path(later))
        presets = {step.policy: preset(step.policy) for step in steps if step.policy}
        policy, later = with_steps(policy, steps, presets)
    done = [{**step, "knobs": settled(step["instance"], step["knobs"])} for step in later]
    return {"policy": {name: settled(name, policy[name]) for name in sorted(policy)}, "timeline": done}


def preset(name: str) -> dict[str, Any]:
    """The settings of a policy's yaml. Raises ConfigError where there is none."""
    node = compose([f"policy=[{name}]"])
    found = OmegaConf.to_container(node.policy[name], resolve=True)
    assert isinstance(found, dict)
    return {str(key): value for key, value in found.items()}


def settled(name: str, knobs: Mapping[str, Any], build_one: Callable[..., Any] = build_policy) -> dict[str, Any]:
    """A policy's or shock's knobs, checked and with defaults filled in, so that equal ones have equal hashes."""
    return {TARGET: knobs.get(TARGET)} | to_plain(build_one(name, knobs))


def parse(overrides: Iterable[str]) -> list[Override]:
    """The overrides as Hydra understands them; raises ConfigError for one it cannot."""
    return [_parse(OverridesParser.create(), one) for one in overrides]


def _parse(parser: OverridesParser, text: str) -> Override:
    """One override; without a key it is none."""
    with suppress(HydraException):
        [found] = parser.parse_overrides([text])
        if found.key_or_group:
            return found
    raise ConfigError(text, MISSING, "cannot be read; an override is written key=value")


def members(group: str, folders: Sequence[Path] = ()) -> list[str]:
    """The presets of a configuration group: the names of its yaml files; none for a key that is no group."""
    roots = (configs_dir(), *folders)
    return sorted({path.stem for root in roots for path in (root / group).glob("*.yaml")})


# ---- composing, and saying what is wrong -------------------------------------------------------------------

def _compose(overrides: Sequence[str], root: str) -> DictConfig:
    """Hydra's composition, outside of `hydra.main`."""
    with initialize_config_dir(config_dir=str(configs_dir()), version_base=None):
        return hydra_compose(root, overrides=list(overrides))


def folders_of(overrides: Sequence[str]) -> list[Path]:
    """The user's own preset folders among these overrides."""
    return _folders(parse(overrides))


def _folders(parsed: Sequence[Override]) -> list[Path]:
    """The user's own preset folders, given as `hydra.searchpath=[file:///folder]`."""
    lists = [one.value() for one in parsed if one.key_or_group == SEARCH_PATH]
    places = [str(place) for one in lists if isinstance(one, list) for place in one]
    found = [Path(place.removeprefix("file://")) for place in places]
    for folder in found:
        if not folder.is_dir():
            raise ConfigError(SEARCH_PATH, str(folder), "no such folder")
    return found


def _require_members(one: Override, folders: Sequence[Path]) -> None:
    """Raise ConfigError if an override chooses a preset that does not exist, or the same one twice."""
    group = one.key_or_group
    known = members(group, folders)
    if not known or one.is_delete() or one.is_sweep_override():
        return
    value: Any = one.value()
    chosen = [str(name) for name in (value if isinstance(value, list) else [value]) if name is not None]
    for name in chosen:
        if name not in known:
            raise ConfigError(group, name, f"no such preset; {near(name, known)}there are: {listed(known)}")
        if chosen.count(name) > 1:
            second = f"+{group}@{group}.other={name}"
            raise ConfigError(group, value, f"{name} stands twice; a second instance is {second}")


def _explained(error: Exception, parsed: Sequence[Override], root: str) -> ConfigError:
    """Hydra's error as one line; an unknown key gets the list of those that exist."""
    key = getattr(error.__cause__, "full_key", None)
    return _unknown_key(str(key), parsed, root) if key else ConfigError("overrides", MISSING, _one_line(error))


def _unknown_key(key: str, parsed: Sequence[Override], root: str) -> ConfigError:
    """The error for an override of a key that is not in the tree, seen from its deepest part that is."""
    node: Any = _compose(_choices(parsed), root)
    path = part = ""
    for part in key.split("."):
        if not isinstance(node, DictConfig) or part not in node:
            break
        node, path = node[part], join(path, part)
    if path in INSTANCES:
        return _not_chosen(key, path, part, list(node))
    if isinstance(node, DictConfig) and not node:
        return ConfigError(key, MISSING, f"{path} is empty; a key is added with +{key}=...")
    return unknown(join(path, part), [str(name) for name in node] if isinstance(node, DictConfig) else [])


def _choices(parsed: Sequence[Override]) -> list[str]:
    """The overrides that choose presets, and where to look for them."""
    folders = _folders(parsed)
    chosen = [one for one in parsed if one.key_or_group == SEARCH_PATH or members(one.key_or_group, folders)]
    return [one.input_line or "" for one in chosen if not one.is_sweep_override()]


def _not_chosen(key: str, group: str, name: str, chosen: list[Any]) -> ConfigError:
    """The error for a knob of a policy or shock that was not chosen."""
    return ConfigError(key, MISSING, f"{name} is not among the chosen {INSTANCES[group]} ({listed(map(str, chosen))}); "
                                     f"choose with {group}=[...] out of: {listed(members(group))}")


def _one_line(error: Exception) -> str:
    """An error's text without line breaks, search paths and pointers to Hydra's manual."""
    lines = [line.strip() for line in str(error).splitlines()]
    return "; ".join(line for line in lines if line and not line.startswith(NOISE))
