"""Worlds saved to be branched from: `icsim checkpoint` writes them, `warm=` names a file or a folder of them."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, replace
from pathlib import Path

from sim.checkpoint import refuse_other_past, save, saved_config, state_hash
from sim.config import SimConfig, question_key
from sim.lab.store import Store
from sim.schema import ConfigError

SUFFIX = ".npz"


def save_world(config: SimConfig) -> int:
    """`icsim checkpoint`: live a world to its horizon and save it; prints its key and state hash. Returns 0."""
    from sim.model import InterestCommerceModel
    from sim.runner import still_to_live

    key, out = question_key(config), Path(config.out or "")
    lived = replace(config, out=None, overwrite=False)
    model = InterestCommerceModel(lived)
    for _ in still_to_live(model):
        model.step()
    save(model.world, out, key)
    print(f"{config.population.name}, seed {config.seed}, block {config.block}, replication {config.replication}: "
          f"the morning of day {model.day}\nkey         {key}\nstate hash  {state_hash(model.world)}\n"
          f"file        {out}, {out.stat().st_size / 1e6:.1f} MB; go on from it with warm={out}")
    return 0


def place_world(config: SimConfig) -> SimConfig:
    """The configuration of a world that is to be saved; raises ConfigError unless `out` is a file to be written."""
    from sim.launch import require_writable

    if not config.out:
        raise ConfigError("out", MISSING, f"must name the file to write, such as out=warm{SUFFIX}")
    path = Path(config.out)
    if path.suffix != SUFFIX:
        raise ConfigError("out", config.out, f"must end with {SUFFIX}")
    if path.exists() and not config.overwrite:
        raise ConfigError("out", config.out, "exists; choose another file or add overwrite=true")
    require_writable("out", path.parent)
    return config


def saved_parents(config: SimConfig, replications: Iterable[int], store: Store | None = None) -> dict[int, str]:
    """The keys of the saved worlds that `config.warm` has for these replications, checked against `config`.

    With a `store` they are taken into it. Raises ConfigError for a replication without a world, or one whose world has
    another past.
    """
    path = Path(config.warm or "")
    files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    saved = {(one.seed, one.block, one.replication): (file, one, key)
             for file in files for one, key in [saved_config(file)]}
    found = {}
    for k in replications:
        if (config.seed, config.block, k) not in saved:
            raise ConfigError("warm", config.warm, f"holds no world of seed {config.seed}, block {config.block}, "
                                                   f"replication {k}")
        file, before, key = saved[config.seed, config.block, k]
        refuse_other_past(before, replace(config, replication=k))
        found[k] = key if store is None else store.adopt(file)
    return found


