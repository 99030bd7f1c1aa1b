"""The population answers on columns exactly what a loop over its agents would."""
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from mesa.agentset import AgentSet

from sim.agents.base import KINDS, ROW_BITS, RowAgent
from sim.population import Column, Everyone, Population, describe, make_dtype

COUPON = [("benefit", "f4"), ("day", "i2")]
COLUMNS = (
    Column("tier", "u1", unit="0|1|2", doc="tail, waist, head"),
    Column("wallet", "i4", unit="fen", doc="money left"),
    Column("habit", "f4", unit="0–1", doc="habit of buying"),
    Column("open", "?", doc="opened today"),
    Column("taste", "f4", (4,), "unit vector", "true taste"),
    Column("coupons", COUPON, (2,), "–", "coupon slots"),
)
SHOP_COLUMNS = (Column("tier", "i2"), Column("wallet", "i8", unit="fen"), Column("stock", "i4"))


class Person(RowAgent):
    kind = "users"

    def spend(self, fen):
        self.wallet -= fen
        return self.wallet


class Shop(RowAgent):
    kind = "merchants"


def random_rows(columns, n, rng):
    rows = np.zeros(n, make_dtype(columns))
    for name in rows.dtype.names:
        shape, kind = rows[name].shape, rows[name].dtype.kind
        if kind != "V":
            top = {"tier": 3, "open": 2}.get(name, 1000)
            rows[name] = rng.random(shape) if kind == "f" else rng.integers(0, top, shape)
    return rows


@pytest.fixture(params=[0, 1, 2])
def model(request):
    return SimpleNamespace(rng=np.random.default_rng(request.param), random=None)


@pytest.fixture
def people(model):
    return Population(model, "users", random_rows(COLUMNS, 40, model.rng), Person)


@pytest.fixture
def everyone(model, people):
    shops = Population(model, "merchants", random_rows(SHOP_COLUMNS, 15, model.rng), Shop)
    return Everyone(model, [people, shops])


@pytest.fixture
def mesa_set(people):
    """The same agents in Mesa's own set; the list keeps them alive."""
    agents = list(people)
    twin = AgentSet(agents, random=object())
    twin.kept = agents
    return twin


def rows_of(agents):
    return [int(agent.row) for agent in agents]


# --- columns
def test_columns_keep_their_order_are_aligned_and_declared_once():
    dtype = make_dtype(COLUMNS)
    assert dtype.names == ("tier", "wallet", "habit", "open", "taste", "coupons")
    assert dtype.isalignedstruct
    assert dtype["coupons"].base.isalignedstruct
    assert [dtype.fields[name][1] for name in dtype.names] == [0, 4, 8, 12, 16, 32]
    with pytest.raises(ValueError, match="tier"):
        make_dtype((COLUMNS[0], COLUMNS[0]))


def test_describe_is_a_table_with_a_line_a_column():
    lines = describe(COLUMNS).splitlines()
    assert lines[2] == r"| `tier` | uint8 | 0\|1\|2 | tail, waist, head |"
    assert lines[6] == "| `taste` | float32×4 | unit vector | true taste |"
    assert "{benefit float32, day int16}×2" in lines[7]
    assert lines[-1] == f"{make_dtype(COLUMNS).itemsize} bytes a row"


# --- views
def test_a_view_reads_numpy_scalars_of_the_columns_dtype(people):
    agent = people[3]
    assert type(agent.habit) is np.float32
    assert type(agent.wallet) is np.int32
    assert agent.taste.dtype == np.float32
    assert agent.habit == people.store["habit"][3]


def test_a_view_writes_through_to_the_array(people):
    agent = people[3]
    agent.wallet = 77
    agent.taste[1] = 0.5
    agent.taste[2:] = (1, 2)
    agent.coupons[1]["day"] = 9
    row = people.store[3]
    assert (row["wallet"], row["coupons"]["day"][1]) == (77, 9)
    assert row["taste"][1:].tolist() == [0.5, 1, 2]
    people.store["wallet"][3] = 5
    assert agent.wallet == 5


def test_an_unknown_attribute_lists_the_columns(people):
    with pytest.raises(AttributeError, match=r"users have no 'walet'; columns: tier, wallet, habit"):
        _ = people[0].walet
    with pytest.raises(AttributeError, match=r"users have no 'walet'"):
        people[0].walet = 1
    with pytest.raises(AttributeError, match=r"users have no 'row'"):
        people[0].row = 1
    assert not hasattr(people[0], "pos")
    assert not hasattr(people[0], "cell")


