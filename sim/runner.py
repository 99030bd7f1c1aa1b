"""`icsim run`: one world from the first day of burn-in to the horizon, watched, recorded, summed up and drawn."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

from sim.checkpoint import load
from sim.cohorts import take_cohorts
from sim.config import SimConfig, question_key, to_plain
from sim.files import write_columns
from sim.lab.phrases import phrases
from sim.model import InterestCommerceModel
from sim.policies import policies_of
from sim.recommenders.recall import measured_recall
from sim.record import Identity, Recorder, log_rows
from sim.resume import keep_checkpoint, unfinished_world
from sim.rng import mix32
from sim.shocks import shocks_of
from sim.sources import source_digest
from sim.summary import kpi_table, summarise
from sim.world import OUT, World

PANEL_COLUMNS = ("key", "state", "shopper", "opened", "spell", "satisfaction", "habit", "mindshare", "fatigue",
                 "wallet", "orders_spell", "orders_ever", "answer", "feeling")


def run_study(cfg: SimConfig, out: Path | None = None) -> int:
    """Run one world and write its folder; print the KPI table, the ledger check and where the files are.

    Returns the exit code 0. An interrupted run keeps partial tables and says so in its manifest; a run of the same
    question in the same folder goes on from the last checkpoint.
    """
    from sim.figures import funnel, panel  # here, because who only lives worlds needs no pictures

    folder = Path(out or cfg.out or "")
    identity = Identity(key=question_key(cfg), seed=cfg.seed, source_digest=source_digest(), config=to_plain(cfg),
                        block=cfg.block, replication=cfg.replication)
    started = perf_counter()
    model = InterestCommerceModel(cfg, unfinished_world(cfg, folder, identity.key) or saved_world(cfg))
    counts = {name: f"{len(getattr(model.world, name)):,}" for name in ("users", "creators", "merchants", "products")}
    print(phrases("run", cfg.lang)["world"].format(
        population=cfg.population.name, **counts, era=cfg.era.name, seed=cfg.seed,
        seconds=f"{perf_counter() - started:.1f}"))
    with Recorder(cfg.record, folder, identity, lived=model.world.today) as recorder:
        live(model, recorder)
        daily = recorder.close()
        log = folder / "orders.parquet"
        summary = summarise(daily, log if log.exists() else None, creators=len(model.creators))
        panel(daily, title_of(cfg), folder / "panel.png", marks_of(cfg))
        funnel(daily, folder / "funnel.png")
        if cfg.record.books:
            write_books(model.world, folder, title_of(cfg))
        recorder.finish(summary, facts_of(model))
    report(model, summary, folder, recorder.lived - recorder.before)
    return 0


def write_books(world: World, folder: Path, title: str) -> None:
    """Write every account's profit and loss, and draw who earns what."""
    from sim.books import book_columns
    from sim.figures import incomes

    books = book_columns(world)
    write_columns(folder / "books.parquet", books)
    incomes(books, title, float(world.num["creators_wage_median"][0]), folder / "incomes.png")


def saved_world(cfg: SimConfig) -> World | None:
    """The world that `cfg` goes on from; None for one that begins with genesis."""
    if cfg.warm is None:
        return None
    world = load(Path(cfg.warm), cfg)
    print(f"goes on from {cfg.warm}, day {world.today - cfg.burn_in}")
    return world


class Scribe(Protocol):
    """Who takes down what a day brings; which days count is the scribe's own business."""

    def add_day(self, row: Mapping[str, float | int], day: int) -> None:
        """Take the day's metrics row."""

    def add_orders(self, batches: Iterable[np.ndarray], day: int) -> None:
        """Take the orders that became final on `day`."""

    def add_panel(self, rows: np.ndarray, day: int) -> None:
        """Take the sampled users' rows at the end of `day`."""

    def add_cohorts(self, rows: np.ndarray, day: int) -> None:
        """Take the cohorts' counts of `day`."""

    def add_traffic(self, batches: Iterable[np.ndarray], day: int) -> None:
        """Take from whom boosts took exposure on `day`."""


def live(model: InterestCommerceModel, recorder: Recorder) -> None:
    """Live all days that are left, burn-in first, and record them."""
    cfg = model.cfg
    sample = sampled_rows(model.world, cfg.record.panel)
    for day in still_to_live(model):
        live_day(model, recorder, day, sample)
        recorder.end_day()
        if cfg.record.checkpoint and model.world.today % cfg.record.checkpoint == 0 and day + 1 < cfg.horizon:
            recorder.flush()
            keep_checkpoint(model.world, recorder.out)
    add_open_orders(model, recorder)


