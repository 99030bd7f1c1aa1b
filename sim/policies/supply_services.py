"""Services for merchants and hosts: warehouses (云仓), matching (百应), diagnosis, monitoring, certification."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sim.policies.base import Observed, Policy
from sim.programmes import Coach, Contract, Programme
from sim.schema import number


@dataclass(frozen=True)
class SupplyServices(Policy):
    """Merchants of the segment send out more, show better, serve better and may bear a certificate, for a fee.

    Warehouse: more parcels a day leave on time. Matching: hosts, all of them, look at more goods a week. Diagnosis:
    videos and rooms are watched more. Monitoring: service rises day by day, and falls back when nobody watches.
    Certificate: buyers add something to goods of shops with a good experience score.
    """

    null: ClassVar[Mapping[str, Any]] = {
        "capacity": 1, "matching": 1, "diagnosis": 0, "monitoring": 0, "certificate": 0}
    targets: ClassVar[str] = "merchants"
    group: ClassVar[str] = "supply"
    term: ClassVar[str] = "云仓 / 百应 / 诊断 / 服务监控 / 认证"
    expect: ClassVar[str] = (
        "Late parcels fall where warehouses were full, failures of service with monitoring, with both CCR; matching "
        "leads hosts to what pays them better, not to what fits them better; profit falls by the fee where nothing was "
        "short.")
    tensions: ClassVar[str] = (
        "Room that nobody fills costs its fee; service costs the merchant on every order; a certificate leads away "
        "from shops without a record.")

    capacity: float = number("×", 1, 10, "A", "orders a day that leave on time; seed 004 云仓")
    matching: float = number("×", 0, 10, "A", "goods that hosts look at in a week; seed 003 百应")
    diagnosis: float = number("logit", 0, 5, "A", "that videos and rooms are watched and entered; seed 004")
    monitoring: float = number("1/day", 0, 1, "A", "rise of service on the scale 0–1; seed 004")
    certificate: float = number("logit", 0, 5, "A", "what buyers add to certified shops' goods; seed 003")
    bar: float = number("rank", 0, 1, "A", "of the experience score from which a shop is certified; seed 003")
    fee_yuan: float = number("yuan/day", 0, 1e5, "A", "for warehouse and diagnosis, owed to the provider; seed 004")

    def levers(self, day: int, observed: Observed) -> dict[str, float]:
        """How many more goods hosts look at."""
        level = self.level(day)
        return {} if level == 0.0 or self.matching == 1.0 else {"matching": 1.0 + (self.matching - 1.0) * level}

    def programmes(self, day: int, observed: Observed) -> list[Programme]:
        """The services of the day."""
        from sim.ledger import fen

        level = self.level(day)
        found: list[Programme] = []
        if level > 0.0 and (self.capacity != 1.0 or self.diagnosis > 0.0):
            capacity = 1.0 + (self.capacity - 1.0) * level
            found.append(Contract(self.segment, fen(self.fee_yuan), capacity, attract=self.diagnosis * level))
        if level * self.monitoring > 0.0:
            found.append(Coach(self.segment, self.monitoring * level))
        if level * self.certificate > 0.0:
            good = replace(self.segment, ranks={**self.segment.ranks, "score": (self.bar, 1.0)})
            found.append(Contract(good, 0, certificate=self.certificate * level))
        return found
