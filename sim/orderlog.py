"""What the order log tells: who came back, how concentrated sales are, who is new to a shop.

Each measure is defined once, here, in SQL over the log and a few lines of numpy. Sums run over integers, so
no result depends on threads or on the order of the rows. Undefined is NaN, never 0.
An order counts from payment, whatever became of it; its value is what entered escrow, user + purses.
"""
from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import duckdb
import numpy as np
import pyarrow as pa

from sim.files import arrow_table
from sim.inequality import gini, herfindahl, ratio

NEWCOMER_WINDOW = 30  # days a new buyer is followed, the first order's day included
REPURCHASE_WINDOW = 90
LIFE_WINDOW = 180  # of a new buyer's value
MONTH = 30
LADDER_STEPS = 4
LADDER_TARGET = 3.0  # orders of an average new buyer in the window the ladder is read in (pattern P4)
HEAD_SHARE = 1_000  # one host in a thousand is a head host
COHORT_MONTH = 28  # days, whole weeks, so that weekdays weigh the same in every month of a cohort
GAP_EDGES = (0, 7, 14, 30, 60, 90, 180, 360, 600)  # days; a gap of 7 lies in the first class

Orders = np.ndarray | Mapping[str, np.ndarray] | Path


VISITS = "SELECT user, spell, day, min(nth) AS nth, sum(paid_fen)::BIGINT AS paid_fen FROM log"


