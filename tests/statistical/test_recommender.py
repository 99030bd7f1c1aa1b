"""Recommenders against each other and against their users: bounds, match by tenure, what exploration keeps wide."""
from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

sys.path.append(str(Path(__file__).parents[2] / "experiments" / "recommender_measures"))
import measure

pytestmark = pytest.mark.slow
DAYS, SEEDS = 90, 5
PULL = "world.interest.pull=0.002"  # ten times the default, so that a quarter of a year shows what it does to taste
STILL = "world.interest.drift=0"  # taste's own random step would hide how much exploration spares of it
RARE = 0.01  # false alarms of each one-sided paired t over the seeds: one in a hundred if there were no effect


@cache
def worlds(*overrides: str) -> tuple[measure.Lived, ...]:
    """The same seeds under some overrides."""
    return tuple(measure.lived(DAYS, f"replication={k}", *overrides) for k in range(SEEDS))


def is_more(more: list[float], less: list[float]) -> bool:
    """Whether the first are larger than the second, seed by seed."""
    return bool(stats.ttest_rel(more, less, alternative="greater").pvalue < RARE)


def watch_rate(one: measure.Lived, classes: slice) -> float:
    """Share of organic videos watched by users of some classes of tenure."""
    slots, watches = one.watched[:, classes].sum(axis=1)
    return float(watches / slots)


def test_what_is_learned_lies_between_knowing_all_and_knowing_nobody() -> None:
    """Interest served: oracle > interest > popularity and random, each by more than luck over five seeds."""
    served = {kind: [one.served for one in worlds(f"recommender={kind}", PULL)] for kind in measure.KINDS}
    assert is_more(served["oracle"], served["interest"])
    assert is_more(served["interest"], served["popularity"]) and is_more(served["interest"], served["random"])


def test_match_grows_with_tenure_only_where_it_is_learned() -> None:
    """Watch rate in the first two days of a first stay against that from day 14 on."""
    for kind, grows in (("interest", True), ("oracle", False), ("random", False)):
        found = worlds(f"recommender={kind}", PULL)
        early, late = ([watch_rate(one, part) for one in found] for part in (slice(0, 2), slice(5, None)))
        assert is_more(late, early) == grows, kind


def test_taste_narrows_and_what_is_seen_stays_wider_where_more_is_explored() -> None:
    """Same seeds at 5 % and at 30 % exploration: what is shown and viewed is wider at 30 %; tastes narrow at 5 %."""
    narrow, wide = worlds("recommender=interest", PULL), worlds("world.feed.explore_share=0.3", PULL)
    for name in ("exposed", "viewed"):
        assert is_more([getattr(one, name) for one in wide], [getattr(one, name) for one in narrow]), name
    first, last = np.array([one.liked for one in narrow]).T
    assert is_more(list(first), list(last))


def test_exploration_spares_taste() -> None:
    """Same seeds at 5 % and at 20 %, without taste's own random step: tastes narrow less at 20 %, in the mean.

    The weakest of these claims: one-sided at 5 %, so luck alone would pass it once in twenty.
    """
    less, more = (np.array([one.liked for one in worlds(PULL, STILL, f"world.feed.explore_share={share}")])
                  for share in (0.05, 0.20))
    spared = 1.0 - (more[:, 0] - more[:, 1]) / (less[:, 0] - less[:, 1])
    print(f"\nof the narrowing, 20 % exploration instead of 5 % spares {spared.round(3)}")
    assert stats.ttest_1samp(spared, 0.0, alternative="greater").pvalue < 0.05
