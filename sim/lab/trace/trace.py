"""Living one day with an eye on one user.

Before each phase of the users, the phase's own rule runs once for this user in slow motion on the state as it stands,
is heard, and is undone; then the phase runs as ever. What it then left of the user, in rows and in the day's log, must
equal what the slow motion left, bit for bit, or the trace says so instead of telling a story.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from typing import Any

import numpy as np

from sim.agents.user import OUTSIDE
from sim.day import Phase
from sim.lab.trace.records import Facts, Trace
from sim.lab.trace.slowly import Seen, SlowMotion
from sim.lab.trace.witness import Witness, facts
from sim.lanes import Lane
from sim.model import InterestCommerceModel
from sim.rng import Decision
from sim.tables import STANDS
from sim.world import World

USERS = "users"
LOGS = ("events", "intents", "changes")
STATE = ("state", "shopper", "activity", "satisfaction", "habit", "mindshare", "fatigue", "knee", "wallet",
         "wallet_week", "orders_spell", "price_sensitivity", "buyer_effect", "price_level", "impulse", "host_trust",
         "platform_trust", "theta", "started", "last_order", "need", "intent", "cupboard", "weariness", "pushes",
         "seen", "peers", "net_invites")


def trace_user(model: InterestCommerceModel, user: int) -> Trace:
    """Live the model's next day; what user row `user` saw, felt and did in it.

    Raises IndexError for a row that does not exist, RuntimeError if the slow motion did not show what happened.
    """
    if not 0 <= user < len(model.users):
        raise IndexError(f"user {user}: there are rows 0 to {len(model.users) - 1}")
    observer = Observer(model.world, user)
    day, absolute = model.day, model.world.today
    model.watch = observer.around
    try:
        model.step()
    finally:
        model.watch = nullcontext
    return observer.trace(day, absolute)


def someone_who_orders(world: World) -> int:
    """The first user who will order on the world's next day; without one, the first who will open the app, else 0.

    A copy of the world lives that day.
    """
    other = InterestCommerceModel(world.cfg, deepcopy(world))
    other.step()
    orders = other.world.day.orders
    opened = np.flatnonzero(other.world.users["opened"])
    return int(orders["user"][0]) if len(orders) else int(opened[0]) if len(opened) else 0


class Observer:
    """Watches one user through the phases of a day."""

    def __init__(self, world: World, user: int) -> None:
        self.world, self.user = world, user
        self.witness = Witness({int(key): row for row, key in enumerate(world.products["key"])})
        self.slow = SlowMotion(self.witness.listeners())
        self.before = self.morning = state_of(world, user)
        self.taught = learning_of(world.users[user])
        self.wishes: list[Facts] = []
        self.orders: list[Facts] = []

    @contextmanager
    def around(self, phase: Phase) -> Iterator[None]:
        """A phase with what is seen before and after it."""
        seen = self._slowly(phase) if phase.who == USERS else None
        start = {name: len(getattr(self.world.day, name)) for name in LOGS}
        if phase.name == "arrive":
            self.morning = state_of(self.world, self.user)
        yield
        if seen is not None:
            self._require(phase, seen, start)
        elif phase.name == "clear":
            self.wishes = [facts(one) for one in self._own(self.world.day.intents)]
        elif phase.name == "pay":
            self.orders = [facts(one) for one in self._own([self.world.day.orders])]

    def _slowly(self, phase: Phase) -> tuple[bytes, list[np.ndarray]]:
        """What the phase's rule leaves of the user when run in slow motion: rows and log; the rows are put back."""
        world, lane, user = self.world, Lane(), self.user
        tables = world.tables(lane.buffers, lane.fill, world.new_tally())
        kept = [rows.copy() for rows in self._rows()]
        pieces = lane.walk(self.slow.rule(phase.work), Seen(tables), user, user + 1)  # type: ignore[arg-type]
        left = self._print()
        for rows, before in zip(self._rows(), kept, strict=True):
            rows[...] = before
        return left, [np.concatenate(parts) for parts in zip(*pieces, strict=True)]

    def _require(self, phase: Phase, seen: tuple[bytes, list[np.ndarray]], start: dict[str, int]) -> None:
        """Raise RuntimeError unless the phase left of the user what its slow motion left."""
        left, logs = seen
        same = left == self._print()
        for name, log in zip(LOGS, logs, strict=True):
            same &= np.array_equal(self._own(getattr(self.world.day, name)[start[name]:], log.dtype), log)
        if not same:
            raise RuntimeError(f"the slow motion of phase {phase.name} does not show what happened to user {self.user}")

    def _rows(self) -> list[np.ndarray]:
        """All that a phase may write of a user, as views."""
        world, one = self.world, slice(self.user, self.user + 1)
        low, high = np.searchsorted(world.day.parcels["user"], [self.user, self.user + 1]) if len(
            world.day.parcels) else (0, 0)
        return [world.users[one], world.day.visits[one], world.signals[one], world.day.parcels[low:high]]

    def _print(self) -> bytes:
        """The user's rows as bytes."""
        return b"".join(rows.tobytes() for rows in self._rows())

    def _own(self, pieces: list[np.ndarray], dtype: Any = None) -> np.ndarray:
        """The user's entries among pieces of a log."""
        own = [piece[piece["user"] == self.user] for piece in pieces if len(piece)]
        return np.concatenate(own) if own else np.zeros(0, dtype)

    def trace(self, day: int, absolute: int) -> Trace:
        """The day as it was seen."""
        w, u = self.witness, self.world.users[self.user]
        luck, heard = w.luck, w.heard
        survey = {"score": int(u["feeling"]), "mood": int(u["mood"]), "answer": int(u["answer"]),
                  "response_chance": heard.get("response_chance")}
        leaving = {name: heard.get(name) for name in ("dropout_chance", "arrival_chance", "adoption_chance")}
        leaving |= {"luck": luck.get((Decision.DROPOUT, 0)), "left": bool(u["state"] == OUTSIDE) and
                    self.before["state"] != OUTSIDE}
        for wish in self.wishes:
            wish["stands"] = wish["status"] == STANDS
        return Trace(
            user=self.user, key=int(u["key"]), day=day, absolute=absolute, evening_before=self.before,
            morning=self.morning, arrival=w.arrival, feed=tuple(w.feed), rooms=tuple(w.rooms),
            gates=tuple(w.gates.values()), shelves=tuple(w.shelves), choices=tuple(w.choices),
            wishes=tuple(self.wishes), orders=tuple(self.orders), parcels=tuple(w.parcels), survey=survey,
            talk=w.talk, leaving=leaving, evening=state_of(self.world, self.user),
            learned={"before": self.taught, "after": learning_of(u)})


def state_of(world: World, user: int) -> Facts:
    """What a user is, has and wants, as plain values."""
    row = world.users[user]
    held = [facts(one) for one in row["coupons"] if one["benefit"] > 0.0]
    return {name: row[name].tolist() for name in STATE} | {"coupons": held}


def learning_of(row: np.void) -> Facts:
    """What the recommender believes of a user against the user's true taste: length, cosine, impressions."""
    learned = row["learned"].astype(np.float64)
    length = float(np.sqrt((learned * learned).sum()))
    return {"length": length, "seen": float(row["seen"]),
            "cosine": float(learned @ row["taste"]) / length if length else float("nan")}


__all__ = ["Observer", "someone_who_orders", "trace_user"]
