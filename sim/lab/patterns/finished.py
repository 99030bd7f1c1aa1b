"""A finished run as patterns read it: its configuration, daily table, order log, panel and books, out of its folder."""
from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.record import read_daily
from sim.schema import ConfigError
from sim.summary import from_day_zero

Table = Path | Mapping[str, np.ndarray] | None
KEPT = ("orders", "panel", "books")  # beside the daily table, by the switch of `record` that keeps each
NEEDED = ("manifest.json", "study.yaml", "summary.json", "daily.parquet")


@dataclass(frozen=True)
class Run:
    """One world that was lived and recorded.

    `config` is the composed configuration, `summary` the run's numbers (NaN where undefined), `daily` the daily table
    from day 0 on. `orders`, `panel` and `books` are files or columns in memory, None where the run kept none.
    """

    folder: Path
    config: Mapping[str, Any]
    summary: Mapping[str, float]
    daily: Mapping[str, np.ndarray]
    orders: Table
    panel: Table = None
    books: Table = None

    @property
    def days(self) -> int:
        """Days from day 0 to the end."""
        return len(self.daily["day"])

    @property
    def log_days(self) -> int:
        """Days from day 0 of which the order log has every order."""
        complete = self.summary.get("order_log_days", math.nan)
        return 0 if math.isnan(complete) else int(complete)

    @property
    def era(self) -> str:
        """The name of the era."""
        return str(self.config["era"]["name"])

    @property
    def users(self) -> int:
        """Potential users."""
        return int(self.config["population"]["users"])

    @property
    def title(self) -> str:
        """Which world: population, era, policies, seed, days."""
        policies = ", ".join(sorted(self.config["policy"])) or "no policy"
        return (f"{self.config['population']['name']}, era {self.era}, {policies}, "
                f"seed {self.config['seed']}, {self.days} days")

    @property
    def creators(self) -> int:
        """Rows of creators, below which a presenter is one."""
        return int(self.config["population"]["creators"])

    @property
    def burn_in(self) -> int:
        """Days lived before day 0."""
        return int(self.config["burn_in"])

    def value(self, name: str) -> float:
        """A number of the summary; NaN where it is undefined or missing."""
        return float(self.summary.get(name, math.nan))

    def total(self, name: str) -> float:
        """The sum of a daily count over the horizon; NaN where the run is too old to have counted it."""
        return self.value(f"{name}_total")


def read_run(folder: Path) -> Run:
    """The run in a folder; raises ConfigError where there is none, or one that did not come to its end."""
    require_finished(folder)
    import yaml

    config = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    defined = {name: math.nan if value is None else float(value) for name, value in summary.items()}
    daily = from_day_zero(read_daily(folder))
    kept = {name: existing(folder / f"{name}.parquet") for name in KEPT}
    return Run(folder, config, defined, daily, **kept)


def existing(path: Path) -> Path | None:
    """A file if it is there."""
    return path if path.is_file() else None


def require_finished(folder: Path) -> None:
    """Raise ConfigError unless a folder holds a whole run."""
    if not folder.is_dir():
        raise ConfigError("from", str(folder), "no such folder")
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if "manifest.json" not in missing and (status := status_of(folder)) != "done":
        raise ConfigError("from", str(folder), f"holds a run that is {status}, not a finished one")
    if missing:
        raise ConfigError("from", str(folder), f"is not the folder of a finished run: no {missing[0]}")


def status_of(folder: Path) -> str:
    """What a run's manifest says of how it ended."""
    try:
        return str(json.loads((folder / "manifest.json").read_text("utf-8"))["status"])
    except (ValueError, KeyError, TypeError):
        raise ConfigError("from", str(folder), "holds a manifest.json that is not a run's") from None


def answers(folder: Path, key: str, record: Mapping[str, Any]) -> bool:
    """Whether a folder holds the finished run of a question, recorded in as much detail as `record` asks for."""
    try:
        require_finished(folder)
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        held = read_run(folder).config.get("record", {})
    except ConfigError:
        return False
    return bool(manifest.get("key") == key and all(held.get(name, False) == record[name] for name in KEPT))
