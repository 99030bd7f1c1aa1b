"""A researcher's order log: read alike from every format, refused in one line, and CDNOW's published figures met.

The CDNOW tests need the shared data folder beside the checkout, or named by ICSIM_DATA.
"""
from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.lab.patterns.orderfile import Orders, read_orders
from sim.lab.patterns.reading import read_log, side_by_side
from sim.lab.patterns.reading_figure import readings_figure
from sim.orderlog import GAP_EDGES
from sim.schema import ConfigError
from tests.unit.test_patterns import lived  # noqa: F401  (a fixture)

DATA = Path(os.environ.get("ICSIM_DATA", Path(__file__).parents[3] / "shared" / "data"))
MASTER = DATA / "cdnow_master.txt"
needs_cdnow = pytest.mark.skipif(not MASTER.is_file(), reason=f"no {MASTER}; ICSIM_DATA names the folder")

ROWS = [("00017", "1997-01-01", 11.77), ("00002", "1997-01-12", 12.0), ("00002", "1997-01-12", 77.0),
        ("00017", "1997-03-30", 0.0), ("00004", "1998-02-05", 26.48)]
Icsim = Callable[..., Any]


def write_csv(path: Path, rows: list[tuple[Any, ...]], head: str = "customer,date,value") -> Path:
    """A CSV file of these rows."""
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n", "utf-8")
    return path


def content(orders: Orders) -> list[tuple[Any, ...]]:
    """A log's days and rows, in an order of their own."""
    rows = zip(*(column.tolist() for column in orders.columns.values()), strict=True)
    return [orders.days, orders.first, *sorted(rows)]


# ---- reading

def test_every_format_and_order_of_rows_gives_the_same_log(tmp_path: Path) -> None:
    plain = content(read_orders(write_csv(tmp_path / "a.csv", ROWS)))
    assert plain[:2] == [401, read_orders(tmp_path / "a.csv").first] and str(plain[1]) == "1997-01-01"
    assert content(read_orders(write_csv(tmp_path / "b.csv", ROWS[::-1]))) == plain
    turned = [(value, "x", day, who) for who, day, value in ROWS]
    assert content(read_orders(write_csv(tmp_path / "c.csv", turned, "Value,note,DATE,Customer"))) == plain
    compact = [(who, day.replace("-", ""), value) for who, day, value in ROWS]
    assert content(read_orders(write_csv(tmp_path / "d.csv", compact))) == plain
    timed = [(who, f"{day} 23:59:59", value) for who, day, value in ROWS]
    assert content(read_orders(write_csv(tmp_path / "e.csv", timed))) == plain
    who, day, value = zip(*ROWS, strict=True)
    days = pa.array(np.array(day, "datetime64[D]"))
    pq.write_table(pa.table({"customer": list(who), "date": days, "value": list(value)}), tmp_path / "f.parquet")
    assert content(read_orders(tmp_path / "f.parquet")) == plain
    for name, head in (("g.txt", ""), ("h.txt", " customer_id  date number_of_cds  dollar_value\n")):
        lines = [f" {who} {day.replace('-', '')}  1 {value:7.2f}\n" for who, day, value in ROWS]
        (tmp_path / name).write_text(head + "".join(lines))
        assert content(read_orders(tmp_path / name)) == plain


def test_amounts_are_exact_hundredths_and_orders_are_numbered_by_customer(tmp_path: Path) -> None:
    columns = read_orders(write_csv(tmp_path / "a.csv", ROWS)).columns
    assert sorted(columns["paid_fen"].tolist()) == [0, 1177, 1200, 2648, 7700]
    assert [columns["nth"][columns["user"] == user].tolist() for user in range(3)] == [[1, 2], [1], [1, 2]]


BAD = {
    "holds no order": "customer,date,value\n",
    "has no column date; needed: customer, date, value; found: customer, day, value": "customer,day,value\n1,2,3\n",
    "order 2: date is 'soon'; it must be a date": "customer,date,value\n1,2024-01-01,3\n1,soon,3\n",
    "order 1: date is '5'; it must be a date": "customer,date,value\n1,5,3\n",
    "order 2: value is 'x'; it must be a number from 0 on": "customer,date,value\n1,20240101,3\n1,20240102,x\n",
    "order 2: value is '-4'": "customer,date,value\n1,2024-01-01,3\n1,2024-02-01,-4\n",
    "order 1: value is empty": "customer,date,value\n1,2024-01-01,\n2,2024-01-01,4\n",
    "order 2: customer is empty": "customer,date,value\n1,2024-01-01,3\n,2024-02-01,4\n",
    "has no column": "",
}


@pytest.mark.parametrize(("why", "text"), BAD.items())
def test_a_bad_log_costs_one_line_and_no_simulation(icsim: Icsim, tmp_path: Path, why: str, text: str) -> None:
    (tmp_path / "log.csv").write_text(text)
    done = icsim("patterns", "orders=log.csv")
    assert done.code == 2 and done.err.startswith(f"icsim: orders=log.csv: {why}") and done.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bytes(range(256)) * 9)
    with pytest.raises(ConfigError, match=r"orders=.*(cannot be read|has no column)"):
        read_orders(tmp_path / name)


def test_a_log_finds_no_simulated_one_beside_it_if_none_is_recorded(icsim: Icsim, tmp_path: Path) -> None:
    write_csv(tmp_path / "log.csv", ROWS)
    for setting in ("record.orders=false", "horizon=0"):
        done = icsim("patterns", "orders=log.csv", setting)
        assert done.code == 2 and "needs simulated orders" in done.err