class OrderLog:
    """An order log as the SQL view `log`, from a structured array, a mapping of arrays or a Parquet file.

    A file is read column by column as queries need it, so a log larger than memory is fine. The view `seen`
    holds the orders placed on days 0 … `days` − 1; with `visits` all that a customer bought on one day is one order,
    as figures of CDNOW's customers count them.
    """

    def __init__(self, orders: Orders, days: int, threads: int = 1, visits: bool = False) -> None:
        self.days = days
        self._scratch = tempfile.TemporaryDirectory(prefix="icsim-")
        self._base = duckdb.connect(config={"threads": threads, "temp_directory": self._scratch.name})
        self._base.execute("SET enable_progress_bar = false")  # the run has its own
        if isinstance(orders, Path):
            self._base.read_parquet(str(orders)).create_view("log")
        else:
            self._base.register("log", _as_table(orders))
        self.columns = frozenset(self._base.execute("SELECT * FROM log LIMIT 0").fetchnumpy())
        self._base.execute(f"CREATE VIEW seen AS {VISITS if visits else 'SELECT * FROM log'} "
                           f"WHERE day >= 0 AND day < {int(days)} {'GROUP BY user, spell, day' if visits else ''}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._base.close()
        self._scratch.cleanup()

    def ask(self, query: str, **values: int) -> dict[str, np.ndarray]:
        """The columns that a query answers with; `$name` in it stands for the value of that name."""
        answer = self._base.execute(query, values).fetchnumpy()
        return {name: np.asarray(column) for name, column in answer.items()}

    def beside(self, name: str, rows: Mapping[str, np.ndarray] | Path) -> None:
        """Put another table next to the log, under a name that queries may use: columns in memory or a Parquet file."""
        if isinstance(rows, Path):
            self._base.read_parquet(str(rows)).create_view(name)
        else:
            self._base.register(name, _as_table(rows))

    def sums(self, who: str, value: str, where: str = "true") -> np.ndarray:
        """Sum of `value` (an integer expression) by `who` over the seen orders, int64, ascending."""
        answer = self.ask(f"SELECT sum({value})::BIGINT AS total FROM seen WHERE {where} GROUP BY {who}")
        return np.sort(answer["total"].astype(np.int64))


def _as_table(orders: np.ndarray | Mapping[str, np.ndarray]) -> pa.Table:
    """Arrays as an Arrow table for SQL to read."""
    if isinstance(orders, np.ndarray):
        return arrow_table(orders)
    return pa.table({name: np.ascontiguousarray(column) for name, column in orders.items()})


def complete_days(orders: Orders, placed: np.ndarray) -> int:
    """The number of days, from day 0, whose orders are all in the log.

    Orders enter the log when they are final, so the newest days may still be missing some. `placed` holds the
    orders placed on day 0, 1, …; the count ends at the first day of which the log has fewer.
    """
    with OrderLog(orders, len(placed)) as log:
        counts = log.ask("SELECT day, count(*) AS n FROM seen GROUP BY day")
    logged = np.zeros(len(placed), np.int64)
    logged[counts["day"]] = counts["n"]
    short = np.flatnonzero(logged < np.nan_to_num(placed))
    return int(short[0]) if len(short) else len(placed)


# ---- new buyers ----------------------------------------------------------------------------------

class Ladder(NamedTuple):
    """The order ladder of new buyers: `reached[k]` of them placed at least k + 1 orders within the window."""

    window: int
    reached: np.ndarray

    def next_order(self, k: int) -> float:
        """P(order k + 1 | order k): share, denominator new buyers with at least k orders in the window."""
        return ratio(self.reached[k], self.reached[k - 1])

    @property
    def mean_orders(self) -> float:
        """Orders a new buyer placed within the window, on average."""
        return ratio(self.reached.sum(), self.reached[0])


NEW_BUYERS = """
    WITH newcomer AS (SELECT user, spell, min(day) AS first FROM seen WHERE nth = 1 GROUP BY user, spell),
    step AS (SELECT newcomer.*, seen.day - first AS after FROM newcomer JOIN seen USING (user, spell))
"""
"""New buyers: users whose first order of their spell falls on day 0 or later. `after` counts days from it."""


def ladder(log: OrderLog, window: int, by: str = "user") -> Ladder:
    """How many new buyers placed 1, 2, 3, … orders within `window` days, the first order's day being day one.

    Everyone is followed equally long: a buyer counts only if the whole window lies inside the log's days, so
    late comers do not pass for one-time buyers. Leaving the platform within the window is no censoring.
    `by="merchant"` follows every customer of every shop instead, from the first order there.
    """
    start, pair = {"user": (NEW_BUYERS, "user, spell"), "merchant": (SHOP_BUYERS, "user, merchant")}[by]
    counts = log.ask(start + f"""
        SELECT n, count(*) AS buyers FROM (
            SELECT count(*) AS n FROM step
            WHERE after < $window AND first + $window <= $days GROUP BY {pair})
        GROUP BY n""", window=window, days=log.days)
    exactly = np.zeros(max(int(counts["n"].max(initial=0)), LADDER_STEPS + 1), np.int64)
    exactly[counts["n"] - 1] = counts["buyers"]
    return Ladder(window, exactly[::-1].cumsum()[::-1])


def ladder_window(log: OrderLog) -> float:
    """The window, in days, in which new buyers place nearest to 3 orders on average.

    So short that at least half of the new buyers count. NaN without new buyers; of two equally near, the shorter.
    """
    days = log.days
    counts = log.ask(NEW_BUYERS + "SELECT first, after, count(*) AS n FROM step GROUP BY first, after")
    starts = log.ask(NEW_BUYERS + "SELECT first, count(*) AS n FROM newcomer GROUP BY first")
    by_day, buyers = np.zeros((days, days), np.int64), np.zeros(days, np.int64)
    by_day[counts["first"], counts["after"]] = counts["n"]
    buyers[starts["first"]] = starts["n"]
    followed = buyers.cumsum()[::-1]  # new buyers who are followed for 1, 2, … days
    longest = int((2 * followed >= followed[0]).sum()) if days else 0
    means = {window: ratio(by_day[:days - window + 1, :window].sum(), followed[window - 1])
             for window in range(1, longest + 1)}
    off = {window: abs(value - LADDER_TARGET) for window, value in means.items() if value > 0}
    return float(min(off, key=lambda window: off[window])) if off else float("nan")


class Cohort(NamedTuple):
    """New buyers month by month: of `followed[m]` of them, `active[m]` placed an order in their month m.

    Month 0 holds the first order and the 27 days after it.
    """

    active: np.ndarray
    followed: np.ndarray

    @property
    def curve(self) -> np.ndarray:
        """Share of new buyers with an order in month 0, 1, 2, …"""
        return self.active / self.followed


def cohort(log: OrderLog) -> Cohort:
    """In which 28-day months after their first order new buyers order again.

    A buyer counts in the months that lie inside the log's days as a whole, whether still on the platform or not.
    """
    counts = log.ask(NEW_BUYERS + """
        SELECT month, count(*) AS active FROM (
            SELECT DISTINCT user, spell, after // $month AS month FROM step
            WHERE first + $month * (after // $month + 1) <= $days)
        GROUP BY month""", month=COHORT_MONTH, days=log.days)
    starts = log.ask(NEW_BUYERS + "SELECT first FROM newcomer")["first"]
    ends = COHORT_MONTH * np.arange(1, log.days // COHORT_MONTH + 1)
    followed = (starts[:, None] + ends <= log.days).sum(axis=0)
    active = np.zeros(len(ends), np.int64)
    active[counts["month"]] = counts["active"]
    return Cohort(active[followed > 0], followed[followed > 0])


SHOP_BUYERS = """
    WITH newcomer AS (SELECT user, merchant, min(day) AS first FROM log GROUP BY user, merchant HAVING min(day) >= 0),
    step AS (SELECT newcomer.*, seen.day - first AS after FROM newcomer JOIN seen USING (user, merchant))
"""
"""Customers new to a shop: pairs of user and merchant whose first order in the log falls on day 0 or later."""


def newcomers(log: OrderLog) -> dict[str, float]:
    """The new buyers' path, shares of new buyers with a whole window (see `ladder`).

    `p_next_k`: P(order k + 1 | order k) within 30 days. `three_order_rate`: at least three orders within 30
    days. `repurchase_90`: at least two within 90 days. `ladder_mean_orders`: orders per new buyer in the 30
    days; `ladder_new_buyers` how many are counted; `ladder_window` see there.
    """
    month, quarter = ladder(log, NEWCOMER_WINDOW), ladder(log, REPURCHASE_WINDOW)
    steps = {f"p_next_{k}": month.next_order(k) for k in range(1, LADDER_STEPS + 1)}
    return steps | {
        "three_order_rate": ratio(month.reached[2], month.reached[0]),
        "repurchase_90": quarter.next_order(1),
        "ladder_mean_orders": month.mean_orders,
        "ladder_new_buyers": float(month.reached[0]),
        "ladder_window": ladder_window(log),
    }


def worth(log: OrderLog) -> dict[str, float]:
    """`kept_180`: yuan a new buyer orders in the first 180 days and keeps; the whole window inside the log's days."""
    from sim.tables import CANCELLED, REFUNDED

    found = log.ask(NEW_BUYERS + f"""
        SELECT count(DISTINCT (user, spell)) AS buyers,
            coalesce(sum({VALUE}) FILTER (status NOT IN ({CANCELLED}, {REFUNDED})), 0)::BIGINT AS fen
        FROM newcomer JOIN seen USING (user, spell)
        WHERE first + $window <= $days AND seen.day < first + $window""", window=LIFE_WINDOW, days=log.days)
    return {"kept_180": ratio(found["fen"][0] / 100.0, found["buyers"][0])}


# ---- rhythm --------------------------------------------------------------------------------------

class Gaps(NamedTuple):
    """Days between a customer's consecutive days with an order: `counts[i]` gaps of `days[i]` days, ascending."""

    days: np.ndarray
    counts: np.ndarray

    @property
    def mean(self) -> float:
        """Mean gap, days."""
        return ratio(self.counts @ self.days, self.counts.sum())

    @property
    def cv(self) -> float:
        """Standard deviation of the gaps / their mean: 1 where orders come at random, more where in bursts."""
        if not self.counts.sum():
            return float("nan")
        return float(np.sqrt(self.counts @ (self.days - self.mean) ** 2 / self.counts.sum())) / self.mean

    @property
    def median(self) -> float:
        """Median gap, days."""
        below, n = self.counts.cumsum(), self.counts.sum()
        if not n:
            return float("nan")
        return float(self.days[np.searchsorted(below, [(n + 1) // 2, n // 2 + 1])].mean())

    def shares(self, edges: Sequence[int] = GAP_EDGES) -> np.ndarray:
        """Share of the gaps in each class (edge, next edge], out of those in any."""
        place = np.searchsorted(edges, self.days, side="left") - 1
        inside = (place >= 0) & (place < len(edges) - 1)
        found = np.bincount(place[inside], self.counts[inside], len(edges) - 1)
        return found / found.sum() if found.any() else np.full(len(found), np.nan)


def gaps(log: OrderLog) -> Gaps:
    """The gaps of all customers, pooled; several orders of one day are one day with an order."""
    found = log.ask("""
        SELECT days, count(*) AS n FROM (
            SELECT day - lag(day) OVER (PARTITION BY user ORDER BY day) AS days
            FROM (SELECT DISTINCT user, day FROM seen))
        WHERE days IS NOT NULL GROUP BY days ORDER BY days""")
    return Gaps(found["days"].astype(np.int64), found["n"].astype(np.int64))


def orders_each(log: OrderLog) -> np.ndarray:
    """Customers by their number of orders over all seen days: entry k − 1 counts those with k."""
    found = log.sums("user", "1")
    return np.bincount(found)[1:]


# ---- concentration and novelty -------------------------------------------------------------------

def spending(log: OrderLog) -> dict[str, float]:
    """`gini_buyers`: Gini of what users paid themselves over all seen days, among users with an order."""
    return {"gini_buyers": gini(log.sums("user", "paid_fen"))}


VALUE = "paid_fen::BIGINT + subsidy_fen"


def goods(log: OrderLog) -> dict[str, float]:
    """`gini_products_horizon`: Gini of order value over all seen days, among products sold at least once."""
    return {"gini_products_horizon": gini(log.sums("product", VALUE))}


def shops(log: OrderLog) -> dict[str, float]:
    """`gini_merchants_horizon`, `hhi`: Gini and Herfindahl index of order value among merchants that sold."""
    sold = log.sums("merchant", VALUE)
    return {"gini_merchants_horizon": gini(sold), "hhi": herfindahl(sold)}


def hosts(log: OrderLog, creators: int) -> dict[str, float]:
    """`gini_creators_horizon`: Gini of order value among creators that sold (presenter < `creators`).

    `head_share_horizon`: value presented by the top 0.1 % of them (at least one) / value of all orders.
    """
    sold = log.sums("presenter", VALUE, f"presenter >= 0 AND presenter < {int(creators)}")
    head = sold[-max(1, len(sold) // HEAD_SHARE):].sum()
    return {"gini_creators_horizon": gini(sold),
            "head_share_horizon": ratio(head, log.sums("true", VALUE).sum()) if len(sold) else float("nan")}


def novelty(log: OrderLog) -> dict[str, float]:
    """`new_customer_share`: share of buyer × merchant pairs of the last 30 days that are new in them.

    New: no earlier order of the pair in the log. Needs 30 days to look back on before those 30, else NaN.
    """
    pairs = log.ask("""
        SELECT count(*) AS pairs, count(*) FILTER (first >= $since) AS fresh FROM (
            SELECT min(day) AS first, max(day) AS last FROM log WHERE day < $days GROUP BY user, merchant)
        WHERE last >= $since""", since=log.days - MONTH, days=log.days)
    known = log.days >= 2 * MONTH
    return {"new_customer_share": ratio(pairs["fresh"][0], pairs["pairs"][0]) if known else float("nan")}


def month_orders(log: OrderLog) -> dict[str, float]:
    """`orders_per_month_buyer`: orders of the last 30 days / users who placed one; NaN below 30 days."""
    month = log.ask("SELECT count(*) AS orders, count(DISTINCT user) AS buyers FROM seen WHERE day >= $since",
                    since=log.days - MONTH)
    each = ratio(month["orders"][0], month["buyers"][0]) if log.days >= MONTH else float("nan")
    return {"orders_per_month_buyer": each}


def loyalty(log: OrderLog) -> dict[str, float]:
    """The ladder per customer and shop, within 90 days of the first order there.

    `shop_p_next_k`: P(order k + 1 at the shop | order k there). `shop_ladder_mean_orders` orders a new customer placed
    there; `shop_ladder_customers` how many pairs of customer and shop are counted.
    """
    steps = ladder(log, REPURCHASE_WINDOW, by="merchant")
    return {f"shop_p_next_{k}": steps.next_order(k) for k in range(1, LADDER_STEPS + 1)} | {
        "shop_ladder_mean_orders": steps.mean_orders, "shop_ladder_customers": float(steps.reached[0])}


Measure = Callable[[OrderLog], dict[str, float]]

MEASURES: tuple[tuple[Measure, frozenset[str]], ...] = (
    (newcomers, frozenset({"user", "spell", "nth"})),
    (worth, frozenset({"user", "spell", "nth", "paid_fen", "subsidy_fen", "status"})),
    (spending, frozenset({"user", "paid_fen"})),
    (goods, frozenset({"product", "paid_fen", "subsidy_fen"})),
    (shops, frozenset({"merchant", "paid_fen", "subsidy_fen"})),
    (novelty, frozenset({"user", "merchant"})),
    (month_orders, frozenset({"user"})),
    (loyalty, frozenset({"user", "merchant"})),
)
"""Each measure and the columns of the log it reads, besides `day`."""

NAMES = ("p_next_1", "p_next_2", "p_next_3", "p_next_4", "three_order_rate", "repurchase_90",
         "ladder_mean_orders", "ladder_new_buyers", "ladder_window", "gini_buyers", "gini_products_horizon",
         "gini_merchants_horizon", "hhi", "gini_creators_horizon", "head_share_horizon", "new_customer_share",
         "orders_per_month_buyer", "shop_p_next_1", "shop_p_next_2", "shop_p_next_3", "shop_p_next_4",
         "shop_ladder_mean_orders", "shop_ladder_customers", "kept_180")


def measure(orders: Orders | None, days: int, creators: int | None = None,
            threads: int = 1) -> dict[str, float]:
    """Every measure of the first `days` days of an order log; NaN where a column or the log is missing.

    `creators`: rows of the creators' table, below which a presenter is a creator; None leaves theirs NaN.
    """
    found = dict.fromkeys(NAMES, float("nan"))
    if orders is None or days < 1:
        return found
    with OrderLog(orders, days, threads) as log:
        for function, needed in MEASURES:
            if needed <= log.columns:
                found |= function(log)
        if creators is not None and {"presenter", "paid_fen", "subsidy_fen"} <= log.columns:
            found |= hosts(log, creators)
    return found
