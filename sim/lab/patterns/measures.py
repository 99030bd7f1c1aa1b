"""What each pattern's value is in one run. Undefined is NaN; every value has its band in bands.yaml."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from sim.inequality import ratio
from sim.lab.patterns.finished import Run
from sim.lab.patterns.histories import careers
from sim.orderlog import HEAD_SHARE, LADDER_STEPS, VALUE, OrderLog, cohort, gaps, ladder, ladder_window
from sim.rng import Venue
from sim.summary import COMPARE_DAYS, surveyed_nps
from sim.tables import CANCELLED, REFUNDED, SETTLED

APPAREL = 0  # the first category of configs/world/default.yaml
FINAL_AFTER = 30  # days after which an order has come to its end, but for the rarest parcels
ENOUGH, TOO_MANY = 2.5, 3.5  # orders of a new buyer between which the ladder may be read (P4)
FEWEST = 30  # new buyers behind a ladder or a month of a cohort; fewer say nothing
MONTH_LATER, FIRST_MONTH = 6, 1  # of a cohort (P6)
LATE = (4, 7)  # days late, both counted (P14)
FOLLOWED = 14  # days after an answer in which orders count (P15)
PROMOTER, DETRACTOR = 9, 6  # Reichheld 2003
YEAR = 360  # days from which on a run says what a year made of what was put in (P1, P2, P25)
NAN = math.nan
Values = dict[str, float]


def read_patterns(run: Run) -> Values:
    """Every pattern of a run by its id; those of the order log and the panel only where it has them."""
    found: Values = {}
    for read_days in OF_THE_DAYS:
        found |= read_days(run)
    if run.orders and run.log_days:
        with OrderLog(run.orders, run.log_days) as log:
            for read_log in OF_THE_LOG:
                found |= read_log(log)
            if {"stars", "late_days"} <= log.columns:  # logs of older runs hold no ratings
                found |= ratings(log)
            if run.panel:
                found |= by_answer(log, run.panel)
            if run.books:
                found |= careers(run, log)
            if run.days >= YEAR:
                found |= late_heads(log, run)
    return found


# ---- the daily table -----------------------------------------------------------------------------

def followings(run: Run) -> Values:
    """P1 at the end of the run, P2's heads: shares of followers and of sales."""
    return {"P1.exponent": run.value("followers_exponent_last"), "P1.gini": run.value("gini_followers_last"),
            "P2.head": run.value("head_share_horizon"), "P3.buyers": run.value("gini_buyers")}


def after_a_year(run: Run) -> Values:
    """P1 and P25 once a year has been lived: followers at the end, users to a room in the last days."""
    found = {"P1y.exponent": run.value("followers_exponent_last"), "P1y.gini": run.value("gini_followers_last"),
             "P25y.rooms": ratio(run.value("dau_last"), run.value("rooms_open_last"))}
    return found if run.days >= YEAR else dict.fromkeys(found, NAN)


def retention(run: Run) -> Values:
    """P7: of those whose spell began 1, 7, 30 days before, the share that opened, mean over the days."""
    return {f"P7.d{age}": run.value(f"visitor_d{age}") for age in (1, 7, 30)}


def recommender(run: Run) -> Values:
    """P8, P9: organic slots against exploration slots, which show a young card at random."""
    negatives = [rate(run, "negatives", "impressions", kind) for kind in ("organic", "explore")]
    watches = [rate(run, "watches", "impressions", kind) for kind in ("organic", "explore")]
    quiet, keen = (rate(run, "watches", "impressions", f"organic_{who}")
                   - rate(run, "watches", "impressions", f"explore_{who}") for who in ("quiet", "keen"))
    return {"P8.watch": ratio(*watches), "P8.negative": ratio(*negatives), "P9.lift": ratio(quiet, keen)}


def rate(run: Run, part: str, whole: str, kind: str) -> float:
    """Events per slot of one kind over the horizon."""
    return ratio(run.total(f"{part}_{kind}"), run.total(f"{whole}_{kind}"))


