"""Every metric once: its unit, its meaning, and how today's value comes from the world.

A day's row holds what `lab.md` names as far as the mechanisms exist. Undefined is NaN, never 0. Money is yuan.
"""

import math

import numpy as np

from sim.agents.creator import ACTIVE, HEAD
from sim.attribution import SHELF, attribution
from sim.census import Head, take_census
from sim.fixed import SCALE
from sim.funnel import FUNNEL
from sim.inequality import gini, ratio, tail_exponent
from sim.money import FEN, Row, creator_incomes, merchant_profits, money, policies
from sim.orders import complained_of
from sim.rng import Venue
from sim.tables import CANCELLED, PREVIEW, REFUNDED, SETTLED
from sim.tally import Count
from sim.world import World

VENUES = {Venue.VIDEO: "video", Venue.LIVE: "live", Venue.MALL: "mall", Venue.SEARCH: "search", Venue.SHOP: "shop"}

DEFINITIONS = {
    "gmv_gross": ("yuan", "order value paid today: buyers' outlay + subsidies, before cancellations and returns"),
    "gmv_net": ("yuan", "order value settled today, 7 days after sign-off"),
    "gmv_pending": ("yuan", "order value paid and neither settled nor refunded nor cancelled yet, a stock"),
    "gmv_<venue>": ("yuan", "gmv_gross by venue: video, live, mall, search, shop"),
    "gmv_origin_interest": ("yuan", "gmv_gross without an open need in the category: in content, or on the shelf with "
                            "a trace of interest of at least needs.excited clicks"),
    "gmv_origin_browse": ("yuan", "gmv_gross on the shelf with neither need nor such a trace"),
    "gmv_origin_need": ("yuan", "gmv_gross of orders with an open need in the category"),
    "assisted_gmv": ("yuan", "gmv_gross on the shelf, with or without a need, whose category content had excited: "
                     "trace of at least needs.excited clicks; assisted_gmv_<who>_<where> by who raised it to that "
                     "(creator, merchant) and where (video, live)"),
    "cannibalised_gmv": ("yuan", "gmv_gross of diverted orders whose category was first excited by another account "
                         "than the seller's own; what would have been sold without is a matter of comparing runs"),
    "orders": ("orders", "orders paid today; orders_<venue> by venue"),
    "aov": ("yuan/order", "gmv_gross / orders"),
    "buyers": ("users", "distinct users with an order today"),
    "dau": ("users", "users who opened the app today"),
    "mau": ("users", "users who opened the app in the last 30 days"),
    "mab_share": ("share", "users with an order in the last 30 days / mau"),
    "adopted": ("users", "users on the platform, visitors and buyers"),
    "buyers_state": ("users", "users with an order in their present spell"),
    "shoppers": ("users", "users who have adopted shopping"),
    "dormant": ("users", "users on the platform who have not opened for 30 days"),
    "visitors": ("users", "users without an order in their present spell"),
    "arrivals": ("users", "spells that begin tomorrow; arrivals_new first ones"),
    "invited": ("users", "of them, with more promoters than detractors among their friends"),
    "adoptions": ("users", "users who take up shopping today"),
    "lapses": ("users", "shoppers who give it up today"),
    "dropouts": ("users", "spells that ended today"),
    "visitor_d1": ("share", "of those whose spell began 1 day ago, opened today; d7 and d30 alike; _new of first "
                   "spells, _returning of later ones, as most of those are who were outside on the first day of all"),
    "cohorts.parquet": ("users", "opened and alive by day of adoption and age, new and returning people apart; D_k is "
                        "opened at age k / opened at age 0 over the cohorts followed so long (sim.cohorts.retention)"),
    "buyer_d30": ("share", "of those with a first order 30 days ago, opened today"),
    "nps": ("points", "100·(promoters − detractors)/answers of today's survey (Reichheld 2003)"),
    "nps_latent": ("points", "the same over all buyers' latent scores"),
    "promoters": ("answers", "today's answers of 9–10"), "passives": ("answers", "today's answers of 7–8"),
    "detractors": ("answers", "today's answers of 0–6"),
    "satisfaction": ("sd", "mean z of buyers"),
    "habit": ("0–1", "mean H of users on the platform"),
    "mindshare": ("0–1", "mean B of users on the platform"),
    "deliveries": ("parcels", "parcels delivered today"),
    "lapsed_budget": ("intents", "decisions to buy that lapsed for want of the discount; lapsed_stock of the good"),
    "ccr": ("share", "of today's deliveries: late, 1–2 stars, quality return or complaint"),
    "late_rate": ("share", "of today's deliveries, later than promised"),
    "stars": ("stars", "mean rating of today's deliveries"),
    "return_rate": ("share", "refunded or cancelled / final today"),
    "cancel_rate": ("share", "cancelled before dispatch / final today"),
    "experience_score": ("1–5", "mean experience score of active merchants"),
    "take_revenue": ("yuan", "platform fees and ads received today"),
    "ad_revenue": ("yuan", "ads charged today"),
    "cpm": ("yuan/1000", "price of a thousand ad impressions"),
    "subsidy_total": ("yuan", "discounts funded by others than the buyer, paid today; subsidy_<instance> by policy"),
    "policy_spent_<instance>": ("yuan", "granted today out of an instance's budget, all funders together, less what "
                                "came back with returned goods; its discounts alone are subsidy_<instance>"),
    "policy_refused_<instance>": ("benefits", "coupons, deals and premiums refused today for want of money"),
    "policy_left_<instance>": ("yuan", "left of its budget at the end of the day, a stock; NaN without one"),
    "policy_out_<instance>": ("day", "on which its budget ran out: nothing left, or a benefit refused although all "
                              "that was left stood open; NaN before"),
    "policy_impressions_<instance>": ("impressions", "that its boosts granted today at others' expense (sim.traffic)"),
    "policy_shadow_<instance>": ("yuan", "these at today's cpm: what advertising would have charged, in no account"),
    "contribution": ("yuan", "change of the platform's and its purses' balances today, funding between them apart"),
    "merchant_profit": ("yuan", "change of merchants' balances today, without capital"),
    "merchant_profit_mean": ("yuan", "of open firms: change of the balance today, without capital"),
    "merchant_profit_median": ("yuan", "the same of the firm in the middle"),
    "mcn_income": ("yuan", "what creators' agencies received today less what they paid"),
    "creator_income": ("yuan", "change of creators' balances today"),
    "creator_income_mean": ("yuan", "creator_income / creators alive"),
    "creator_income_median": ("yuan", "median change today of the balances of creators alive"),
    "creator_income_per_hour": ("yuan/hour", "creator_income / hours of creators' rooms today"),
    "good_value_share": ("share", "of gmv_gross, orders of goods with q at least the median of those on sale, paid at "
                         "no more than the same basket costs elsewhere (优价好物)"),
    "user_surplus": ("yuan", "expected gain of today's choices over not buying: log-sum of every list, card and room, "
                     "over the marginal utility of money ε / mean price (Small and Rosen 1981)"),
    "exposure_entropy": ("0–1", "Shannon entropy of today's video impressions over accounts / ln of accounts seen"),
    "displaced_<who>": ("slots", "feed slots and room previews that accounts of a kind (tail, waist, head, merchants) "
                        "have more today than the same slots with the same luck and no boost would give them; "
                        "record.traffic"),
    "minutes_<venue>": ("minutes", "of all visits, by venue: feed, live, mall, search, shop; they sum to minutes"),
    "watch_minutes": ("minutes", "minutes_feed + minutes_live"),
    "self_broadcast_share": ("share", "gmv of merchants' own rooms / gmv_live"),
    "shelf_share": ("share", "gmv of mall, search and shop / gmv_gross"),
    "head_share": ("share", "of creators' trailing sales, head tier"),
    "gini_creators": ("0–1", "of trailing sales of active creators; merchants and products alike"),
    "gini_followers": ("0–1", "of followers of active accounts, creators' and shops'"),
    "followers_exponent": ("–", "tail exponent of their density, Hill's estimate on the top twentieth"),
    "cards": ("cards", "videos that may be shown today"),
    "follows": ("follows", "accounts followed today; unfollows given up"),
    "creators_alive": ("creators", "creators who go live or show videos"),
    "merchants_alive": ("merchants", "merchants open for business"),
    "rooms_open": ("rooms", "live rooms open today"),
    "viewers_per_room": ("users", "viewer-minutes / minutes open"),
    "reco_lift": ("ratio", "watch rate of organic slots / of exploration slots"),
    "reco_lift_fresh": ("ratio", "the same for users in the first week of their first stay; reco_lift_known in a stay "
                        "of 60 days or more"),
    "mean_interest_served": ("sd", "mean interest m over organic video slots; mean_interest_fresh, mean_interest_known "
                             "by tenure alike"),
    "leak_need": ("needs", "open needs met elsewhere today"),
    "leak_excited": ("clicks", "excited intent that became an order elsewhere today"),
    "leak_choice": ("orders", "goods chosen here and bought elsewhere today; only with rival.outside=same_good"),
    "leak_choice_gmv": ("yuan", "what was paid for them elsewhere"),
    "acquisition": ("yuan", "spent on paid arrivals today"),
    "arrivals_paid": ("users", "spells that begin tomorrow and were paid for"),
    "arrivals_anyway": ("users", "of arrivals_paid, those who would have come unpaid, by the same draw"),
    "cac": ("yuan/user", "customer acquisition cost: acquisition / arrivals_paid"),
    "game_rewards": ("yuan", "paid to players today"),
    "cost_per_active": ("yuan/user", "game_rewards / opened_for_game"),
}


