"""Messages on the telephone: logistics, sign-off, refunds, coupons about to expire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.schema import number


@dataclass(frozen=True)
class PushReminders(Policy):
    """Every user on the platform gets so many messages a day; the first two bring some back, more annoy."""

    null: ClassVar[Mapping[str, Any]] = {"messages": 0}
    targets: ClassVar[str] = ""
    group: ClassVar[str] = "grow"
    term: ClassVar[str] = "推送提醒"
    expect: ClassVar[str] = "DAU rises with the first two messages a day and falls with more; orders follow visits."
    tensions: ClassVar[str] = "Attention is one: a policy that sends messages spoils those of all others."

    messages: float = number("messages/day", 0, 20, "A", "to everyone on the platform; seed 002")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """How many messages are sent."""
        level = self.level(day)
        return {} if level == 0.0 else {"push": self.messages * level}
