"""What each verb of the lab does once its task is checked: simulate, judge, write, print."""
from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from sim.config import SimConfig
from sim.files import write_yaml
from sim.lab.ablate import Ablate
from sim.lab.ablate_page import tell_ablation
from sim.lab.ask import Compare, Question, Task
from sim.lab.design_page import tell_main_effects
from sim.lab.desk import Desk, desk, failed, write_comparison
from sim.lab.factorial import Design
from sim.lab.foresee import announce
from sim.lab.item import Item
from sim.lab.match import match_arms
from sim.lab.match_page import MATCHED, budgets_of, tell_budgets, told_of
from sim.lab.outputs import page
from sim.lab.study import Study
from sim.lab.sweep import Sweep
from sim.lab.sweep_page import tell_doses
from sim.lab.workshop import Workshop, items_of, sample
from sim.launch import launch
from sim.schema import ConfigError

Act = Callable[[Task], int]
Say = Callable[[Desk, Sequence[Item]], str]  # writes what a verb's worlds say; returns what it prints


def compare(task: Task) -> int:
    """Arms against a control; with match.by=spend at equal spend."""
    with desk(task) as here:
        if task.study.match and task.study.match.by:
            here.task = task = replace(task, study=matched(here))
        items = sample(task.study, here.workshop)
        if here.can_tell(items):
            announce(task.study, here.workshop, items)
        return tell(here, items, SAY["compare"])


def tell(here: Desk, items: Sequence[Item], say: Say) -> int:
    """Print and write what was found, if there is enough to say anything; then what failed."""
    if here.can_tell(items):
        print(f"{say(here, items)}\n\nfiles: {here.task.out}")
    return failed(here.workshop)


def compared(here: Desk, items: Sequence[Item]) -> str:
    """Write the files of a comparison; returns the page to print."""
    found = here.findings(items)
    write_comparison(here, found, items)
    return page(here.task.study, found)


def sweep(task: Task) -> int:
    """Dose and response."""
    with desk(task) as here:
        items = sample(task.study, here.workshop)
        return tell(here, items, SAY["sweep"])


def design(task: Task) -> int:
    """Main effects of a factorial design."""
    with desk(task) as here:
        items = sample(task.study, here.workshop)
        return tell(here, items, SAY["design"])


def ablate(task: Task) -> int:
    """Which patterns break without which mechanism."""
    with desk(task) as here:
        items = sample(task.study, here.workshop)
        return tell(here, items, SAY["ablate"])


def match(task: Task) -> int:
    """The knobs with which arms spend the same."""
    with desk(task) as here:
        matched(here)
        print(f"files: {task.out}")
        return failed(here.workshop)


# ---- equal budgets -------------------------------------------------------------------------------

def matched(here: Desk) -> Study:
    """The study with its arms' knobs set for equal spend; prints, writes and draws them."""
    study = here.task.study
    assert study.match is not None
    arms, found = match_arms(study, partial(spend, here.workshop, study, study.match.n))
    budgets = budgets_of(found)
    print(tell_budgets(here.task.out, budgets, study), end="\n\n")
    told = told_of(study, budgets)
    write_yaml(here.task.out / MATCHED, {"arms": [{arm: list(told.get(arm, ()))} for arm in arms]})
    return study.matched(arms, told)


def spend(workshop: Workshop, study: Study, n: int, arm: str, config: SimConfig) -> np.ndarray:
    """Yuan that one arm spends in each of n paired worlds."""
    arms = {arm: config} if arm == study.control else {study.control: study.config, arm: config}
    items, warm = items_of(arms, study.control, range(n))
    own = [item for item in items if item.arm == arm]
    workshop.simulate(own, warm)
    return workshop.facts([arm], own)[0, 0]


SAY: dict[str, Say] = {"compare": compared, "sweep": tell_doses, "design": tell_main_effects,
                       "ablate": tell_ablation}


# ---- the command line ----------------------------------------------------------------------------

VERBS: dict[str, tuple[Question, Act]] = {
    "compare": (Compare("compare"), compare), "sweep": (Sweep(), sweep), "design": (Design(), design),
    "match": (Compare("match"), match), "ablate": (Ablate(), ablate),
}


def main(verb: str, arguments: Sequence[str]) -> int:
    """One command line of the lab; returns the exit code."""
    question, act = VERBS[verb]
    return launch(question.reader(), list(arguments), partial(told_in_a_line, act))


def told_in_a_line(act: Act, task: Task) -> int:
    """Carry out a task; what turns out to be impossible only in worlds or on the disk is a line, exit code 1."""
    try:
        return act(task)
    except ConfigError as error:
        print(f"icsim: {' '.join(str(error).split())}", file=sys.stderr)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"icsim: {task.out}: {error.strerror}; what was simulated stays in the store", file=sys.stderr)
    return 1