def day_row(world: World) -> Row:
    """All metrics of the day that just ended, in a fixed order of names."""
    heads = take_census(world.users, world.today)
    row = trade(world) | people(world, heads) | opinion(world, heads)
    for part in (quality, money, policies, merchant_profits, creator_incomes, concentration, audience, supply,
                 attention, minutes, displaced):
        row |= part(world)
    return row


def mean_of(column: np.ndarray) -> float:
    """The mean of a float column in row order, NaN of none."""
    return float(column.mean(dtype=np.float64)) if len(column) else math.nan


def trade(world: World) -> Row:
    """GMV and orders, by venue and by origin."""
    orders = world.day.orders
    value = order_value(orders)
    row = {"gmv_gross": float(value.sum()) / FEN, "gmv_net": settled_value(world.closed) / FEN,
           "gmv_pending": float(order_value(world.orders).sum()) / FEN, "orders": len(orders)}
    for venue, name in VENUES.items():
        row[f"gmv_{name}"] = float(value[orders["venue"] == venue].sum()) / FEN
        row[f"orders_{name}"] = int((orders["venue"] == venue).sum())
    shelf = np.isin(orders["venue"], SHELF)
    row |= attribution(orders, value, len(world.creators), float(world.num[0]["needs_excited"]))
    row |= {"aov": ratio(row["gmv_gross"], len(orders)), "buyers": len(np.unique(orders["user"])),
            "user_surplus": int(world.tally[Count.SURPLUS]) / SCALE,
            "good_value_share": ratio(float(value[good_value(world)].sum()), float(value.sum())),
            "shelf_share": ratio(float(value[shelf].sum()), float(value.sum()))}
    own = (orders["venue"] == Venue.LIVE) & (orders["presenter"] >= len(world.creators))
    row["self_broadcast_share"] = ratio(float(value[own].sum()) / FEN, row["gmv_live"])
    return row


