"""The one compiled-kernel decorator, and the cache that can never serve yesterday's rule.

`numba`'s own cache looks only at the file that holds a function: it would serve a stale machine code when
a *called* function in another file has changed. Here the cache folder is named after a digest of all sources
of the package, so any edit anywhere opens a fresh folder.
"""
from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE = Path(__file__).resolve().parent
DAY_SECONDS = 86_400.0


@cache
def source_digest(leave_out: tuple[str, ...] = ()) -> str:
    """Sixty-four hex digits that name the program: sha256 of every Python source of the package.

    `leave_out` holds first path parts to skip, such as `("lab", "dashboard")`. Computed once a process; later
    edits of the files on disk do not change it, because the modules already imported do not change either.
    """
    digest = hashlib.sha256()
    for name, path in _sources(leave_out):
        body = path.read_bytes()
        digest.update(f"{name}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()


def _sources(leave_out: Iterable[str]) -> list[tuple[str, Path]]:
    """Every source file of the package with its posix name, sorted by name."""
    found = []
    for folder, folders, files in os.walk(PACKAGE):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [Path(folder, name) for name in files if name.endswith(".py")]
    named = sorted((path.relative_to(PACKAGE).as_posix(), path) for path in found)
    skip = set(leave_out)
    return [(name, path) for name, path in named if name.split("/")[0] not in skip]


@cache
def cache_key() -> str:
    """The name of this program's machine code: sources, numba version and CPU name, 24 hex digits."""
    import numba
    from llvmlite import binding  # type: ignore[import-untyped,unused-ignore]

    config: Any = numba.config
    cpu = config.CPU_NAME or binding.get_host_cpu_name()
    parts = (source_digest(), numba.__version__, cpu)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def cache_root() -> Path:
    """The user's folder for compiled kernels: `ICSIM_CACHE_DIR`, or `icsim` in the system's cache folder."""
    own = os.environ.get("ICSIM_CACHE_DIR")
    return Path(own).expanduser() if own else _user_cache() / "icsim"


def _user_cache() -> Path:
    """Where this operating system keeps a user's caches (XDG on Linux)."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@cache
def cache_dir() -> Path:
    """The folder this process keeps its compiled kernels in, made and known to be writable.

    When the user's cache folder cannot be written, one line on stderr says so and a temporary folder takes
    its place: private, handed to child processes by `ICSIM_CACHE_DIR`, removed when this process ends.
    """
    try:
        folder = cache_root() / cache_key()
        problem = _make_writable(folder)
    except RuntimeError as error:  # a user without a home
        folder, problem = Path("~"), str(error)
    return folder if problem is None else _spare_dir(folder, problem)


def _spare_dir(folder: Path, problem: str) -> Path:
    """A temporary folder for compiled kernels, announced in one line."""
    spare = tempfile.mkdtemp(prefix="icsim-")
    atexit.register(shutil.rmtree, spare, ignore_errors=True)
    os.environ["ICSIM_CACHE_DIR"] = spare
    print(f"icsim: cannot keep compiled kernels in {folder} ({problem}); using {spare} for this run. "
          "Set ICSIM_CACHE_DIR to a writable folder.", file=sys.stderr)
    own = Path(spare, cache_key())
    own.mkdir()
    return own


def _make_writable(folder: Path) -> str | None:
    """Make the folder and touch it, since its age tells `prune_cache` its last use; the problem, if any."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        os.utime(folder)
    except OSError as error:
        return error.strerror or str(error)
    return None


def prune_cache(days: float = 30.0) -> list[Path]:
    """Remove folders of machine code that no process has used for `days`; return those removed.

    Only folders named like a cache key are touched, never the one in use.
    """
    root, used = cache_root(), cache_dir().name
    oldest = time.time() - days * DAY_SECONDS
    found = sorted(root.iterdir()) if root.is_dir() else []
    unused = [path for path in found if _is_key(path) and path.name != used]
    stale = [path for path in unused if path.stat().st_mtime < oldest]
    for path in stale:
        shutil.rmtree(path, ignore_errors=True)
    return stale


def _is_key(path: Path) -> bool:
    """Whether a path looks like a folder that `cache_dir` made."""
    return len(path.name) == 24 and set(path.name) <= set("0123456789abcdef") and path.is_dir()


def kernel(function: F) -> F:
    """Compile a rule or a phase loop: no fastmath, no GIL, cached under the package's digest.

    Compiled at the first call, once for each combination of argument types. Division by zero gives inf or nan
    as in numpy. With `NUMBA_DISABLE_JIT=1` the function comes back as it is.
    """
    return _compile(function)


def typed_kernel(signature: Any) -> Callable[[F], F]:
    """Compile like `kernel`, at import and for one numba signature only; arguments are converted to it.

    For small kernels with hundreds of call sites: numba would otherwise compile them anew for every mixture
    of literals, enum members and integer widths (0.5 s each for a draw of `sim.rng`).
    """
    def decorate(function: F) -> F:
        return _compile(function, signature)

    return decorate


def _compile(function: F, *signature: Any) -> F:
    """numba's njit with our options, and our cache folder for as long as it takes to choose one."""
    import numba

    config: Any = numba.config
    njit: Any = numba.njit
    options = {"error_model": "numpy", "nogil": True}
    if config.DISABLE_JIT:
        return njit(**options)(function)
    before, config.CACHE_DIR = config.CACHE_DIR, str(cache_dir())
    try:
        return njit(*signature, cache=True, **options)(function)
    finally:
        config.CACHE_DIR = before
