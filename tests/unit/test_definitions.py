"""Every number of a run is defined once, with its unit, in both languages; retention and tenure add up."""
from __future__ import annotations

import re

import numpy as np
import pytest

from sim.cohorts import take_cohorts
from sim.definitions import MEASURED, defined_as, definition, definitions
from sim.lab.patterns.bands import bands
from sim.lab.phrases import phrases
from sim.lab.quantities import known_metrics, unit_of
from sim.lab.report.words import Words, table
from sim.orderlog import NAMES
from tests.worlds import toy_model

LATIN, CHINESE = re.compile("[a-z]"), re.compile("[\u4e00-\u9fff]")
AS_IT_IS = {"NPS"}  # known by this name in Chinese, too
DAYS = 40


@pytest.fixture(scope="module")
def days() -> tuple[list[dict[str, float]], np.ndarray]:
    """The daily rows of a toy world and its cohorts."""
    model, rows, cohorts = toy_model(), [], []
    for day in range(DAYS):
        model.step()
        rows.append(dict(model.metrics))
        cohorts.append(take_cohorts(model.world.users, day, first=0))
    return rows, np.concatenate(cohorts)


def names_of(row: dict[str, float]) -> set[str]:
    """Everything that a run's summary can hold."""
    return set(row) | set(NAMES) | set(MEASURED) | {name for name in definitions() if not {"<", "."} & set(name)}


def test_every_number_has_a_unit_and_a_meaning(days) -> None:
    """In one place: no name is defined twice, none nowhere; the lab takes every column as a metric."""
    for name in names_of(days[0][0]):
        unit, meaning = definition(name)
        assert unit and meaning, name
    own = {name for name in days[0][0] if not name.startswith(("assisted_gmv_", "subsidy_"))}
    assert own <= known_metrics()
    assert unit_of("gmv_net_total") == "yuan" and unit_of("gmv_net") == "yuan/day"


def test_every_number_has_a_chinese_name_and_meaning(days) -> None:
    """No word of English is left in a name; its definition and unit are there in Chinese, too."""
    words = Words("zh")
    for name in names_of(days[0][0]):
        label = words.metric(name)
        assert not LATIN.search(label) and (CHINESE.search(label) or label in AS_IT_IS), (name, label)
        unit, meaning = words.definition(name)
        assert CHINESE.search(meaning), name
        assert not LATIN.search(unit), (name, unit)
    assert set(table("definitions")) <= set(definitions()), "a Chinese definition of what is not there"


def test_both_languages_say_the_same_things() -> None:
    """Every phrase of the printed pages takes the same values in both languages; every pattern has both names."""
    for group in ("page", "doses", "design", "match", "card", "readings", "columns", "run", "status",
                  "orders_figure"):
        english, chinese = phrases(group, "en"), phrases(group, "zh")
        for name, text in english.items():
            assert set(re.findall(r"{\w*}", text)) == set(re.findall(r"{\w*}", chinese[name])), (group, name)
    assert all(CHINESE.search(band.zh) and CHINESE.search(band.words("zh")) for band in bands())


def test_retention_of_new_and_returning_people_makes_up_that_of_all(days) -> None:
    """The daily shares are those of the cohorts: opened at age k / arrived, by kind and together."""
    rows, cohorts = days
    for age in (1, 7, 30):
        for day in range(age, DAYS):
            there = (cohorts["day"] == day) & (cohorts["age"] == age)
            began = (cohorts["day"] == day - age) & (cohorts["age"] == 0)
            for name, kinds in (("", (0, 1)), ("_new", (0,)), ("_returning", (1,))):
                back, arrived = (int(cohorts["opened"][part & np.isin(cohorts["returning"], kinds)].sum())
                                 for part in (there, began))
                if day > age:  # whoever arrives on the first day was there at genesis
                    assert rows[day][f"visitor_d{age}{name}"] == pytest.approx(back / arrived if arrived else np.nan,
                                                                               nan_ok=True)


def test_slots_by_tenure_are_part_of_all_slots(days) -> None:
    """The new and the well known are other people, so that their slots and watches never exceed those of all."""
    for row in days[0]:
        for kind in ("organic", "explore"):
            for what in ("impressions", "watches"):
                assert row[f"{what}_{kind}_fresh"] + row[f"{what}_{kind}_known"] <= row[f"{what}_{kind}"]
        assert row["arrivals_new"] <= row["arrivals"]
    assert defined_as("mean_interest_fresh") == "mean_interest_served"