def good_value(world: World) -> np.ndarray:
    """Which of today's orders are good and cheap: at least the median quality on sale, no dearer than outside."""
    orders, on_sale = world.day.orders, world.products[world.products["on_sale"] > 0]
    middle = float(np.median(on_sale["quality"])) if len(on_sale) else math.nan
    return (orders["quality"] >= middle) & (orders["paid"] <= orders["outside_price"])


def order_value(orders: np.ndarray) -> np.ndarray:
    """What orders are worth, fen: what the buyer paid and what others added."""
    return orders["paid"].astype(np.int64) + orders["subsidy"]


def settled_value(orders: np.ndarray) -> float:
    """Value of the settled ones among final orders, fen."""
    return float(order_value(orders[orders["status"] == SETTLED]).sum())


def people(world: World, heads: np.ndarray) -> Row:
    """Who is there, who came back, who left."""
    tally, history, day = world.tally, world.history, world.today
    return retention(heads, history, day) | {
        "dau": int(tally[Count.OPENED]), "mau": int(heads[Head.MONTHLY]),
        "mab_share": ratio(heads[Head.MONTHLY_BUYERS], heads[Head.MONTHLY]),
        "adopted": int(heads[Head.ADOPTED]), "visitors": int(heads[Head.ADOPTED] - heads[Head.BUYERS]),
        "buyers_state": int(heads[Head.BUYERS]), "shoppers": int(heads[Head.SHOPPERS]),
        "dormant": int(heads[Head.DORMANT]),
        "arrivals": int(tally[Count.ARRIVALS]), "arrivals_new": int(tally[Count.ARRIVALS_NEW]),
        "dropouts": int(tally[Count.DROPOUTS]),
        "adoptions": int(tally[Count.ADOPTIONS]),
        "lapses": int(tally[Count.LAPSES]), "invited": int(tally[Count.INVITED]),
        "arrivals_paid": int(tally[Count.ARRIVALS_PAID]), "arrivals_anyway": int(tally[Count.ARRIVALS_ANYWAY]),
        "acquisition": int(tally[Count.ACQUIRED_FEN]) / FEN,
        "cac": ratio(int(tally[Count.ACQUIRED_FEN]) / FEN, int(tally[Count.ARRIVALS_PAID])),
        "game_rewards": int(tally[Count.GAME_FEN]) / FEN,
        "cost_per_active": ratio(int(tally[Count.GAME_FEN]) / FEN, int(tally[Count.OPENED_FOR_GAME])),
        "buyer_d30": ratio(heads[Head.BUYER_30], ago(history["first_orders"], day, 30)),
    }


