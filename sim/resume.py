"""Going on with a run that was killed or interrupted: checkpoints in its folder, and when one may be used.

A run that goes on ends with the tables of one that was never disturbed, to the last bit. So it goes on only for the
same question (`sim.config.question_key`: world, seed, horizon and the model's sources), with the same tables, on the
same packages and platform; else it begins anew.
"""
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from sim.checkpoint import load, save
from sim.config import SimConfig
from sim.parts import days_lived, part_path, parts_of
from sim.record import UNFINISHED, machinery
from sim.schema import ConfigError
from sim.world import World

WORLD, SUFFIX = "world", ".npz"


def keep_checkpoint(world: World, out: Path) -> None:
    """Save the world in the folder of its run; older checkpoints go once the new one is there."""
    older = checkpoints(out)
    save(world, part_path(out / UNFINISHED, WORLD, world.today, SUFFIX))
    for path in older:
        path.unlink()


def checkpoints(out: Path) -> list[Path]:
    """The checkpoints in a folder, oldest first."""
    return parts_of(out / UNFINISHED, WORLD, SUFFIX)


def unfinished_world(cfg: SimConfig, out: Path, key: str) -> World | None:
    """The world in which an earlier start of this very run was last saved; None where a run begins anew.

    `overwrite=true` always begins anew. Says in one line what it found.
    """
    found = checkpoints(out)
    if not found or cfg.overwrite:
        return None
    day = days_lived(found[-1]) - cfg.burn_in
    try:
        refuse_other_run(out, key)
        world = as_recorded(load(found[-1]), cfg)
    except ConfigError as error:
        print(f"begins anew, not from the checkpoint of day {day}: {error.why}")
        return None
    print(f"goes on from day {day}, where an earlier start was saved; overwrite=true begins anew")
    return world


def refuse_other_run(out: Path, key: str) -> None:
    """Raise ConfigError if the folder's run was another one, or ran on other machinery."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    if manifest["key"] != key:
        raise ConfigError("out", str(out), "it is another question's")
    for name, value in machinery().items():
        if manifest.get(name) != value:
            raise ConfigError("out", str(out), f"{name} changed")


def as_recorded(world: World, cfg: SimConfig) -> World:
    """The world under today's settings; raises ConfigError if its tables were to hold something else."""
    before = world.cfg.record
    if replace(before, checkpoint=cfg.record.checkpoint) != cfg.record:
        raise ConfigError("record", before, "it recorded something else")
    world.cfg = cfg
    return world
