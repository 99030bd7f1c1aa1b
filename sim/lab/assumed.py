"""What a study assumes: the grade-A numbers in play, those that the arms move first."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

from sim.config import SimConfig
from sim.policies import policies_of
from sim.schema import declared, join

ASSUMPTION = "A"
Assumed = tuple[str, float, str]


def assumed(arms: Mapping[str, SimConfig], control: str) -> tuple[Assumed, ...]:
    """Every number of grade A as (key, value, source): what tells the arms apart, then the policies' own, the world's.

    A list's value is its mean. A key that the arms set differently stands once for each value, with the arm's name.
    """
    moved = list(_moved(arms, control))
    keys = {key.partition(" (")[0] for key, _, _ in moved}
    rest = {one[0]: one for config in arms.values() for one in numbers(config)}
    return (*moved, *(one for key, one in rest.items() if key not in keys))


def _moved(arms: Mapping[str, SimConfig], control: str) -> Iterator[Assumed]:
    """What each arm sets otherwise than the control, among numbers of grade A."""
    before = {key: value for key, value, _ in numbers(arms[control])}
    for arm, config in arms.items():
        for key, value, source in numbers(config):
            if before.get(key) != value:
                yield f"{key} ({arm})", value, source


def numbers(config: SimConfig) -> Iterator[Assumed]:
    """A configuration's numbers of grade A: its policies', then the world's in declared order."""
    for name, policy in policies_of(config.policy).items():
        yield from _within(policy, join("policy", name))
    yield from _within(config, "")


def _within(part: Any, path: str) -> Iterator[Assumed]:
    """The numbers of grade A in a dataclass and in those inside it."""
    for name, one in declared(type(part)).items():
        value, key = getattr(part, name), join(path, name)
        if is_dataclass(value):
            yield from _within(value, key)
        elif one.metadata.get("grade") == ASSUMPTION and value is not None:
            yield key, _as_number(value), str(one.metadata["source"])


def _as_number(value: float | Sequence[float]) -> float:
    """A number, or the mean of a list of them."""
    return float(value) if isinstance(value, int | float) else sum(value) / max(len(value), 1)
