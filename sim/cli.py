"""The command line: `icsim <verb> [key=value ...]`.

Light to start: a verb imports what it needs when it is called. Every error of the configuration is found
before anything is written, told in one line, and ends with exit code 2.
"""
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import MISSING
from importlib import metadata
from typing import TYPE_CHECKING, NamedTuple

from sim.schema import ConfigError, listed, near

if TYPE_CHECKING:
    from sim.config import SimConfig

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
HELP, COMPLETION = ("-h", "--help"), ("-sc", "--shell-completion")


class Verb(NamedTuple):
    """Something `icsim` can do: what it takes, a line about it, and the function that gets its arguments.

    `root` is the configuration that Hydra composes for it, if it takes one; `paged` verbs have a help page there.
    """

    takes: str
    about: str
    act: Callable[[list[str]], int]
    root: str = ""
    paged: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    try:
        code = _dispatch(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()  # here, where a reader that has gone is met quietly
        return code
    except ConfigError as error:
        return _complain(error)
    except KeyboardInterrupt:
        print("icsim: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough; nothing is left to flush to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _complain(error: ConfigError) -> int:
    """Say what is wrong with the input, in one line."""
    print(f"icsim: {' '.join(str(error).split())}", file=sys.stderr)
    return BAD_INPUT


def _dispatch(given: list[str]) -> int:
    """Hand the arguments to their verb."""
    name = given[0] if given else "--help"
    if name in (*HELP, "--version"):
        print(usage() if name in HELP else f"icsim {metadata.version('icsim')}")
        return DONE
    if name in COMPLETION:
        return _complete(given)
    if name not in VERBS:
        raise ConfigError(name, MISSING, f"no such verb; {near(name, VERBS)}verbs: {listed(VERBS)}")
    verb = VERBS[name]
    if not verb.paged and set(HELP) & set(given):
        print(f"usage: icsim {name} {verb.takes}\n\n{verb.about}")
        return DONE
    return verb.act(given[1:])


def usage() -> str:
    """The page that `icsim --help` prints."""
    verbs = "\n".join(f"  {name:<12}{verb.about}" for name, verb in VERBS.items())
    return USAGE.format(verbs=verbs)


def _complete(given: list[str]) -> int:
    """Tab completion: verbs here, keys and presets by Hydra, which must not see the verb."""
    from sim.launch import hydra_main

    words = os.environ.get("COMP_LINE", "").split(maxsplit=2)
    asked = any(word.startswith("query=") for word in given)
    if asked and (len(words) < 2 or words[1] not in VERBS):
        print(" ".join(VERBS))
        return DONE
    if asked and not VERBS[words[1]].root:
        return DONE
    root = VERBS[words[1]].root if asked else VERBS["run"].root
    if asked:
        os.environ["COMP_LINE"] = f"{words[0]} {' '.join(words[2:])}"
    return hydra_main(given, lambda node: DONE, root)


# ---- verbs -------------------------------------------------------------------------------------------------

def run(arguments: list[str]) -> int:
    """Simulate one world, or with --multirun several."""
    from sim.launch import launch, reader_of_a_run

    return launch(reader_of_a_run("run"), arguments, _simulate)


def _simulate(config: SimConfig) -> int:
    """Simulate the world of a checked configuration; imports the model only now."""
    from sim.runner import run_study

    return run_study(config)


def plan(arguments: list[str]) -> int:
    """Print the phases of a day; given a run's folder, also the time each phase took in it."""
    _require_none("plan", arguments[1:])
    seconds = _phase_seconds(arguments[0]) if arguments else None
    from sim.day import plan_table

    print(plan_table(seconds))
    return DONE


def _phase_seconds(folder: str) -> dict[str, float]:
    """Seconds by phase out of a run's manifest. Raises ConfigError where there is none."""
    import json
    from pathlib import Path

    try:
        return json.loads((Path(folder) / "manifest.json").read_text("utf-8"))["phase_seconds"]
    except (OSError, ValueError, KeyError):
        raise ConfigError(folder, MISSING, "is not the folder of a finished run; plan takes one or none") from None


def policies(arguments: list[str]) -> int:
    """Print the policies in groups, or one whole; with out=FILE write the page of all of them."""
    from pathlib import Path

    from sim.lab.shelf_page import page, shelf, write_page

    first, *rest = arguments or [""]
    _require_none("policies NAME", rest)
    if first.startswith("out="):
        write_page(Path(first.removeprefix("out=")))
    else:
        print(page(first) if first else shelf())
    return DONE


def shocks(arguments: list[str]) -> int:
    """Print every shock with its knobs."""
    _require_none("shocks", arguments)
    from sim.listing import shocks_table

    print(shocks_table())
    return DONE


def parameters(arguments: list[str]) -> int:
    """Print every number and setting."""
    from sim.compose import configure
    from sim.listing import parameters_table

    print(parameters_table(configure(*arguments)))
    return DONE


def warm(arguments: list[str]) -> int:
    """Compile the rules."""
    _require_none("warm", arguments)
    from sim.warm import warm as compile_all

    compile_all()
    return DONE


def checkpoint(arguments: list[str]) -> int:
    """Live a world's burn-in, or with horizon= more, and save it."""
    from sim.lab.worlds import place_world, save_world
    from sim.launch import Reader, launch, reader_of_a_run

    reader = Reader(*reader_of_a_run("checkpoint")[:2], place_world)
    return launch(reader, ["horizon=0", *arguments], save_world)


def replay(arguments: list[str]) -> int:
    """Simulate an item again and compare."""
    from pathlib import Path

    from sim.lab.replay import replay as simulate_again

    key, *rest = arguments or [""]
    folder = rest.pop().removeprefix("store=") if rest and rest[-1].startswith("store=") else STORE
    _require_none("replay KEY", rest)
    return simulate_again(key, Path(folder))


def status(arguments: list[str]) -> int:
    """Print how far a study is."""
    from pathlib import Path

    from sim.lab.status import status as tell

    folder, *rest = arguments or [STORE]
    lang = language(rest) or "en"
    _require_none("status DIR", rest)
    return tell(Path(folder), lang)


def trace(arguments: list[str]) -> int:
    """Print one user's day."""
    from sim.lab.trace.verb import main as trace_main

    return trace_main(arguments)


def report(arguments: list[str]) -> int:
    """Write a study's results again."""
    from pathlib import Path

    from sim.lab.remake import remake

    folder, *rest = arguments or [""]
    lang = language(rest)
    _require_none("report DIR", rest)
    return remake(Path(folder), lang)


def language(rest: list[str]) -> str | None:
    """The language at the end of the arguments, taken off them; None where none is named."""
    return rest.pop().removeprefix("lang=") if rest and rest[-1].startswith("lang=") else None


def lab(verb: str) -> Callable[[list[str]], int]:
    """A verb of the lab: its module is imported only when it is called."""
    def act(arguments: list[str]) -> int:
        from sim.lab.verbs import main as lab_main

        return lab_main(verb, arguments)
    return act


def patterns(arguments: list[str]) -> int:
    """Print a world's pattern card, or its orders beside real ones."""
    from sim.lab.patterns.verb import main as read_patterns

    return read_patterns(arguments)


def _require_none(verb: str, arguments: list[str]) -> None:
    """Raise ConfigError if a verb that takes no arguments got one."""
    if arguments:
        raise ConfigError(arguments[0], MISSING, f"icsim {verb} takes no further arguments")


STORE = "runs/store"
OVERRIDES = "[preset=name ...] [key=value ...]"
VERBS = {
    "run": Verb(OVERRIDES, "simulate one world: KPI table, daily table, order log, figures", run, "config", True),
    "compare": Verb(f"'arms=[baseline,subsidy]' {OVERRIDES}",
                    "arms against a control in paired worlds: effects, verdict", lab("compare"), "compare", True),
    "sweep": Verb(f"'doses={{key:[0,0.1,0.2]}}' {OVERRIDES}",
                  "dose and response: best dose, first dose that loses money", lab("sweep"), "sweep", True),
    "design": Verb(f"'factors={{key:[low,high], ...}}' {OVERRIDES}",
                   "factors varied together: main effects and interactions", lab("design"), "design", True),
    "ablate": Verb(f"['only=[habit,need]'] {OVERRIDES}",
                   "each mechanism off in turn: the patterns that break without it", lab("ablate"), "ablate", True),
    "match": Verb(f"'arms=[subsidy,small_rooms]' {OVERRIDES}",
                  "the knob values with which arms spend the same money", lab("match"), "match", True),
    "patterns": Verb(f"[from=DIR] [orders=FILE] {OVERRIDES}",
                     "the pattern card of one world by role, or its orders beside your own", patterns, "patterns",
                     True),
    "checkpoint": Verb(f"out=FILE.npz {OVERRIDES}", "live a world's burn-in and save it, to branch from with warm=FILE",
                       checkpoint, "config"),
    "replay": Verb("KEY [store=DIR]", "simulate an item of the store again and compare every bit", replay),
    "report": Verb("DIR [lang=zh]", "a study's report again, from its folder and its store", report),
    "status": Verb("[folder of a study, a run or a store] [lang=zh]", "what is done, missing and failed, and why",
                   status),
    "trace": Verb(f"[user=17] [day=30] {OVERRIDES}", "one user's day: seen, felt, chosen, judged, and by what terms",
                  trace, "trace", True),
    "plan": Verb("[folder of a run]", "print the phases of a day, in order, and the time each took in a run", plan),
    "policies": Verb("[NAME] [out=FILE.md]", "the policies in groups, one of them whole, or a page of all", policies),
    "shocks": Verb("", "print the shocks from outside with their knobs", shocks),
    "parameters": Verb(OVERRIDES, "print every number with unit, range, grade and source", parameters, "config"),
    "warm": Verb("", "compile the rules into the user's cache, so that the first run starts at once", warm),
}

USAGE = """\
icsim: a simulated interest-commerce platform (兴趣电商)

usage: icsim <verb> [preset=name ...] [key=value ...]

verbs
{verbs}

examples
  icsim run population=toy horizon=30
  icsim run era=content policy=[subsidy] policy.subsidy.depth=0.2
  icsim compare 'arms=[baseline,subsidy,store_diversion]' population=classroom horizon=60 n=12
  icsim run --help            presets, keys and flags
  icsim run --cfg job         the composed configuration
  eval "$(icsim -sc install=bash)"    tab completion, also zsh=, fish=
"""
