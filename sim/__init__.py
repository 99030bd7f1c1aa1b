"""A simulated interest-commerce platform (兴趣电商): users, creators, merchants, a recommender, policies.

`sim.configure("population=toy")` is the configuration of a run. Names are imported when first used, so that
`icsim --help` stays fast.
"""
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.compose import configure
    from sim.config import SimConfig
    from sim.schema import ConfigError

EXPORTS = {"ConfigError": "sim.schema", "SimConfig": "sim.config", "configure": "sim.compose"}
__all__ = ["ConfigError", "SimConfig", "configure"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(EXPORTS[name]), name)
