"""From a composed tree to a lab's task: the world's arms, the rules of judging, where it is simulated and written."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.config import LANGUAGES, SimConfig
from sim.lab.arms import WORLD_KEYS, arm, overrides_of, world_overrides
from sim.lab.backend import Backend
from sim.lab.engines import require_engine
from sim.lab.quantities import known_metrics
from sim.lab.settings import Futures, Match, Statistics
from sim.lab.study import Study
from sim.lab.study_file import spelled
from sim.lab.worlds import saved_parents
from sim.launch import Reader, folder_of, require_writable
from sim.schema import SETTING, ConfigError, build, choice, listed, near, number, switch, text


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every lab verb takes beside the world."""

    stats: Statistics
    backend: Backend
    n: int = number("worlds", 2, 1_000_000, SETTING, "paired worlds in all")
    primary: str = text("the one metric the study is about")
    metrics: tuple[str, ...] = text("secondary metrics")
    store: str = text("folder of the simulated worlds")
    lang: str = choice(LANGUAGES, "language of verdict and report")


@dataclass(frozen=True)
class Task:
    """A checked study, where its worlds are simulated and kept, and the folder of its results."""

    study: Study
    backend: Backend
    store: Path
    out: Path
    asked: Mapping[str, Any]  # the composed tree, for study.yaml

    @property
    def config(self) -> SimConfig:
        """The control's configuration."""
        return self.study.config


class Question:
    """How one verb reads its own part of the tree; a subclass names its settings and makes the study."""

    verb: str
    settings: type[Asked]

    def study(self, asked: Any, base: Sequence[str], common: Mapping[str, Any]) -> Study:
        """The study that the settings ask for; `common`: what every verb's study takes from them."""
        raise NotImplementedError

    def reader(self) -> Reader:
        """The way from the command line to a task."""
        return Reader(self.verb, self.read, place, spelled)

    def read(self, node: DictConfig, overrides: Sequence[str]) -> Task:
        """The task that a tree describes; raises ConfigError for anything that cannot be."""
        plain = plain_of(node)
        own = {name: value for name, value in plain.items() if name not in WORLD_KEYS}
        asked = build(self.settings, {"backend": {}} | own)
        if plain["replication"]:
            raise ConfigError("replication", plain["replication"], "is the lab's own, from 0 on; n= says how many")
        require_metrics(asked)
        require_writable("store", Path(asked.store))
        words = (f"icsim {self.verb}", *map(quoted, overrides))
        common = {"primary": asked.primary, "metrics": asked.metrics, "n": asked.n, "stats": asked.stats,
                  "lang": asked.lang, "command": " ".join(words)}
        study = self.study(asked, world_overrides(overrides), common)
        return Task(study, asked.backend, Path(asked.store), Path(), plain)


def plain_of(node: DictConfig) -> dict[str, Any]:
    """A composed tree as plain values, Hydra's own apart."""
    try:
        plain = OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise ConfigError(str(error.full_key or "the configuration"), MISSING, " ".join(str(error).split())) from None
    assert isinstance(plain, dict)
    return {str(name): value for name, value in plain.items() if name != "hydra"}


def place(task: Task) -> Task:
    """The task with its folder; raises ConfigError for one that holds another question.

    Also where no scheduler answers, or a saved world that arms are to go on from is missing.
    """
    require_engine(task.backend)
    for config in task.study.arms.values():
        if config.warm:
            saved_parents(config, range(task.study.n))
    return replace(task, out=folder_of(task.study.verb, task.study.key, task.config))


def require_metrics(asked: Asked) -> None:
    """Raise ConfigError for a metric that no world has."""
    known = known_metrics()
    for key, names in (("primary", (asked.primary,)), ("metrics", asked.metrics)):
        for name in names:
            if name not in known and not name.startswith(("subsidy_", "policy_")):
                whole = "icsim compare takes a summary number such as gmv_net_total, nps_latent, visitor_d30"
                raise ConfigError(key, name, f"no such metric; {near(name, known)}{whole}")


def quoted(word: str) -> str:
    """A word of the command line as a shell takes it."""
    from shlex import quote

    return quote(word)


def require_map(key: str, value: Any, least: int) -> dict[str, list[Any]]:
    """A mapping of keys to lists of at least `least` values; raises ConfigError for anything else."""
    if not isinstance(value, Mapping) or not value:
        raise ConfigError(key, value, f"must map keys to lists: '{key}={{policy.subsidy.depth:[0,0.2]}}'")
    for name, levels in value.items():
        if not isinstance(levels, list) or len(levels) < least:
            raise ConfigError(f"{key}.{name}", levels, f"must be a list of {least} values or more")
        if len({str(level) for level in levels}) < len(levels):
            raise ConfigError(f"{key}.{name}", levels, "holds a value twice")
    return {str(name): list(levels) for name, levels in value.items()}


@dataclass(frozen=True, kw_only=True)
class CompareAsked(Asked):
    """What `compare` and `match` take: arms, the control among them, budget matching."""

    arms: Any
    control: str | None = text("the control's name; null: the first arm")
    match: Match
    futures: int = number("futures", 0, 100_000, SETTING, "over which the verdict is repeated; 0: none", default=0)
    futures_n: int = number("worlds", 1, 100_000, SETTING, "paired worlds in each future", default=2)
    futures_factor: float = number("ratio", 1.01, 100, SETTING, "assumption: width of an unstated range", default=1.5)
    futures_all: bool = switch("also grade-A numbers without a plausible range", default=False)

    def __post_init__(self) -> None:
        """Refuse a single future."""
        if self.futures == 1:
            raise ConfigError("futures", 1, "must be 0 (off), or 2 or more: one future says nothing of what matters")

    @property
    def ensemble(self) -> Futures:
        """The futures that are asked for."""
        return Futures(self.futures, self.futures_n, self.futures_factor, self.futures_all)


class Compare(Question):
    """`icsim compare` and `icsim match`."""

    settings = CompareAsked

    def __init__(self, verb: str = "compare") -> None:
        self.verb = verb

    def study(self, asked: CompareAsked, base: Sequence[str], common: Mapping[str, Any]) -> Study:
        """Arms against the first of them, or against the one that is named."""
        told = overrides_of(asked.arms, base)
        arms = {name: arm(name, overrides, base) for name, overrides in told.items()}
        for name in asked.match.knobs or ():
            if name not in arms:
                raise ConfigError("match.knobs", name, f"no such arm; {near(name, arms)}there are: {listed(arms)}")
        saved = next((config.warm for config in arms.values() if config.warm), None)
        if asked.futures and saved:
            raise ConfigError("futures", asked.futures, f"each has a past of its own: warm={saved} is of another")
        return Study(verb=self.verb, arms=arms, control=asked.control or next(iter(arms)), match=asked.match, told=told,
                     futures=asked.ensemble, **common)