def test_a_world_in_which_nobody_ordered_has_nothing_to_compare(icsim: Icsim, tmp_path: Path) -> None:
    write_csv(tmp_path / "log.csv", ROWS)
    world = ("population=toy", "population.users=0", "horizon=2", "progress=false", "out=world")
    done = icsim("patterns", "orders=log.csv", *world)
    assert done.code == 1 and "icsim: nobody ordered in the simulated world" in done.err
    done = icsim("patterns", "orders=log.csv", "from=world")
    assert done.code == 2 and done.err == "icsim: from=world: holds no orders to compare\n"


# ---- side by side

def test_a_log_stands_beside_a_simulated_one(icsim: Icsim, tmp_path: Path, lived: Path) -> None:  # noqa: F811
    write_csv(tmp_path / "mine.csv", ROWS)
    done = icsim("patterns", f"from={lived}", "orders=mine.csv", "out=both")
    assert done.code == 0 and "mine: 401 days from 1997-01-01" in done.out
    assert sorted(path.name for path in (tmp_path / "both").iterdir()) == ["orders.json", "orders.png"]
    logs = json.loads((tmp_path / "both" / "orders.json").read_text("utf-8"))["logs"]
    assert [log["name"] for log in logs] == ["mine", "simulated"]
    assert (logs[0]["orders"], logs[0]["customers"], logs[0]["repeat_ever"]) == (4, 3, pytest.approx(1 / 3))
    assert logs[0]["active_month_6"] == 0 and logs[1]["active_month_6"] is None  # 70 days hold no month 6


def test_the_same_log_twice_reads_the_same(tmp_path: Path) -> None:
    log = read_orders(write_csv(tmp_path / "a.csv", ROWS))
    one, two = (read_log(name, log.columns, log.days) for name in ("one", "two"))
    assert one.numbers == pytest.approx(two.numbers, rel=0, abs=0, nan_ok=True)
    figure = readings_figure([one, two], "twice")
    gaps_drawn = figure.axes[1].lines[1:]
    assert np.array_equal(*(line.get_xydata() for line in gaps_drawn)) and len(gaps_drawn) == 2
    lines = side_by_side([one, two]).splitlines()[1:]
    assert all(line.split()[-1] == line.split()[-2] for line in lines)


def test_long_names_stay_on_the_paper_and_in_their_panel(tmp_path: Path) -> None:
    log = read_orders(write_csv(tmp_path / "a.csv", ROWS * 40))
    readings = [read_log("orders of our own shop since 2019 without returns", log.columns, log.days)] * 2
    figure = readings_figure(readings, "title")
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [axes.get_legend().get_window_extent(renderer) for axes in figure.axes if axes.get_legend()]
    assert len(boxes) >= 3 and all(box.x1 <= figure.bbox.width for box in boxes)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_a_log_without_orders_cannot_be_read_but_says_so() -> None:
    empty = {name: np.zeros(0, np.int64) for name in ("user", "spell", "nth", "day", "paid_fen")}
    with pytest.raises(ValueError, match="holds no order"):
        read_log("empty", empty, 10)


# ---- CDNOW

@pytest.fixture(scope="module")
def cdnow() -> Any:
    """CDNOW's 69,659 orders, read."""
    log = read_orders(MASTER)
    assert len(log.columns["user"]) == 69_659
    return read_log("CDNOW", log.columns, log.days)


def reference(name: str) -> list[list[str]]:
    """The rows of a reference file."""
    with (DATA / name).open(encoding="utf-8") as lines:
        return list(csv.reader(lines))[1:]


@needs_cdnow
def test_cdnow_customers_by_orders_and_their_ladder(cdnow: Any) -> None:
    expected = {int(k): int(n) for k, n in reference("cdnow_orders_per_customer.csv")}
    found = {k: int(n) for k, n in enumerate(cdnow.each, 1)}
    assert {k: found[k] for k in expected} == expected and cdnow.customers == 23_570
    reached = cdnow.each[::-1].cumsum()[::-1]
    for k, chance in reference("cdnow_next_order_prob.csv"):
        assert reached[int(k)] / reached[int(k) - 1] == pytest.approx(float(chance), abs=1e-12)


@needs_cdnow
def test_cdnow_gaps(cdnow: Any) -> None:
    classes = [float(share) for _, share in reference("cdnow_gap_hist.csv")]
    assert cdnow.gaps.shares(GAP_EDGES).tolist() == pytest.approx(classes, abs=1e-12)


@needs_cdnow
def test_cdnow_months_of_which_every_customer_was_followed(cdnow: Any) -> None:
    whole = np.flatnonzero(cdnow.cohort.followed == cdnow.customers)
    expected = {int(m): float(share) for m, share in reference("cdnow_28d_retention.csv")}
    assert whole.tolist() == list(range(16))
    for month in whole[1:]:
        assert cdnow.cohort.curve[month] == pytest.approx(expected[month], abs=1e-12)


@needs_cdnow
def test_cdnow_lies_in_the_bands_that_real_customers_set(cdnow: Any) -> None:
    numbers = cdnow.numbers
    assert 2.5 <= numbers["ladder_mean_orders"] <= 3.5 and numbers["ladder_window"] > 365
    assert 0.45 <= numbers["p_next_1"] <= 0.65 and 0.70 <= numbers["p_next_4"] <= 0.78
    assert 1.1 <= numbers["gap_cv"] <= 1.4 and 0.40 <= numbers["gap_median_over_mean"] <= 0.65
    assert 1.0 <= numbers["active_month_1"] / numbers["active_month_6"] <= 1.8 and 0.60 <= numbers["spend_gini"] <= 0.75
