"""The arms of a study: names, files, policies and overrides turned into worlds that differ in just that."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from sim.compose import configure, folders_of, members, parse
from sim.config import SimConfig
from sim.paths import configs_dir
from sim.schema import ConfigError, listed, near

BASELINE = "baseline"
GROUP = "arm"  # folder of the arms' files
NAME = re.compile(r"\w[\w.+-]{0,59}")
OF_THE_STUDY = ("seed", "block", "replication", "horizon", "burn_in", "record", "threads", "chunk", "check",
                "progress", "lang", "out", "overwrite", "warm")  # pairs share these


def arms_of(spec: Any, base: Sequence[str] = ()) -> dict[str, SimConfig]:
    """Each arm's whole configuration by name, in the given order.

    `spec`: the list of arms; a member is `baseline`, a file of configs/arm, the name of a policy or shock, or a one-key
    map of quoted overrides. `base`: the overrides that all arms share. Raises ConfigError for anything that is no arm,
    naming the nearest.
    """
    return {name: arm(name, overrides, base) for name, overrides in overrides_of(spec, base).items()}


def overrides_of(spec: Any, base: Sequence[str] = ()) -> dict[str, list[str]]:
    """The overrides of each arm by name, see `arms_of`."""
    if not isinstance(spec, list | tuple) or not spec:
        raise ConfigError("arms", spec, "must be a list of arms, such as [baseline,subsidy]")
    folders = folders_of(base)
    found: dict[str, list[str]] = {}
    for one in spec:
        name, overrides = _named(one) if isinstance(one, Mapping) else (str(one), None)
        if name in found:
            raise ConfigError("arms", name, "stands twice")
        found[name] = list_of(name, base, folders) if overrides is None else overrides
    return found


def _named(one: Mapping[Any, Any]) -> tuple[str, list[str]]:
    """Name and overrides of a one-key map."""
    [name] = one if len(one) == 1 else [None]
    overrides = one.get(name)
    overrides = [overrides] if isinstance(overrides, str) else overrides
    if name is None or not isinstance(overrides, list) or not all(isinstance(text, str) for text in overrides):
        raise ConfigError("arms", dict(one), 'must be one name with quoted overrides: {mild: ["policy=[subsidy]"]}')
    if not NAME.fullmatch(str(name)):
        raise ConfigError("arms", name, "is no name: letters, digits and . + - _, at most 60")
    return str(name), list(overrides)


def list_of(name: str, base: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """The overrides that a bare name stands for: none for the baseline, a file's, or one more policy or shock."""
    files = members(GROUP, folders)
    if name == BASELINE:
        return []
    if name in files:
        return read_arm(next(path for root in (*folders, configs_dir())
                             if (path := root / GROUP / f"{name}.yaml").exists()))
    groups = {group: members(group, folders) for group in ("policy", "shock")}
    for group, names in groups.items():
        if name in names:
            return [f"{group}=[{','.join([*chosen(group, base), name])}]"]
    known = [BASELINE, *files, *groups["policy"], *groups["shock"]]
    raise ConfigError("arms", name, f"no such arm; {near(name, known)}there are: {listed(known)}")


def read_arm(path: Path) -> list[str]:
    """The overrides in an arm's file: a yaml list of texts."""
    import yaml

    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"arms, {path}", MISSING, " ".join(str(error).split())) from None
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise ConfigError(f"arms, {path}", MISSING, "must be a list of overrides, such as - policy=[subsidy]")
    return found


def chosen(group: str, base: Sequence[str]) -> list[str]:
    """The policies or shocks that the shared overrides choose by name; an arm adds its own to them."""
    lists = [one.value() for one in parse(base) if one.key_or_group == group]
    return [str(name) for name in lists[-1]] if lists and isinstance(lists[-1], list) else []


def arm(name: str, overrides: Sequence[str], base: Sequence[str]) -> SimConfig:
    """One arm's configuration; raises ConfigError naming the arm, also for a key that all arms must share."""
    for one in parse(overrides):
        if one.key_or_group.split(".")[0] in OF_THE_STUDY:
            raise ConfigError(f"arm {name}: {one.key_or_group}", one.value(), "is the study's, the same for all arms")
    try:
        return configure(*base, *overrides)
    except ConfigError as error:
        raise ConfigError(f"arm {name}: {error.key}", error.value, error.why) from None


WORLD_KEYS = frozenset(field.name for field in fields(SimConfig)) - {"lang"} | {"hydra"}  # the lab speaks itself


def world_overrides(overrides: Sequence[str]) -> list[str]:
    """Those of a lab verb's overrides that speak of the world, not of the lab."""
    return [text for text, one in zip(overrides, parse(overrides), strict=True)
            if re.split(r"[.@/]", one.key_or_group)[0] in WORLD_KEYS]
