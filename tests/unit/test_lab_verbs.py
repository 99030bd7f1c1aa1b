"""`icsim checkpoint`, `warm=`, `icsim replay`, `icsim status`: what they say is so, and what cannot be is one line."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import cli
from sim.checkpoint import load, saved_config, state_hash
from sim.compose import configure
from sim.lab.engines import close_engines
from sim.lab.execute import execute
from sim.lab.item import Item, warm_item
from sim.lab.sealed import seal
from sim.lab.store import Store
from sim.lab.work import warm_world
from sim.lab.workshop import items_of
from sim.schema import ConfigError
from tests.unit.lab_items import ONE, SMALL, study

WORLD = SMALL[:3]


@pytest.fixture(scope="module", autouse=True)
def _no_workers_left() -> Iterator[None]:
    """End the workers of these tests with them."""
    yield
    close_engines()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str], str]:
    """A command line: exit code, lines printed, complaint."""
    capsys.readouterr()
    code = cli.main(words)
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


# ---- checkpoint and warm=

def test_a_saved_world_is_the_morning_of_day_0_and_a_run_goes_on_from_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = call(capsys, "checkpoint", *WORLD, "out=worlds/w.npz")
    born = warm_world(warm_item(configure(*WORLD)), 1).world
    assert code == 0 and f"state hash  {state_hash(born)}" in said
    assert state_hash(load(here / "worlds" / "w.npz")) == state_hash(born)
    assert saved_config(here / "worlds" / "w.npz")[1] == warm_item(configure(*WORLD)).key
    treated = (*WORLD, "horizon=6", "policy=[subsidy]")
    assert call(capsys, "run", *treated, "out=branch", "warm=worlds/w.npz")[0] == 0
    assert call(capsys, "run", *treated, "out=scratch")[0] == 0
    for name in ("daily.parquet", "orders.parquet"):
        assert (here / "branch" / name).read_bytes() == (here / "scratch" / name).read_bytes()
    branch = configure(*treated, "warm=worlds/w.npz")
    assert Item("a", configure(*treated), warm_item(branch).key).key == Item("a", branch).key


@pytest.mark.parametrize(("words", "said"), [
    (("checkpoint", "population=toy"), "out: must name the file to write"),
    (("checkpoint", "population=toy", "out=w"), "out=w: must end with .npz"),
    (("checkpoint", "population=toy", "out=old.npz"), "out=old.npz: exists"),
    (("run", "population=toy", "warm=no.npz"), "warm=no.npz: is not a readable checkpoint"),
    (("run", "population=toy", "warm=old.npz"), "warm=old.npz: is not a readable checkpoint"),
    (("run", *WORLD, "seed=2", "warm=w.npz"), "seed=2: a branch cannot change it (the checkpoint has 1)"),
    (("run", *WORLD, "world.arrival.habit=0", "warm=w.npz"), "world.arrival.habit=0.0: a branch cannot change it"),
    (("run", *WORLD, "horizon=0", "warm=w.npz"), "horizon=0: must be later than day 0, on which w.npz is"),
    (("compare", "arms=[baseline,subsidy]", *WORLD, "n=3", "warm=w.npz"), "holds no world of seed 1, block explore, "),
    (("compare", "arms=[baseline,subsidy]", *WORLD, "n=2", "backend=dask", "backend.address=here"),
     "backend.address=here: must be written tcp://host:port"),
    (("replay", "abc"), "abc: begins no item's key; store=runs/store"),
    (("replay",), "key: begins no item's key"),
    (("status", "nowhere"), "nowhere: is not the folder of a study, a run or a store"),
    (("status", "a", "b"), "b: icsim status DIR takes no further arguments"),
])
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    (here / "old.npz").write_bytes(b"PK, but no more")
    if "warm=w.npz" in words:
        assert call(capsys, "checkpoint", *WORLD, "out=w.npz")[0] == 0
    before = sorted(path.name for path in here.iterdir())
    code, _, complaint = call(capsys, *words)
    assert code == 2 and len(complaint.splitlines()) == 1 and said in complaint
    assert sorted(path.name for path in here.iterdir()) == before


def test_arms_go_on_from_a_folder_of_saved_worlds(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for k in range(2):
        assert call(capsys, "checkpoint", *WORLD, f"replication={k}", f"out=worlds/{k}.npz")[0] == 0
    arms = {name: configure(*SMALL, f"policy={policy}", "warm=worlds")
            for name, policy in (("baseline", "[]"), ("subsidy", "[subsidy]"))}
    items, warm = items_of(arms, "baseline", range(2))
    assert (warm, [item.parent for item in items]) == ([], [item.parent for item in study()])
    assert [item.key for item in items] == [item.key for item in study()]


# ---- replay

@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The worlds of one replication."""
    found = Store(tmp_path_factory.mktemp("lab") / "runs" / "store")
    assert not execute(study(1), found, ONE, progress=False).failures
    return found