def retention(heads: np.ndarray, history: dict[str, np.ndarray], day: int) -> Row:
    """Who came back 1, 7 and 30 days after a spell began: everybody, those in their first spell, those in a later."""
    row: Row = {}
    for days, every, new in ((1, Head.DAY_1, Head.NEW_1), (7, Head.DAY_7, Head.NEW_7), (30, Head.DAY_30, Head.NEW_30)):
        began, first = (ago(history[name], day, days) for name in ("arrivals", "arrivals_new"))
        back, fresh = int(heads[every]), int(heads[new])
        row |= {f"visitor_d{days}": ratio(back, began), f"visitor_d{days}_new": ratio(fresh, first),
                f"visitor_d{days}_returning": ratio(back - fresh, began - first)}
    return row


def ago(series: np.ndarray, day: int, days: int) -> int:
    """A daily series' value so many days ago; 0 before its first day."""
    return int(series[day - days]) if day >= days else 0


def opinion(world: World, heads: np.ndarray) -> Row:
    """NPS as surveyed and as it is, and the stocks behind it."""
    tally = world.tally
    promoters, passives, detractors = (int(tally[c]) for c in (Count.PROMOTERS, Count.PASSIVES, Count.DETRACTORS))
    return {
        "nps": 100.0 * ratio(promoters - detractors, promoters + passives + detractors),
        "nps_latent": 100.0 * ratio(heads[Head.PROMOTERS] - heads[Head.DETRACTORS], heads[Head.BUYERS]),
        "promoters": promoters, "passives": passives, "detractors": detractors,
        "satisfaction": ratio(heads[Head.SATISFACTION] / SCALE, heads[Head.BUYERS]),
        "habit": ratio(heads[Head.HABIT] / SCALE, heads[Head.ADOPTED]),
        "mindshare": ratio(heads[Head.MINDSHARE] / SCALE, heads[Head.ADOPTED]),
    }


def quality(world: World) -> Row:
    """How today's deliveries and final orders went."""
    parcels, final = world.day.parcels, world.closed
    active = world.merchants["state"] == ACTIVE
    ended = final["status"]
    return {
        "deliveries": len(parcels), "ccr": ratio(int(complained_of(parcels).sum()), len(parcels)),
        "late_rate": ratio(int((parcels["late"] > 0).sum()), len(parcels)),
        "stars": ratio(int(parcels["stars"].sum()), len(parcels)),
        "return_rate": ratio(int(np.isin(ended, (REFUNDED, CANCELLED)).sum()), len(final)),
        "cancel_rate": ratio(int((ended == CANCELLED).sum()), len(final)),
        "experience_score": mean_of(world.merchants["score"][active]),
        "lapsed_budget": world.day.lapsed_budget, "lapsed_stock": world.day.lapsed_stock,
    }


def concentration(world: World) -> Row:
    """How unequal sales are among creators, merchants and products."""
    creators = world.creators[world.creators["state"] == ACTIVE]
    merchants = world.merchants[world.merchants["state"] == ACTIVE]
    goods = world.products[world.products["on_sale"] > 0]
    sales = creators["sales"].astype(np.float64)
    head = float(sales[creators["tier"] == HEAD].sum())
    return {
        "gini_creators": gini(sales), "gini_merchants": gini(merchants["sales"].astype(np.float64)),
        "gini_products": gini(goods["sold"].astype(np.float64) * goods["price"]),
        "head_share": ratio(head, float(sales.sum())),
    }