def live_day(model: InterestCommerceModel, scribe: Scribe, day: int, sample: np.ndarray) -> None:
    """Live the model's next day, which is `day`, and have it taken down; `sample`: rows of the panel's users."""
    if day == 0:
        model.world.facts["before"] = recommender_facts(model.world)
    model.step()
    scribe.add_day(model.metrics, day)
    scribe.add_orders([order_log(model.world.closed, model.cfg.burn_in)], day)
    scribe.add_panel(model.world.users[sample][list(PANEL_COLUMNS)], day)
    scribe.add_traffic(model.world.day.traffic, day)
    scribe.add_cohorts(take_cohorts(model.world.users, day + model.cfg.burn_in, model.cfg.burn_in), day)


def add_open_orders(model: InterestCommerceModel, scribe: Scribe) -> None:
    """After the last day, the orders that have not come to their end."""
    if model.cfg.horizon:
        scribe.add_orders([order_log(model.world.orders, model.cfg.burn_in)], model.cfg.horizon - 1)


def still_to_live(model: InterestCommerceModel) -> Iterable[int]:
    """The days from the model's next one to the horizon, with a progress bar on a terminal."""
    cfg, lived = model.cfg, model.world.today
    quiet = not (cfg.progress and sys.stderr.isatty())
    return tqdm(range(model.day, cfg.horizon), initial=lived, total=cfg.burn_in + cfg.horizon, unit="day",
                desc=cfg.population.name, disable=quiet, dynamic_ncols=True)


def sampled_rows(world: World, n: int) -> np.ndarray:
    """Rows of the n users with the lowest keyed number: the same people in every run of a population."""
    rank = np.array([mix32(int(key), 1) for key in world.users["key"]]) if n else np.zeros(0)
    return np.sort(np.argsort(rank, kind="stable")[:n])


def order_log(orders: np.ndarray, burn_in: int) -> np.ndarray:
    """Orders as the order log has them, days counted from day 0."""
    rows = log_rows(orders)
    for name in ("day", "final_day"):
        rows[name] -= burn_in
    return rows


def recommender_facts(world: World) -> dict[str, float]:
    """The recommender's lift and the mean interest served, as of yesterday."""
    return {name: world.metrics.get(name, float("nan")) for name in ("reco_lift", "mean_interest_served")}


def facts_of(model: InterestCommerceModel) -> dict[str, Any]:
    """What the manifest says beside the identity: recall, thickness, rescale factors, lift, time by phase."""
    world = model.world
    return {"thickness": world.thickness, "recall": measured_recall(world), "genesis": world.facts,
            "recommender": recommender_facts(world), "phase_seconds": model.seconds, "budgets": budgets_of(world),
            "threads": len(model.lanes.lanes)}


def budgets_of(world: World) -> dict[str, dict[str, float | None]]:
    """Of every policy instance with a budget: how much, what is left, and the day it ran out, null if it did not."""
    found: dict[str, dict[str, float | None]] = {}
    for name, policy in policies_of(world.cfg.policy).items():
        account = world.policy_state.get(name)
        if policy.budget_yuan is not None and account is not None:
            out = int(account[OUT])
            found[name] = {"budget_yuan": policy.budget_yuan, "left_yuan": world.metrics.get(f"policy_left_{name}"),
                           "ran_out_on_day": out if out >= 0 else None}
    return found


def title_of(cfg: SimConfig) -> str:
    """The figure's title: which world, which policies."""
    policies = ", ".join(sorted(cfg.policy)) or "no policy"
    shocks = "".join(f", {name}" for name in sorted(cfg.shock))
    return f"{cfg.population.name}, era {cfg.era.name}, {policies}{shocks}, seed {cfg.seed}"


def marks_of(cfg: SimConfig) -> list[tuple[float, float | None, str]]:
    """The windows of policies and shocks, to be shaded in the figure."""
    policies = policies_of(cfg.policy).items()
    windows = [(one.start, one.stop, name) for name, one in policies if not one.idle]
    windows += [(*one.span, name) for name, one in shocks_of(cfg.shock).items()]
    return [(float(start), stop, name) for start, stop, name in windows]


def report(model: InterestCommerceModel, summary: dict[str, float], folder: Path, lived: int) -> None:
    """Print what a user wants to see first; `lived` days were simulated by this start."""
    world, lang = model.world, model.cfg.lang
    say, total, seconds = phrases("run", lang), world.ledger.total(), sum(model.seconds.values())
    rate = lived * len(world.users) / seconds if seconds else float("nan")
    print(kpi_table(summary, lang) + "\n")
    print(say["ledger"].format(accounts=f"{len(world.ledger.balances):,}", total=total,
                               verdict=say["open" if total else "closes"]))
    print(say["speed"].format(days=lived, seconds=f"{seconds:.1f}", rate=f"{rate:,.0f}",
                              threads=len(model.lanes.lanes)))
    print(f"{say['evidence']}\n{say['files']} {folder}")


