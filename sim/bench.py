"""`make bench`: the table of speeds, targets beside, recall with them; misses say so.

Everything compared is measured in one call on one machine: medians over interleaved days, warm cache. Ratios travel
between machines, seconds do not.
"""

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time

from tqdm import tqdm

from sim.compose import configure
from sim.model import InterestCommerceModel
from sim.recommenders.recall import measured_recall

QUIET = ("burn_in=0", "progress=false", "horizon=60")
HUNDRED_THOUSAND = ("population=city", "population.users=100000", "population.creators=460", "population.merchants=276")
MILLION = ("population=metropolis",)
BOOKS = ("clear", "fund", "pay", "fulfil", "settle", "accounts", "measure")
INTERPRETED = """
import time
from sim.compose import configure
from sim.model import InterestCommerceModel
model = InterestCommerceModel(configure("population=toy", "burn_in=0", "threads=1", "horizon=2"))
start = time.perf_counter()
model.step_by_agent()
print(len(model.users) / (time.perf_counter() - start))
"""


@dataclass
class Line:
    """One row of the table: what was measured, its value, the target, and whether it was met."""

    what: str
    value: str
    target: str
    met: bool | None

    def __str__(self) -> str:
        verdict = {True: "met", False: "MISSED", None: "reported"}[self.met]
        return f"{self.what:<66}{self.value:>16}   {self.target:<14}{verdict}"


def model_of(*overrides: str) -> tuple[InterestCommerceModel, float]:
    """A model after its first day, and the seconds its genesis took."""
    started = perf_counter()
    model = InterestCommerceModel(configure(*QUIET, *overrides))
    took = perf_counter() - started
    model.step()
    return model, took


def timed(step: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one call."""
    wall, cpu = perf_counter(), process_time()
    step()
    return perf_counter() - wall, process_time() - cpu


def medians(models: list[InterestCommerceModel], days: int) -> list[tuple[float, float]]:
    """Median wall and CPU seconds of a day of each model, the models taking turns."""
    times: list[list[tuple[float, float]]] = [[] for _ in models]
    for _ in range(days):
        for k, model in enumerate(models):
            times[k].append(timed(model.step))
    return [(statistics.median(t[0] for t in one), statistics.median(t[1] for t in one)) for one in times]


def threads_lines(days: int) -> tuple[list[Line], float, InterestCommerceModel]:
    """Two threads against one at 100 k users; also user-days a second on two threads."""
    two, _ = model_of(*HUNDRED_THOUSAND, "threads=2")
    one, _ = model_of(*HUNDRED_THOUSAND, "threads=1")
    (wall_2, cpu_2), (wall_1, cpu_1) = medians([two, one], days)
    books = sum(two.seconds[name] for name in BOOKS) / sum(two.seconds.values())
    lines = [
        Line("2 threads against 1, 100 k users: wall", f"{wall_1 / wall_2:.2f} x", ">= 1.5", wall_1 / wall_2 >= 1.5),
        Line("2 threads against 1, 100 k users: CPU seconds", f"{cpu_2 / cpu_1:.2f} x", "<= 1.15",
             cpu_2 / cpu_1 <= 1.15),
        Line("clearing, ledger and metrics, share of the day", f"{books:.1%}", "<= 10 %", books <= 0.10),
    ]
    return lines, len(two.users) / wall_2, two


def interpreted_speed() -> float:
    """User-days a second of the rules uncompiled (`sim.interpreted`), agent by agent, in a process of their own."""
    done = subprocess.run([sys.executable, "-c", INTERPRETED], stdout=subprocess.PIPE, text=True, check=True,
                          env=os.environ | {"NUMBA_DISABLE_JIT": "1"})
    return float(done.stdout.split()[-1])


def agent_line() -> Line:
    """The fast day against `step_by_agent`, classroom."""
    fast, _ = model_of("population=classroom", "threads=1")
    slow, _ = model_of("population=classroom", "threads=1")
    pairs = [(timed(fast.step)[0], timed(slow.step_by_agent)[0]) for _ in range(3)]
    ratio = statistics.median(b / a for a, b in pairs)
    return Line("fast day against step_by_agent, classroom", f"{ratio:.1f} x", "5-15 x", None)


def million_lines(speed: float, hundred: InterestCommerceModel, days: int) -> list[Line]:
    """A million users against a hundred thousand: speed, memory, genesis, recall."""
    before = resident()
    big, genesis = model_of(*MILLION, "threads=2")
    (wall, _), = medians([big], days)
    rate, size = len(big.users) / wall, (resident() - before) / len(big.users)
    recalls = [recall_of(model) for model in (hundred, big)]
    shown = ", ".join(f"{name} {recalls[0][name]:.2f}/{recalls[1][name]:.2f}" for name in recalls[0])
    return [
        Line("user-days/s at 1 M over 100 k, own catalogues", f"{rate / speed:.2f}", ">= 0.35", rate / speed >= 0.35),
        Line("user-days/s at 1 M, 2 threads", f"{rate:,.0f}", "", None),
        Line("recall at 100 k / 1 M", shown, ">= .90", all(min(r.values()) >= 0.9 for r in recalls)),
        Line("resident bytes a user, 1 M", f"{size:,.0f}", "<= 1,250", size <= 1250),
        Line("genesis of 1 M users in simulated days", f"{genesis / wall:.1f}", "<= 20", genesis / wall <= 20),
    ]


def recall_of(model: InterestCommerceModel) -> dict[str, float]:
    """Recall@20 of today's indexes of cards and goods."""
    found = measured_recall(model.world)
    return {name: found[f"recall_{name}"] for name in ("cards", "goods")}


def resident() -> float:
    """The process's largest resident memory so far, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def start_lines() -> list[Line]:
    """How long `icsim --help` and a first day with a warm cache take, medians of three."""
    help_ = statistics.median(timed(lambda: run_python(HELP))[0] for _ in range(3))
    day = statistics.median(timed(lambda: run_python(FIRST_DAY))[0] for _ in range(3))
    return [Line("icsim --help", f"{help_:.2f} s", "<= 0.6 s", help_ <= 0.6),
            Line("first day with a warm cache, toy, whole process", f"{day:.2f} s", "<= 2 s", day <= 2.0)]


HELP = "import sys; from sim.cli import main; sys.exit(main(['--help']))"
FIRST_DAY = ("from sim.compose import configure; from sim.model import InterestCommerceModel; "
             "InterestCommerceModel(configure('population=toy', 'burn_in=0', 'threads=1')).step()")


def run_python(code: str) -> None:
    """Run a line of Python in a process of its own."""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def main() -> int:
    """Print the table; `small` as an argument leaves out the million users."""
    small = "small" in sys.argv[1:]
    steps = tqdm(total=5 if not small else 4, desc="bench", disable=not sys.stderr.isatty())
    lines, speed, hundred = threads_lines(days=5)
    steps.update()
    ratio = speed / interpreted_speed()
    lines.insert(0, Line("fast day (100 k, 2 threads) against rules uncompiled, by agent", f"{ratio:,.0f} x", ">= 50",
                         ratio >= 50))
    lines.insert(1, Line("user-days/s at 100 k, 2 threads", f"{speed:,.0f}", "", None))
    steps.update()
    lines.append(agent_line())
    steps.update()
    lines += start_lines()
    steps.update()
    if not small:
        lines += million_lines(speed, hundred, days=3)
        steps.update()
    steps.close()
    print("\n".join(str(line) for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
