"""`study=FILE.yaml`: a lab verb's arguments out of a yaml; what stands on the command line wins over it."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING
from pathlib import Path
from typing import Any

import yaml

from sim.compose import parse
from sim.paths import experiments_dir
from sim.schema import ConfigError, listed, near

KEY, FILE = "study", "study.yaml"
WHOLE = ("arms", "doses", "factors")  # keys whose value is one, however deep: not a group of keys


@contextmanager
def spelled(overrides: Sequence[str]) -> Iterator[list[str]]:
    """The overrides with those of the study's file before them, that they do not set themselves.

    Raises ConfigError naming the file for one that cannot be read, and for whatever a key of it turns out to be wrong
    with inside the `with` block.
    """
    given = dict(zip(overrides, parse(overrides), strict=True))
    named = [word for word, one in given.items() if one.key_or_group == KEY]
    own = [word for word in overrides if word not in named]
    if not named:
        yield own
        return
    path = found(str(given[named[-1]].value()))
    said = {(given[word].key_or_group, given[word].package) for word in own}
    words = [word for word in words_of(path)
             if ((one := named_in(path, word)).key_or_group, one.package) not in said]
    try:
        yield [*words, *own]
    except ConfigError as error:
        if not any(about(error.key, named_in(path, word).key_or_group) for word in words):
            raise
        raise ConfigError(f"{path}: {error.key}", error.value, error.why) from None


def about(key: str, mine: str) -> bool:
    """Whether an error's key lies at or within a key of the file: `arm mild: policy` is about the arms."""
    return key == mine or key.startswith((f"{mine}.", f"{mine}[")) or (mine == "arms" and key.startswith("arm"))


def found(name: str) -> Path:
    """The file of a name: a path, or the study of a folder of `experiments/`. Raises ConfigError for neither."""
    if (path := Path(name)).is_file():
        return path
    ready = sorted(path.parent.name for path in experiments_dir().glob(f"*/{FILE}"))
    if name in ready:
        return experiments_dir() / name / FILE
    raise ConfigError(KEY, name, f"no such file; {near(name, ready)}ready studies: {listed(ready)}")


def words_of(path: Path) -> list[str]:
    """The file's overrides. Raises ConfigError naming it unless it maps keys to values."""
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{KEY}={path}", MISSING, " ".join(str(error).split())) from None
    if not isinstance(told, Mapping) or not told:
        raise ConfigError(f"{KEY}={path}", MISSING, "must map keys to values, such as n: 12")
    return list(_flat(told, ""))


def _flat(told: Mapping[Any, Any], path: str) -> Iterator[str]:
    """A group of keys as overrides, deeper groups by dotted keys."""
    for name, value in told.items():
        key = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping) and value and key not in WHOLE and key != "match.knobs":
            yield from _flat(value, key)
        else:
            yield f"{key}={literal(value)}"


def literal(value: Any) -> str:
    """A value of a yaml as an override writes it; texts in quotes."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}:{literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(literal, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return repr(value) if isinstance(value, int | float) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A text that means itself: bare where that is safe, else in single quotes."""
    if text.replace("_", "").replace(".", "").isalnum() and text.isascii() and text[0].isalpha() and \
            text not in ("true", "false", "null", "nan", "inf"):
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def named_in(path: Path, word: str) -> Any:
    """An override of the file, understood; raises ConfigError naming the file for one that cannot be."""
    try:
        [one] = parse([word])
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.key}", error.value, error.why) from None
    return one
