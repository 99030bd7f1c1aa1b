"""Each rule of attention says what its formula says: bounds, direction, means and shares.

Intervals are exact binomial ones, two-sided, with a false-alarm rate of 1 in 1,000 each; the seeds are fixed.
"""
import numpy as np
import pytest
from scipy import stats

import sim.handle  # noqa: F401 (teaches kernels what `Tables` are)
from sim.agents import user
from sim.jit import kernel
from sim.levers import neutral
from sim.population import make_dtype
from sim.rng import clock
from sim.rules.arrival import feed_slots, open_logit
from sim.rules.feed import ADVERT, EXPLORE, ORGANIC, auction, slot_nature, value_bids
from sim.rules.rooms import dwell_minutes, entry_logit
from sim.rules.survey import recommend_score, response_chance
from sim.rules.visits import after_view_chance, mall_logit, search_chance
from sim.tables import CARD, LAYOUT, ROOM, Tables
from tests.unit.bazaar import numbers

NUM, LEV = numbers(), neutral()
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
WEIGHTS = WEIGHTS / WEIGHTS.sum()  # expectations over N(0, 1)
STEPS = np.linspace(-2, 2, 17)


def person(**traits):
    """A user with these traits and nothing else."""
    one = np.zeros(1, make_dtype(user.COLUMNS))
    one["key"], one["knee"] = 17, 0.08
    for name, value in traits.items():
        one[name] = value
    return one[0]


def levers(**moves):
    """The neutral levers, some of them moved."""
    moved = LEV.copy()
    for name, value in moves.items():
        moved[name] = value
    return moved[0]


def room(**traits):
    """An open room of mean skill and the usual traffic goods, without style."""
    one = np.zeros(1, ROOM)
    one["skill"], one["traffic"] = NUM["rooms_mean_skill"], NUM["rooms_mean_traffic"]
    for name, value in traits.items():
        one[name] = value
    return one[0]


# ---- arrival -------------------------------------------------------------------------------------

@pytest.mark.parametrize("trait", ["activity", "satisfaction", "habit", "mindshare"])
def test_opening_rises_with_what_draws(trait):
    assert (np.diff([open_logit(NUM[0], person(**{trait: x}), 0) for x in STEPS]) > 0).all()


def test_opening_without_any_stock_is_activity_and_weekday():
    for day in range(7):
        at = open_logit(NUM[0], person(activity=0.4), day)
        assert at == pytest.approx(0.4 + np.log(NUM["arrival_weekday"][0, day]))


def test_messages_help_twice_and_then_annoy():
    at = [open_logit(NUM[0], person(pushes=messages), 0) for messages in range(6)]
    assert at[0] < at[1] < at[2] > at[3] > at[4] > at[5]


def test_feed_depth_has_the_configured_mean():
    """Over people and days the expected slots are the configured ones, and proportional to the commerce share."""
    def mean(lever):
        each = [[feed_slots(NUM[0], lever, person(score=g), luck) for luck in NODES] for g in NODES]
        return WEIGHTS @ np.array(each) @ WEIGHTS
    slots = NUM["arrival_slots"][0]
    assert mean(LEV[0]) == pytest.approx(slots, rel=1e-5)
    assert mean(levers(commerce_share=NUM["arrival_commerce_share"][0])) == pytest.approx(2 * slots, rel=1e-5)


def test_fatigue_bites_above_the_knee_only():
    """More commerce than the knee shortens visits and keeps people away; less does neither."""
    shares = np.array([0.0, 0.04, 0.08, 0.12, 0.2])
    opens = [open_logit(NUM[0], person(fatigue=x), 0) for x in shares]
    slots = [feed_slots(NUM[0], LEV[0], person(fatigue=x), 0.0) for x in shares]
    for found in (opens, slots):
        assert found[0] == found[1] == pytest.approx(found[2]) and found[2] > found[3] > found[4]


# ---- feed ----------------------------------------------------------------------------------------

@kernel
def natures(now, num, lev, found):
    """How many slots of each nature 20 slots of many users have."""
    for i in range(50_000):
        for slot in range(20):
            found[slot_nature(now, num, lev, i + 1, slot)] += 1


@pytest.mark.parametrize(("ad_load", "explore"), [(1.0, 0.0), (0.0, 0.0), (1.5, 0.1)])
def test_slots_have_the_configured_shares(ad_load, explore):
    """Ads take their share × load of a million slots; exploration takes its share of the rest."""
    counts = np.zeros(3, np.int64)
    natures(clock(3)[0], NUM[0], levers(ad_load=ad_load, explore=explore), counts)
    ads = float(NUM["feed_ad_share"][0]) * ad_load
    exploration = (1 - ads) * (float(NUM["feed_explore_share"][0]) + explore)
    for nature, share in ((ADVERT, ads), (EXPLORE, exploration), (ORGANIC, 1 - ads - exploration)):
        assert stats.binomtest(int(counts[nature]), int(counts.sum()), share).pvalue > 1e-3


def sold(bids, chances, used=None):
    """The auction's winner and price in milli-fen, and everybody's value and the reserve in fen."""
    n = len(bids)
    recommender, cards = np.zeros(1, LAYOUT["recommender"][0]), np.zeros(n, CARD)
    recommender["click_rate"], recommender["order_rate"], cards["bid"] = 0.1, 0.05, bids
    t = Tables(num=NUM, recommender=recommender, cards=cards)
    used = np.zeros(n, np.uint8) if used is None else used
    worth = np.empty(n)
    value_bids(t, np.arange(n, dtype=np.int32), np.asarray(chances, float), worth, n)
    winner, price = auction(NUM[0], worth, used, n)
    values = cards["bid"] * chances * float(recommender["click_rate"][0]) * float(recommender["order_rate"][0])
    return winner, price, np.where((used > 0) | (cards["bid"] <= 0), 0.0, values)


