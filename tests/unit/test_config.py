"""The configuration: declared once, checked before anything runs, and hashed into the question it asks."""
from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import pytest
import yaml

from sim.compose import configure, members
from sim.config import SimConfig, build, config_hash, question_key, to_plain
from sim.schema import GRADES, ConfigError, choice, declared, number, switch, text

OPEN_RATE, ACTIVE = 0.69, 0.70  # model.md §1
PER_DAU = {"creators": 1 / 150, "merchants": 0.6 / 150, "products": 6 / 150}


@pytest.fixture(scope="module")
def town() -> SimConfig:
    """What `icsim run` runs."""
    return configure()


# ---- the presets ------------------------------------------------------------------------------------------------

def test_a_run_is_ninety_days_of_a_town_after_ninety_of_burn_in(town: SimConfig) -> None:
    assert (town.population.name, town.era.name, town.recommender.kind) == ("town", "omni", "interest")
    assert (town.horizon, town.burn_in, town.policy, town.out) == (90, 90, {}, None)


@pytest.mark.parametrize("group", ["population", "era", "recommender", "record"])
def test_every_preset_is_a_configuration(group: str) -> None:
    assert members(group)
    for name in members(group):
        configure(f"{group}={name}")


@pytest.mark.parametrize("name", members("policy"))
def test_every_policy_is_a_configuration(name: str) -> None:
    assert name in configure(f"policy=[{name}]").policy


def test_toy_needs_no_burn_in_and_can_have_one() -> None:
    assert configure("population=toy").burn_in == 0
    assert configure("population=toy", "burn_in=3").burn_in == 3


@pytest.mark.parametrize(("name", "sizes"), [
    ("toy", (200, 20, 12, 90)), ("classroom", (2_000, 80, 60, 600)), ("town", (20_000, 300, 240, 2_400)),
])
def test_small_worlds_have_the_designed_sizes(name: str, sizes: tuple[int, ...]) -> None:
    size = configure(f"population={name}").population
    assert (size.users, size.creators, size.merchants, size.products) == sizes


@pytest.mark.parametrize(("name", "users"), [("city", 200_000), ("metropolis", 10**6), ("province", 10**7)])
def test_large_worlds_have_the_real_ratios(name: str, users: int) -> None:
    size = configure(f"population={name}").population
    dau = size.users * size.adopted * OPEN_RATE
    assert size.users == users
    for kind, ratio in PER_DAU.items():
        assert getattr(size, kind) * ACTIVE == pytest.approx(dau * ratio, rel=1e-9)


def test_an_era_changes_the_world_and_the_command_line_has_the_last_word(town: SimConfig) -> None:
    content = configure("era=content").world.churn
    assert content.bass_q == 0.9 != town.world.churn.bass_q
    assert content.alpha == town.world.churn.alpha
    assert configure("world.churn.bass_q=0.5", "era=content").world.churn.bass_q == 0.5


def test_an_empty_world_of_no_days_is_legal() -> None:
    nobody = [f"population.{kind}=0" for kind in ("users", "creators", "merchants")]
    config = configure(*nobody, "horizon=0", "burn_in=0")
    assert (config.population.users, config.population.products, config.horizon) == (0, 0, 0)


def test_every_number_of_the_world_is_graded_and_has_a_source(town: SimConfig) -> None:
    for group in dataclasses.fields(town.world):
        for one in dataclasses.fields(getattr(town.world, group.name)):
            rules = one.metadata
            assert rules["grade"] in GRADES and rules["grade"] != "S", one.name
            assert rules["source"] and rules["low"] <= rules["high"], one.name