def audience(world: World) -> Row:
    """How unequal accounts' followings are."""
    present = [who["followers"][who["state"] == ACTIVE] for who in (world.creators, world.merchants)]
    followers = np.concatenate(present)
    return {"gini_followers": gini(followers), "followers_exponent": tail_exponent(followers)}


def evenness(world: World) -> float:
    """Entropy of video impressions over accounts, 0 one account has them all, 1 all accounts seen the same."""
    log = world.day.log
    counts = np.bincount(log["presenter"][is_video(log)])
    shares = np.sort(counts[counts > 0]) / np.maximum(1, counts.sum())
    return ratio(-float((shares * np.log(shares)).sum()), math.log(len(shares))) if len(shares) > 1 else math.nan


def is_video(log: np.ndarray) -> np.ndarray:
    """Which entries of the day's log are video impressions: in a slot, and no preview of a room."""
    return (log["slot"] >= 0) & ((log["flags"] & PREVIEW) == 0)


def supply(world: World) -> Row:
    """Who sells today and in how many rooms."""
    rooms = world.day.rooms
    minutes = int(rooms["minutes"].astype(np.int64).sum())
    return {
        "rooms_open": len(rooms), "viewers_per_room": ratio(int(rooms["viewer_minutes"].sum()), minutes),
        "creators_alive": int((world.creators["state"] == ACTIVE).sum()),
        "merchants_alive": int((world.merchants["state"] == ACTIVE).sum()),
        "cards": len(world.day.cards), "exposure_entropy": evenness(world),
    }


def attention(world: World) -> Row:
    """The funnel's counts, the recommender's lift, what leaked to other shops."""
    tally = world.tally
    organic = int(tally[Count.INTEREST_COUNT])
    explored = ratio(tally[Count.EXPLORE_WATCHES], tally[Count.EXPLORED])
    lift = ratio(ratio(tally[Count.ORGANIC_WATCHES], organic), explored)
    row: Row = {name: int(tally[one.row]) for name, one in FUNNEL.items()}
    return row | by_tenure(row, tally) | {
        "reco_lift": lift, "mean_interest_served": ratio(int(tally[Count.INTEREST_SUM]) / SCALE, organic),
        "leak_need": int(tally[Count.LEAK_NEED]), "leak_excited": int(tally[Count.LEAK_EXCITED]),
        "leak_choice": int(tally[Count.LEAK_CHOICE]), "leak_choice_gmv": int(tally[Count.LEAK_CHOICE_FEN]) / FEN,
        "follows": changes_of(world, 1), "unfollows": changes_of(world, -1),
    }


def displaced(world: World) -> Row:
    """Exposure that today's boosts gave or took, by who shows; only where recorded, 0 without a boost."""
    if not world.cfg.record.traffic:
        return {}
    gained = {name: sum(int(rows["gained"][rows["party"] == name].sum()) for rows in world.day.traffic)
              for name in ("tail", "waist", "head", "merchants")}
    return {f"displaced_{name}": change for name, change in gained.items()}


def by_tenure(row: Row, tally: np.ndarray) -> Row:
    """The recommender's lift and the interest it serves to the new and to the well known."""
    found: Row = {}
    for who, interest in (("fresh", Count.FRESH_INTEREST), ("known", Count.KNOWN_INTEREST)):
        slots, watches = ([row[f"{what}_{kind}_{who}"] for kind in ("organic", "explore")]
                          for what in ("impressions", "watches"))
        found[f"reco_lift_{who}"] = ratio(ratio(watches[0], slots[0]), ratio(watches[1], slots[1]))
        found[f"mean_interest_{who}"] = ratio(int(tally[interest]) / SCALE, slots[0])
    return found


def minutes(world: World) -> Row:
    """Minutes by venue; the feed has what the others left of a visit."""
    tally = world.tally
    spent = {name: int(tally[count]) for name, count in MINUTES.items()}
    feed = int(tally[Count.MINUTES]) - sum(spent.values())
    return {"minutes": int(tally[Count.MINUTES]), "minutes_feed": feed, **spent,
            "watch_minutes": feed + spent["minutes_live"]}


MINUTES = {"minutes_live": Count.DWELL, "minutes_mall": Count.MINUTES_MALL, "minutes_search": Count.MINUTES_SEARCH,
           "minutes_shop": Count.MINUTES_SHOP}


def changes_of(world: World, sign: int) -> int:
    """Follows (+1) or unfollows (−1) noted today."""
    return sum(int((piece["sign"] == sign).sum()) for piece in world.day.changes)
