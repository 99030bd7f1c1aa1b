"""`icsim replay KEY`: an item of the store simulated again from its own configuration, and compared bit by bit."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from sim.checkpoint import load, state_hash
from sim.config import SimConfig, question_key
from sim.lab.item import Item, warm_item
from sim.lab.store import ITEM, SHOWN, WORLD, Result, Store
from sim.lab.work import Job, carry_out, simulate, warm_world
from sim.schema import ConfigError, build

SHOWN_MOST = 10  # differences that are named


def replay(prefix: str, root: Path) -> int:
    """Simulate the item again whose key begins with `prefix`, and say whether all is the same; exit code 0 or 1."""
    store = Store(root)
    path = find(store, prefix)
    key = path.name.removesuffix(ITEM).removesuffix(WORLD)
    started = perf_counter()
    differences = list(_again(store, key) if path.name.endswith(ITEM) else _world_again(store, key))
    seconds = perf_counter() - started
    for line in differences[:SHOWN_MOST]:
        print(line)
    verdict = "DIFFERS" if differences else "identical to the last bit"
    more = f", {len(differences)} differences" if differences else ""
    print(f"{key[:SHOWN]}, simulated again in {seconds:.1f} s: {verdict}{more}")
    return int(bool(differences))


def find(store: Store, prefix: str) -> Path:
    """The one file of the store whose key begins so. Raises ConfigError for none, and for several."""
    found = [path for ending in (ITEM, WORLD) for path in store.files(ending) if path.name.startswith(prefix)]
    if len(found) != 1 or not prefix:
        names = ", ".join(path.name[:SHOWN] for path in found[:3])
        why = f"begins {len(found)} items: {names} ..." if found else "begins no item's key"
        raise ConfigError(prefix or "key", MISSING, f"{why}; store={store.root}")
    return found[0]


def _again(store: Store, key: str) -> Iterator[str]:
    """What differs between an item and its second making."""
    before = _read(store, key)
    item = Item("replay", build(SimConfig, before.meta["config"]), before.meta["parent"])
    if question_key(item.config, item.parent) != key:
        print(f"{key[:SHOWN]} was made by other sources of icsim ({before.meta['sources'][:SHOWN]}): bits may differ")
    _require_parent(store, item)
    yield from differing(before, simulate(item, store, threads=0))


def _read(store: Store, key: str) -> Result:
    """The item. Raises ConfigError for a damaged one."""
    try:
        return store.read(key)
    except KeyError as error:
        raise ConfigError(key[:SHOWN], MISSING, str(error.args[0])) from None


def _require_parent(store: Store, item: Item) -> None:
    """Have the warm world of an item; simulated again where it is lost. Raises ConfigError where it cannot be."""
    if not item.parent or store.has_world(item.parent):
        return
    world = warm_item(item.config)
    if world.key != item.parent:
        raise ConfigError(item.parent[:SHOWN], MISSING, "the item's warm world is no longer in the store")
    carry_out(Job(world.key, world, str(store.root), threads=0))


def _world_again(store: Store, key: str) -> Iterator[str]:
    """What differs between a warm world and its second making."""
    if not store.has_world(key):
        raise ConfigError(key[:SHOWN], MISSING, "is damaged")
    world = load(store.world_path(key))
    again = warm_world(Item("replay", world.cfg), threads=0).world
    if state_hash(again) != state_hash(world):
        yield f"state hash {state_hash(again)[:SHOWN]} instead of {state_hash(world)[:SHOWN]}"


def differing(before: Result, after: Result) -> Iterator[str]:
    """A line for every column and summary number that differs in any bit, or that only one of the two has."""
    yield from _unlike("column", before.daily, after.daily)
    yield from _unlike("summary number", before.summary, after.summary)


def _unlike(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Lines for the entries that differ; NaN equals NaN."""
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            yield f"{kind} {name}: only {'before' if name in before else 'now'}"
            continue
        old, new = (np.atleast_1d(np.asarray(values[name], np.float64)) for values in (before, after))
        if old.shape != new.shape:
            yield f"{kind} {name}: {len(old)} days before, {len(new)} now"
        elif old.tobytes() != new.tobytes():
            place = int(np.flatnonzero(old.view(np.uint64) != new.view(np.uint64))[0])
            day = f" on day {place}" if len(old) > 1 else ""
            yield f"{kind} {name}: {old[place]!r} before, {new[place]!r} now{day}"