def test_fractions_are_not_cut_off_in_silence(people):
    with pytest.raises(TypeError, match="round it first"):
        people[0].wallet = 1.5
    with pytest.raises(TypeError, match="round it first"):
        people.set("wallet", np.full(40, 1.5))
    with pytest.raises(OverflowError):
        people[0].tier = 256


def test_views_are_equal_by_kind_row_and_model(people, everyone):
    again = Population(SimpleNamespace(), "users", people.store.copy(), Person)
    shops = everyone.populations[1]
    assert people[2] == people[2]
    assert hash(people[2]) == hash(people[2])
    assert people[2] is not people[2]
    assert people[2] == people.select(at_most=3)[2]
    assert len({people[2], people[3], shops[2], people[2], again[2]}) == 4


def test_unique_ids_differ_between_kinds_and_do_not_depend_on_sizes(everyone):
    ids = [agent.unique_id for agent in everyone]
    assert ids[:40] == list(range(1, 41))
    assert ids[40] == (KINDS.index("merchants") << ROW_BITS) + 1
    assert len(set(ids)) == 55


def test_step_runs_the_models_rule_on_this_row(people):
    seen = []
    people.model.step_row = lambda kind, row: seen.append((kind, row))
    people[7].step()
    people.select(people.column("tier") == 1).do("step")
    assert seen == [("users", 7), *(("users", row) for row in np.flatnonzero(people.store["tier"] == 1))]


def test_nobody_is_born_and_nobody_is_removed(people, everyone):
    agent = people[0]
    for refused in (agent.remove, *(getattr(group, name) for group in (people, everyone)
                                    for name in ("add", "discard", "remove"))):
        with pytest.raises(TypeError, match="neither added nor removed"):
            refused(*([] if refused == agent.remove else [agent]))
    with pytest.raises(TypeError):
        Person(people.model)


# --- construction
def test_a_column_named_like_an_attribute_of_the_view_is_refused(model):
    rows = np.zeros(2, make_dtype((Column("spend", "i4"), Column("model", "i4"))))
    with pytest.raises(ValueError, match="spend, model"):
        Population(model, "users", rows, Person)


def test_kinds_must_be_known_and_match(model, people):
    with pytest.raises(ValueError, match="'users', not of 'merchants'"):
        Population(model, "merchants", people.store, Person)
    with pytest.raises(ValueError, match="unknown kind of agent 'cats'"):
        Population(model, "cats", people.store, Person)
    with pytest.raises(ValueError, match="two populations"):
        Everyone(model, [people, people])


def test_an_empty_population_is_legal(model):
    nobody = Population(model, "users", np.zeros(0, make_dtype(COLUMNS)), Person)
    both = Everyone(model, [nobody])
    assert (len(nobody), list(nobody), nobody.agg("wallet", sum), len(both)) == (0, [], 0, 0)
    assert both.groupby("tier").count() == nobody.groupby("tier").count() == {}
    assert both.get("wallet") == []
    assert len(nobody.select(lambda a: True)) == len(both.shuffle()) == 0


# --- sets answer as Mesa's own set of the same agents
SELECTIONS = [
    {}, {"at_most": 7}, {"at_most": 0.5}, {"at_most": 1.0}, {"filter_func": lambda a: a.habit > .5},
    {"filter_func": lambda a: a.tier == 1, "at_most": 0.1}, {"agent_type": Person}, {"agent_type": Shop},
    {"filter_func": lambda a: a.tier > 0, "at_most": 3, "agent_type": RowAgent},
]


@pytest.mark.parametrize("how", SELECTIONS)
def test_select_picks_whom_mesa_picks(people, mesa_set, how):
    assert rows_of(people.select(**how)) == rows_of(mesa_set.select(**how))


def test_a_mask_selects_without_views(people):
    mask = people.column("tier") == 2
    assert people.select(mask).rows.tolist() == np.flatnonzero(mask).tolist()
    assert people.select(mask, at_most=2).rows.tolist() == np.flatnonzero(mask)[:2].tolist()
    for wrong in (mask[:-1], mask.astype(int)):
        with pytest.raises(ValueError, match="40 booleans"):
            people.select(wrong)


