"""The lab's verbs over real worlds of the toy: placebos are nothing, studies resume, the tables stay the same."""
from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.files import read_columns

pytestmark = pytest.mark.slow
Icsim = Callable[..., Any]
TOY = ("population=toy", "horizon=12", "burn_in=6", "progress=false")
TABLES = ("runs.parquet", "daily.parquet", "pairs.parquet", "comparison.csv")


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV's rows."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def digests(folder: Path) -> dict[str, str]:
    """What the tables of a study hold, to the last byte."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABLES}


def test_a_placebo_is_exactly_nothing_and_a_coupon_is_something(icsim: Icsim, tmp_path: Path) -> None:
    copies = [f'{{p{k}: ["policy=[placebo]"]}}' for k in range(12)]
    done = icsim("compare", f"arms=[baseline,subsidy,{','.join(copies)}]", *TOY, "n=3", "out=study")
    assert done.code == 0, done.err
    assert "evidence about this model, not a forecast." in done.out
    found = rows(tmp_path / "study" / "comparison.csv")
    placebos = [one for one in found if one["arm"].startswith("p") and one["n"] != "0"]
    assert len(placebos) > 12 * 5
    assert {(float(one["delta"]), float(one["low"]), float(one["high"]), float(one["p"])) for one in placebos} == {
        (0, 0, 0, 1)}
    coupon = [one for one in found if one["arm"] == "subsidy" and one["metric"] == "gmv_gross_total"]
    assert float(coupon[0]["delta"]) != 0


def test_more_pairs_add_to_those_there_are_and_end_where_one_run_would(icsim: Icsim, tmp_path: Path) -> None:
    words = ("compare", "arms=[baseline,store_diversion]", *TOY)
    assert icsim(*words, "n=2", "out=grown").code == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs" / "store").rglob("*.parquet")}
    assert icsim(*words, "n=4", "out=grown").code == 0
    assert all(path.stat().st_mtime_ns == then for path, then in before.items())
    assert icsim(*words, "n=4", "out=whole", "store=other").code == 0
    assert digests(tmp_path / "grown") == digests(tmp_path / "whole")
    manifest = json.loads((tmp_path / "grown" / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "done" and len(manifest["primary_hash"]) == 64
    assert icsim(*words, "n=4", "out=grown", "seed=2").code == 2
    pairs = read_columns(tmp_path / "grown" / "pairs.parquet")
    assert (pairs["difference"] == pairs["treated"] - pairs["control"])[pairs["metric"] == "gmv_net_total"].all()


def test_a_dose_of_nothing_is_the_control_and_more_costs_more(icsim: Icsim, tmp_path: Path) -> None:
    done = icsim("sweep", "doses={policy.subsidy.depth:[0,0.1,0.3]}", "policy=[subsidy]", *TOY, "n=3", "out=sweep")
    assert done.code == 0 and "best dose" in done.out and "first dose with incremental ROI < 1" in done.out
    found = rows(tmp_path / "sweep" / "doses.csv")
    assert [one["dose"] for one in found] == ["0.1", "0.3"]
    spends = [float(one["spend"]) for one in rows(tmp_path / "sweep" / "returns.csv")]
    assert 0 < spends[0] < spends[1]
    assert (tmp_path / "sweep" / "figures" / "dose_policy.subsidy.depth.png").exists()


def test_a_design_tells_main_effects(icsim: Icsim, tmp_path: Path) -> None:
    factors = "factors={policy.subsidy.depth:[0,0.3],recommender:[interest,random]}"
    assert icsim("design", factors, "policy=[subsidy]", *TOY, "n=2", "out=design").code == 0
    effects = rows(tmp_path / "design" / "main_effects.csv")
    found = {(one["metric"], one["factor"]): float(one["delta"]) for one in effects}
    runs = read_columns(tmp_path / "design" / "runs.parquet")
    mean = {arm: runs["gmv_gross_total"][runs["arm"] == arm].mean() for arm in ("p1", "p2", "p3", "p4")}
    by_hand = (mean["p3"] + mean["p4"] - mean["p1"] - mean["p2"]) / 2
    assert found["gmv_gross_total", "policy.subsidy.depth"] == pytest.approx(by_hand)


def test_matched_arms_spend_the_same_and_can_be_compared_so(icsim: Icsim, tmp_path: Path) -> None:
    deep = '{deep: ["policy=[subsidy]","policy.subsidy.depth=0.3"]}'
    words = (f"arms=[baseline,subsidy,{deep}]", *TOY, "match.n=2", "match.tolerance=0.05")
    assert icsim("match", *words, "out=match").code == 0
    found = {one["arm"]: one for one in rows(tmp_path / "match" / "matched.csv")}
    spends = [float(one["spend"]) for one in found.values()]
    assert set(found) == {"subsidy", "deep"} and {one["reached"] for one in found.values()} == {"True"}
    assert max(spends) < 1.05 * min(spends) and float(found["deep"]["value"]) < 1
    matched = yaml.safe_load((tmp_path / "match" / "matched.yaml").read_text("utf-8"))
    knob, value = matched["arms"][2]["deep"][-1].split("=")
    assert knob == "policy.subsidy.intensity" and float(value) == float(found["deep"]["value"])
    done = icsim("compare", *words, "match.by=spend", "n=2", "out=compared")
    assert done.code == 0
    given = [float(one["spend"]) for one in rows(tmp_path / "compared" / "returns.csv")]
    assert max(given) < 1.1 * min(given)
