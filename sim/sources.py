"""What the program's own sources are: digests that name the whole of it, or all that one module is made of."""
from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
NAME = PACKAGE.name
IMPORT = re.compile(rf"^\s*(?:from\s+({NAME}[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)|import\s+({NAME}[\w.]*))",
                    re.MULTILINE)
WORD = re.compile(r"\w+")


@cache
def source_digest(leave_out: tuple[str, ...] = ()) -> str:
    """Sixty-four hex digits that name the program: sha256 of every Python source of the package.

    `leave_out` holds first path parts to skip, such as `("lab", "dashboard")`. Computed once a process; later
    edits of the files on disk do not change it, because the modules already imported do not change either.
    """
    return _digest(path for name, path in _sources() if name.split("/")[0] not in leave_out)


@cache
def digest_of(file: Path, always: tuple[str, ...] = ()) -> str:
    """Sixty-four hex digits that name a module: sha256 of its source and of all it imports from the package.

    Followed through imports of imports, wherever in a file they stand. `always` names files of the package, such as
    `handle.py`, that shape what becomes of every module without being imported by it. A module that no import leads
    to, such as the lab's, can change without changing the digest.
    """
    roots = [file.resolve(), *(PACKAGE / name for name in always)]
    found: set[Path] = set()
    while roots:
        path = roots.pop()
        if path not in found and path.is_file():
            found.add(path)
            roots.extend(_imports(path))
    return _digest(sorted(found))


def _digest(paths: Iterable[Path]) -> str:
    """sha256 of files by their names in the package and their contents."""
    digest = hashlib.sha256()
    for path in paths:
        body = _body(path)
        name = path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else path.name
        digest.update(f"{name}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()


@cache
def _body(path: Path) -> bytes:
    """A file's bytes, read once a process."""
    return path.read_bytes()


def _sources() -> list[tuple[str, Path]]:
    """Every source file of the package with its posix name, sorted by name."""
    found = []
    for folder, folders, files in os.walk(PACKAGE):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [Path(folder, name) for name in files if name.endswith(".py")]
    return sorted((path.relative_to(PACKAGE).as_posix(), path) for path in found)


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    """The files of the package that a file imports, itself or by name out of a folder."""
    text = _body(path).decode()
    modules = set()
    for module, names, plain in IMPORT.findall(text):
        modules.add(module or plain)
        modules.update(f"{module}.{name}" for name in WORD.findall(names) if module)
    return tuple(sorted(file for module in modules for file in _files_of(module)))


@cache
def _files_of(module: str) -> tuple[Path, ...]:
    """The source of a dotted module of the package, if it is one: a file, or a folder's `__init__.py`."""
    base = PACKAGE.joinpath(*module.split(".")[1:])
    return tuple(path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file())
