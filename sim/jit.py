"""The one compiled-kernel decorator, and the cache that can never serve yesterday's rule.

`numba`'s own cache looks only at the file that holds a function: it would serve a stale machine code when
a *called* function in another file has changed. Here every module's machine code lies in a folder named after a
digest of its source and of all sources it imports, so any edit opens fresh folders for the modules it can reach, and
only for those. Where the sources lie does not matter: two checkouts of one program share their machine code.
"""
from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from sim.sources import digest_of

F = TypeVar("F", bound=Callable[..., Any])

CORE = ("jit.py", "handle.py")  # they shape every kernel, and no rule imports them both
DAY_SECONDS = 86_400.0


def machine_key(digest: str) -> str:
    """The name of a module's machine code: digest of its sources, numba version and CPU name, 24 hex digits."""
    import numba

    parts = (digest, numba.__version__, _cpu())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


@cache
def _cpu() -> str:
    """The processor that numba compiles for."""
    import numba
    from llvmlite import binding  # type: ignore[import-untyped,unused-ignore]

    config: Any = numba.config
    return str(config.CPU_NAME or binding.get_host_cpu_name())


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
def cache_home() -> Path:
    """The folder this process keeps all its compiled kernels in, made and known to be writable.

    When the user's cache folder cannot be written, one line on stderr says so and a temporary folder takes
    its place: private, handed to child processes by `ICSIM_CACHE_DIR`, removed when this process ends.
    """
    try:
        folder = cache_root()
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
    return Path(spare)


def _make_writable(folder: Path) -> str | None:
    """Make the folder and try it; the problem, if any."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return error.strerror or str(error)
    return None


@cache
def cache_dir(file: Path) -> Path:
    """The folder of the machine code of one source file, made, and touched since its age tells its last use."""
    folder = cache_home() / machine_key(digest_of(file, CORE))
    folder.mkdir(exist_ok=True)
    os.utime(folder)
    _used.add(folder.name)
    return folder


_used: set[str] = set()  # names of the folders this process reads or writes


def prune_cache(days: float = 30.0) -> list[Path]:
    """Remove folders of machine code that no process has used for `days`; return those removed.

    Only folders named like a machine key are touched, never those in use.
    """
    root = cache_root()
    oldest = time.time() - days * DAY_SECONDS
    found = sorted(root.iterdir()) if root.is_dir() else []
    unused = [path for path in found if _is_key(path) and path.name not in _used]
    stale = [path for path in unused if path.stat().st_mtime < oldest]
    for path in stale:
        shutil.rmtree(path, ignore_errors=True)
    return stale


def _is_key(path: Path) -> bool:
    """Whether a path looks like a folder that `cache_dir` made."""
    return len(path.name) == 24 and set(path.name) <= set("0123456789abcdef") and path.is_dir()


class Locator:
    """Where numba keeps one function's machine code: numba's protocol for a cache locator."""

    def __init__(self, file: Path, line: int) -> None:
        self.file, self.line = file, line

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Locator | None:
        """A locator for a function that stands in a file."""
        path = Path(file)
        return cls(path, function.__code__.co_firstlineno) if path.is_file() else None

    def ensure_cache_path(self) -> None:
        """Make the folder."""
        cache_dir(self.file)

    def get_cache_path(self) -> str:
        """The folder of this file's machine code, shared by all checkouts with the same sources."""
        return str(cache_dir(self.file))

    def get_source_stamp(self) -> str:
        """What must be unchanged for the machine code to hold."""
        return digest_of(self.file, CORE)

    def get_disambiguator(self) -> str:
        """What tells two functions of one name and file apart."""
        return str(self.line)


def kernel(function: F) -> F:
    """Compile a rule or a phase loop: no fastmath, no GIL, cached under the package's digest.

    Compiled at the first call, once for each combination of argument types. Division by zero gives inf or nan
    as in numpy. With `NUMBA_DISABLE_JIT=1` it stays Python, see `sim.interpreted`.
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
    """numba's njit with our options, and our locator of machine code for as long as it takes to choose one."""
    import numba

    config: Any = numba.config
    njit: Any = numba.njit
    options = {"error_model": "numpy", "nogil": True}
    if config.DISABLE_JIT:
        from sim.interpreted import interpret

        return cast(F, interpret(function, *signature))
    before, config.CACHE_LOCATOR_CLASSES = config.CACHE_LOCATOR_CLASSES, f"{__name__}.{Locator.__name__}"
    try:
        return njit(*signature, cache=True, **options)(function)
    finally:
        config.CACHE_LOCATOR_CLASSES = before
