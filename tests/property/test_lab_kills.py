"""Whatever happens while a study runs: what was done stays, the rest follows, and the tables are the same bytes.

Workers, nannies, clients and schedulers are killed, the disk is full, two clients ask the same at once.
"""
from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from sim.lab.engines import close_engines
from sim.lab.store import ITEM
from tests.unit import lab_client

CHECKOUT = Path(__file__).parents[2]
N, HORIZON = 3, 150
WORLDS = 3 * N  # a warm world and two arms each
DASK = importlib.util.find_spec("distributed") is not None
pytestmark = [pytest.mark.slow]
needs_dask = pytest.mark.skipif(not DASK, reason="Dask is not installed; make dask")


def begin(*words: object) -> subprocess.Popen[str]:
    """A Python process in a session of its own."""
    return subprocess.Popen([sys.executable, *map(str, words)], cwd=CHECKOUT, text=True, start_new_session=True,
                            env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def client(root: Path, *settings: str) -> subprocess.Popen[str]:
    """The study, begun."""
    return begin("-m", "tests.unit.lab_client", root / "store", root / "out", N, HORIZON, "workers=2", *settings)


def until(true: Callable[[], object], seconds: float = 90.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def done(root: Path) -> set[str]:
    """Keys of the items in a store."""
    return {path.name.removesuffix(ITEM) for path in (root / "store").glob(f"??/*{ITEM}")}


def members(session: int) -> list[psutil.Process]:
    """The processes of a session that are still at work."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (OSError, psutil.Error):
            continue
    return found


def workers(session: int) -> list[psutil.Process]:
    """The spawned processes of a session that simulate."""
    return [one for one in members(session) if "spawn_main" in " ".join(one.cmdline())]


def tables(root: Path) -> list[bytes]:
    """The study's tables."""
    return [(root / "out" / f"{name}.parquet").read_bytes() for name in ("runs", "daily")]


def finish(process: subprocess.Popen[str]) -> tuple[int, list[int]]:
    """Exit code, and what it said of worlds done, skipped and failed; nobody of its session is left."""
    out, err = process.communicate(timeout=240)
    until(lambda: not members(process.pid), 10)
    assert "Traceback" not in err, err
    return process.returncode, [int(word) for word in out.splitlines()[-1].split()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The tables of a study that nobody disturbed, made in this process."""
    root = tmp_path_factory.mktemp("undisturbed")
    assert lab_client.main([str(root / "store"), str(root / "out"), str(N), str(HORIZON), "workers=2"]) == 0
    close_engines()
    return tables(root)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A real scheduler with two workers, begun by hand: its address, and the two nannies."""
    file = tmp_path / "scheduler.json"
    scheduler = begin("-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                      "--scheduler-file", file)
    until(file.exists)
    nannies = [begin("-m", "dask", "worker", "--scheduler-file", file, "--nthreads", "1", "--no-dashboard",
                     "--memory-limit", "0", "--local-directory", tmp_path) for _ in range(2)]
    try:
        yield json.loads(file.read_text())["address"], nannies
    finally:
        for process in (scheduler, *nannies):
            for one in members(process.pid):
                one.kill()
            process.communicate()


# ---- this machine

@pytest.mark.parametrize("settings", [("kind=local",), pytest.param(("kind=dask",), marks=needs_dask)])
def test_a_worker_of_this_machine_is_killed(
    undisturbed: list[bytes], settings: tuple[str, ...], tmp_path: Path
) -> None:
    study = client(tmp_path, *settings)
    until(lambda: len(done(tmp_path)) >= 2)
    workers(study.pid)[0].kill()
    code, (made, skipped, failed) = finish(study)
    assert (code, made, skipped, failed) == (0, WORLDS, 0, 0)
    assert tables(tmp_path) == undisturbed


@pytest.mark.parametrize("settings", [("kind=local",), pytest.param(("kind=dask",), marks=needs_dask)])
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_client_is_killed_or_interrupted(
    undisturbed: list[bytes], settings: tuple[str, ...], way: signal.Signals, tmp_path: Path
) -> None:
    study = client(tmp_path, *settings)
    until(lambda: len(done(tmp_path)) >= 2)
    if way == signal.SIGINT:
        os.killpg(study.pid, way)  # as a terminal does
    else:
        study.send_signal(way)
    _, err = study.communicate(timeout=60)
    assert study.returncode == (130 if way == signal.SIGINT else -way)
    said = [line for line in err.splitlines() if "resource_tracker" not in line and "warnings.warn" not in line]
    assert said == (["icsim: interrupted"] if way == signal.SIGINT else [])
    until(lambda: not members(study.pid), 10)
    before = done(tmp_path)
    assert 2 <= len(before) < 2 * N
    code, (made, skipped, failed) = finish(client(tmp_path, *settings))
    assert (code, skipped, failed) == (0, len(before), 0)
    assert 2 * N - len(before) <= made <= WORLDS - len(before)
    assert tables(tmp_path) == undisturbed


# ---- a scheduler with two workers

@needs_dask
@pytest.mark.parametrize("victim", ["worker", "nanny"])
def test_a_worker_or_its_nanny_is_killed(
    undisturbed: list[bytes], cluster: tuple[str, list[subprocess.Popen[str]]], victim: str, tmp_path: Path
) -> None:
    address, (nanny, other) = cluster
    study = client(tmp_path, "kind=dask", f"address={address}")
    until(lambda: len(done(tmp_path)) >= 2)
    if victim == "nanny":
        nanny.kill()
        until(lambda: not workers(nanny.pid), 30)
    else:
        workers(nanny.pid)[0].kill()
    code, counts = finish(study)
    assert (code, counts) == (0, [WORLDS, 0, 0])
    assert tables(tmp_path) == undisturbed
    assert len(members(other.pid)) > 1


@needs_dask
def test_the_client_of_a_scheduler_is_killed(
    undisturbed: list[bytes], cluster: tuple[str, list[subprocess.Popen[str]]], tmp_path: Path
) -> None:
    address, _ = cluster
    study = client(tmp_path, "kind=dask", f"address={address}")
    until(lambda: len(done(tmp_path)) >= 2)
    study.kill()
    study.communicate()
    code, (made, skipped, failed) = finish(client(tmp_path, "kind=dask", f"address={address}"))
    assert (code, failed) == (0, 0) and skipped >= 2
    assert made + skipped <= WORLDS
    assert tables(tmp_path) == undisturbed


@needs_dask
def test_the_scheduler_is_killed(
    undisturbed: list[bytes], cluster: tuple[str, list[subprocess.Popen[str]]], tmp_path: Path
) -> None:
    address, _ = cluster
    study = client(tmp_path, "kind=dask", f"address={address}")
    until(lambda: len(done(tmp_path)) >= 2)
    port = int(address.rpartition(":")[2])
    [pid] = {one.pid for one in psutil.net_connections("tcp")
             if one.status == psutil.CONN_LISTEN and one.laddr.port == port}
    os.kill(pid, signal.SIGKILL)
    code, (made, _, failed) = finish(study)
    assert code == 1 and made >= 2 and failed >= 1
    [line] = set((tmp_path / "out" / "failures").glob("*.txt").__next__().read_text().splitlines())
    assert line == f"the scheduler {address} is gone"
    code, (_, skipped, failed) = finish(client(tmp_path, "kind=local"))
    assert (code, failed) == (0, 0) and skipped >= 2
    assert tables(tmp_path) == undisturbed


# ---- other misfortunes

@needs_dask
def test_a_world_that_takes_too_long_is_ended_on_a_cluster_too(
    cluster: tuple[str, list[subprocess.Popen[str]]], tmp_path: Path
) -> None:
    address, nannies = cluster
    before = {one.pid for nanny in nannies for one in workers(nanny.pid)}
    study = begin("-m", "tests.unit.lab_client", tmp_path / "store", tmp_path / "out", 2, 20_000, "kind=dask",
                  f"address={address}", "timeout=15", "on_error=skip")
    code, (made, _, failed) = finish(study)
    assert (code, made, failed) == (1, 2, 4)  # the warm worlds are done, their branches are not
    for path in (tmp_path / "out" / "failures").iterdir():
        assert path.read_text() == "timed out after 15 s\n"
    until(lambda: not before & {one.pid for nanny in nannies for one in workers(nanny.pid)}, 30)


def test_two_clients_ask_the_same_at_once(undisturbed: list[bytes], tmp_path: Path) -> None:
    studies = [begin("-m", "tests.unit.lab_client", tmp_path / "store", tmp_path / f"out{k}", N, HORIZON, "workers=1")
               for k in range(2)]
    for study in studies:
        code, (made, skipped, failed) = finish(study)
        assert (code, failed) == (0, 0) and made + skipped <= WORLDS
    for k in range(2):
        found = [(tmp_path / f"out{k}" / f"{name}.parquet").read_bytes() for name in ("runs", "daily")]
        assert found == undisturbed
    assert not list((tmp_path / "store").rglob(".*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 kB, where we may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], capture_output=True,
                             check=False)
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_ends_the_study_in_one_line_each_and_more_space_resumes_it(
    undisturbed: list[bytes], small_disk: Path, tmp_path: Path
) -> None:
    words = ("-m", "tests.unit.lab_client", small_disk / "store", tmp_path / "out", N, HORIZON, "workers=1")
    code, (made, skipped, failed) = finish(begin(*words))
    assert (code, skipped) == (1, 0) and made >= 1 and failed >= 1
    for path in (tmp_path / "out" / "failures").iterdir():
        assert path.read_text() == f"the store {small_disk / 'store'} cannot be written: No space left on device\n"
    assert not list(small_disk.rglob(".*"))
    before = {path.name: path.stat().st_ino for path in (small_disk / "store").glob("??/*")}
    subprocess.run(["mount", "-o", "remount,size=9m", str(small_disk)], check=True)
    code, (more, _, failed) = finish(begin(*words))
    assert (code, made + more, failed) == (0, WORLDS, 0)
    assert tables(tmp_path) == undisturbed
    after = {path.name: path.stat().st_ino for path in (small_disk / "store").glob("??/*")}
    assert before.items() <= after.items()