def test_get_answers_as_mesa(people, mesa_set):
    assert people.get("wallet") == mesa_set.get("wallet")
    assert people.get("unique_id") == mesa_set.get("unique_id")
    assert people.get(["wallet", "row"]) == mesa_set.get(["wallet", "row"])
    assert people.get("ghost", "default", -1) == mesa_set.get("ghost", "default", -1)
    assert type(people.get("habit")[0]) is np.float32
    with pytest.raises(AttributeError, match="ghost"):
        people.get("ghost")
    with pytest.raises(ValueError, match="handle_missing"):
        people.get("wallet", "ignore")


@pytest.mark.parametrize("func", [sum, min, max, len, np.mean, np.sum, np.median])
def test_agg_answers_as_mesa(people, mesa_set, func):
    for name in ("wallet", "row"):
        assert people.agg(name, func) == pytest.approx(mesa_set.agg(name, func))


def test_agg_takes_several_functions_and_gives_them_the_column(people):
    assert people.agg("wallet", [min, max]) == [people.store["wallet"].min(), people.store["wallet"].max()]
    assert people.agg("taste", lambda column: column.shape) == (40, 4)
    assert people.agg("taste", sum) == pytest.approx(people.store["taste"].sum(axis=0))


def test_sums_of_small_integers_do_not_overflow(people):
    people.set("tier", 200)
    assert people.agg("tier", sum) == 8000


@pytest.mark.parametrize("by", ["tier", "open", lambda a: int(a.wallet) % 3])
def test_groupby_answers_as_mesa(people, mesa_set, by):
    ours, theirs = people.groupby(by), mesa_set.groupby(by)
    assert [(key, rows_of(group)) for key, group in ours] == [(key, rows_of(group)) for key, group in theirs]
    assert ours.count() == theirs.count()
    assert ours.agg("wallet", sum) == {key: group.agg("wallet", sum) for key, group in theirs}
    lists = people.groupby(by, result_type="list")
    assert {key: rows_of(group) for key, group in lists} == {key: rows_of(group) for key, group in ours}


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("key", ["tier", "habit", "row", lambda a: (int(a.tier), float(a.habit))])
def test_sort_answers_as_mesa(people, mesa_set, key, ascending):
    assert rows_of(people.sort(key, ascending=ascending)) == rows_of(mesa_set.sort(key, ascending=ascending))


def test_columns_with_several_values_neither_order_nor_group(people):
    for refused in (people.sort, people.groupby):
        with pytest.raises(TypeError, match="several values a row"):
            refused("taste")


def test_do_and_map_reach_every_agent(people):
    before = people.store["wallet"].copy()
    assert people.do("spend", 3) is people
    assert people.map("spend", fen=2) == (before - 5).tolist()
    assert people.map(lambda a, k: int(a.row) * k, 2) == list(range(0, 80, 2))


def test_shuffle_draws_from_the_models_generator(people):
    people.model.rng, twin = np.random.default_rng(5), np.random.default_rng(5)
    assert rows_of(people.shuffle()) == twin.permutation(40).tolist()
    seen = []
    people.shuffle_do(lambda a: seen.append(a.row))
    assert seen == twin.permutation(40).tolist()


def test_set_writes_one_column_of_the_members_only(people):
    rich = people.select(people.column("tier") == 2)
    before = people.store.copy()
    assert rich.set("wallet", 9) is rich
    rich.set("taste", [1, 2, 3, 4])
    rich.set("habit", np.arange(len(rich)))
    assert (people.store["wallet"] == np.where(before["tier"] == 2, 9, before["wallet"])).all()
    assert (people.store["taste"][before["tier"] == 2] == [1, 2, 3, 4]).all()
    assert rich.column("habit").tolist() == list(range(len(rich)))
    with pytest.raises(AttributeError, match="ghost"):
        people.set("ghost", 1)


def test_positions_slices_lists_and_masks_index_a_set(people):
    odd = people.select(people.rows % 2 == 1)
    assert odd[0].row == 1
    assert odd[-1].row == people[-1].row == 39
    assert people[np.int64(4)].row == 4
    assert rows_of(odd[2:5]) == [5, 7, 9]
    assert rows_of(odd[[0, 3]]) == [1, 7]
    assert rows_of(people[people.column("tier") == 1]) == np.flatnonzero(people.store["tier"] == 1).tolist()
    with pytest.raises(IndexError):
        people[40]


