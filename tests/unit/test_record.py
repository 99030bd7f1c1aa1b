"""What the recorder promises: tables come back bit for bit, and a reader never meets half a file."""
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from sim.files import (
    atomic,
    columns_of,
    plain,
    read_columns,
    write_columns,
    write_json,
    write_text,
)
from sim.parts import DayTable, RowTable, join
from sim.record import ORDER_LOG, Identity, Recorder, log_rows, read_daily, recorded_key
from sim.schema import ConfigError
from sim.tables import ORDER, REFUNDED

CONFIG = {"era": "omni", "policy": {"subsidy": {"depth": 0.13, "stop": None}}, "seeds": [1, 2], "tiny": 1e-7}
WHO = Identity("ab12", seed=2**63 + 5, source_digest="f00d", config=CONFIG, block="confirm", replication=3)


@dataclass(frozen=True)
class Record:
    """The record group of a configuration."""

    burn_in: bool = False
    orders: bool = True
    panel: int = 2
    traffic: bool = False


def some_orders(count: int, day: int) -> np.ndarray:
    """Orders whose every field tells them apart."""
    rows = np.zeros(count, ORDER_LOG)
    rows["day"], rows["final_day"] = day, day + 9
    rows["user"], rows["paid_fen"] = np.arange(count), 1_000 * day + np.arange(count)
    rows["user_key"] = 2**32 - 1 - np.arange(count)
    return rows


def some_users(day: int) -> np.ndarray:
    """Two sampled users with a vector column."""
    users = np.zeros(2, np.dtype([("key", "u4"), ("z", "f4"), ("taste", "f4", (3,))], align=True))
    users["key"], users["z"] = (7, 9), day / 3
    users["taste"] = np.arange(6).reshape(2, 3) + day
    return users


def record_days(recorder: Recorder, days: range) -> None:
    """Some days of a world, with a metric that is undefined at first."""
    for day in days:
        nps = np.nan if day < 2 else 0.1 * day
        recorder.add_day({"dau": 10 + day, "nps": nps, "gmv_gross": day / 7}, day)
        recorder.add_orders([some_orders(3, day), some_orders(0, day), some_orders(2, day)], day)
        recorder.add_panel(some_users(day), day)
        recorder.end_day()


def leftovers(folder: Path) -> list[str]:
    """Temporary names in a folder and below."""
    return [path.name for path in folder.rglob("*") if path.name.endswith(".tmp")]


# ---- tables

def test_a_daily_table_comes_back_bit_for_bit(tmp_path):
    with Recorder(Record(), tmp_path, WHO) as recorder:
        record_days(recorder, range(5))
        written = recorder.close()
    read = read_daily(tmp_path)
    assert list(read) == ["day", "dau", "nps", "gmv_gross"]
    for name, column in written.items():
        assert read[name].dtype == column.dtype and read[name].tobytes() == column.tobytes()
    assert read_daily(tmp_path / "daily.parquet").keys() == read.keys()


def test_whole_numbers_stay_int64_and_the_undefined_stays_nan():
    columns = columns_of([{"dau": 1, "new": 2.0}, {"dau": np.int32(2), "late": 5}])
    assert columns["dau"].dtype == np.int64
    assert columns["late"].dtype == np.float64 and np.isnan(columns["late"][0])
    assert np.isnan(columns["new"][1])
    assert list(columns) == ["day", "dau", "new", "late"]


def test_a_run_of_no_days_leaves_an_empty_table(tmp_path):
    with Recorder(Record(), tmp_path, WHO) as recorder:
        recorder.close()
        recorder.finish({}, {})
    assert len(read_daily(tmp_path)["day"]) == 0
    assert pq.read_table(tmp_path / "orders.parquet").schema.names == list(ORDER_LOG.names)
    assert not (tmp_path / "panel.parquet").exists()


