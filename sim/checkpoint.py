"""Saving a world and going on from it: arrays only, bit for bit; and branching into another policy."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from sim.config import SimConfig
from sim.files import atomic
from sim.graph import SocialGraph
from sim.ledger import Ledger
from sim.recommenders import KINDS
from sim.schema import ConfigError, build, to_plain
from sim.tables import PURSE, RECOMMENDER
from sim.world import SERIES, Day, Index, World

Arrays = dict[str, np.ndarray]
POPULATIONS = ("users", "creators", "merchants", "products", "recommender", "platform")
HEADER_MOST = 1 << 20  # letters that describe an array: a row of all parameters takes over numpy's 10,000
PLAIN = ("num", "lev", "now", "modes", "theta", "boost", "cover", "studio", "deals", "penalty", "purses", "signals",
         "orders", "closed", "tally")
GROUPS = ("history", "policy_state")
TEXTS = ("thickness", "facts", "metrics")
# what a branch may change of the configuration; everything else is the world's own past
MAY_CHANGE = ("policy", "timeline", "plugins", "shock", "record", "horizon", "threads", "chunk", "check", "progress",
              "lang", "out", "overwrite", "warm", "recommender", "world.learning.engage", "world.learning.gmv",
              "world.learning.experience")


def state(world: World) -> Arrays:
    """The whole world as named arrays: what `save` writes and `restore` reads."""
    found = {name: getattr(world, name) for name in (*POPULATIONS, *PLAIN)}
    found |= _prefixed("graph", world.graph.arrays()) | _prefixed("ledger", world.ledger.state())
    for name in ("card_index", "good_index"):
        found |= _prefixed(name, vars(getattr(world, name)))
    for name in GROUPS:
        found |= _prefixed(name, getattr(world, name))
    found |= _prefixed("day", {name: value for name, value in vars(world.day).items() if isinstance(value, np.ndarray)})
    found |= {name: _text(getattr(world, name)) for name in TEXTS}
    return found | {"config": _text(to_plain(world.cfg))}


def restore(arrays: Mapping[str, np.ndarray], cfg: SimConfig | None = None) -> World:
    """The world that `state` described; with `cfg`, as a branch into that configuration.

    Raises ConfigError for a key that a branch may not change.
    """
    before = build(SimConfig, _read_text(arrays["config"]))
    cfg = cfg or before
    refuse_other_past(before, cfg)
    refuse_past_shocks(before, cfg, int(arrays["now"]["day"][0]) - before.burn_in)
    ledger = Ledger.from_state(_group(arrays, "ledger"), cfg.policy)
    parts: dict[str, Any] = {name: arrays[name].copy() for name in (*POPULATIONS, *PLAIN)}
    parts |= {name: _group(arrays, name) for name in GROUPS} | {name: _read_text(arrays[name]) for name in TEXTS}
    parts["now"] = parts["now"].view(np.recarray)
    day: dict[str, Any] = dict(_group(arrays, "day"))
    world = World(
        cfg=cfg, graph=SocialGraph.from_arrays(_group(arrays, "graph")), ledger=ledger, day=Day(**day),
        card_index=Index(**_group(arrays, "card_index")), good_index=Index(**_group(arrays, "good_index")), **parts,
    )
    _renumber_purses(world, [str(name) for name in arrays["ledger.purses"]])
    _turn_recommender(world, before)
    _lengthen(world)
    return world


def refuse_other_past(before: SimConfig, after: SimConfig) -> None:
    """Raise ConfigError for the first key in which `after` tells another past than `before`."""
    old, new = dict(_leaves(to_plain(before))), dict(_leaves(to_plain(after)))
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key) and not key.startswith(MAY_CHANGE):
            raise ConfigError(key, new.get(key), f"a branch cannot change it (the checkpoint has {old.get(key)!r})")


def refuse_past_shocks(before: SimConfig, after: SimConfig, day: int) -> None:
    """Raise ConfigError for a shock that differs though it struck, or would have struck, before `day`."""
    for name in sorted(before.shock.keys() | after.shock.keys()):
        old, new = before.shock.get(name), after.shock.get(name)
        begun = [one["day"] for one in (old, new) if one is not None and one["day"] < day]
        if old != new and begun:
            raise ConfigError(f"shock.{name}.day", begun[-1], f"is in the past of the checkpoint, of day {day}")


def refuse_branch(cfg: SimConfig) -> None:
    """Raise ConfigError if `cfg` cannot go on from the world that its `warm` names: another past, or no day left."""
    before, _ = saved_config(Path(cfg.warm or ""))
    refuse_other_past(before, cfg)
    refuse_past_shocks(before, cfg, before.horizon)
    if cfg.horizon <= before.horizon:
        raise ConfigError("horizon", cfg.horizon, f"must be later than day {before.horizon}, on which {cfg.warm} is")


def save(world: World, path: Path, key: str = "") -> None:
    """Write the world into one file of arrays, atomically; `key`: the name of the question that led to it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **state(world), key=_text(key))