def test_replay_finds_every_item_identical_even_without_its_warm_world(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    item = study(1)[1]
    for prefix in (item.key[:10], item.parent[:10]):
        code, said, _ = call(capsys, "replay", prefix, f"store={store.root}")
        assert code == 0 and said[-1].startswith(prefix) and said[-1].endswith("identical to the last bit")
    store.world_path(item.parent).unlink()
    assert call(capsys, "replay", item.key[:10], f"store={store.root}")[0] == 0
    assert store.has_world(item.parent)


def test_replay_names_the_smallest_difference(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """The last bit of one day, and of one summary number, in a file that is whole otherwise."""
    item = study(1)[0]
    path, found = store.path(item.key), store.read(item.key)
    whole = path.read_bytes()
    found.daily["gmv_gross"] = found.daily["gmv_gross"].copy()
    found.daily["gmv_gross"][4] = np.nextafter(found.daily["gmv_gross"][4], np.inf)
    summary = found.summary | {"orders": np.nextafter(found.summary["orders"], 0)}
    path.write_bytes(seal(found.daily, found.meta | {"summary": summary}))
    code, said, _ = call(capsys, "replay", item.key, f"store={store.root}")
    path.write_bytes(whole)
    assert code == 1 and "DIFFERS, 2 differences" in said[-1]
    assert said[0].startswith("column gmv_gross: ") and said[0].endswith("on day 4")
    assert said[1].startswith("summary number orders: ")


# ---- status

def test_status_counts_what_is_done_failed_and_missing(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = study(1)
    bad = replace(items[0], arm="bad", config=replace(items[0].config, burn_in=5))
    execute([*items, bad], store, ONE, progress=False, out=tmp_path)
    code, said, _ = call(capsys, "status", str(tmp_path))
    rows = [line.split() for line in said]
    assert code == 1
    assert ["baseline", "1", "1", "0", "0"] in rows and ["bad", "1", "0", "1", "0"] in rows
    assert said[-1] == "failed: bad, world 0: sim.schema.ConfigError: burn_in=5: a branch cannot change it (the " \
                       "checkpoint has 4)"
    code, said, _ = call(capsys, "status", str(tmp_path), "lang=zh")
    assert code == 1 and said[-1].startswith("失败：bad，世界 0：") and "项已在" in said[0]
    assert call(capsys, "status", str(tmp_path), "lang=fr")[0] == 2
    (tmp_path / "failures" / "bad-0.txt").unlink()
    code, said, _ = call(capsys, "status", str(tmp_path))
    assert code == 0 and ["bad", "1", "0", "0", "1"] in [line.split() for line in said]


def test_status_of_a_store_is_number_and_size(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = call(capsys, "status", str(store.root))
    size = sum(path.stat().st_size for path in store.root.rglob("*.parquet"))
    assert code == 0 and said[1] == f"  2 items, {size / 1e6:.1f} MB" and said[2].startswith("  1 warm worlds")


def test_a_world_without_a_key_is_not_adopted(store: Store, tmp_path: Path) -> None:
    from sim.checkpoint import save

    save(load(store.world_path(study(1)[0].parent)), tmp_path / "w.npz")
    with pytest.raises(ConfigError, match="has no key"):
        store.adopt(tmp_path / "w.npz")