def test_burn_in_is_recorded_only_on_demand(tmp_path):
    for burn_in, first in ((False, 0), (True, -2)):
        with Recorder(Record(burn_in=burn_in), tmp_path / str(burn_in), WHO) as recorder:
            record_days(recorder, range(-2, 3))
            assert recorder.close()["day"][0] == first
        assert read_columns(tmp_path / str(burn_in) / "orders.parquet")["day"][0] == first


def order_table(folder: Path) -> RowTable:
    """An empty order log, its parts beside it."""
    return RowTable(folder / "orders.parquet", folder / "parts", ORDER_LOG)


@pytest.mark.parametrize("group_rows", [1, 7, 15, 1_000])
def test_the_joined_table_is_the_same_file_wherever_its_parts_were_cut(tmp_path, group_rows):
    batches = [some_orders(day % 4, day) for day in range(20)]
    files, whole = set(), np.concatenate(batches)
    for every in (1, 3, 100):
        table = order_table(tmp_path / str(every))
        for day, rows in enumerate(batches):
            table.append(rows)
            if day % every == 0:
                table.flush(day)
        table.flush(99)
        join(table.parts(), table.path, group_rows)
        read = read_columns(table.path)
        assert all(read[name].tobytes() == whole[name].tobytes() for name in ORDER_LOG.names)
        assert pq.ParquetFile(table.path).num_row_groups == -(-len(whole) // group_rows)
        files.add(table.path.read_bytes())
    assert len(files) == 1


def test_columns_may_come_late_be_undefined_at_times_and_end_as_if_known_from_the_start(tmp_path):
    days = [{"day": 0, "dau": 1, "nps": 3}, {"day": 1, "dau": 2, "nps": 2**53 + 1}, {"day": 2, "dau": 3, "nps": 0.5},
            {"day": 3, "dau": 4, "late": 7}]
    table = DayTable(tmp_path / "daily.parquet", tmp_path / "parts")
    for lived, row in enumerate(days):
        table.append(row)
        table.flush(lived)
    table.finish(4)
    read = read_columns(table.path)
    assert list(read) == list(columns_of(days))
    for name, column in columns_of(days).items():
        assert read[name].dtype == column.dtype and np.array_equal(read[name], column, equal_nan=True)


def test_rows_added_after_a_part_was_written_for_the_same_day_join_it(tmp_path):
    table = order_table(tmp_path)
    for _ in range(2):
        table.append(some_orders(2, 1))
        table.flush(1)
    assert len(table.parts()) == 1
    table.finish(1)
    assert read_columns(table.path)["paid_fen"].tolist() == 2 * [1_000, 1_001]


def test_a_table_keeps_its_own_copy_of_a_reused_buffer(tmp_path):
    table, buffer = order_table(tmp_path), some_orders(2, 1)
    table.append(buffer)
    buffer["paid_fen"] = -1
    table.finish(1)
    assert read_columns(table.path)["paid_fen"].tolist() == [1_000, 1_001]


def test_aligned_and_packed_rows_are_the_same_table_and_others_are_refused(tmp_path):
    table = order_table(tmp_path)
    table.append(some_orders(2, 0).astype(np.dtype(ORDER_LOG.descr, align=True)))
    with pytest.raises(ValueError, match=r"orders\.parquet"):
        table.append(np.zeros(1, [("day", "i4")]))
    table.finish(1)
    assert read_columns(table.path)["user_key"].tolist() == [2**32 - 1, 2**32 - 2]


def test_the_panel_holds_vectors_and_the_day(tmp_path):
    with Recorder(Record(), tmp_path, WHO) as recorder:
        record_days(recorder, range(3))
        recorder.close()
    table = pq.read_table(tmp_path / "panel.parquet")
    assert table["day"].to_pylist() == [0, 0, 1, 1, 2, 2]
    assert table["taste"].to_pylist()[3] == [4.0, 5.0, 6.0]


def test_the_log_holds_the_order_books_amounts_under_names_with_units():
    book = np.zeros(2, ORDER)
    book["paid"], book["subsidy"], book["list_price"], book["final"] = (5, 6), (1, 2), (7, 9), (11, 12)
    book["status"], book["user_key"] = REFUNDED, 2**32 - 1
    rows = log_rows(book)
    assert rows.dtype == ORDER_LOG
    assert (rows["status"] == REFUNDED).all() and (rows["user_key"] == 2**32 - 1).all()
    amounts = rows[["paid_fen", "subsidy_fen", "list_fen", "final_day"]]
    assert amounts.tolist() == [(5, 1, 7, 11), (6, 2, 9, 12)]


# ---- whole or absent

def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "summary.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic(path) as draft:
        draft.write_text("ne")
        raise RuntimeError
    assert path.read_text() == "old" and leftovers(tmp_path) == []


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt, "interrupted"), (ValueError, "failed")])
def test_a_run_that_stops_keeps_readable_tables_under_another_name(tmp_path, error, status):
    with pytest.raises(error), Recorder(Record(), tmp_path, WHO) as recorder:
        record_days(recorder, range(4))
        raise error
    assert not any((tmp_path / f"{name}.parquet").exists() for name in ("daily", "orders", "panel"))
    assert len(read_columns(tmp_path / "orders.partial.parquet")["day"]) == 20
    assert read_columns(tmp_path / "daily.partial.parquet")["day"].tolist() == [0, 1, 2, 3]
    assert json.loads((tmp_path / "manifest.json").read_text())["status"] == status
    assert leftovers(tmp_path) == []


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_record as t
recorder = t.Recorder(t.Record(), Path(sys.argv[1]), t.WHO)
t.record_days(recorder, range(4))
recorder.flush()
t.record_days(recorder, range(4, 6))
os._exit(9)
"""


def killed(folder: Path) -> None:
    """Leave a folder as a process does that dies two days after a flush."""
    here = Path(__file__).parent
    command = [sys.executable, "-c", KILLED, str(folder), str(here)]
    assert subprocess.run(command, cwd=here.parents[1], check=False).returncode == 9


def test_a_killed_run_keeps_what_was_flushed_and_has_no_final_file(tmp_path):
    killed(tmp_path)
    assert not any((tmp_path / f"{name}.parquet").exists() for name in ("daily", "orders", "panel"))
    assert recorded_key(tmp_path) == "ab12"
    parts = {name: read_columns(tmp_path / "unfinished" / f"{name}-000004.parquet") for name in ("daily", "orders")}
    assert parts["daily"]["day"].tolist() == [0, 1, 2, 3] and len(parts["orders"]["day"]) == 20


def test_the_next_run_keeps_the_rows_of_the_days_it_need_not_live_again(tmp_path):
    for lived in (4, 0):
        killed(tmp_path)
        (tmp_path / "unfinished" / "orders-000006.parquet").touch()  # a part of a later day than is known
        with Recorder(Record(), tmp_path, WHO, lived=lived) as recorder:
            record_days(recorder, range(lived, 6))
            assert recorder.close()["day"].tolist() == list(range(6))
            recorder.finish({}, {})
        assert len(read_columns(tmp_path / "orders.parquet")["day"]) == 30
        assert not (tmp_path / "unfinished").exists()


def test_what_others_put_beside_the_parts_stays(tmp_path):
    killed(tmp_path)
    (tmp_path / "unfinished" / "notes.txt").write_text("mine")
    with Recorder(Record(), tmp_path, WHO) as recorder:
        recorder.close()
        recorder.finish({}, {})
    assert [path.name for path in (tmp_path / "unfinished").iterdir()] == ["notes.txt"]


def test_two_runs_cannot_write_into_one_folder_at_a_time(tmp_path):
    with Recorder(Record(), tmp_path, WHO) as first:
        record_days(first, range(2))
        with pytest.raises(ConfigError, match="another run is writing"):
            Recorder(Record(), tmp_path, WHO)
        assert len(first.close()["day"]) == 2
    Recorder(Record(), tmp_path, WHO)


def test_a_folder_never_mixes_two_runs(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "panel.png").write_text("an earlier run's")
    Recorder(Record(), tmp_path, WHO)
    assert not (tmp_path / "panel.png").exists() and (tmp_path / "notes.txt").exists()


# ---- manifest, study, summary, runs

def finished(folder: Path) -> dict:
    """The manifest of a finished run."""
    with Recorder(Record(), folder, WHO) as recorder:
        record_days(recorder, range(-3, 3))
        recorder.close()
        facts = {"recall": 0.93, "thickness": {"creator": np.float64(4)}}
        recorder.finish({"nps": float("nan"), "dau": 11.5}, facts)
    return json.loads((folder / "manifest.json").read_text())


def test_the_manifest_says_what_ran(tmp_path):
    manifest = finished(tmp_path)
    assert manifest["status"] == "done" and manifest["days"] == 6 and manifest["days_per_second"] > 0
    assert (manifest["key"], manifest["seed"], manifest["block"]) == ("ab12", 2**63 + 5, "confirm")
    assert manifest["recall"] == 0.93 and manifest["thickness"] == {"creator": 4.0}
    assert {"numpy", "numba", "mesa"} <= manifest["packages"].keys()
    assert str(tmp_path) not in json.dumps(manifest)


def test_the_study_file_reads_back_as_the_config_that_was_given(tmp_path):
    finished(tmp_path)
    assert yaml.safe_load((tmp_path / "study.yaml").read_text()) == CONFIG


def test_the_undefined_is_null_in_json_and_nan_in_the_runs_table(tmp_path):
    finished(tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text()) == {"nps": None, "dau": 11.5}
    run = pq.read_table(tmp_path / "runs.parquet").to_pylist()
    assert len(run) == 1 and run[0]["seed"] == 2**63 + 5 and run[0]["replication"] == 3
    assert np.isnan(run[0]["nps"]) and run[0]["dau"] == 11.5


def test_a_folder_without_a_run_has_no_key_and_a_strange_manifest_is_named(tmp_path):
    assert recorded_key(tmp_path) is None
    write_json(tmp_path / "manifest.json", {"name": "something else"})
    with pytest.raises(ValueError, match="manifest"):
        recorded_key(tmp_path)


def test_plain_values_know_no_numpy_and_refuse_the_unknown():
    assert plain({"a": (np.int64(3), np.float32(0.5)), "b": Path("x/y"), "c": Record()}) == {
        "a": [3, 0.5], "b": "x/y", "c": {"burn_in": False, "orders": True, "panel": 2, "traffic": False}}
    assert plain([float("inf"), float("nan")], finite=True) == [None, None]
    with pytest.raises(TypeError, match="function"):
        plain({"rule": plain})


def test_columns_may_be_read_by_name(tmp_path):
    write_columns(tmp_path / "t.parquet", {"a": np.arange(3), "b": np.array([1.0, np.nan, 3.0])})
    assert list(read_columns(tmp_path / "t.parquet", ["b"])) == ["b"]


def test_traffic_is_kept_only_where_it_is_asked_for_and_there_is_some(tmp_path: Path) -> None:
    """Rows with their day, parts joined; no file where nothing was boosted, nor without the switch."""
    rows = np.zeros(2, [("slot", "U7"), ("gained", "i8")])
    rows["slot"], rows["gained"] = ["room", "organic"], [5, -5]
    for name, asked, told in (("kept", True, [rows]), ("none", True, []), ("off", False, [rows])):
        with Recorder(Record(traffic=asked), tmp_path / name, WHO) as recorder:
            for day in (-1, 0, 1):
                recorder.add_day({"gmv": 1.0}, day)
                recorder.add_traffic(told, day)
                recorder.flush()
            recorder.close()
            recorder.finish({}, {})
        assert (tmp_path / name / "traffic.parquet").exists() == (name == "kept")
    table = pq.read_table(tmp_path / "kept" / "traffic.parquet")
    assert table["day"].to_pylist() == [0, 0, 1, 1] and table["slot"].to_pylist() == ["room", "organic"] * 2
    assert table["gained"].to_pylist() == [5, -5] * 2
