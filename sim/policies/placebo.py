"""The policy that tests the tests: it exists, and nothing more."""

from dataclasses import dataclass
from typing import ClassVar

from sim.policies.base import Policy


@dataclass(frozen=True)
class Placebo(Policy):
    """Registered, with window and budget like any other, and without any effect."""

    group: ClassVar[str] = "govern"
    term: ClassVar[str] = "安慰剂"
    expect: ClassVar[str] = "Nothing, in every metric and on every day, to the last bit."
    tensions: ClassVar[str] = "None."

    @property
    def idle(self) -> bool:
        """Always: it does nothing as it stands."""
        return True
