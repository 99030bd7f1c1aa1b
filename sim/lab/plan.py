"""What of a study is still to be simulated, and in which order: warm worlds first, then what branches from them."""
from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from sim.lab.item import Item, warm_item
from sim.lab.store import Store


class Plan:
    """Items to do, each key once, whatever arms share it.

    `ready` can be begun; `waiting[key]` can be once the warm world `key` is there; `orphans` have a parent that
    nobody can make. `owners[key]` are all cells of the study that an item fills.
    """

    def __init__(self, items: Sequence[Item], store: Store) -> None:
        self.owners: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            self.owners[item.key].append(item)
        missing = [cells[0] for cells in self.owners.values() if not store.holds(cells[0])]
        self.skipped = len(items) - sum(len(self.owners[item.key]) for item in missing)
        self.ready: deque[Item] = deque(item for item in missing if item.is_world)
        self.waiting: dict[str, list[Item]] = {}
        self.orphans: list[Item] = []
        begun = {item.key for item in self.ready}
        for parent, branches in _by_parent(missing).items():
            self._place(parent, branches, begun, store)
        self.todo = len(self.ready) + sum(map(len, self.waiting.values()))

    def _place(self, parent: str, branches: list[Item], begun: set[str], store: Store) -> None:
        """Say of a warm world's branches when they can begin."""
        if not parent or store.has_world(parent):
            self.ready.extend(branches)
            return
        world = None if parent in begun else _world_of(parent, branches)
        if world is not None:
            self.owners[world.key].append(world)
            self.ready.appendleft(world)
        if world is not None or parent in begun:
            self.waiting[parent] = branches
        else:
            self.orphans.extend(branches)

    def done(self, key: str) -> None:
        """A world is there: what branches from it can begin."""
        self.ready.extend(self.waiting.pop(key, ()))

    def lost(self, key: str) -> list[Item]:
        """An item failed for good: all cells that will stay empty, those of its branches included."""
        keys = [key, *(item.key for item in self.waiting.pop(key, ()))]
        return [cell for one in keys for cell in self.owners[one]]


def _by_parent(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Measured items by the warm world that they branch from, in the order of the study."""
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if not item.is_world:
            found[item.parent].append(item)
    return found


def _world_of(parent: str, branches: Sequence[Item]) -> Item | None:
    """The item that makes a warm world, if it is the burn-in of one of its own branches."""
    worlds = map(warm_item, (item.config for item in branches))
    return next((world for world in worlds if world.key == parent), None)