def opinion(run: Run) -> Values:
    """P15: what the survey's answers say, all days together."""
    answers = [run.total(name) for name in ("promoters", "passives", "detractors")]
    return {"P15.nps": surveyed_nps(*answers), "P15.passives": ratio(answers[1], sum(answers))}


def size(run: Run) -> Values:
    """P22, P25, P27: sales and rooms to the people who are there."""
    return {"P22.gmv": run.value("gmv_per_dau"), "P22.orders": run.value("orders_per_dau"),
            "P25.rooms": ratio(run.value("dau"), run.value("rooms_open")),
            "P27.buyers": run.value("mab_share_last"), "P27.orders": run.value("orders_per_month_buyer")}


def drifts(run: Run) -> Values:
    """P28: last 30 days against the first 30, a share of the first; needs 60 days, and no policy in the way."""
    named = {"dau": "dau", "gmv": "gmv_per_dau", "nps": "nps", "creators": "creators_alive",
             "merchants": "merchants_alive"}
    steady = run.value("compare_days") == COMPARE_DAYS and not run.config["policy"]
    return {f"P28.{part}": drift(run, name) if steady else NAN for part, name in named.items()}


def drift(run: Run, name: str) -> float:
    """Change of a level from the first to the last days, a share of the first's size."""
    first, last = run.value(f"{name}_first"), run.value(f"{name}_last")
    return ratio(last - first, abs(first))


OF_THE_DAYS: tuple[Callable[[Run], Values], ...] = (
    followings, after_a_year, retention, recommender, opinion, size, drifts,
)


# ---- the order log -------------------------------------------------------------------------------

def concentration(log: OrderLog) -> Values:
    """P2's tail, P3: hosts are all accounts that sold live, creators' and shops'; products those that sold."""
    hosts, goods = log.sums("presenter", VALUE, f"venue = {Venue.LIVE.value}"), log.sums("product", VALUE)
    top = hosts[-math.ceil(len(hosts) / 100):] if len(hosts) else hosts
    return {"P2.tail": 1.0 - ratio(top.sum(), hosts.sum()), "P3.products": top_share(goods, 0.2)}


