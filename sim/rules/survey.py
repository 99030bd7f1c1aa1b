"""What users would say and do say: latent score, the NPS survey, what friends can see (model.md §2.13)."""

import math

from sim.agents.user import BUYER, OUTSIDE
from sim.jit import kernel
from sim.rng import Decision, Venue, normal, uniform
from sim.rules.common import logistic, logit
from sim.tables import ADOPTED, DETRACTS, PROMOTES, SHARES, SHOPS
from sim.tally import Count

PROMOTER, DETRACTOR = 9, 6  # Reichheld 2003: 9–10 promote, 0–6 detract
MIDDLE = 7.0
NOT_ASKED, SILENT = -2, -1


@kernel
def recommend_score(num, satisfaction, luck):
    """The 0–10 answer to "would you recommend": clip(round(level + slope·z + noise·ξ))."""
    raw = num.survey_level + num.survey_slope * satisfaction + num.survey_noise * luck
    return int(min(10.0, max(0.0, math.floor(raw + 0.5))))


@kernel
def mood_of(score):
    """Promoter 1, passive 0, detractor −1."""
    return 1 if score >= PROMOTER else (-1 if score <= DETRACTOR else 0)


@kernel
def response_chance(num, score):
    """P(answer | asked): extremes answer more, which is why the surveyed NPS differs from the latent one."""
    return logistic(logit(num.survey_respond) + num.survey_respond_extreme * abs(score - MIDDLE))


@kernel
def judge(t, i):
    """User i's opinion of the platform today; a sample of the day's active buyers is asked, and some answer."""
    u, num, now = t.users[i], t.num[0], t.now[0]
    u.mood = 0
    if u.state == BUYER:
        score = recommend_score(num, u.satisfaction, normal(now, u.key, 0, Decision.SURVEY_NOISE, Venue.NONE, 0))
        u.feeling = score
        u.mood = mood_of(score)
        if u.opened:
            ask(t, num, now, u, score)
    t.signals[i] = visible(u)


@kernel
def ask(t, num, now, u, score):
    """Ask with the survey's sampling rate; the answer depends on the score."""
    if uniform(now, u.key, 0, Decision.SURVEY, Venue.NONE, 0) >= num.survey_asked:
        return
    t.tally[Count.ASKED] += 1
    u.answer = SILENT
    if uniform(now, u.key, 0, Decision.RESPOND, Venue.NONE, 0) < response_chance(num, score):
        u.answer = score
        t.tally[Count.PASSIVES - mood_of(score)] += 1


@kernel
def visible(u):
    """What friends can see, as bits: on the platform, shopping there, promoting, detracting, passing on a good."""
    bits = 0
    if u.state != OUTSIDE:
        bits = ADOPTED | (SHOPS if u.shopper else 0)
        bits |= PROMOTES if u.mood > 0 else (DETRACTS if u.mood < 0 else 0)
    return bits | (SHARES if u.sharing >= 0 else 0)


@kernel
def listen(t, i):
    """What reaches user i from friends: net invitations while outside, the share of shoppers until one shops."""
    u, num = t.users[i], t.num[0]
    u.net_invites, u.peers = 0, 0.0
    if num.survey_word_of_mouth == 0.0 or (u.state != OUTSIDE and u.shopper):
        return
    promoters, detractors, shops = 0, 0, 0
    for e in range(t.ties_ptr[i], t.ties_ptr[i + 1]):
        bits = t.signals[t.ties_idx[e]]
        promoters += (bits & PROMOTES) // PROMOTES
        detractors += (bits & DETRACTS) // DETRACTS
        shops += (bits & SHOPS) // SHOPS
    u.net_invites = int(promoters - num.survey_dissuade * detractors)
    u.peers = shops / max(1, t.ties_ptr[i + 1] - t.ties_ptr[i])
