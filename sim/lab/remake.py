"""`icsim report DIR`: a study's tables, figures and report once more, from its folder and its store, unsimulated."""
from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, replace
from pathlib import Path
from typing import Any

import yaml

from sim.compose import compose
from sim.config import LANGUAGES
from sim.lab.ask import Task
from sim.lab.desk import Desk
from sim.lab.execute import Failure, failure_path
from sim.lab.item import Item
from sim.lab.match_page import MATCHED, read_budgets, tell_budgets
from sim.lab.outputs import manifest_of
from sim.lab.roll import Roll, read_roll
from sim.lab.study import Study
from sim.lab.verbs import SAY, VERBS
from sim.lab.workshop import Workshop, sample
from sim.schema import ConfigError, listed

MATCH = "match"  # its budgets are numbers in a table, not worlds to be read again


class Archive(Workshop):
    """A workshop that only reads: the items on a study's roll, under the keys they were simulated with."""

    def __init__(self, task: Task, roll: Roll) -> None:
        super().__init__(Path(roll.store), task.backend, task.out, progress=False)
        self.cells = {(cell.arm, cell.replication): cell for cell in roll.cells if not cell.world}
        self.missing = 0

    def simulate(self, items: Sequence[Item], warm: Sequence[Item] = ()) -> list[Item]:
        """Those of the items that were planned; counts those that the store lacks, and names those that failed."""
        planned = [replace(item, kept=self.cells[item.arm, item.replication].key) for item in items
                   if (item.arm, item.replication) in self.cells]
        lost = [item for item in planned if not self.store.has(item.key)]
        self.missing = len(lost)
        self.failures |= {item.key: Failure(item.key, item.arm, item.replication, why) for item in lost
                          if (why := self._why(item))}
        return planned

    def _why(self, item: Item) -> str:
        """The last line of why an item failed; empty where it did not."""
        path = failure_path(self.out, item)
        return path.read_text("utf-8").rstrip().splitlines()[-1] if path.is_file() else ""


def remake(folder: Path, lang: str | None = None) -> int:
    """Write a study's results again, in another language if one is named; prints where they are. Returns 0.

    Raises ConfigError for a folder of no study, one that has no results of its own, and one with too few worlds.
    """
    manifest, told = read_json(folder), read_told(folder)
    verb, roll = str(manifest.get("verb")), read_roll(folder)
    if verb not in (*SAY, MATCH):
        raise ConfigError(str(folder), MISSING, f"is of icsim {verb}; reports are made of {listed((*SAY, MATCH))}")
    if roll is None:
        raise ConfigError(str(folder), MISSING, "was interrupted before its first world: nothing to report")
    if lang is not None and lang not in LANGUAGES:
        raise ConfigError("lang", lang, f"must be one of {listed(LANGUAGES)}")
    task = asked_again(folder, verb, told, manifest)
    task = replace(task, study=replace(task.study, lang=lang or task.study.lang))
    if verb == MATCH:
        print(tell_budgets(folder, read_budgets(folder), task.study))
        return said_where(folder)
    archive = Archive(task, roll)
    program = {name: manifest[name] for name in ("sources", "packages")}
    here = Desk(with_matched(task), archive, manifest_of(task.study) | program)
    items = sample(here.task.study, archive)
    if not here.can_tell(items):
        lacks = f"{archive.missing} of {len(items)} worlds are missing: too few to report"
        raise ConfigError(str(folder), MISSING, lacks)
    if archive.missing:
        print(f"half-finished: {archive.missing} of {len(items)} worlds are missing; they count as undefined")
    SAY[verb](here, items)
    return said_where(folder)


def said_where(folder: Path) -> int:
    """Say where the report is; 0, for done."""
    page = folder / "report.html"
    print(page if page.exists() else folder)
    return 0


def read_json(folder: Path) -> dict[str, Any]:
    """A study's manifest. Raises ConfigError where there is none."""
    try:
        found = json.loads((folder / "manifest.json").read_text("utf-8"))
        if isinstance(found, dict) and {"key", "verb", "sources", "packages"} <= found.keys():
            return found
    except (OSError, ValueError):
        pass
    raise ConfigError(str(folder), MISSING, "is not the folder of a study of the lab: no manifest.json of one")


def read_told(folder: Path) -> Mapping[str, Any]:
    """A study's study.yaml. Raises ConfigError where there is none that can be read."""
    try:
        found = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
        if isinstance(found, Mapping) and isinstance(found.get("command"), str):
            return found
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        pass
    raise ConfigError(str(folder), MISSING, "has no study.yaml that can be read")


def asked_again(folder: Path, verb: str, told: Mapping[str, Any], manifest: Mapping[str, Any]) -> Task:
    """The task of the command that a folder holds. Raises ConfigError where it is another question today."""
    overrides, question = shlex.split(told["command"])[2:], VERBS[verb][0]
    task: Task = question.read(compose(overrides, verb), overrides)
    if task.study.key != manifest["key"]:
        raise ConfigError(str(folder), MISSING, "its command asks another question today: configs/ has changed since")
    return replace(task, out=folder)


def with_matched(task: Task) -> Task:
    """The task with the knobs that were set for equal spend. Raises ConfigError where they have not been yet."""
    study: Study = task.study
    if not (study.match and study.match.by):
        return task
    from sim.lab.arms import arm, world_overrides

    path = task.out / MATCHED
    if not path.exists():
        raise ConfigError(str(task.out), MISSING, "was interrupted before its budgets were equal: nothing to report")
    told = {name: words for one in yaml.safe_load(path.read_text("utf-8"))["arms"] for name, words in one.items()}
    base = world_overrides(shlex.split(study.command)[2:])
    return replace(task, study=study.matched({name: arm(name, words, base) for name, words in told.items()}, told))
