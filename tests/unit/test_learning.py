"""Learning: served interest rises from nothing to what the platform's lift asks for, and settles there."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.agents import creator, merchant, recommender, user
from sim.agents.user import DIM
from sim.jit import kernel
from sim.numbers import numbers_record
from sim.parameters import World
from sim.phases.learn_items import (
    beliefs,
    learn_counts,
    learn_items,
    learn_rates,
    no_lessons,
    read_log,
    sum_lessons,
)
from sim.phases.learn_users import learn_users_rows
from sim.population import make_dtype
from sim.recommenders.index import build
from sim.recommenders.random_ import _directions
from sim.rng import Decision, Venue, clock, uniform
from sim.rules.common import ROOT_DIM, dot, interest
from sim.rules.feed import FRIEND_SLOT
from sim.rules.learn import STAGES, click_chance, learn_user, lesson, order_chance, watch_chance
from sim.rules.retrieve import shortlist_cards
from sim.rules.rooms import entry_chance
from sim.rules.watch import react
from sim.schema import build as build_config
from sim.tables import (
    CARD,
    CLICK,
    EVENT,
    INTEREST,
    LAYOUT,
    MODES,
    ORACLE,
    ORDERED,
    POPULARITY,
    PREVIEW,
    RANDOM,
    RECOMMENDER,
    RETURNED,
    WATCH,
    Tables,
)

CONFIG = Path(__file__).parents[2] / "configs" / "world" / "default.yaml"
RANDOM_WATCH = 0.176  # KuaiRand: effective plays of randomly served videos, configs/world interest.watch_0
SLOTS = 12
SUPPLY = (("creators", 150, creator.COLUMNS), ("merchants", 100, merchant.COLUMNS),
          ("products", 600, merchant.PRODUCT_COLUMNS))


def default_numbers() -> np.ndarray:
    """The default world's numbers as kernels read them."""
    return numbers_record(build_config(World, yaml.safe_load(CONFIG.read_text("utf-8")), "world"))


def changed(t: Tables, **arrays: Any) -> Tables:
    """The tables with some of their arrays exchanged."""
    return Tables(**{name: getattr(t, name) for name in LAYOUT} | arrays)


def unit(source: np.random.Generator, n: int) -> np.ndarray:
    """n random directions."""
    found = source.normal(size=(n, DIM))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def believed(source: np.random.Generator, position: np.ndarray) -> np.ndarray:
    """Positions as content shows them: with error, length 1."""
    found = position + source.normal(size=position.shape) / ROOT_DIM
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def open_stall(kind: int = INTEREST, users: int = 200, seed: int = 1) -> Tables:
    """`users` people whom nobody knows, 150 creators, 100 merchants with six goods each, no cards yet."""
    source = np.random.default_rng(seed)
    people = np.zeros(users, make_dtype(user.COLUMNS))
    people["key"], people["taste"], people["learned"] = np.arange(users), unit(source, users), 0.3 * unit(source, users)
    tables = {}
    for name, n, columns in SUPPLY:
        rows = np.zeros(n, make_dtype(columns))
        rows["position"] = unit(source, n)
        rows["learned"] = believed(source, rows["position"].astype(float))
        tables[name] = rows
    row, modes = np.zeros(1, make_dtype(recommender.COLUMNS)), np.zeros(MODES, np.int64)
    num = default_numbers()
    row["bias"], row["click_rate"], row["order_rate"] = num["interest_watch_0"], 0.05, 0.05
    modes[RECOMMENDER] = kind
    return Tables(users=people, **tables, recommender=row, num=num, now=np.asarray(clock(seed)), modes=modes)


def publish(t: Tables, day: int, centres: np.ndarray | None) -> tuple[Tables, np.ndarray]:
    """1,500 cards of the day, six fitting goods a presenter, with the day's content; indexed for the kind."""
    source, num = np.random.default_rng((3, day)), t.num[0]
    t.now["day"] = day
    cards = np.zeros(1_500, CARD)
    cards["presenter"] = np.repeat(np.arange(250), 6)
    hosts = np.concatenate([t.creators["position"], t.merchants["position"]])
    offered = source.integers(0, 600, (1_500, 8))
    fit = (t.products["position"][offered] * hosts[cards["presenter"]][:, None]).sum(2)
    cards["product"] = offered[np.arange(1_500), fit.argmax(1)]
    cards["key"] = cards["presenter"] * 1_000 + cards["product"]
    shares = num["interest_position_product"], num["interest_position_presenter"]
    for mixed, part in (("position", "position"), ("factor", "learned")):
        hosts = np.concatenate([t.creators[part], t.merchants[part]])
        cards[mixed] = shares[0] * t.products[part][cards["product"]] + shares[1] * hosts[cards["presenter"]]
    cards["position"] += num["interest_position_noise"] * source.normal(size=(1_500, DIM)) / ROOT_DIM
    cards["position"] /= np.linalg.norm(cards["position"], axis=1, keepdims=True)
    kind = t.modes[RECOMMENDER]
    found = (_directions(t.now, cards["key"], Venue.VIDEO) if kind == RANDOM
             else cards["position" if kind == ORACLE else "factor"])
    index = build(found, centres, 1_000)
    return changed(t, cards=cards, card_start=index.start, card_ids=index.ids, card_tiles=index.tiles), index.centres


