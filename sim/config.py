"""The configuration of a run: frozen, checked, and hashed into the question that it asks.

Values stand in configs/*.yaml and on the command line; `sim.compose` puts them together; `build` checks them.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.parameters import World
from sim.schema import SETTING, ConfigError, build, choice, number, switch, text, to_plain

__all__ = [
    "BLOCKS", "CHOICES", "FEELINGS", "KINDS", "LANGUAGES", "VENUES", "ConfigError", "Era", "Population", "Recommender",
    "Record", "Rival", "SimConfig", "Start", "build", "choice", "config_hash", "number", "question_key", "switch",
    "text", "to_plain",
]

LANGUAGES = ("en", "zh")
BLOCKS = ("explore", "select", "confirm", "calibrate", "teach")
KINDS = ("interest", "popularity", "random", "oracle")
VENUES = ("video", "live", "mall", "search", "shop")
DAYS_MOST = 60_000  # draws count days in sixteen bits
OUTSIDE_THE_WORLD = ("lab", "dashboard", "figures", "cli.py", "compose.py", "listing.py")
WORLD_GROUPS = ("seed", "burn_in", "population", "era", "start", "recommender", "rival", "policy", "timeline", "shock",
                "world")


@dataclass(frozen=True)
class Population:
    """How many there are of each kind. Counts are rows: all who could ever take part, present or not."""

    name: str = text("label of the preset")
    users: int = number("rows", 0, 100_000_000, SETTING, "potential users, outsiders included")
    creators: int = number("rows", 0, 10_000_000, SETTING, "real ratio: 1 active creator to 150 DAU")
    merchants: int = number("rows", 0, 10_000_000, SETTING, "real ratio: .6 active merchants to 150 DAU")
    products_per_merchant: float = number("goods", 0, 1000, "D", "6 goods to .6 merchants per 150 DAU")
    adopted: float = number("share", 0, 1, "A", "users on the platform at genesis")

    @property
    def products(self) -> int:
        """Rows of goods, those of merchants in reserve included."""
        return round(self.merchants * self.products_per_merchant)


@dataclass(frozen=True)
class Era:
    """A historical stage of the platform: its name and venues. Its other numbers are overrides of `world`."""

    name: str = text("label of the preset")
    venues: tuple[str, ...] = choice(VENUES, "where one can buy")


@dataclass(frozen=True)
class Start:
    """What the app was before it sold anything. Its numbers are overrides of `era` and `world`."""

    name: str = text("label of the preset")


@dataclass(frozen=True)
class Recommender:
    """Who fills the commerce slots."""

    kind: str = choice(KINDS, "how cards are ranked")
    recall_target: float = number("share", 0, 1, SETTING, "share of the best cards that retrieval must find")


CHANNELS = ("bandit", "imitation")
PRICES = ("climb", "cost_plus")
CAREERS = ("wage", "none")
CHOICES = ("nested_logit", "best_of_last")
FEELINGS = ("level_surprise", "surprise")
OUTSIDES = ("nothing", "same_good")


@dataclass(frozen=True)
class Rival:
    """Rules with a rival, one switch each; the first named is the model's own. Others: recommender, word of mouth."""

    satisfaction: str = choice(FEELINGS, "quality pleases as such and as a surprise, or as a surprise only")
    outside: str = choice(OUTSIDES, "not buying, or also the same good at its price elsewhere")
    channels: str = choice(CHANNELS, "merchants split effort by a bandit, or as their category's best earner does")
    prices: str = choice(PRICES, "merchants climb towards a better margin, or charge cost and a markup")
    careers: str = choice(CAREERS, "creators cut hours on an income below their wage, or never do")
    # last, because it hides the function of its name
    choice: str = choice(CHOICES, "among a list at once, or good by good against the last `choice.best_of` seen today")


@dataclass(frozen=True)
class Record:
    """What is written down beside the daily table; nothing here changes the world."""

    burn_in: bool = switch("keep the days before day 0")
    orders: bool = switch("write the order log")
    panel: int = number("users", 0, 1_000_000, SETTING, "sampled users whose rows are kept; 0: none")
    checkpoint: int = number("day", 0, DAYS_MOST, SETTING, "days between saved worlds to go on from; 0: none")
    traffic: bool = switch("write from whom boosts took the exposure that they granted", default=False)
    books: bool = switch("write every merchant's and creator's profit and loss", default=False)


@dataclass(frozen=True)
class SimConfig:
    """One run: what is simulated, for how long, and how it is carried out."""

    population: Population
    era: Era
    start: Start
    recommender: Recommender
    rival: Rival
    record: Record
    policy: dict[str, dict[str, Any]]
    shock: dict[str, dict[str, Any]]
    world: World
    seed: int = number("", 0, 2**63 - 1, SETTING, "root of all draws")
    block: str = choice(BLOCKS, "which use of the seed; blocks never share draws")
    replication: int = number("", 0, 2**31 - 1, SETTING, "number of the world within its block")
    horizon: int = number("day", 0, DAYS_MOST // 2, SETTING, "days simulated from day 0")
    burn_in: int = number("day", 0, DAYS_MOST // 2, SETTING, "days simulated before day 0")
    threads: int = number("threads", 0, 1024, SETTING, "0 takes all cores; never changes a result")
    chunk: int = number("rows", 1, 1_000_000, SETTING, "rows a thread takes at once; never changes a result")
    check: bool = switch("hold every day against the invariants")
    progress: bool = switch("show a progress bar on a terminal")
    out: str | None = text("folder of the results; null: runs/<verb>-<question>")
    overwrite: bool = switch("write into a folder that holds another question's results")
    lang: str = choice(LANGUAGES, "language of tables, verdict, report and the lab's figures", default="en")
    warm: str | None = text("saved world to go on from; null: from genesis", default=None)
    timeline: tuple[dict[str, Any], ...] = text("file of steps: days on which policies change", default=())
    plugins: tuple[str, ...] = text("files of policies of one's own", default=())


def config_hash(mapping: Mapping[str, Any]) -> str:
    """Sixty-four hex digits that name a configuration: sha256 of its JSON with sorted keys."""
    canonical = json.dumps(mapping, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def question_key(config: SimConfig, parent: str = "") -> str:
    """The name of a question: world, seed, block, replication, horizon, warm parent's key, model sources.

    How it is carried out (threads, chunk, checks), what is recorded and where never enter; of plugins what is in them
    does. The parent is the world that `warm` names, unless it is given. Raises ConfigError when that cannot be read.
    """
    from sim.sources import source_digest

    if config.warm and not parent:
        from sim.checkpoint import saved_config

        parent = saved_config(Path(config.warm))[1]
    plain = to_plain(config)
    question = {name: plain[name] for name in (*WORLD_GROUPS, "block", "replication", "horizon")}
    if config.plugins:
        question["plugins"] = sorted(hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in config.plugins)
    return config_hash(question | {"parent": parent, "sources": source_digest(OUTSIDE_THE_WORLD)})
