"""Search the grade-C numbers for a world whose calibrated patterns lie in their bands; resumable."""
from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from time import monotonic
from typing import Any

import optuna
from knobs import Knob, moved, read_knobs
from loss import loss
from optuna.trial import TrialState

from sim.compose import configure
from sim.config import to_plain
from sim.files import atomic, write_yaml
from sim.lab.patterns.bands import bands_of
from sim.schema import ConfigError

MOST = 100  # trials, by issue 4
ROOT = Path(__file__).parents[2]


class Search:
    """One study in its folder: asks for trials, has worlds lived, keeps what came of them."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.out = asked, Path(asked.out)
        self.out.mkdir(parents=True, exist_ok=True)
        cfg = configure(f"population={asked.population}", f"era={asked.era}")
        self.world, self.users = to_plain(cfg.world), cfg.population.users
        self.knobs, self.skipped = read_knobs(self.world)
        self.study = open_study(self.out, self.knobs, asked.seed)
        self.require_same_worlds()
        self.children: set[subprocess.Popen[str]] = set()

    def require_same_worlds(self) -> None:
        """Raise ConfigError where the folder's trials lived in other worlds than are asked for now."""
        mine = {name: getattr(self.asked, name) for name in ("population", "era", "horizon", "burn_in", "seed")}
        theirs = self.study.user_attrs.get("worlds", mine)
        if theirs != mine:
            raise ConfigError("out", str(self.out), f"holds trials of other worlds: {theirs}")
        self.study.set_user_attr("worlds", mine)

    def numbers(self) -> list[int]:
        """Trials still to live: those a killed search left unfinished, under their own numbers, then new ones."""
        left = [one.number for one in self.study.trials if one.state == TrialState.RUNNING]
        return left + [-1] * (self.asked.trials - sum(one.state != TrialState.WAITING for one in self.study.trials))

    def ask(self, number: int) -> int:
        """A trial's number, a new one for -1; its values are in the journal afterwards."""
        space = {knob.name: optuna.distributions.FloatDistribution(knob.low, knob.high, log=knob.log)
                 for knob in self.knobs}
        return self.study.ask(space).number if number < 0 else number

    def live(self, number: int) -> list[dict[str, Any]]:
        """The card of a trial's world, lived in its own process; raises RuntimeError with the reason."""
        values = self.study.trials[number].params
        if len(values) < len(self.knobs):
            raise RuntimeError("killed before its values were drawn, or the knobs have changed")
        keys = moved(self.world, self.knobs, values)
        return self.card(self.out / f"trial-{number:03d}", self.asked.population, 0, keys)

    def card(self, folder: Path, population: str, replication: int, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One world's card without the bands it is too small or short for."""
        a = self.asked
        command = [sys.executable, "-m", "sim", "patterns", f"population={population}", f"era={a.era}", f"out={folder}",
                   f"horizon={a.horizon}", f"burn_in={a.burn_in}", f"seed={a.seed}", "block=calibrate", "threads=1",
                   f"replication={replication}", "record.orders=true", "progress=false", "overwrite=true",
                   *(f"world.{key}={json.dumps(value)}" for key, value in keys.items())]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.children.add(child)
        error = child.communicate()[1].strip()
        self.children.discard(child)
        if child.returncode:
            raise RuntimeError(error.splitlines()[-1] if error else f"exit code {child.returncode}")
        users = configure(f"population={population}").population.users
        meant = {band.id for band in bands_of(a.era) if not band.meant_for(users, a.horizon)}
        return [line for line in json.loads((folder / "patterns.json").read_text("utf-8")) if line["id"] in meant]

    def run(self) -> None:
        """Live all trials that are left, at most two at a time."""
        todo, going, done, began = self.numbers(), dict[Future[Any], int](), 0, monotonic()
        total = len(todo)
        with ThreadPoolExecutor(self.asked.workers) as pool:
            try:
                while todo or going:
                    while todo and len(going) < self.asked.workers:
                        number = self.ask(todo.pop(0))
                        going[pool.submit(self.live, number)] = number
                    for one in wait(going, return_when=FIRST_COMPLETED).done:
                        self.tell(going.pop(one), one)
                        done += 1
                        left = (monotonic() - began) / done * (total - done)
                        print(f"{done} of {total}, {left / 60:.0f} min left", flush=True)
            except KeyboardInterrupt:
                for child in list(self.children):
                    child.terminate()
                raise

    def tell(self, number: int, one: Future[Any]) -> None:
        """Keep a trial's loss and card, or the reason why it failed."""
        if (error := one.exception()) is not None:
            self.study.set_user_attr(f"reason-{number}", str(error))
            self.study.tell(number, state=TrialState.FAIL)
            print(f"trial {number} failed: {error}")
            return
        self.study.set_user_attr(f"card-{number}", one.result())
        self.study.tell(number, loss(one.result()))
        print(f"trial {number}: loss {loss(one.result()):.3g}; inputs {loss(one.result(), 'input'):.3g}")

    def write(self) -> None:
        """Write trials.csv and, where a trial is complete, best.yaml and the figure."""
        notes = self.study.user_attrs
        names = ["number", "state", "loss", "reason", *(knob.name for knob in self.knobs)]
        with atomic(self.out / "trials.csv") as draft, draft.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            writer.writeheader()
            for one in self.study.trials:
                writer.writerow({"number": one.number, "state": one.state.name, "loss": one.value,
                                 "reason": notes.get(f"reason-{one.number}", "")} | one.params)
        done = self.study.get_trials(states=[TrialState.COMPLETE])
        if done:
            from picture import draw

            write_yaml(self.out / "best.yaml", self.best())
            draw(done, [notes[f"card-{one.number}"] for one in done], self.out / "calibration.png")

    def best(self) -> dict[str, Any]:
        """The best trial's keys, each with value, grade and the patterns it serves."""
        keys = moved(self.world, self.knobs, self.study.best_params)
        served = {key: sorted({knob.pattern for knob in self.knobs if key in knob.keys}) for key in keys}
        return {"trial": self.study.best_trial.number, "loss": self.study.best_value,
                "world": {key: {"value": keys[key], "grade": "C", "patterns": served[key]} for key in keys}}

    def confirm(self) -> None:
        """Live the best, at city unless told otherwise, with three seeds that the search never saw; print the card."""
        if not self.study.get_trials(states=[TrialState.COMPLETE]):
            raise ConfigError("--confirm", str(self.out), "holds no complete trial to confirm")
        keys, where = moved(self.world, self.knobs, self.study.best_params), self.asked.confirm
        cards = [self.card(self.out / f"confirm-{seed}", where, seed, keys) for seed in (1, 2, 3)]
        for lines in zip(*cards, strict=True):
            values = [line["value"] for line in lines if line["value"] is not None]
            text = f"{sum(values) / len(values):.4g} ({min(values):.4g} … {max(values):.4g})" if values else "–"
            text += f", undefined in {len(lines) - len(values)} of {len(lines)}" if 0 < len(values) < len(lines) else ""
            print(f"{lines[0]['role']:<11}{lines[0]['id']:<22}{text}   band {lines[0]['low']} … {lines[0]['high']}")


def open_study(out: Path, knobs: Sequence[Knob], seed: int) -> optuna.Study:
    """The study of a folder, new or as it was left; the first trial of a new one is the start values."""
    from optuna.storages.journal import JournalFileBackend

    storage = optuna.storages.JournalStorage(JournalFileBackend(str(out / "journal.log")))
    study = optuna.create_study(storage=storage, study_name="calibration", load_if_exists=True)
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials), constant_liar=True)
    if not study.trials:
        study.enqueue_trial({knob.name: knob.start for knob in knobs})
    return study


def read_command(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="runs/calibration")
    parser.add_argument("--population", default="town")
    parser.add_argument("--era", default="omni")
    for name, value in (("trials", MOST), ("horizon", 270), ("burn-in", 90), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2)
    parser.add_argument("--confirm", nargs="?", const="city", metavar="POPULATION")
    asked = parser.parse_args(arguments)
    if not 1 <= asked.trials <= MOST:
        parser.error(f"--trials {asked.trials}: 1 to {MOST}")
    return asked


def main() -> int:
    """Search, or confirm the best; 130 when interrupted, to be gone on with by the same command."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        search = Search(read_command())
    except ConfigError as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 2
    print(*search.skipped, sep="\n")
    try:
        if search.asked.confirm:
            search.confirm()
        else:
            search.run()
    except ConfigError as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return 130
    finally:
        search.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