def late_heads(log: OrderLog, run: Run) -> Values:
    """P2 over the last 30 days of a year: heads among creators that sold, lower 99 % of all hosts' live sales."""
    late = f"day >= {log.days - COMPARE_DAYS}"
    sold = log.sums("presenter", VALUE, f"{late} AND presenter >= 0 AND presenter < {run.creators}")
    heads = sold[len(sold) - max(1, len(sold) // HEAD_SHARE):]
    live = log.sums("presenter", VALUE, f"{late} AND venue = {Venue.LIVE.value}")
    return {"P2y.head": ratio(heads.sum(), log.sums("true", VALUE, late).sum()),
            "P2y.tail": ratio(live[:len(live) - math.ceil(len(live) / 100)].sum(), live.sum())}


def top_share(amounts: np.ndarray, share: float) -> float:
    """The part of ascending `amounts` that the largest `share` of them hold, rounded up to a whole one."""
    top = amounts[len(amounts) - math.ceil(share * len(amounts)):]
    return ratio(top.sum(), amounts.sum())


def steps(log: OrderLog) -> Values:
    """P4: the ladder in the window of nearest to 3 orders a new buyer; NaN unless 2.5 to 3.5, and 30 new buyers."""
    window = ladder_window(log)
    found = ladder(log, 0 if math.isnan(window) else int(window))
    read = ENOUGH <= found.mean_orders <= TOO_MANY and found.reached[0] >= FEWEST
    chances = np.array([found.next_order(k) if read else NAN for k in range(1, LADDER_STEPS + 1)])
    rises = np.diff(chances)
    return {"P4.window": window, "P4.orders": found.mean_orders, "P4.rise": float(rises.min()),
            "P4.bend": float(np.diff(rises).max())} | {f"P4.next_{k + 1}": float(p) for k, p in enumerate(chances)}


def rhythm(log: OrderLog) -> Values:
    """P5: gaps between days with an order, all buyers pooled."""
    found = gaps(log)
    return {"P5.cv": found.cv, "P5.median": ratio(found.median, found.mean)}


def activity(log: OrderLog) -> Values:
    """P6: new buyers with an order in month 1 to those in month 6, and how flat it is from there on."""
    found = cohort(log)
    curve = found.curve[found.followed >= FEWEST]
    late = curve[MONTH_LATER:]
    first = float(curve[FIRST_MONTH]) if len(late) else NAN
    flat = ratio(float(np.abs(late - late.mean()).max()), float(late.mean())) if len(late) > 1 else NAN
    return {"P6.decline": ratio(first, float(late[0])) if len(late) else NAN, "P6.flat": flat}


def returns(log: OrderLog) -> Values:
    """P13: refunded or cancelled among the final orders of days old enough for all to be final."""
    shelf = ", ".join(str(venue.value) for venue in (Venue.MALL, Venue.SEARCH, Venue.SHOP))
    where = {"live": f"venue = {Venue.LIVE.value}", "shelf": f"venue IN ({shelf})",
             "apparel": f"venue = {Venue.LIVE.value} AND category = {APPAREL}"}
    back, ended = f"status IN ({REFUNDED}, {CANCELLED})", f"status IN ({REFUNDED}, {CANCELLED}, {SETTLED})"
    asked = ", ".join(f"count(*) FILTER ({rule} AND {back}) AS {part}_back, count(*) FILTER ({rule}) AS {part}_all"
                      for part, rule in where.items())
    found = log.ask(f"SELECT {asked} FROM seen WHERE {ended} AND day < $until", until=log.days - FINAL_AFTER)
    return {f"P13.{part}": ratio(found[f"{part}_back"][0], found[f"{part}_all"][0]) for part in where}


def ratings(log: OrderLog) -> Values:
    """P14: stars of judged parcels, on time and 4 to 7 days late, and how they spread."""
    found = log.ask("""
        SELECT coalesce(sum(stars) FILTER (late_days = 0), 0) AS prompt,
            count(*) FILTER (late_days = 0) AS prompts,
            coalesce(sum(stars) FILTER (late_days BETWEEN $low AND $high), 0) AS late,
            count(*) FILTER (late_days BETWEEN $low AND $high) AS lates,
            count(*) FILTER (stars = 5) AS five, count(*) FILTER (stars <= 2) AS low, count(*) AS judged
        FROM seen WHERE stars > 0""", low=LATE[0], high=LATE[1])
    sums = {name: float(column[0]) for name, column in found.items()}
    return {"P14.late": ratio(sums["prompt"], sums["prompts"]) - ratio(sums["late"], sums["lates"]),
            "P14.five": ratio(sums["five"], sums["judged"]), "P14.low": ratio(sums["low"], sums["judged"])}


OF_THE_LOG: tuple[Callable[[OrderLog], Values], ...] = (
    concentration, steps, rhythm, activity, returns,
)


def by_answer(log: OrderLog, panel: Path | Mapping[str, np.ndarray]) -> Values:
    """P15: orders a sampled promoter placed in the 14 days after an answer to those of a detractor."""
    log.beside("panel", panel)
    found = log.ask(f"""
        WITH answer AS (SELECT key, day, answer FROM panel
                        WHERE answer >= 0 AND day >= 0 AND day + {FOLLOWED} < $days),
        after AS (SELECT any_value(answer.answer) AS answer, count(seen.day) AS orders
                  FROM answer LEFT JOIN seen ON seen.user_key = answer.key
                  AND seen.day > answer.day AND seen.day <= answer.day + {FOLLOWED}
                  GROUP BY answer.key, answer.day)
        SELECT count(*) FILTER (answer >= {PROMOTER}) AS promoters,
            count(*) FILTER (answer <= {DETRACTOR}) AS detractors,
            coalesce(sum(orders) FILTER (answer >= {PROMOTER}), 0) AS more,
            coalesce(sum(orders) FILTER (answer <= {DETRACTOR}), 0) AS less
        FROM after""", days=log.days)
    mean = {name: float(column[0]) for name, column in found.items()}
    return {"P15.orders": ratio(ratio(mean["more"], mean["promoters"]), ratio(mean["less"], mean["detractors"]))}