@kernel
def serve(t: Tables, slots: int, log: np.ndarray, seen: np.ndarray) -> None:
    """Show every user the best cards, one slot in twenty any card; log it; add up true matches, m and watches."""
    ids, scores, e = np.empty(128, np.int32), np.empty(128), 0
    for i in range(len(t.users)):
        u = t.users[i]
        shortlist_cards(t, i, ids, scores)
        for slot in range(slots):
            luck = uniform(t.now[0], u.key, slot, Decision.EXPLORE, Venue.VIDEO, 0)
            c = ids[slot] if luck > 0.05 else int(luck * 20.0 * len(t.cards))
            card, event = t.cards[c], log[e]
            m = interest(t.now[0], t.num[0], u, card.position, card.key)
            event.user, event.presenter, event.product, event.slot = i, card.presenter, card.product, slot
            event.flags = react(t.now[0], t.num[0], u.key, card.key, 0.0, 0.0, m)
            e += 1
            if luck > 0.05:
                seen[0] += 1.0
                seen[1] += ROOT_DIM * dot(u.taste, card.position)
                seen[2] += m
                seen[3] += event.flags & WATCH


def live(kind: int, days: int, learning: bool = True, users: int = 200) -> tuple[Tables, np.ndarray]:
    """Days of the stall; for each day mean √d⟨taste, card⟩, mean m and the watch rate of organic slots."""
    t, centres, rows = open_stall(kind, users), None, []
    for day in range(days):
        t, centres = publish(t, day, centres)
        log, seen = np.zeros(users * SLOTS, EVENT), np.zeros(4)
        serve(t, SLOTS, log, seen)
        rows.append(seen[1:] / seen[0])
        t = changed(t, log=log)
        if learning:
            learn(t)
    return t, np.array(rows)


def learn(t: Tables) -> None:
    """What the last phases of a day do."""
    lessons = read_log(t, 1)
    if t.modes[RECOMMENDER] == INTEREST:
        learn_items(t, lessons)
    learn_counts(t.num, t.products, lessons)
    learn_rates(t, lessons, 0)
    learn_users_rows(t, 0, len(t.users))


def noted(entries: list[tuple[int, int, int, int, int]]) -> np.ndarray:
    """A log of (user, presenter, product, flags, slot)."""
    log = np.zeros(len(entries), EVENT)
    for name, column in zip(("user", "presenter", "product", "flags", "slot"), zip(*entries, strict=True), strict=True):
        log[name] = column
    return log


def matches(t: Tables) -> np.ndarray:
    """Believed match of user 0 with good 0 shown by presenter 0."""
    factor = 0.8 * t.products["learned"][0] + 0.5 * t.creators["learned"][0]
    return np.array([t.users["learned"][0] @ factor, t.users["learned"][0] @ t.creators["learned"][0]])


def busy_log(t: Tables, seed: int = 0) -> np.ndarray:
    """A mixed log: videos, ads, previews, clicks in rooms, orders and returns."""
    source, n = np.random.default_rng(seed), 4_000
    log = np.zeros(n, EVENT)
    log["user"] = np.sort(source.integers(0, len(t.users), n))
    log["presenter"], log["product"] = source.integers(0, 250, n), source.integers(0, 600, n)
    log["flags"] = source.choice([0, WATCH, WATCH | CLICK, ORDERED, RETURNED, PREVIEW, PREVIEW | WATCH], n)
    log["product"][(log["flags"] & PREVIEW > 0) & (source.random(n) < 0.9)] = -1
    log["slot"] = np.where(log["flags"] & (ORDERED | RETURNED), -1, source.integers(0, 12, n))
    return log


def test_served_interest_rises_and_settles() -> None:
    _, curve = live(INTEREST, 120)
    z, m, watched = curve.T
    assert abs(z[0]) < 0.15
    assert z[55:60].mean() >= 1.2
    assert 0.95 <= m[55:60].mean() <= 1.4
    assert 2.2 <= watched[55:60].mean() / RANDOM_WATCH <= 3.0
    assert abs(watched[110:].mean() / watched[80:90].mean() - 1.0) < 0.06


