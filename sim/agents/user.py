"""Users: people who may open the app, watch, want, buy, judge, tell friends and leave."""

from sim.agents.base import RowAgent
from sim.population import Column

DIM = 16  # taste space (model.md §1)
CATEGORIES = 12
COUPON_SLOTS = 4
VISIT_SLOTS = 8  # rooms a user may enter in a day
RECENT = 8  # goods weighed today that a user may remember; most of choice.best_of

OUTSIDE, VISITOR, BUYER = 0, 1, 2

COUPON = [("benefit", "f4"), ("threshold", "i4"), ("expiry", "i2"), ("grant", "i1"),
          ("category", "i1")]
VISIT = [("room", "i4"), ("minute", "i2"), ("dwell", "i2"), ("via", "u1")]
KNOWN_SHOPS = 2  # last shops bought at that a user remembers
WEARY = 4096.0  # units of `weariness` a logit

COLUMNS = (
    Column("key", "u4", unit="–", doc="word 0 of every draw of this person; never the row number"),
    Column("state", "u1", unit="0|1|2", doc="outside, visitor, buyer (ordered in this spell)"),
    Column("shopper", "u1", unit="0|1", doc="has adopted shopping on content platforms"),
    Column("opened", "u1", unit="0|1", doc="opened the app today"),
    Column("mood", "i1", unit="-1|0|1", doc="detractor, passive, promoter at the last judgement (buyers)"),
    Column("slots", "i2", unit="impressions", doc="commerce slots seen in today's feed"),
    Column("minutes", "i2", unit="minute", doc="what is left of today's time on the app"),
    Column("spell", "i2", unit="count", doc="number of the current or last stay on the platform"),
    Column("started", "i4", unit="day", doc="absolute day this spell began"),
    Column("activity", "f4", unit="logit", doc="a_u, personal log-odds of opening the app"),
    Column("score", "f4", unit="sd", doc="g_u, standard score of activity; feed depth grows with it"),
    Column("satisfaction", "f4", unit="sd", doc="z, satisfaction stock (EWMA around 0)"),
    Column("habit", "f4", unit="0–1", doc="H, habit of buying here"),
    Column("mindshare", "f4", unit="0–1", doc="B, mindshare of the platform as a place to buy"),
    Column("shelf_price", "f4", unit="log ratio", doc="ln(price/outside price) that is remembered of the shelf"),
    Column("fatigue", "f4", unit="share", doc="ḡ, slow stock of commerce share seen"),
    Column("knee", "f4", unit="share", doc="commerce share above which fatigue bites"),
    Column("price_sensitivity", "f4", unit="–", doc="ε, elasticity of utility in log relative price"),
    Column("buyer_effect", "f4", unit="logit", doc="b_u, personal inclination to buy"),
    Column("price_level", "f4", unit="log ratio", doc="w_u, preferred price level against the category median"),
    Column("impulse", "f4", unit="sd", doc="i_u, impulsiveness"),
    Column("leniency", "f4", unit="latent", doc="person effect in judgements"),
    Column("host_trust", "f4", unit="sd", doc="trust in hosts, EWMA of satisfaction with host-sold orders"),
    Column("platform_trust", "f4", unit="sd", doc="trust in the platform's own word"),
    Column("theta", "f4", unit="1/day", doc="θ, personal dropout rate of this spell"),
    Column("wallet", "i4", unit="fen", doc="what is left of this week's shopping money"),
    Column("wallet_week", "i4", unit="fen", doc="weekly shopping money"),
    Column("orders_spell", "i4", unit="orders", doc="orders paid in this spell"),
    Column("orders_ever", "i4", unit="orders", doc="orders paid in all spells"),
    Column("first_order", "i4", unit="day", doc="absolute day of this spell's first order; -1 for none since genesis"),
    Column("last_order", "i4", unit="day", doc="absolute day of the latest order of this spell; -1 before"),
    Column("last_open", "i4", unit="day", doc="absolute day of the latest visit"),
    Column("answer", "i1", unit="-2|-1|0–10", doc="today's survey: not asked, no answer, or the score given"),
    Column("feeling", "i1", unit="0–10", doc="latent score, what the survey would read (buyers)"),
    Column("generation", "u1", unit="0|1|2", doc="born before 1980, 1980–95, after 1995"),
    Column("guochao", "f4", unit="logit", doc="taste for domestic brands (国潮) by generation; mean 0 over all users"),
    Column("pushes", "u1", unit="count", doc="messages received today"),
    Column("reached", "u1", unit="0|1", doc="outside, and won over today by a paid campaign: arrives tomorrow"),
    Column("game", "f4", unit="logit", doc="pull of a game to the app and its mall today"),
    Column("game_of", "u1", unit="purse", doc="1 + row of the purse that rewards playing today; 0 is none"),
    Column("played", "u1", unit="0|1", doc="was in the mall today while a game was on"),
    Column("taste", "f4", (DIM,), "unit vector", "true taste; nobody but the user and the oracle reads it"),
    Column("learned", "f4", (DIM,), "–", "what the recommender believes about this user"),
    Column("seen", "f4", unit="impressions", doc="impressions behind `learned`"),
    Column("clicked", "i4", unit="product", doc="good clicked today, not ordered, of the largest intent; -1 for none"),
    Column("weighed", "i4", unit="goods", doc="goods weighed today (rival rule of choice)"),
    Column("recent", "f4", (RECENT,), "logit", "what the last of them were worth, the n-th in place n mod k"),
    Column("bought", "i4", (KNOWN_SHOPS,), "merchant", "last shops bought at, the latest first; -1 for none"),
    Column("net_invites", "i2", unit="ties", doc="promoters less weighted detractors among friends (outside)"),
    Column("peers", "f4", unit="share", doc="shoppers among friends (not yet a shopper)"),
    Column("shared", "i4", unit="product", doc="good passed on to friends yesterday; -1 for none"),
    Column("sharing", "i4", unit="product", doc="good passed on today; friends see it tomorrow"),
    Column("need_rate", "f4", (CATEGORIES,), "1/day", "ν, rate at which needs arise"),
    Column("need", "i1", (CATEGORIES,), "count", "open needs"),
    Column("cupboard", "f4", (CATEGORIES,), "orders", "recent purchases not yet used up"),
    Column("intent", "f4", (CATEGORIES,), "clicks", "h, trace of interest excited by content"),
    Column("excited_by", "i4", (CATEGORIES,), "code", "whose content excited the trace (rules/excite.py); 0 nobody"),
    Column("reference", "f4", (CATEGORIES,), "log ratio", "r_uk, remembered ln(paid/outside price)"),
    Column("weariness", "u2", (CATEGORIES,), "logit/4096", "category fatigue from watching"),
    Column("coupons", COUPON, (COUPON_SLOTS,), "–", "benefit <1: share off, ≥1: fen off, 0: empty; category −1: any"),
)


class User(RowAgent):
    """A potential user of the platform; a view on one row of the users' array."""

    kind = "users"
