"""`icsim patterns`: the card of one world, fresh or finished, or its orders beside a researcher's own."""
from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sim.compose import parse, read
from sim.config import SimConfig, question_key, to_plain
from sim.lab.patterns.card import card_of, card_table, write_card
from sim.lab.patterns.finished import Run, answers, read_run
from sim.lab.patterns.orderfile import Orders, read_orders
from sim.lab.phrases import phrases
from sim.launch import Reader, launch, place, require_writable
from sim.schema import ConfigError

OWN = ("from", "orders")  # keys of this verb, beside those of a run
WITH_A_RUN = (*OWN, "lang", "out")  # what may be told beside a finished run
VERB = "patterns"


@dataclass(frozen=True)
class Asked:
    """What a command line asks for: a world to simulate or a finished run, and real orders to hold it against."""

    config: SimConfig
    finished: Run | None
    orders: Orders | None
    name: str = ""  # of the orders

    @property
    def out(self) -> Path:
        """The folder of the results: the run's own unless another is named."""
        if self.finished and not self.config.out:
            return self.finished.folder
        return Path(self.config.out or "")


def main(arguments: Sequence[str]) -> int:
    """One command line; returns the exit code. Raises ConfigError before anything is written."""
    return launch(Reader(VERB, read_asked, place_asked), list(arguments), tell)


def read_asked(node: DictConfig, overrides: Sequence[str]) -> Asked:
    """The checked question; the files it names are read here, so that a bad one costs no simulation."""
    own = {name: None if node[name] is None else str(node[name]) for name in OWN}
    config = read(OmegaConf.masked_copy(node, [str(name) for name in node if name not in OWN]))
    finished = None
    if own["from"] is not None:
        require_nothing_else(overrides)
        finished = read_run(Path(own["from"]))
    if own["orders"] is None:
        return Asked(config, finished, None)
    require_log(config, finished)
    return Asked(config, finished, read_orders(Path(own["orders"])), Path(own["orders"]).stem)


def require_nothing_else(overrides: Sequence[str]) -> None:
    """Raise ConfigError for a setting of a world that was already lived."""
    for one in parse(overrides):
        if one.key_or_group not in WITH_A_RUN:
            value: Any = one.value()
            raise ConfigError(one.key_or_group, value, "a finished run is read as it is; beside from= go orders=, out=")


def require_log(config: SimConfig, finished: Run | None) -> None:
    """Raise ConfigError where real orders would find no simulated ones beside them."""
    if finished and not (finished.orders and finished.total("orders")):
        why = "holds no orders to compare" if finished.orders else "holds no order log; run with record.orders=true"
        raise ConfigError("from", str(finished.folder), why)
    if not finished and not (config.record.orders and config.horizon):
        raise ConfigError("orders", "", "needs simulated orders beside it: record.orders=true and a horizon above 0")


def place_asked(asked: Asked) -> Asked:
    """The question with the folder of its results; raises ConfigError for one that cannot be written into."""
    if asked.finished:
        require_writable("out", asked.out)
        return asked
    return replace(asked, config=place(VERB, asked.config))


def tell(asked: Asked) -> int:
    """Simulate where there is no run yet; print and write the card, or the logs side by side.

    Returns 0, or 1 where the simulated world turned out to have no order to compare.
    """
    run = asked.finished or lived(asked.config, asked.out)
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.orders is None:
        tell_card(run, asked.out, asked.config.lang)
    elif run.total("orders"):
        tell_orders(run, asked.orders, asked.name, asked.out, asked.config.lang)
    else:
        print("icsim: nobody ordered in the simulated world; there is nothing to compare", file=sys.stderr)
        return 1
    return 0


def lived(config: SimConfig, out: Path) -> Run:
    """The run of a configuration: simulated now, unless its folder already holds it."""
    if config.overwrite or not answers(out, question_key(config), to_plain(config.record)):
        from sim.runner import run_study

        run_study(config)
    return read_run(out)


def tell_card(run: Run, out: Path, lang: str = "en") -> None:
    """Print the card; write patterns.json, patterns.png and, of a run with books, histories.png."""
    from sim.lab.patterns.figure import draw_card

    entries, say = card_of(run, lang), phrases("card", lang)
    write_card(out / "patterns.json", entries)
    draw_card(entries, run.title, out / "patterns.png", lang)
    print(f"\n{say['title'].format(title=run.title)}\n\n{card_table(entries, lang)}")
    drawn = [f"{out}/{name}" for name in ("patterns.json", "patterns.png", *draw_courses(run, out))]
    print(f"\n{say['evidence']}\n{say['files']} {', '.join(drawn)}")


def draw_courses(run: Run, out: Path) -> list[str]:
    """Draw who leapt after a plateau, where the run kept what that takes; the names of the figures."""
    if not (run.orders and run.books and run.log_days):
        return []
    from sim.lab.patterns.histories_figure import draw_histories

    draw_histories(run, out / "histories.png")
    return ["histories.png"]


def tell_orders(run: Run, orders: Orders, name: str, out: Path, lang: str = "en") -> None:
    """Print a real and the simulated log side by side; write orders.json and orders.png."""
    from sim.lab.patterns.reading import read_log, side_by_side, write_readings
    from sim.lab.patterns.reading_figure import draw_readings
    from sim.lab.report.look import clip

    assert run.orders is not None
    say = phrases("readings", lang)
    both = [read_log(name, orders.columns, orders.days), read_log(say["simulated"], run.orders, run.log_days)]
    lead = say["lead"].format(name=name, days=f"{orders.days:,}", first=orders.first, title=run.title)
    write_readings(out / "orders.json", both)
    draw_readings(both, say["title"].format(name=clip(name), title=run.title), out / "orders.png", lang)
    print(f"\n{lead}\n\n{side_by_side(both, lang)}\n\n{say['newcomers']}")
    print(f"{phrases('card', lang)['files']} {out}/orders.json, {out}/orders.png")
