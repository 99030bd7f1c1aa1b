"""The numbers that the search may move, out of knobs.yaml, and the overrides they stand for."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.schema import build, choice, number, switch, text

LISTED = Path(__file__).with_name("knobs.yaml")


@dataclass(frozen=True)
class Knob:
    """One direction of the search: the keys of world it moves together, how, and within what."""

    name: str = text("of the knob")
    pattern: str = text("of model.md section 4 that it serves")
    keys: tuple[str, ...] = text("of world")
    how: str = choice(("set", "shift", "scale"), "what is done to the default")
    low: float = number("", -1e6, 1e6, "C", "assumption")
    high: float = number("", -1e6, 1e6, "C", "assumption")
    start: float = number("", -1e6, 1e6, "C", "assumption")
    log: bool = switch("searched on the logarithm", default=False)


def read_knobs(world: Mapping[str, Any], path: Path = LISTED) -> tuple[list[Knob], list[str]]:
    """The knobs whose keys the schema knows, and a line for each of the others."""
    import yaml

    listed = [build(Knob, one, f"knobs.{one['name']}") for one in yaml.safe_load(path.read_text("utf-8"))]
    missing = {knob.name: [key for key in knob.keys if default(world, key) is None] for knob in listed}
    lines = [f"skipped {name}: the schema has no world.{key}" for name, keys in missing.items() for key in keys]
    return [knob for knob in listed if not missing[knob.name]], lines


def default(world: Mapping[str, Any], key: str) -> Any:
    """A key's value in the world's defaults; None where there is no such key."""
    group, name = key.split(".")
    return world.get(group, {}).get(name)


def moved(world: Mapping[str, Any], knobs: Sequence[Knob], values: Mapping[str, float]) -> dict[str, Any]:
    """Key -> value of everything the knobs move; knobs on one key work one after the other."""
    found: dict[str, Any] = {}
    for knob in knobs:
        for key in knob.keys:
            found[key] = turned(knob.how, found.get(key, default(world, key)), values[knob.name])
    return found


def turned(how: str, old: Any, by: float) -> Any:
    """A number, or each of a list, set to, shifted by or multiplied with `by`."""
    if isinstance(old, list | tuple):
        return [turned(how, one, by) for one in old]
    return {"set": by, "shift": old + by, "scale": old * by}[how]