def test_the_whole_population_is_the_store_and_a_selection_a_copy(people):
    assert people.array is people.store
    assert np.shares_memory(people.column("habit"), people.store)
    assert np.asarray(people).dtype == people.store.dtype
    some = people.select(at_most=3)
    assert some.array.tobytes() == people.store[:3].tobytes()
    assert not np.shares_memory(some.array, people.store)


def test_only_a_selection_changes_in_place(people, everyone):
    for whole in (people, everyone):
        for change in (whole.shuffle, whole.select, partial(whole.sort, "tier")):
            with pytest.raises(TypeError, match="the model's own"):
                change(inplace=True)
    some = people.select()
    assert some.select(lambda a: a.row < 9, inplace=True) is some
    assert rows_of(some.sort("row", inplace=True)) == list(range(8, -1, -1))


def test_python_set_operators_work_on_selections(people, everyone):
    low, even = people.select(people.rows < 6), people.select(people.rows % 2 == 0)
    assert rows_of(low & even) == [0, 2, 4]
    assert rows_of(low - even) == [1, 3, 5]
    assert rows_of(low | even)[:8] == [0, 1, 2, 3, 4, 5, 6, 8]
    assert low == people.select(people.rows < 6)
    assert low != even
    assert len(everyone.select(lambda a: a.row < 2) | everyone) == len(everyone)


def test_membership_is_of_this_model_kind_and_selection(people, everyone):
    shops = everyone.populations[1]
    some = people.select(at_most=2)
    assert people[1] in some
    assert people[2] not in some
    assert shops[1] not in people
    assert shops[1] in everyone
    assert people[2] not in everyone.select(agent_type=Shop)
    assert "nobody" not in everyone
    stranger = Population(SimpleNamespace(), "users", people.store, Person)[1]
    assert stranger not in people
    assert stranger not in everyone


# --- everyone
def test_everyone_is_the_populations_one_after_the_other(everyone):
    people, shops = everyone.populations
    assert len(everyone) == 55
    assert list(everyone) == [*people, *shops]
    assert [everyone[0], everyone[40], everyone[-1]] == [people[0], shops[0], shops[14]]
    assert everyone.to_list()[38:42] == everyone[38:42]


def test_everyone_selects_a_population_by_its_type(everyone):
    people, shops = everyone.populations
    assert everyone.select(agent_type=Person) is people
    head = everyone.select(lambda a: a.tier == 2, agent_type=Shop)
    assert isinstance(head, Population)
    assert head.rows.tolist() == np.flatnonzero(shops.store["tier"] == 2).tolist()
    assert len(everyone.select(agent_type=RowAgent)) == 55
    assert rows_of(everyone.select(at_most=42)) == [*range(40), 0, 1]
    assert sorted(everyone.shuffle().select(agent_type=Shop).rows) == list(range(15))


def test_everyone_aggregates_what_all_kinds_share(everyone):
    people, shops = everyone.populations
    total = int(people.store["wallet"].sum() + shops.store["wallet"].sum())
    assert everyone.agg("wallet", sum) == everyone.shuffle().agg("wallet", np.sum) == total
    with pytest.raises(AttributeError, match="users have no 'stock'"):
        everyone.agg("stock", sum)
    assert everyone.select(lambda a: a.kind == "merchants").agg("stock", sum) == shops.agg("stock", sum)


def test_everyone_gets_each_kinds_own_dtype(everyone):
    mixed = everyone.select(lambda a: a.row < 3).sort("row", ascending=True)
    assert mixed.get("kind") == ["users", "merchants"] * 3
    assert {type(v) for v in mixed.get("wallet")} == {np.int32, np.int64}
    assert mixed.get("stock", handle_missing="default", default_value=None)[::2] == [None] * 3
    assert mixed.get(["kind", "row"])[:2] == [["users", 0], ["merchants", 0]]


def test_everyone_groups_and_sets(everyone):
    people, shops = everyone.populations
    kinds = everyone.groupby("kind")
    assert kinds.groups == {"users": people, "merchants": shops}
    assert kinds.agg("wallet", max) == {p.kind: p.agg("wallet", max) for p in (people, shops)}
    tiers = everyone.groupby("tier").count()
    assert sum(tiers.values()) == 55
    with pytest.raises(AttributeError, match="stock"):
        everyone.set("stock", 1)
    everyone.set("wallet", 4)
    assert everyone.agg("wallet", [min, max]) == [4, 4]
