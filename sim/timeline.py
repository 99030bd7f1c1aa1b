"""Timelines: on which days policies begin, change their settings and end (`timeline=FILE.yaml`).

A file lists steps `{day, instance, policy?, set: {knob: value}, stop?}`. `policy` starts a preset under the name of the
instance; `set` changes knobs from that day on, dotted where they lie deeper; `stop: true` ends it, so that day is the
first without it. Read once: a configuration holds for every later step the whole settings of its instance.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.schema import SETTING, ConfigError, build, join, number, switch, text, unknown

Knobs = Mapping[str, Any]
KEY = "timeline"


@dataclass(frozen=True)
class Step:
    """One entry of a timeline."""

    day: int = number("day", 0, 30_000, SETTING, "from which it holds")
    instance: str = text("name of a policy instance")
    policy: str | None = text("preset that begins under that name", default=None)
    set: dict[str, Any] | None = text("knobs and their new values", default=None)  # noqa: RUF009 (a field)
    stop: bool = switch("end the policy on that day", default=False)


def read_steps(path: Path) -> list[Step]:
    """The steps of a file in order of their days. Raises ConfigError for one that cannot be."""
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(KEY, str(path), f"cannot be read ({' '.join(str(error).split())})") from None
    if not isinstance(listed, list):
        raise ConfigError(KEY, str(path), "must hold a list of steps {day, instance, policy, set, stop}")
    steps = [build(Step, one, f"{KEY}[{place}]") for place, one in enumerate(listed)]
    return sorted(steps, key=lambda step: step.day)


def with_steps(policy: Mapping[str, Knobs], steps: Iterable[Step], presets: Mapping[str, Knobs]) -> tuple[
        dict[str, Knobs], list[dict[str, Any]]]:
    """The first settings of every instance, and what each later step makes of them; `presets` by name of the policy."""
    first, latest = dict(policy), dict(policy)
    later: list[dict[str, Any]] = []
    for step in steps:
        new = step.policy is not None
        if new == (step.instance in latest):
            why = "runs already; leave policy out" if new else "is no instance yet; say which policy it is"
            raise ConfigError(join(KEY, "instance"), step.instance, why)
        knobs = {**presets[step.policy], "start": step.day} if step.policy else latest[step.instance]
        knobs = changed(knobs, (step.set or {}) | ({"stop": step.day} if step.stop else {}), step.instance)
        latest[step.instance] = knobs
        if new:
            first[step.instance] = knobs
        else:
            later.append({"day": step.day, "instance": step.instance, "knobs": knobs})
    return first, later


def changed(knobs: Knobs, values: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Settings with some of them changed, dotted keys deeper down. Raises ConfigError for a key that is not there."""
    found = dict(knobs)
    for key, value in values.items():
        head, _, rest = key.partition(".")
        if head not in found:
            raise unknown(join(join(KEY, path), head), found)
        found[head] = changed(found[head], {rest: value}, head) if rest else value
    return found


def knobs_on(policy: Mapping[str, Knobs], timeline: Iterable[Mapping[str, Any]], day: int) -> dict[str, Knobs]:
    """The settings of every instance on a day of the calendar."""
    found = dict(policy)
    for step in timeline:
        if step["day"] <= day:
            found[step["instance"]] = step["knobs"]
    return found
