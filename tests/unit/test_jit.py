"""The compiled-kernel cache: never yesterday's rule, never compiled twice, never in the way."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import interpreted, jit, sources

CALLED = '''
from sim.jit import kernel

@kernel
def rule(x: float) -> float:
    return x + {step}
'''
CALLING = '''
from sim.called import rule
from sim.jit import kernel

@kernel
def loop(n: int) -> float:
    total = 0.0
    for i in range(n):
        total += rule(float(i))
    return total
'''
ASK = '''
from sim.calling import loop
result = loop(4)
print(result, sum(loop.stats.cache_hits.values()), sum(loop.stats.cache_misses.values()))
'''


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the decorator's package with a rule in one file and the loop that calls it in another."""
    package = tmp_path / "sim"
    package.mkdir()
    (package / "__init__.py").touch()
    for module in (interpreted, jit, sources):
        shutil.copy(str(module.__file__), package)
    (package / "called.py").write_text(CALLED.format(step=1))
    (package / "calling.py").write_text(CALLING)
    return tmp_path


def ask(checkout: Path, code: str = ASK, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh process against the copy, with a cache of its own."""
    env = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1",
           "ICSIM_CACHE_DIR": str(checkout / "cache"), "NUMBA_DISABLE_JIT": "0", **extra}
    return subprocess.run([sys.executable, "-c", code], cwd=checkout, env=env, capture_output=True, text=True,
                          check=True)


def test_a_changed_rule_in_another_file_is_never_served_from_the_cache(checkout: Path) -> None:
    assert ask(checkout).stdout.split() == ["10.0", "0", "1"]
    assert ask(checkout).stdout.split() == ["10.0", "1", "0"]  # a plain second process compiles nothing
    (checkout / "sim" / "called.py").write_text(CALLED.format(step=10))
    assert ask(checkout).stdout.split() == ["46.0", "0", "1"]
    assert len(list((checkout / "cache").iterdir())) == 4  # two files, twice


def test_an_edit_that_a_kernel_cannot_reach_compiles_nothing(checkout: Path) -> None:
    ask(checkout)
    (checkout / "sim" / "figures.py").write_text("from sim.calling import loop\n")
    assert ask(checkout).stdout.split() == ["10.0", "1", "0"]


def test_a_second_checkout_of_the_same_sources_compiles_nothing(checkout: Path, tmp_path: Path) -> None:
    ask(checkout)
    other = shutil.copytree(checkout / "sim", tmp_path / "other" / "sim").parent
    again = ask(other, ASK, ICSIM_CACHE_DIR=str(checkout / "cache"))
    assert again.stdout.split() == ["10.0", "1", "0"]


@pytest.mark.parametrize("line", [
    "import sim.called", "from sim import called", "from sim.called import rule",
    "from sim.called import (\n    rule,\n)", "def late():\n    from sim.called import rule",
])
def test_every_way_to_import_counts(checkout: Path, line: str) -> None:
    (checkout / "sim" / "calling.py").write_text(line + "\n")
    code = "from pathlib import Path; from sim.sources import digest_of; print(digest_of(Path('sim/calling.py')))"
    before = ask(checkout, code).stdout
    (checkout / "sim" / "called.py").write_text("changed = True\n")
    assert ask(checkout, code).stdout != before


def test_the_digest_is_of_every_source_and_of_nothing_else(checkout: Path) -> None:
    code = "from sim.sources import source_digest; print(source_digest(), source_digest(('called.py', 'lab')))"
    whole, part = ask(checkout, code).stdout.split()
    (checkout / "sim" / "lab").mkdir()
    (checkout / "sim" / "lab" / "notes.txt").write_text("not a source")
    assert ask(checkout, code).stdout.split() == [whole, part]
    (checkout / "sim" / "lab" / "store.py").write_text("")
    changed, same = ask(checkout, code).stdout.split()
    assert changed != whole and same == part


def test_the_digest_costs_less_than_a_glance() -> None:
    sources.source_digest.cache_clear()
    start = time.process_time()
    sources.source_digest()
    assert time.process_time() - start < 0.05


def test_a_folder_that_cannot_be_written_costs_one_line_and_nothing_else(checkout: Path) -> None:
    (checkout / "file").write_text("in the way")
    answer = ask(checkout, ASK, ICSIM_CACHE_DIR=str(checkout / "file"))
    assert answer.stdout.split() == ["10.0", "0", "1"]
    lines = answer.stderr.splitlines()
    assert len(lines) == 1 and "ICSIM_CACHE_DIR" in lines[0]
    spare = Path(lines[0].split("using ")[1].split(" for this run")[0])
    assert not spare.exists()


def test_without_jit_a_kernel_is_the_plain_function(checkout: Path) -> None:
    code = "from sim.calling import loop; print(loop(4), type(loop).__name__)"
    assert ask(checkout, code, NUMBA_DISABLE_JIT="1").stdout.split() == ["10.0", "function"]
    assert not (checkout / "cache").exists()


def test_importing_the_decorator_does_not_import_numba(checkout: Path) -> None:
    assert ask(checkout, "import sys, sim.jit; print('numba' in sys.modules)").stdout.strip() == "False"


def test_kernels_divide_like_numpy_and_leave_numbas_own_setting_alone(checkout: Path) -> None:
    (checkout / "sim" / "ratio.py").write_text(
        "from sim.jit import kernel, typed_kernel\n\n@kernel\ndef ratio(a, b):\n    return a / b\n\n"
        "@typed_kernel('float64(float64, float64)')\ndef typed(a, b):\n    return a / b\n")
    code = ("import numba; before = numba.config.CACHE_DIR\nfrom sim.ratio import ratio, typed\n"
            "print(ratio(1.0, 0.0), typed(1, 4), len(typed.signatures), before == numba.config.CACHE_DIR)")
    assert ask(checkout, code).stdout.split() == ["inf", "0.25", "1", "True"]


def test_only_old_folders_of_machine_code_are_pruned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    used = tmp_path / ("a" * 24)
    monkeypatch.setattr(jit, "cache_root", lambda: tmp_path)
    monkeypatch.setattr(jit, "_used", {used.name})
    old, young, other = tmp_path / ("b" * 24), tmp_path / ("c" * 24), tmp_path / "kept by the user"
    for folder in (used, old, young, other):
        folder.mkdir()
    for folder in (used, old, other):
        os.utime(folder, (0, time.time() - 31 * jit.DAY_SECONDS))
    assert jit.prune_cache() == [old]
    assert sorted(tmp_path.iterdir()) == sorted([used, young, other])


@pytest.mark.parametrize(("platform", "variable", "expected"), [
    ("linux", "XDG_CACHE_HOME", "icsim"), ("win32", "LOCALAPPDATA", "icsim"),
    ("darwin", "HOME", "Library/Caches/icsim"),
])
def test_the_cache_lives_where_the_system_keeps_caches(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str, expected: str) -> None:
    monkeypatch.delenv("ICSIM_CACHE_DIR", raising=False)
    monkeypatch.setattr(jit.sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert jit.cache_root() == tmp_path / expected
    monkeypatch.setenv("ICSIM_CACHE_DIR", str(tmp_path / "own"))
    assert jit.cache_root() == tmp_path / "own"
