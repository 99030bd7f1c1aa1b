"""Small worlds for tests: composed as a user would, changed in the one respect that a test is about."""

from collections.abc import Iterable

import numpy as np

from sim.checkpoint import state_hash
from sim.compose import configure
from sim.config import SimConfig
from sim.genesis import create
from sim.model import InterestCommerceModel
from sim.world import World

TOY = ("population=toy", "burn_in=0", "horizon=30", "threads=1", "check=true", "progress=false")


def toy_config(*overrides: str) -> SimConfig:
    """The toy world's configuration with further overrides."""
    return configure(*TOY, *overrides)


def toy_model(*overrides: str) -> InterestCommerceModel:
    """A toy model on its first morning."""
    return InterestCommerceModel(toy_config(*overrides))


def days(model: InterestCommerceModel, n: int) -> list[dict[str, float]]:
    """Live n days; their metrics rows."""
    rows = []
    for _ in range(n):
        model.step()
        rows.append(dict(model.metrics))
    return rows


def same(left: Iterable[dict[str, float]], right: Iterable[dict[str, float]], but: tuple[str, ...] = ()) -> None:
    """Assert that two runs' daily rows are equal to the last bit; NaN equals NaN; `but` names columns left out."""
    for day, (a, b) in enumerate(zip(left, right, strict=True)):
        names = [name for name in a if name in b and not name.startswith(but or ("\0",))]
        differ = {name: (a[name], b[name]) for name in names if not same_value(a[name], b[name])}
        assert not differ, f"day {day}: {differ}"


def same_value(a: float, b: float) -> bool:
    """Equality of bits, where NaN equals NaN."""
    return bool(a == b or (a != a and b != b))


def permute_users(world: World, order: np.ndarray) -> None:
    """Put the users into another row order, with their keys, ties and all that refers to rows."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    graph = world.graph
    for name in ("ties", "follow", "shop"):
        ptr, idx = getattr(graph, f"{name}_ptr"), getattr(graph, f"{name}_idx")
        rows = [idx[ptr[i]:ptr[i + 1]] for i in order]
        rows = [np.sort(place[row]).astype(idx.dtype) if name == "ties" else row for row in rows]
        setattr(graph, f"{name}_ptr", np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(ptr.dtype))
        setattr(graph, f"{name}_idx", np.concatenate(rows).astype(idx.dtype))
    world.users[:] = world.users[order]
    world.signals[:] = world.signals[order]


def with_stranger(cfg: SimConfig) -> World:
    """The world of `cfg` with one more potential user, last in row order, without ties and outside."""
    world = create(cfg)
    stranger = world.users[:1].copy()
    stranger["key"], stranger["state"], stranger["shopper"] = 4_000_000, 0, 0
    stranger["last_open"] = -1000
    world.users = np.concatenate([world.users, stranger])
    world.signals = np.append(world.signals, np.uint8(0))
    world.day.visits = np.concatenate([world.day.visits, np.zeros_like(world.day.visits[:1])])
    world.graph = world.graph.append_user()
    return world


__all__ = ["days", "permute_users", "same", "state_hash", "toy_config", "toy_model", "with_stranger"]
