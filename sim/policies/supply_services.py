"""Services for merchants: shared warehouses (云仓) that send out more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Contract, Programme
from sim.schema import number


@dataclass(frozen=True)
class SupplyServices(Policy):
    """Merchants of the segment can send out more parcels a day on time, for a fee.

    Of the seed's services this is the warehouse; matching, diagnosis and certification are not modelled.
    """

    null: ClassVar[Mapping[str, Any]] = {"capacity": 1}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "云仓"
    expect: ClassVar[str] = (
        "Late parcels fall where warehouses were full, with them CCR; profit falls by the fee elsewhere.")
    tensions: ClassVar[str] = "Room that nobody fills costs its fee; pays before campaigns only."

    capacity: float = number("×", 1, 10, "A", "orders a day that leave on time; seed 004")
    fee_yuan: float = number("yuan/day", 0, 1e5, "A", "rent of the room, owed to the provider; seed 004")

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The rented room."""
        from sim.ledger import fen

        level = self.level(day)
        capacity = 1.0 + (self.capacity - 1.0) * level
        return [] if level == 0.0 else [Contract(self.segment, fen(self.fee_yuan), capacity, 1.0)]
