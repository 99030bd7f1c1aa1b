"""How a setting is declared, and how plain yaml becomes a frozen dataclass: all checked, or one clear error.

A dataclass declares each field once with `number`, `choice`, `text` or `switch`: unit, range, evidence grade,
source. Values stand in yaml; `build` puts the two together.
"""
from __future__ import annotations

import difflib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, asdict, field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

GRADES = {
    "V": "published or measured",
    "D": "derived from a published number",
    "C": "calibrated to a pattern",
    "A": "assumption to be swept",
    "S": "setting of the run, no claim about the world",
}
SETTING = "S"


class ConfigError(ValueError):
    """A setting that cannot be: which key, the value it was given, and what is allowed, in one line."""

    def __init__(self, key: str, value: Any, why: str) -> None:
        self.key, self.value, self.why = key, value, why
        super().__init__(f"{key}: {why}" if value is MISSING else f"{key}={shown(value)}: {why}")


def shown(value: Any) -> str:
    """A value as one would type it, cut at eighty characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."


# ---- declaring ---------------------------------------------------------------------------------------------

def number(
    unit: str, low: float, high: float, grade: str, source: str, *, default: Any = MISSING, length: int = 0
) -> Any:
    """Declare a number, or `length` numbers in a row: unit, bounds (both allowed), evidence grade, source.

    Serves float, int and bool fields and tuples of them. Without a default the yaml must hold a value.
    """
    if grade not in GRADES:
        raise TypeError(f"grade {grade!r} is none of {', '.join(GRADES)}")
    rules = {"unit": unit, "low": low, "high": high, "grade": grade, "source": source, "length": length}
    return field(default=default, metadata=rules)


def choice(options: Sequence[str], source: str, *, default: Any = MISSING) -> Any:
    """Declare a word out of a list; in a tuple field, any number of words out of it."""
    return field(default=default, metadata={"options": tuple(options), "grade": SETTING, "source": source})


def text(source: str, *, default: Any = MISSING) -> Any:
    """Declare a free text such as a name or a path."""
    return field(default=default, metadata={"grade": SETTING, "source": source})


def switch(source: str, *, default: Any = MISSING) -> Any:
    """Declare a setting that is on or off."""
    return number("switch", 0, 1, SETTING, source, default=default)


# ---- building ----------------------------------------------------------------------------------------------

def build[T](cls: type[T], mapping: Any, path: str = "") -> T:
    """The dataclass that a mapping describes, each value checked against its declaration.

    `path` is where the mapping stands in the whole configuration, for messages. Nested dataclasses, tuples,
    `X | None` and `dict[str, X]` are built too. Raises ConfigError for an unknown key (naming the nearest and
    all that exist), a missing one, a wrong type, or a value out of range.
    """
    _require_mapping(mapping, path)
    known = declared(cls)
    for name in mapping:
        if name not in known:
            raise unknown(join(path, str(name)), known)
    types = _types(cls)  # type: ignore[arg-type]
    values = {name: _field(one, types[name], mapping, path) for name, one in known.items()}
    try:
        return cls(**{name: value for name, value in values.items() if value is not MISSING})
    except ValueError as error:  # a dataclass's own check of several values against each other
        raise error if isinstance(error, ConfigError) else ConfigError(path, MISSING, str(error)) from None


def declared(cls: Any) -> dict[str, Field[Any]]:
    """The fields of a dataclass that a mapping may set, by name, in declared order."""
    return {one.name: one for one in fields(cls) if one.init}


def join(path: str, name: str) -> str:
    """The dotted key of `name` under `path`."""
    return f"{path}.{name}" if path else name


def unknown(key: str, known: Iterable[str]) -> ConfigError:
    """The error for a key that does not exist: the nearest one, and all that do."""
    names = list(known)
    hint = near(key.rpartition(".")[2], names)
    return ConfigError(key, MISSING, f"no such key; {hint}keys here: {listed(names)}")


def near(word: str, words: Iterable[str]) -> str:
    """`did you mean x? ` when one of the words looks like `word`, else nothing."""
    found = difflib.get_close_matches(word, list(words), n=1)
    return f"did you mean {found[0]}? " if found else ""


def listed(words: Iterable[str]) -> str:
    """Words with commas, or `none`."""
    return ", ".join(words) or "none"


@cache
def _types(cls: Any) -> dict[str, Any]:
    """The resolved type of every field of a dataclass."""
    return get_type_hints(cls)


def _field(one: Field[Any], kind: Any, mapping: Mapping[str, Any], path: str) -> Any:
    """One field's value out of its mapping; MISSING stands for the declared default."""
    key = join(path, one.name)
    if one.name in mapping:
        return _convert(kind, mapping[one.name], key, one.metadata)
    if one.default is MISSING and one.default_factory is MISSING:
        raise ConfigError(key, MISSING, f"is missing; {_allowed(kind, one.metadata)}")
    return MISSING


