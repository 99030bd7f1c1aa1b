"""The model's numbers as one flat record that kernels read: `num.<group>_<field>`."""

from dataclasses import fields
from typing import Any

import numpy as np

from sim.parameters import World


def _group_types() -> list[tuple[str, Any]]:
    """Group name and dataclass of every group of numbers, in declared order."""
    return [(group.name, group.type) for group in fields(World)]


def numbers_dtype() -> np.dtype:
    """The record's layout; it depends on the declarations only, so compiled kernels stay valid."""
    layout: list[tuple[Any, ...]] = []
    for name, group in _group_types():
        for field in fields(group):
            length = field.metadata.get("length", 0)
            layout.append((f"{name}_{field.name}", "f8", (length,)) if length else (f"{name}_{field.name}", "f8"))
    return np.dtype(layout, align=True)


def numbers_record(world: World) -> np.ndarray:
    """One record with every number of `world` as float64 (switches 0 or 1)."""
    record = np.zeros(1, numbers_dtype())
    for name, _ in _group_types():
        group = getattr(world, name)
        for field in fields(group):
            record[f"{name}_{field.name}"] = getattr(group, field.name)
    return record