def test_random_serves_no_interest_and_the_oracle_the_most() -> None:
    random, oracle = live(RANDOM, 5, learning=False)[1].mean(0), live(ORACLE, 5, learning=False)[1].mean(0)
    assert abs(random[0]) < 0.05 and abs(random[2] / RANDOM_WATCH - 1.0) < 0.06
    assert oracle[0] > 2.2


@pytest.mark.parametrize(("flags", "slot", "sign"), [
    (WATCH, 0, 1), (0, 0, -1), (WATCH | CLICK, 3, 1), (ORDERED, -1, 1), (RETURNED, -1, -1),
])
def test_each_event_moves_the_match_its_way(flags: int, slot: int, sign: int) -> None:
    by_user, by_item = open_stall(), open_stall()
    before = matches(by_user)
    by_user, by_item = (changed(t, log=noted([(0, 0, 0, flags, slot)])) for t in (by_user, by_item))

    learn_user(by_user, 0)
    learn_items(by_item, read_log(by_item, 1))
    fade = 1.0 - (slot >= 0) / by_user.num["learning_user_memory"][0]
    assert sign * (matches(by_user)[0] - fade * before[0]) > 0.0
    assert sign * (matches(by_item)[0] - before[0]) > 0.0


@pytest.mark.parametrize(("flags", "slot"), [(PREVIEW | WATCH | CLICK, -1), (WATCH | CLICK, FRIEND_SLOT)])
def test_what_was_taken_where_nobody_noted_what_was_passed_over_teaches_nothing(flags: int, slot: int) -> None:
    t = open_stall()
    t = changed(t, log=noted([(0, 0, 0, flags, slot)]))
    lessons = read_log(t, 1)
    assert not lessons.pulls.any() and not lessons.missed.any() and lessons.clicked[0] == 1
    before = t.users["learned"].copy()
    learn_user(t, 0)
    np.testing.assert_array_equal(t.users["learned"], before)


def test_a_stage_teaches_nothing_on_average_where_its_base_rate_holds() -> None:
    """The pulls of both outcomes, each by its chance, sum to zero in every stage."""
    t = open_stall()
    num, r, match = t.num[0], t.recommender[0], 0.7
    def asked(flags: int, slot: int = 3, room: bool = False) -> float:
        return lesson(num, r, flags, slot, room, match, np.empty(STAGES), np.empty(STAGES))

    watch, click, order = watch_chance(num, r, 3, match), click_chance(num, r, match), order_chance(num, r, match)
    missed, left, clicked = asked(0), asked(WATCH), asked(WATCH | CLICK) + order * asked(ORDERED, -1)
    assert abs((1.0 - watch) * missed + watch * ((1.0 - click) * left + click * clicked)) < 1e-12
    enter = entry_chance(r, num, match, 0.0)
    taken, passed = asked(PREVIEW | WATCH, room=True), asked(PREVIEW, room=True)
    assert abs(enter * taken + (1.0 - enter) * passed) < 1e-12


@pytest.mark.parametrize(("flags", "sign"), [(PREVIEW | WATCH, 1), (PREVIEW, -1)])
def test_a_preview_teaches_the_presenter(flags: int, sign: int) -> None:
    t = open_stall()
    t = changed(t, log=noted([(0, 0, -1, flags, 2)]))
    before, goods = matches(t), t.products["learned"].copy()
    learn_items(t, read_log(t, 1))
    assert sign * (matches(t)[1] - before[1]) > 0.0
    np.testing.assert_array_equal(t.products["learned"], goods)


def test_a_return_takes_back_what_the_order_taught() -> None:
    t = open_stall()
    t = changed(t, log=noted([(0, 0, 0, ORDERED, -1), (0, 0, 0, RETURNED, -1)]))
    assert not read_log(t, 1).pulls.any()


def test_a_watch_in_a_later_slot_says_no_less_and_a_pass_says_less() -> None:
    first, later = open_stall(), open_stall()
    pulls = {}
    for flags in (WATCH, 0):
        for slot in (0, 11):
            pulls[flags, slot] = np.abs(read_log(changed(first, log=noted([(0, 0, 0, flags, slot)])), 1).pulls).sum()
    assert pulls[WATCH, 11] >= pulls[WATCH, 0]
    assert 0.8 * pulls[0, 0] < pulls[0, 11] < pulls[0, 0]
    assert later.users["learned"].tobytes() == first.users["learned"].tobytes()