def _convert(kind: Any, value: Any, key: str, rules: Mapping[str, Any]) -> Any:
    """`value` as the declared type; raises ConfigError when it is none."""
    if get_origin(kind) in (Union, UnionType):
        [only] = [part for part in get_args(kind) if part is not NoneType]
        return None if value is None else _convert(only, value, key, rules)
    if is_dataclass(kind):
        return build(kind, value, key)  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind)[0], value, key, rules)
    if get_origin(kind) in (dict, Mapping):
        _require_mapping(value, key)
        inner = get_args(kind)[1]
        return {str(name): _convert(inner, item, join(key, str(name)), rules) for name, item in value.items()}
    return _scalar(kind, value, key, rules)


def _require_mapping(value: Any, key: str) -> None:
    """Raise ConfigError unless `value` holds keys of its own."""
    if not isinstance(value, Mapping):
        raise ConfigError(key or "the configuration", value, "must be a group of keys, not a single value")


def _tuple(kind: Any, value: Any, key: str, rules: Mapping[str, Any]) -> tuple[Any, ...]:
    """A list of values of one type, of the declared length if there is one."""
    length = rules.get("length", 0)
    if not isinstance(value, list | tuple) or (length and len(value) != length):
        size = f" of {length}" if length else ""
        raise ConfigError(key, value, f"must be a list{size}, each of which {_allowed(kind, rules)}")
    return tuple(_convert(kind, item, f"{key}[{place}]", rules) for place, item in enumerate(value))


def _scalar(kind: Any, value: Any, key: str, rules: Mapping[str, Any]) -> Any:
    """A single value: read as its type, then held against the bounds or options."""
    reader = _READERS.get(kind)
    if reader is None:
        return value
    found = reader(value)
    if found is None or not _fits(found, rules):
        raise ConfigError(key, value, _allowed(kind, rules))
    return found


def _fits(value: Any, rules: Mapping[str, Any]) -> bool:
    """Whether a value of the right type is within the declared bounds or options (NaN never is)."""
    if "options" in rules:
        return value in rules["options"]
    return "low" not in rules or rules["low"] <= value <= rules["high"]


def _read_bool(value: Any) -> bool | None:
    """true or false, also written 1 or 0."""
    return bool(value) if isinstance(value, bool | int) and value in (0, 1) else None


def _read_int(value: Any) -> int | None:
    """A whole number, also written 1e6."""
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_float(value: Any) -> float | None:
    """A number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _read_str(value: Any) -> str | None:
    """A text; numbers typed without quotes are taken as text."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


_READERS: dict[Any, Callable[[Any], Any]] = {
    bool: _read_bool, int: _read_int, float: _read_float, str: _read_str,
}


def _allowed(kind: Any, rules: Mapping[str, Any]) -> str:
    """What a field takes, in words: `must be a number from 0 to 5 (logit)`."""
    if "options" in rules:
        return f"must be one of {listed(rules['options'])}"
    if kind is bool:
        return "must be true or false"
    if "low" not in rules:
        return "must be a text" if kind is str else "must be a group of keys"
    noun = "a whole number" if kind is int else "a number"
    unit = f" ({rules['unit']})" if rules["unit"] else ""
    return f"must be {noun} from {span(rules)}{unit}"


def span(rules: Mapping[str, Any]) -> str:
    """The declared bounds: `0 to 5`."""
    return f"{_bound(rules['low'])} to {_bound(rules['high'])}"


def _bound(value: float) -> str:
    """A bound without needless digits."""
    return str(value) if isinstance(value, int) else f"{value:g}"


# ---- back to plain values ----------------------------------------------------------------------------------

def to_plain(config: Any) -> Any:
    """A built configuration as dicts, lists and scalars, such as JSON and yaml know, defaults filled in.

    Raises ValueError for a float that is not finite: JSON has none.
    """
    values = asdict(config) if is_dataclass(config) and not isinstance(config, type) else config
    return json.loads(json.dumps(values, allow_nan=False))
