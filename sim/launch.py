"""From a checked command line into Hydra and out again: flags, jobs of a sweep, the folder of the results."""
from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import MISSING, replace
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import hydra
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig

from sim.compose import ROOT, SEARCH_PATH, compose, parse, read
from sim.config import SimConfig, question_key
from sim.paths import configs_dir
from sim.schema import ConfigError

KEY_DIGITS = 12  # of a question's key, in the name of its folder


class Reader(NamedTuple):
    """A verb's way from a composed tree and its overrides to what is to be done: checked, then given a folder.

    `spelled`: what overrides stand for, while they are checked.
    """

    root: str
    read: Callable[[DictConfig, Sequence[str]], Any]
    place: Callable[[Any], Any]
    spelled: Callable[[list[str]], AbstractContextManager[list[str]]] = nullcontext


def reader_of_a_run(verb: str) -> Reader:
    """The reader of a verb that takes one world."""
    return Reader(ROOT, lambda node, overrides: read(node), lambda config: place(verb, config))


def launch(reader: Reader, arguments: Sequence[str], act: Callable[[Any], int]) -> int:
    """Check every job of a command line, then enter Hydra, which calls `act` for each in turn.

    Returns the largest exit code. Raises ConfigError before anything is written.
    """
    flags, ready = read_flags(arguments), []
    options = [word for word in arguments if word not in flags.overrides]
    if not asks_hydra(flags):
        with reader.spelled(flags.overrides) as flags.overrides:
            for overrides in jobs(flags):
                asked = reader.read(compose(overrides, reader.root), overrides)
                ready.append(asked if flags.cfg else reader.place(asked))
    waiting = iter(ready)
    return hydra_main([*options, *flags.overrides], lambda node: act(next(waiting)), reader.root)


def read_flags(arguments: Sequence[str]) -> argparse.Namespace:
    """Hydra's flags and the overrides between them, in any order."""
    parser = get_args_parser()
    parser.error = _refuse  # type: ignore[method-assign]
    flags = parser.parse_intermixed_args(list(arguments))
    if flags.config_name or flags.config_path:
        raise ConfigError("--config-name, --config-path", MISSING, "not taken; own presets: --config-dir")
    return flags


def _refuse(message: str) -> NoReturn:
    """Turn argparse's complaint into ours."""
    raise ConfigError("flags", MISSING, message)


def asks_hydra(flags: argparse.Namespace) -> bool:
    """Whether a command line asks Hydra something instead of running or showing a configuration."""
    questions = (flags.help, flags.hydra_help, flags.info, flags.shell_completion, flags.experimental_rerun)
    return any(questions)


def jobs(flags: argparse.Namespace) -> list[list[str]]:
    """The overrides of each job: one, or with --multirun every combination of the swept values."""
    own = [f"{SEARCH_PATH}=[file://{os.path.abspath(flags.config_dir)}]"] if flags.config_dir else []
    if not flags.multirun:
        return [[*own, *flags.overrides]]
    parse(flags.overrides)
    try:
        with hydra.initialize_config_dir(config_dir=str(configs_dir()), version_base=None):
            parser = OverridesParser.create(GlobalHydra.instance().config_loader())
            [batch] = BasicSweeper.split_arguments(parser.parse_overrides(flags.overrides), None)
    except HydraException as error:
        raise ConfigError("--multirun", MISSING, str(error)) from None
    return [[*own, *overrides] for overrides in batch]


def hydra_main(arguments: Sequence[str], act: Callable[[DictConfig], int], root: str = ROOT) -> int:
    """Enter Hydra with these arguments; returns the largest exit code of the jobs it ran."""
    codes: list[int] = []

    def job(node: DictConfig) -> None:
        try:
            codes.append(act(node))
        except BrokenPipeError:
            raise ReaderGoneError from None

    try:
        with _argv(arguments):
            hydra.main(config_path=str(configs_dir()), config_name=root, version_base=None)(job)()
    except ReaderGoneError:
        raise BrokenPipeError from None
    return max(codes, default=0)


class ReaderGoneError(BaseException):
    """Nobody reads the output any more; no Exception, which Hydra would report with a traceback."""


@contextmanager
def _argv(arguments: Sequence[str]) -> Iterator[None]:
    """`sys.argv` with other arguments: Hydra reads nothing else."""
    before = sys.argv
    sys.argv = [before[0], *arguments]
    try:
        yield
    finally:
        sys.argv = before


# ---- the folder of the results -----------------------------------------------------------------------------

def place(verb: str, config: SimConfig) -> SimConfig:
    """The configuration with `out` filled in; raises ConfigError for a folder not to be written into."""
    if config.warm:
        from sim.checkpoint import refuse_branch

        refuse_branch(config)
    return replace(config, out=str(folder_of(verb, question_key(config), config)))


def folder_of(verb: str, key: str, config: SimConfig) -> Path:
    """Where a question's results go; raises ConfigError for a folder not to be written into."""
    out = Path(config.out) if config.out else Path("runs", f"{verb}-{key[:KEY_DIGITS]}")
    require_writable("out", out)
    if not config.overwrite:
        _require_own(out, key)
    return out


def require_writable(key: str, out: Path) -> None:
    """Raise ConfigError naming `key` unless `out` is, or can become, a folder that we may write into."""
    nearest = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise ConfigError(key, str(out), f"{nearest} is a file, not a folder")
    try:
        os.rmdir(tempfile.mkdtemp(dir=nearest))  # permissions do not tell all: /proc, a full or a read-only disk
    except OSError as error:
        raise ConfigError(key, str(out), f"{nearest} cannot be written into ({error.strerror})") from None


def _require_own(out: Path, key: str) -> None:
    """Raise ConfigError if the folder holds anything but results of the same question."""
    from sim.record import recorded_key

    try:
        held = recorded_key(out)
    except ValueError:
        held = "unreadable"
    if held == key or (held is None and not (out.is_dir() and any(out.iterdir()))):
        return
    what = f"the results of another question ({held[:KEY_DIGITS]})" if held else "files that are not a run's"
    raise ConfigError("out", str(out), f"holds {what}; choose another folder or add overwrite=true")