@pytest.mark.parametrize("seed", range(3))
def test_permuted_events_teach_items_the_same_to_the_bit(seed: int) -> None:
    one, other = open_stall(), open_stall()
    log = busy_log(one, seed)
    one = changed(one, log=log)
    other = changed(other, log=log[np.random.default_rng(seed).permutation(len(log))])
    for t in (one, other):
        lessons = read_log(t, 1)
        learn_items(t, lessons)
        learn_counts(t.num, t.products, lessons)
        learn_rates(t, lessons, 7)
    for name in ("products", "creators", "merchants", "recommender"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


def test_pieces_of_the_log_add_up_to_the_whole() -> None:
    t = open_stall()
    t = changed(t, log=busy_log(t))
    whole, parts = read_log(t, 1), no_lessons(t)
    for low, high in ((0, 10), (10, 1_333), (1_333, 4_000)):
        sum_lessons(t, beliefs(t), parts, low, high)
    for left, right in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(left, right)


def test_users_learn_from_their_own_entries_only_in_any_order() -> None:
    one, other = open_stall(), open_stall()
    log = busy_log(one)
    one, other = changed(one, log=log), changed(other, log=log)
    learn_users_rows(one, 0, 200)
    for i in np.random.default_rng(1).permutation(200):
        learn_user(other, i)
    assert one.users.tobytes() == other.users.tobytes()
    alone = changed(open_stall(), log=log[log["user"] == 5])
    learn_users_rows(alone, 0, 200)
    assert alone.users[5].tobytes() == one.users[5].tobytes()
    assert alone.users[6].tobytes() == open_stall().users[6].tobytes()
    slots, rooms = int((log["slot"] >= 0).sum()), int((log["product"] < 0).sum())
    told = (one.num["learning_room_slope"][0] / one.num["learning_slope"][0]) ** 2
    np.testing.assert_allclose(one.users["seen"].sum(), slots - rooms + told * rooms, rtol=1e-4)


def test_factors_stay_short_and_steps_small() -> None:
    t = open_stall()
    log = np.repeat(noted([(0, 0, 0, WATCH | CLICK, 0)]), 20_000)
    t = changed(t, log=log)
    before = t.products["learned"][0].copy()
    learn(t)
    assert np.linalg.norm(t.products["learned"][0] - before) < 1.5
    for i in range(10):
        learn(changed(t, log=busy_log(t, i)))
    longest = t.num["learning_user_longest"][0], t.num["learning_item_longest"][0]
    assert np.linalg.norm(t.users["learned"], axis=1).max() <= longest[0] * 1.0001
    assert np.linalg.norm(t.products["learned"], axis=1).max() <= longest[1] * 1.0001
    before = t.products["learned"][0].copy()
    learn(changed(t, log=log[:1]))
    assert np.linalg.norm(t.products["learned"][0] - before) < 0.01


def test_counts_go_on_under_every_kind_and_factors_only_under_interest() -> None:
    for kind in (INTEREST, POPULARITY, RANDOM, ORACLE):
        t = open_stall(kind)
        t = changed(t, log=busy_log(t))
        before = [getattr(t, name)["learned"].copy() for name in ("users", "products", "creators", "merchants")]
        learn(t)
        now = [getattr(t, name)["learned"] for name in ("users", "products", "creators", "merchants")]
        assert all((a != b).any() == (kind == INTEREST) for a, b in zip(before, now, strict=True))
        videos = ~(t.log["flags"] & (PREVIEW | ORDERED | RETURNED) > 0)
        assert t.products["impressions"].sum() == videos.sum()
        clicked = t.log["flags"] & CLICK > 0
        fresh = -np.expm1(-1 / t.num["goods_memory"][0])
        np.testing.assert_allclose(t.products["clicks"].sum(), clicked.sum() * fresh, rtol=1e-4)


def test_base_rates_find_the_rates_of_the_log() -> None:
    t = open_stall(RANDOM)
    source = np.random.default_rng(0)
    t.num["learning_bias_rate"] = 0.1
    for _ in range(120):
        log = np.zeros(5_000, EVENT)
        log["user"], log["product"] = np.arange(5_000) // 25, np.where(np.arange(5_000) % 5, 3, -1)
        watch = source.random(5_000) < np.where(log["product"] < 0, 0.4, 0.3)
        click = watch & (log["product"] >= 0) & (source.random(5_000) < 0.1)
        log["flags"] = watch * WATCH + click * CLICK + (log["product"] < 0) * PREVIEW
        lessons = read_log(changed(t, log=log), 1)
        learn_rates(t, lessons, int(click.sum() // 4))
    row, entry = t.recommender[0], t.num["rooms_entry"][0]
    assert abs(1.0 / (1.0 + np.exp(-row["bias"])) - 0.3) < 0.01
    assert abs(1.0 / (1.0 + (1.0 - entry) / entry * np.exp(-row["room_bias"])) - 0.4) < 0.01
    assert abs(row["click_rate"] - 0.1) < 0.005 and abs(row["order_rate"] - 0.25) < 0.02


def test_an_empty_log_teaches_nothing() -> None:
    t, fresh = open_stall(), open_stall()
    learn(t)
    for name in ("users", "creators", "merchants", "recommender"):
        assert getattr(t, name).tobytes() == getattr(fresh, name).tobytes()
