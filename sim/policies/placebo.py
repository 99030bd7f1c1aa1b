"""The policy that tests the tests: it exists, and nothing more."""

from dataclasses import dataclass

from sim.policies.base import Policy


@dataclass(frozen=True)
class Placebo(Policy):
    """Registered, with window and budget like any other, and without any effect."""

    @property
    def idle(self) -> bool:
        """Always: it does nothing as it stands."""
        return True
