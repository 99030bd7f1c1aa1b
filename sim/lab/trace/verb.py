"""`icsim trace`: from the command line to one user's day on the screen."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf

from sim.compose import read
from sim.config import SimConfig
from sim.lab.trace.say import LANGUAGES
from sim.launch import Reader, launch, require_writable
from sim.schema import ConfigError, listed

ROOT, AUTO = "trace", "auto"


class Asked(NamedTuple):
    """Whose day (None: somebody who orders), which day, in which world, told in which language."""

    user: int | None
    day: int
    config: SimConfig
    lang: str = "en"


def ask(node: DictConfig, overrides: Sequence[str]) -> Asked:
    """The checked question of a composed tree. Raises ConfigError for a user or a day that there is not."""
    own = {name: node[name] for name in ("user", "day", "lang")}
    config = read(OmegaConf.masked_copy(node, [str(name) for name in node if name not in own]))
    if own["lang"] not in LANGUAGES:
        raise ConfigError("lang", own["lang"], f"must be one of {listed(LANGUAGES)}")
    most = config.population.users - 1
    if own["user"] != AUTO:
        _require_row("user", own["user"], 0, most, f"a row from 0 to {most}, or auto")
    low, high = -config.burn_in, config.horizon - 1
    _require_row("day", own["day"], low, high, f"a day from {low} to {high}; the run has burn_in={config.burn_in} and "
                                               f"horizon={config.horizon}")
    return Asked(None if own["user"] == AUTO else own["user"], own["day"], config, own["lang"])


def _require_row(key: str, value: Any, low: int, high: int, allowed: str) -> None:
    """Raise ConfigError unless the value is a whole number within bounds."""
    if type(value) is not int or not low <= value <= high:
        raise ConfigError(key, value, f"must be {allowed}")


def place(asked: Asked) -> Asked:
    """The question with its folder known to be writable. Raises ConfigError for one that is not."""
    config = asked.config
    if config.warm:
        from sim.checkpoint import refuse_branch

        refuse_branch(config)
    if config.out:
        require_writable("out", Path(config.out))
        if (Path(config.out) / "trace.json").exists() and not config.overwrite:
            raise ConfigError("out", config.out, "holds a trace; choose another folder or add overwrite=true")
    return asked


def tell(asked: Asked) -> int:
    """Live up to the day, trace the user, print the page; returns 0.

    Raises ConfigError for a day that the saved world has already lived.
    """
    from sim.lab.trace import someone_who_orders, trace_user
    from sim.lab.trace.page import page
    from sim.model import InterestCommerceModel
    from sim.runner import saved_world

    model = InterestCommerceModel(replace(asked.config, out=None), saved_world(asked.config))
    if model.day > asked.day:
        raise ConfigError("day", asked.day, f"lies before the saved world's next day, {model.day}")
    while model.day < asked.day:
        model.step()
    trace = trace_user(model, someone_who_orders(model.world) if asked.user is None else asked.user)
    print(page(trace, len(model.creators), asked.lang))
    if asked.config.out:
        _write(Path(asked.config.out), trace)
    return 0


def _write(folder: Path, trace: Any) -> None:
    """Write every record of the trace, and the picture of its choice."""
    from sim.files import plain, write_json
    from sim.lab.trace.figure import draw

    folder.mkdir(parents=True, exist_ok=True)
    draw(trace, folder / "trace.png")
    write_json(folder / "trace.json", plain(trace))
    print(f"files: {folder}")


def main(arguments: list[str]) -> int:
    """One command line of `icsim trace`; returns the exit code."""
    questions: list[Asked] = []

    def note(asked: Asked) -> int:
        questions.append(asked)
        return 0

    code = launch(Reader(ROOT, ask, place), arguments, note)
    return max(map(tell, questions), default=code)  # outside of Hydra, which would bury an error under its own


__all__ = ["Asked", "ask", "main", "tell"]
