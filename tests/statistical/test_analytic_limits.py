"""Where mathematics knows the answer, the kernels give it: survival, ladders, diffusion, the survey's error.

Seeds are fixed. Every interval below is two-sided with a false-alarm rate of 1 in 1,000 for each comparison, but for
the diffusion's four standard errors (1 in 16,000 a day).
"""
from functools import cache

import numpy as np
import pytest
from scipy import stats

from sim.agents.user import BUYER, OUTSIDE, VISITOR
from sim.lanes import Lanes
from sim.model import InterestCommerceModel
from sim.orderlog import OrderLog, ladder
from sim.phases.churn import churn_rows
from sim.phases.survey import survey_rows
from sim.phases.talk import talk_rows
from sim.world import World
from tests.worlds import days, toy_model

Z = float(stats.norm.isf(0.0005))
LANES = Lanes(1, 512)
PEOPLE, A, B = 40_000, 3.0, 1.5
GROUP, DIFFUSION_DAYS, REPLICATIONS = 1_500, 50, 30
BASS_P, BASS_Q = 0.9, 76.0  # 1/year


def newcomers(number: int) -> World:
    """Visitors without satisfaction, habit or friends in a world to which nobody comes."""
    world = toy_model(f"population.users={number}").world
    people = world.users
    people["state"], people["shopper"] = VISITOR, 1
    people["satisfaction"] = people["habit"] = 0.0
    world.platform["reach_hazard"], world.num["churn_floor"] = 0.0, 0.0
    world.num["churn_lapse"] = 0.0
    return world


def stays(world: World, horizon: int) -> np.ndarray:
    """Who is still there on day 0 … `horizon`, bool, shape (horizon + 1, users)."""
    there = [world.users["state"] != OUTSIDE]
    for _ in range(horizon):
        LANES.run(world, churn_rows, len(world.users))
        world.now["day"] += 1
        there.append(world.users["state"] != OUTSIDE)
    return np.array(there)


def greenwood(alive: np.ndarray) -> float:
    """Greenwood's (1926) standard error of survival, from the number alive on each day."""
    dead = -np.diff(alive)
    return float(alive[-1] / alive[0] * np.sqrt((dead / (alive[:-1] * (alive[:-1] - dead))).sum()))


def inside_binomial(successes: int, trials: int, chance: float) -> bool:
    """Whether a chance lies in the exact binomial interval of its observation."""
    return bool(stats.binomtest(int(successes), int(trials), chance).pvalue > 1e-3)


# ---- leaving -------------------------------------------------------------------------------------

@pytest.mark.parametrize("hazard", [0.004, 0.05])
def test_constant_hazard_gives_geometric_survival(hazard):
    """D_k = (1 − h)^k for k = 1, 7, 30, within Greenwood's interval."""
    world = newcomers(PEOPLE)
    world.users["theta"] = hazard
    alive = stays(world, 30).sum(axis=1)
    for k in (1, 7, 30):
        assert abs(alive[k] / PEOPLE - (1 - hazard) ** k) < Z * greenwood(alive[:k + 1])


@cache
def beta_stays() -> np.ndarray:
    """The stays of people with θ ~ Beta(b, a), so that a stay goes on with chance 1 − θ ~ Beta(a, b)."""
    world = newcomers(PEOPLE)
    world.users["theta"] = np.random.default_rng(5).beta(B, A, PEOPLE)
    return stays(world, 10)


def test_who_stayed_longer_stays_likelier():
    """θ ~ Beta(b, a) and no habit: P(alive k + 1 | alive k) = (a + k)/(a + b + k), which rises by selection alone."""
    alive = beta_stays().sum(axis=1)
    for k in range(8):
        assert inside_binomial(alive[k + 1], alive[k], (A + k) / (A + B + k))


def test_ladder_of_beta_buyers():
    """One order a day of the stay: the ladder's P(order k + 1 | order k) = (a + k − 1)/(a + b + k − 1)."""
    there = beta_stays()
    day, user = np.nonzero(there)
    log = {"user": user, "spell": np.ones_like(user), "day": day, "nth": day + 1, "paid_fen": np.ones_like(user)}
    with OrderLog(log, len(there)) as orders:
        steps = ladder(orders, len(there))
    assert steps.reached[0] == PEOPLE
    for k in range(1, 8):
        assert inside_binomial(steps.reached[k], steps.reached[k - 1], (A + k - 1) / (A + B + k - 1))


# ---- diffusion -----------------------------------------------------------------------------------