def test_winner_has_the_largest_value_and_pays_the_second():
    """Random shortlists: the winner's price is the second value, at least the reserve, at most its own value."""
    rng, reserve, won = np.random.default_rng(4), float(NUM["feed_ad_reserve"][0]) / 10, 0
    for _ in range(300):
        n = int(rng.integers(1, 20))
        bids, used = rng.lognormal(np.log(1000 * reserve), 1.5, n), (rng.random(n) < 0.2).astype(np.uint8)
        winner, price, values = sold(bids, rng.random(n), used)
        if winner < 0:
            assert (values < reserve).all()
            continue
        won += 1
        best, second = np.sort(np.append(values, [0.0]))[::-1][:2]
        assert values[winner] == best >= reserve
        assert abs(price - 1000 * max(second, reserve)) <= 1  # whole milli-fen
    assert 100 < won < 300


def test_a_winners_bid_does_not_move_its_price():
    """Bidding more than it takes to win leaves the price alone: the truth about one's value is the best bid."""
    high, higher = sold([9e5, 5e5, 1e5], [0.5] * 3), sold([9e6, 5e5, 1e5], [0.5] * 3)
    assert high[:2] == higher[:2]


# ---- rooms and shelf -----------------------------------------------------------------------------

def test_entering_a_mean_room_has_the_configured_chance():
    """At mean interest and skill the chance is the configured one; it rises with either, style, traffic goods."""
    mean = float(NUM["rooms_mean_interest"][0])
    assert 1 / (1 + np.exp(-entry_logit(NUM[0], room(), mean))) == pytest.approx(NUM["rooms_entry"][0], abs=1e-6)
    assert (np.diff([entry_logit(NUM[0], room(), m) for m in STEPS]) > 0).all()
    assert (np.diff([entry_logit(NUM[0], room(skill=x), mean) for x in STEPS]) > 0).all()
    assert (np.diff([entry_logit(NUM[0], room(attract=x), mean) for x in STEPS]) > 0).all()
    assert (np.diff([entry_logit(NUM[0], room(traffic=x), mean) for x in STEPS]) > 0).all()


def test_dwell_in_a_mean_room_has_the_configured_mean():
    """The mean over luck is the configured one; it rises with interest, skill, trust and traffic goods."""
    mean = float(NUM["rooms_mean_interest"][0])
    minutes = [dwell_minutes(NUM[0], person(), room(), mean, luck) for luck in NODES]
    assert WEIGHTS @ minutes == pytest.approx(NUM["rooms_dwell"][0], rel=1e-5)
    for found in ([dwell_minutes(NUM[0], person(), room(), m, 0.0) for m in STEPS],
                  [dwell_minutes(NUM[0], person(), room(skill=x), mean, 0.0) for x in STEPS],
                  [dwell_minutes(NUM[0], person(), room(traffic=x), mean, 0.0) for x in STEPS],
                  [dwell_minutes(NUM[0], person(host_trust=x), room(), mean, 0.0) for x in STEPS]):
        assert min(found) > 0 and (np.diff(found) > 0).all()


def test_searching_is_what_independent_needs_make():
    """No need: no search for one. One need, or one click seen: the configured chance; more needs: 1 − (1 − p)^n."""
    one = person()
    chances = []
    for needs in range(6):
        one["need"][3] = needs
        chances.append(search_chance(NUM[0], one, 3))
    p = float(NUM["lists_search_need"][0])
    assert chances == pytest.approx([1 - (1 - p) ** n for n in range(6)])
    assert chances[0] == 0 and chances[-1] < 1
    one["intent"][3] = 1.0
    traces = [after_view_chance(NUM[0], LEV[0], one, 3), after_view_chance(NUM[0], LEV[0], person(), 3)]
    assert traces == pytest.approx([NUM["lists_search_intent"][0], 0.0])
    assert search_chance(NUM[0], one, 4) == 0


def test_mall_rises_with_tab_mindshare_and_needs():
    """Without pull the log-odds are the configured ones; the fourth open need adds nothing."""
    assert mall_logit(NUM[0], LEV[0], person()) == pytest.approx(NUM["lists_mall_visit"][0])
    assert mall_logit(NUM[0], levers(mall_tab=0.5), person()) == pytest.approx(NUM["lists_mall_visit"][0] + 0.5)
    assert (np.diff([mall_logit(NUM[0], LEV[0], person(mindshare=x)) for x in STEPS]) > 0).all()
    needs = [mall_logit(NUM[0], LEV[0], person(need=np.arange(12) < n)) for n in range(6)]
    assert (np.diff(needs[:4]) > 0).all() and needs[3] == needs[4] == needs[5]


# ---- the survey ----------------------------------------------------------------------------------

def test_scores_are_whole_bounded_and_rise_with_satisfaction():
    scores = [recommend_score(NUM[0], z, 0.0) for z in np.linspace(-10, 10, 401)]
    assert set(scores) == set(range(11))
    assert (np.diff(scores) >= 0).all()


def test_extremes_answer_more_and_equally_far_equally_often():
    """The passive's 7 answers with the configured chance; scores equally far from it answer alike."""
    chances = [response_chance(NUM[0], score) for score in range(11)]
    assert chances[7] == min(chances) == pytest.approx(NUM["survey_respond"][0])
    assert chances[10] == pytest.approx(chances[4]) and max(chances) == chances[0] < 1
    flat = numbers(survey_respond_extreme=0.0)[0]
    assert len({response_chance(flat, score) for score in range(11)}) == 1