def load(path: Path, cfg: SimConfig | None = None) -> World:
    """Read a world back; with `cfg`, as a branch. Raises ConfigError for a damaged file or a refused branch."""
    with opened(path) as file:
        arrays = {name: aligned(file[name]) for name in file.files}
    return restore(arrays, cfg)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The file of a saved world; raises ConfigError where it is damaged or no such file."""
    try:
        with np.load(path, allow_pickle=False, max_header_size=HEADER_MOST) as file:
            yield file
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError("warm", str(path), f"is not a readable checkpoint ({error})") from error


def aligned(array: np.ndarray) -> np.ndarray:
    """The same structured array with the mark of an aligned layout, which files lose and kernels are compiled for."""
    return array if array.dtype.names is None else array.view(_aligned(array.dtype))


def _aligned(dtype: np.dtype) -> np.dtype:
    """A structured dtype of the same fields at the same places, marked as aligned."""
    parts = dict(dtype.fields or {})
    places = {"names": list(parts), "formats": [part[0] for part in parts.values()],
              "offsets": [part[1] for part in parts.values()], "itemsize": dtype.itemsize}
    return np.dtype(places, align=True)  # type: ignore[call-overload]


def saved_config(path: Path) -> tuple[SimConfig, str]:
    """The configuration of a saved world, and the key it was saved with. Raises ConfigError for a damaged file."""
    with opened(path) as file:
        return build(SimConfig, _read_text(file["config"])), _read_text(file["key"])


def state_hash(world: World) -> str:
    """Sixty-four hex digits that name the state: sha256 over every column of every array, names included.

    The configuration, the day's levers of an inactive policy and wall-clock facts are left out.
    """
    digest = hashlib.sha256()
    for name, array in sorted(state(world).items()):
        if name not in ("config", "facts", "metrics"):
            for label, column in _columns(name, array):
                digest.update(f"{label}\0{column.dtype.str}\0{column.shape}\0".encode())
                digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _columns(name: str, array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The plain columns of an array, so that padding never enters the hash."""
    if array.dtype.names is None:
        yield name, array
        return
    for field in array.dtype.names:
        yield from _columns(f"{name}.{field}", array[field])


def _prefixed(name: str, group: Mapping[str, Any]) -> Arrays:
    """A group's arrays under dotted names."""
    return {f"{name}.{key}": np.asarray(value) for key, value in group.items()}


def _group(arrays: Mapping[str, np.ndarray], name: str) -> Arrays:
    """The arrays of one group, copied."""
    head = f"{name}."
    return {key[len(head):]: value.copy() for key, value in arrays.items() if key.startswith(head)}


def _text(value: Any) -> np.ndarray:
    """A plain value as an array of bytes (JSON; NaN allowed)."""
    return np.frombuffer(json.dumps(value, sort_keys=True).encode(), np.uint8)


def _read_text(array: np.ndarray) -> Any:
    """The plain value that `_text` wrote."""
    return json.loads(bytes(array))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of a nested mapping."""
    if not isinstance(value, Mapping):
        yield path, value
        return
    for key, inner in value.items():
        yield from _leaves(inner, f"{path}.{key}" if path else str(key))


def _renumber_purses(world: World, before: list[str]) -> None:
    """After a branch brought other policies: purses, coupons held and open orders follow their instance's name."""
    after = list(world.ledger.purses)
    if before == after:
        return
    moved = np.array([after.index(name) for name in before] or [0], np.int16)
    purses = np.zeros(len(after), PURSE)
    for old, name in enumerate(before):
        purses[after.index(name)] = world.purses[old]
    world.purses = purses
    _renumber(world.users["coupons"]["grant"], moved)
    _renumber(world.orders["grants"], moved)


def _renumber(grants: np.ndarray, moved: np.ndarray) -> None:
    """Replace old purse rows by new ones, in place; -1 stays."""
    known = (grants >= 0) & (grants < len(moved))
    grants[known] = moved[grants[known]]


def _turn_recommender(world: World, before: SimConfig) -> None:
    """Let a branch's recommender be of its own kind and weights; one that has changed its kind indexes anew."""
    cfg, learning = world.cfg, world.cfg.world.learning
    world.modes[RECOMMENDER] = KINDS[cfg.recommender.kind]
    for weight in ("engage", "gmv", "experience"):
        world.recommender[f"weight_{weight}"] = getattr(learning, weight)
    if cfg.recommender.kind != before.recommender.kind:
        for index in (world.card_index, world.good_index):
            index.centres = index.centres[:0]  # those of the other kind's vectors


def _lengthen(world: World) -> None:
    """Give the daily series room for a longer horizon."""
    days = world.cfg.burn_in + world.cfg.horizon + 2
    for name in SERIES:
        series = world.history[name]
        world.history[name] = np.concatenate([series, np.zeros(max(0, days - len(series)), series.dtype)])


assert {field.name for field in fields(World)} >= {*POPULATIONS, *PLAIN, *GROUPS, *TEXTS}