def complete(world: World) -> World:
    """Make everybody a friend of everybody else."""
    n = len(world.users)
    others = np.broadcast_to(np.arange(n, dtype=np.int32), (n, n))[~np.eye(n, dtype=bool)]
    world.graph.ties_ptr, world.graph.ties_idx = np.arange(n + 1, dtype=np.int64) * (n - 1), others
    return world


def bass_recursion(p: float, q: float) -> np.ndarray:
    """Adopters' share on day 0, 1, … by the discrete recursion F ← F + (1 − F)(1 − e^−(p + qF)/365)."""
    path = [0.0]
    for _ in range(DIFFUSION_DAYS):
        path.append(path[-1] + (1 - path[-1]) * -np.expm1(-(p + q * path[-1]) / 365))
    return np.array(path)


def test_complete_graph_follows_bass():
    """Without churn the mean path of 30 groups of 1,500 lies within 4 standard errors of Bass's recursion (1969).

    p and q are large enough for the whole S to fit into 50 days. The recursion neglects the variance of the share,
    an error of order 1/1,500, below the standard errors.
    """
    world = complete(newcomers(GROUP))
    world.num["churn_bass_p"], world.num["churn_bass_q"] = BASS_P, BASS_Q
    world.users["theta"] = 0.0
    paths = np.zeros((REPLICATIONS, DIFFUSION_DAYS + 1))
    for path in paths:
        world.users["shopper"] = 0
        world.now["seed"] += 1
        for day in range(1, DIFFUSION_DAYS + 1):
            for rows in (survey_rows, talk_rows, churn_rows):
                LANES.run(world, rows, GROUP)
            world.now["day"] += 1
            path[day] = world.users["shopper"].mean()
    error = paths.std(axis=0, ddof=1) / np.sqrt(REPLICATIONS)
    expected = bass_recursion(BASS_P, BASS_Q)
    assert expected[-1] > 0.9
    assert (np.abs(paths.mean(axis=0) - expected) <= 4 * error).all()


# ---- the survey ----------------------------------------------------------------------------------

def polls(extreme: float, number: int = 4_000, rounds: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Daily polls of buyers who are all alike: latent mood, surveyed mood (means) and number of answers."""
    world = newcomers(number)
    world.users["state"], world.users["opened"], world.users["satisfaction"] = BUYER, 1, 0.3
    world.num["survey_respond_extreme"] = extreme
    latent, surveyed, answers = np.zeros((3, rounds))
    for day in range(rounds):
        world.users["answer"] = -2
        LANES.run(world, survey_rows, number)
        world.now["day"] += 1
        given = world.users["answer"][world.users["answer"] >= 0]
        latent[day], answers[day] = world.users["mood"].mean(), len(given)
        surveyed[day] = ((given >= 9).astype(int) - (given <= 6)).mean()
    return latent, surveyed, answers


def test_survey_without_response_bias_reads_the_latent_nps():
    """Pooled over 300 days the surveyed NPS is the latent one within its error; answers of extremes shift it."""
    latent, surveyed, answers = polls(0.0)
    pooled = (surveyed * answers).sum() / answers.sum()
    assert abs(pooled - latent.mean()) < Z / np.sqrt(answers.sum())  # a mood's variance is at most 1
    latent, surveyed, answers = polls(1.0)
    assert abs((surveyed * answers).sum() / answers.sum() - latent.mean()) > 2 * Z / np.sqrt(answers.sum())


def test_standard_error_of_nps():
    """The spread of daily polls is √((p + d − (p − d)²)/n): their χ² over 300 days lies inside its interval."""
    latent, surveyed, answers = polls(0.0)
    world = newcomers(4_000)
    world.users["state"], world.users["satisfaction"] = BUYER, 0.3
    LANES.run(world, survey_rows, 4_000)
    moods = world.users["mood"]
    p, d = (moods > 0).mean(), (moods < 0).mean()
    squares = ((surveyed - latent.mean()) ** 2 * answers).sum() / (p + d - (p - d) ** 2)
    low, high = stats.chi2.ppf([0.0005, 0.9995], len(surveyed))
    assert low < squares < high


def test_metrics_report_reichheld():
    """Each day's `nps` is 100·(promoters − detractors)/answers of the answers on file, `nps_latent` that of buyers."""
    model: InterestCommerceModel = toy_model("world.survey.asked=1", "world.survey.respond=0.9")
    answered = 0
    for _ in range(8):
        row, people = days(model, 1)[0], model.world.users
        given = people["answer"][people["answer"] >= 0]
        if len(given):
            assert row["nps"] == pytest.approx(100 * ((given >= 9).sum() - (given <= 6).sum()) / len(given))
        answered += len(given)
    assert answered > 100
