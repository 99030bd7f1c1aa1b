"""What no linter knows: kernels are made by `sim.jit` only, and randomness comes from `sim.rng` only."""
from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SIM = Path(__file__).parents[2] / "sim"
COMPILERS = {"jit", "njit", "generated_jit", "vectorize", "guvectorize", "cfunc", "stencil", "jitclass", "prange"}
MAY_COMPILE = {"jit.py"}
MAY_DRAW = {"rng.py", "genesis.py", "lab/stats/draws.py"}
SOURCES = sorted(path.relative_to(SIM).as_posix() for path in SIM.rglob("*.py"))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def names_used(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of all that a file imports, or reaches through a dot, when it runs."""
    for node in running(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.lineno, dotted(node)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those for type checkers: annotations, and blocks under `if TYPE_CHECKING`."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        if isinstance(node, ast.If) and dotted(node.test) == "TYPE_CHECKING" and name == "body":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from running(child)


def compilers(source: str) -> list[str]:
    """Uses of numba's own decorators."""
    return [f"line {line}: {name}" for line, name in names_used(ast.parse(source))
            if name.startswith("numba.") and COMPILERS & set(name.split("."))]


def generators(source: str) -> list[str]:
    """Uses of numpy's or the standard library's random numbers."""
    return [f"line {line}: {name}" for line, name in names_used(ast.parse(source))
            if f"{name}.".startswith(("random.", "np.random.", "numpy.random.", "secrets."))]


@pytest.mark.parametrize("name", SOURCES)
def test_only_jit_compiles(name: str) -> None:
    assert name in MAY_COMPILE or compilers((SIM / name).read_text("utf-8")) == []


@pytest.mark.parametrize("name", SOURCES)
def test_only_rng_genesis_and_resampling_draw(name: str) -> None:
    assert name in MAY_DRAW or generators((SIM / name).read_text("utf-8")) == []


@pytest.mark.parametrize("source", [
    "import numba\n@numba.njit\ndef f(): ...", "from numba import njit", "from numba import vectorize as v",
    "import numba\ng = numba.jit(cache=True)(f)", "from numba.experimental import jitclass",
])
def test_a_bare_compiler_is_seen(source: str) -> None:
    assert compilers(source)


@pytest.mark.parametrize("source", [
    "import random", "from random import choice", "import numpy as np\nx = np.random.rand()",
    "from numpy.random import default_rng", "import numpy\nnumpy.random.seed(1)", "from numpy import random",
])
def test_a_loose_draw_is_seen(source: str) -> None:
    assert generators(source)


@pytest.mark.parametrize("source", [
    "from sim.jit import kernel\n@kernel\ndef f(): ...", "import numba\nv = numba.__version__",
    "def f(rng: np.random.Generator) -> np.random.Generator: ...",
    "if TYPE_CHECKING:\n    from numpy.random import Generator", "model.random.random()",
])
def test_what_is_allowed_is_not_reported(source: str) -> None:
    assert compilers(source) + generators(source) == []
