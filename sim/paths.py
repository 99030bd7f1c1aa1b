"""Where the shipped files are: beside the package in a checkout, inside it in a wheel."""
from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """The folder of the shipped yaml files."""
    return _shipped("configs")


def experiments_dir() -> Path:
    """The folder of the ready-made studies."""
    return _shipped("experiments")


def _shipped(name: str) -> Path:
    """A shipped folder: a wheel has it in the package, a checkout next to the package."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
