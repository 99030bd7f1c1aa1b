"""What the store promises: what comes out is what went in, and damage is found, told and mended."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.lab.item import Item, warm_item
from sim.lab.sealed import DamagedError, seal, unseal
from sim.lab.store import Store, StoreError
from sim.schema import ConfigError
from tests.unit.lab_items import study

KEY = "ab" + "0" * 62
NPS = np.array([np.nan, -0.1, 1 / 3, 5e-324, 0])
DAILY = {"day": np.arange(5), "orders": np.array([1, 2, 3, 4, 2**40]), "nps": NPS}
META = {"key": KEY, "summary": {"orders": 1 / 3, "nps": float("nan")}, "note": "兴趣"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with one item."""
    found = Store(tmp_path / "store")
    found.write(KEY, DAILY, META)
    return found


def test_an_item_comes_back_bit_for_bit(store: Store) -> None:
    back = Store(store.root).read(KEY)
    assert list(back.daily) == list(DAILY)
    for name, column in DAILY.items():
        assert back.daily[name].astype(float).tobytes() == column.astype(float).tobytes()
    assert back.summary["orders"] == 1 / 3 and np.isnan(back.summary["nps"])
    assert (back.meta["note"], back.meta["key"]) == ("兴趣", KEY)


def test_the_same_item_is_the_same_file_whoever_writes_it(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    other.write(KEY, DAILY, META)
    assert other.path(KEY).read_bytes() == store.path(KEY).read_bytes()


def test_no_single_byte_can_change_unseen() -> None:
    """Flipping any one bit of table or facts, or cutting the file anywhere, shows; the footer's own frame apart."""
    whole = seal(DAILY, META)
    facts = whole.index(b'{"key"')
    length = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    for place in (*range(length), *range(facts, facts + 60)):
        with pytest.raises(DamagedError):
            unseal(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1:])
    for end in range(0, len(whole), 7):
        with pytest.raises(DamagedError):
            unseal(whole[:end])


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "another"])
def test_a_damaged_item_is_put_aside_told_in_a_line_and_can_be_written_again(
    store: Store, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = store.path(KEY)
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-9], "garbage": os.urandom(900), "empty": b"",
                      "another": seal(DAILY, META | {"key": "cd" + KEY[2:]})}[damage])
    assert not store.has(KEY)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1 and "damaged" in told[0] and str(path) in told[0]
    assert [one.name for one in path.parent.iterdir()] == [f"{KEY}.damaged"]
    with pytest.raises(KeyError):
        store.read(KEY)
    store.write(KEY, DAILY, META)
    assert store.has(KEY) and path.read_bytes() == whole
    assert not capsys.readouterr().err


def test_damage_after_the_first_look_is_found_at_the_next(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert store.has(KEY)
    store.path(KEY).write_bytes(b"PAR1")
    assert not store.has(KEY) and "damaged" in capsys.readouterr().err


def test_a_damaged_world_is_put_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sim.lab.work import Job, attempt

    store = Store(tmp_path)
    world = warm_item(study()[0].config)
    assert attempt(Job(world.key, world, str(tmp_path))).error == ""
    assert store.has_world(world.key)
    path = store.world_path(world.key)
    whole = path.read_bytes()
    other = path.with_name("ab" + path.name[2:])
    for data in (whole[: len(whole) // 2], whole[:5000] + b"x" + whole[5001:], b"garbage"):
        path.write_bytes(data)
        assert not store.has_world(world.key)
        assert path.with_name(f"{world.key}.damaged").exists() and not path.exists()
    other = store.world_path("ab" + world.key[2:])
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(whole)
    assert not store.has_world("ab" + world.key[2:])
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_a_writer_killed_half_way_leaves_nothing_that_is_taken_for_an_item(tmp_path: Path) -> None:
    code = f"""
import os, numpy as np
from pathlib import Path
from sim.lab.store import Store
os.replace = lambda draft, path: os.kill(os.getpid(), 9)
Store(Path({str(tmp_path)!r})).write({KEY!r}, {{"day": np.arange(3)}}, {{"summary": {{}}}})
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    assert not Store(tmp_path).has(KEY) and Store(tmp_path).find("ab") == []


def test_a_store_that_cannot_be_written_is_one_line_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"store=.*file.*cannot be written"):
        Store(tmp_path / "file" / "store").require_writable()


def test_a_full_disk_is_one_line(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="cannot be written: No space left on device"):
        store.write("cd" + KEY[2:], DAILY, META)
    assert [path.name for path in store.root.rglob("*cd*")] == ["cd"]


def test_a_key_is_the_question_and_nothing_else() -> None:
    """How and where a world is simulated has no part in its key; world, luck, horizon and parent have."""
    from dataclasses import replace

    item = study()[0]
    config = item.config
    for same in (replace(config, threads=7), replace(config, out="x", check=True), replace(config, progress=True)):
        assert Item("other name", same, item.parent).key == item.key
    others = [replace(config, horizon=7), replace(config, replication=1), replace(config, seed=5),
              replace(config, block="confirm"), replace(config, burn_in=5)]
    assert len({item.key, Item("a", config).key, *(Item("a", one, item.parent).key for one in others)}) == 7


def test_the_arms_of_a_replication_share_their_warm_world() -> None:
    baseline, other, treated, _ = study()
    assert warm_item(treated.config).key == warm_item(baseline.config).key == treated.parent == baseline.parent
    assert other.parent != baseline.parent