# ---- what cannot be ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("override", "parts"), [
    ("population.users=-1", ("population.users=-1", "0 to 100000000", "rows")),
    ("horizon=1.5", ("horizon=1.5", "whole number", "0 to 30000")),
    ("horizon=null", ("horizon=null", "whole number")),
    ("horizon=soon", ("horizon=soon", "whole number")),
    ("world.arrival.habit=6", ("world.arrival.habit=6", "0 to 5", "logit")),
    ("world.arrival.habit=nan", ("world.arrival.habit=NaN", "0 to 5")),
    ("world.arrival.habit=true", ("world.arrival.habit=true", "a number")),
    ("world.arrival=3", ("world.arrival=3", "group of keys")),
    ("world.arrival.weekday=[1,1]", ("world.arrival.weekday=[1, 1]", "list of 7")),
    ("world.arrival.weekday=[1,1,1,1,1,1,9]", ("world.arrival.weekday[6]=9", "0.5 to 2")),
    ("check=maybe", ("check=maybe", "true or false")),
    ("block=late", ("block=late", "explore", "teach")),
    ("era.venues=[live,moll]", ("era.venues[1]=moll", "mall")),
    ("~seed", ("seed", "missing")),
    ("seed=${nowhere}", ("seed", "nowhere")),
    ("seed=1,2", ("seed=1,2", "multirun")),
    ("seed", ("seed", "key=value")),
    ("seed=[1", ("seed=[1", "key=value")),
    ("=3", ("=3",)),
    ("era=null", ("string or a list",)),
])
def test_a_wrong_value_names_key_value_and_what_is_allowed(override: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        configure(override)
    assert all(part in str(caught.value) for part in parts)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("override", "parts"), [
    ("sed=3", ("sed: no such key", "did you mean seed?", "horizon", "population")),
    ("populaton=toy", ("did you mean population?",)),
    ("world.arrival.habbit=3", ("world.arrival.habbit", "did you mean habit?", "knee_mean")),
    ("world.arival.habit=3", ("world.arival", "did you mean arrival?")),
    ("+foo=1", ("foo: no such key",)),
    ("++world.survey.foo=1", ("world.survey.foo", "word_of_mouth")),
    ("seed.x=1", ("seed.x", "keys here: none")),
    ("policy.subsidi.depth=1", ("policy.subsidi", "policy=[...]")),
    ("population=toi", ("population=toi", "did you mean toy?", "metropolis")),
    ("era=contnt", ("era=contnt", "content", "omni")),
    ("recommender=magic", ("oracle", "popularity")),
])
def test_a_typo_lists_what_exists(override: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        configure(override)
    assert all(part in str(caught.value) for part in parts)


def test_a_typo_is_found_beside_presets_of_ones_own_and_other_mistakes(tmp_path: Path) -> None:
    own = tmp_path / "population" / "tiny.yaml"
    own.parent.mkdir()
    own.write_text("name: tiny\nusers: 9\ncreators: 1\nmerchants: 1\nproducts_per_merchant: 1\nadopted: 0.5\n")
    for other in ((f"hydra.searchpath=[file://{tmp_path}]", "population=tiny"), ("policy=[subsidy]", "seed=1")):
        with pytest.raises(ConfigError, match="did you mean horizon"):
            configure(*other, "horzon=3")
    with pytest.raises(ConfigError, match="did you mean depth"):
        configure("policy=[subsidy]", "policy.subsidy.dept=1")
    with pytest.raises(ConfigError, match=r"added with \+policy\.subsidy\.segment\.ranges\.shopper=\.\.\."):
        configure("policy=[subsidy]", "policy.subsidy.segment.ranges.shopper=[1,1]")


@pytest.mark.parametrize("override", ["policy=[{}x]", "policy={}x", "policy=[{},{}x]"])
def test_an_unknown_policy_lists_the_policies_also_inside_a_list(override: str) -> None:
    first = members("policy")[0]
    with pytest.raises(ConfigError, match=f"did you mean {first}. there are: .*{members('policy')[-1]}"):
        configure(override.format(first, first))


def test_a_policy_named_twice_is_refused_and_a_second_instance_composes() -> None:
    name = members("policy")[0]
    with pytest.raises(ConfigError, match="stands twice"):
        configure(f"policy=[{name},{name}]")
    assert sorted(configure(f"policy=[{name}]", f"+policy@policy.other={name}").policy) == sorted([name, "other"])


@pytest.mark.parametrize("target", ["os.system", "sim.policies.nowhere.Policy", "sim.policies.base.dataclass"])
def test_a_policy_target_outside_the_policies_is_never_imported(target: str) -> None:
    name = members("policy")[0]
    with pytest.raises(ConfigError, match=r"policy\.\w+\._target_"):
        configure(f"policy=[{name}]", f"policy.{name}._target_={target}")


# ---- building ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Inner:
    """A part of the sample."""

    share: float = number("share", 0, 1, "A", "sample")


@dataclass(frozen=True)
class Sample:
    """One field of every kind."""

    inner: Inner
    many: dict[str, Inner]
    count: int = number("rows", 0, 10**7, "S", "sample")
    on: bool = switch("sample")
    three: tuple[float, ...] = number("factor", 0, 9, "A", "sample", length=3)
    any_length: tuple[str, ...] = choice(("a", "b"), "sample")
    name: str = text("sample")
    maybe: float | None = number("day", 0, 9, "A", "sample", default=None)

    def __post_init__(self) -> None:
        if self.count == 13:
            raise ValueError("13 is unlucky")


SAMPLE = {"inner": {"share": 1}, "many": {"x": {"share": 0}}, "count": 1e6, "on": 1, "three": [1, 2, 3],
          "any_length": ["b", "a"], "name": 7}


def test_a_mapping_becomes_the_declared_types() -> None:
    built = build(Sample, SAMPLE)
    assert built == Sample(Inner(1.0), {"x": Inner(0.0)}, 10**6, True, (1.0, 2.0, 3.0), ("b", "a"), "7", None)
    assert [type(built.inner.share), type(built.count), type(built.on)] == [float, int, bool]


@pytest.mark.parametrize(("change", "message"), [
    ({"inner": {"shar": 1}}, r"top\.inner\.shar: no such key; did you mean share\?"),
    ({"inner": {}}, r"top\.inner\.share: is missing; must be a number from 0 to 1 \(share\)"),
    ({"many": {"x": {"share": 2}}}, r"top\.many\.x\.share=2: must be a number from 0 to 1"),
    ({"many": []}, r"top\.many=\[\]: must be a group"),
    ({"count": True}, r"top\.count=true: must be a whole number"),
    ({"on": 2}, r"top\.on=2: must be true or false"),
    ({"three": [1, 2]}, r"top\.three=\[1, 2\]: must be a list of 3"),
    ({"any_length": "a"}, r"top\.any_length=a: must be a list"),
    ({"maybe": 10}, r"top\.maybe=10: must be a number from 0 to 9"),
    ({"name": None}, r"top\.name=null: must be a text"),
    ({"count": 13}, r"top: 13 is unlucky"),
])
def test_what_does_not_fit_is_named_with_its_place(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build(Sample, SAMPLE | change, "top")


def test_bounds_are_allowed_values() -> None:
    assert [build(Inner, {"share": edge}).share for edge in (0, 1)] == [0.0, 1.0]


def test_a_number_without_a_grade_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="grade 'Z'"):
        number("share", 0, 1, "Z", "somewhere")


def test_a_configuration_is_frozen(town: SimConfig) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        town.world.arrival.habit = 1.0  # type: ignore[misc]


def test_plain_values_build_the_same_configuration_again(town: SimConfig) -> None:
    written = yaml.safe_load(yaml.safe_dump(to_plain(town), allow_unicode=True))
    assert build(SimConfig, written) == town
    assert set(written) == set(declared(SimConfig))


# ---- the question -----------------------------------------------------------------------------------------------

def changed(config: SimConfig, key: str, value: object) -> SimConfig:
    """The same configuration with one key set, as if on the command line."""
    plain = to_plain(config)
    *groups, last = key.split(".")
    reduce(dict.__getitem__, groups, plain)[last] = value
    return build(SimConfig, plain)


@pytest.mark.parametrize(("key", "value"), [
    ("threads", 2), ("chunk", 64), ("check", True), ("progress", False), ("lang", "zh"), ("out", "elsewhere"),
    ("overwrite", True), ("record.orders", False), ("record.burn_in", True), ("record.panel", 5),
])
def test_how_a_run_is_carried_out_is_no_part_of_its_question(town: SimConfig, key: str, value: object) -> None:
    assert question_key(changed(town, key, value)) == question_key(town)


@pytest.mark.parametrize(("key", "value"), [
    ("seed", 2), ("block", "select"), ("replication", 1), ("horizon", 91), ("burn_in", 0), ("era.name", "tool"),
    ("era.venues", ["live"]), ("population.users", 20_001), ("recommender.kind", "oracle"), ("policy", {"a": {"b": 1}}),
])
def test_another_world_is_another_question(town: SimConfig, key: str, value: object) -> None:
    assert question_key(changed(town, key, value)) != question_key(town)


def test_a_number_typed_with_or_without_a_point_is_the_same_question(town: SimConfig) -> None:
    typed = {question_key(changed(town, "world.choice.barrier", value)) for value in (6, 6.0)}
    assert len(typed) == 1 and typed != {question_key(town)}


def test_a_branch_asks_another_question_than_its_parent(town: SimConfig) -> None:
    assert len({question_key(town), question_key(town, "a" * 64), question_key(town, "b" * 64)}) == 3


def test_the_order_of_keys_does_not_matter() -> None:
    assert config_hash({"a": 1, "b": {"c": 2, "d": 3}}) == config_hash({"b": {"d": 3, "c": 2}, "a": 1})
    assert config_hash({"a": 1}) != config_hash({"a": 2})
