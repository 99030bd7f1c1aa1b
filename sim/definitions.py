"""What every number of a run means, with its unit: the day's metrics, the funnel's counts, the order log's measures.

Each is defined once, where it is counted (`sim.metrics`, `sim.funnel`) or, for the log, here beside `sim.orderlog`.
"""
from __future__ import annotations

from functools import cache

Definition = tuple[str, str]  # unit, meaning

MEASURED: dict[str, Definition] = {
    **{f"p_next_{k}": ("share", f"of new buyers with {k} orders within 30 days of their first, those with {k + 1}")
       for k in range(1, 5)},
    "three_order_rate": ("share", "of new buyers, those with three orders or more within 30 days of the first"),
    "repurchase_90": ("share", "of new buyers, those with two orders or more within 90 days of the first"),
    "ladder_mean_orders": ("orders/user", "orders of a new buyer within 30 days of the first, that one included"),
    "ladder_new_buyers": ("users", "new buyers followed for 30 days: the denominator of p_next_1"),
    "ladder_window": ("days", "window in which new buyers average nearest to three orders"),
    "gini_buyers": ("0–1", "Gini of what users paid themselves, among users with an order"),
    "gini_products_horizon": ("0–1", "Gini of order value over all days, among products that sold"),
    "gini_merchants_horizon": ("0–1", "Gini of order value over all days, among merchants that sold"),
    "gini_creators_horizon": ("0–1", "Gini of order value over all days, among creators that sold"),
    "hhi": ("0–1", "Herfindahl index: sum over merchants of the squared share of order value"),
    "head_share_horizon": ("share", "of order value, presented by the top 0.1 % of creators that sold (at least one)"),
    "new_customer_share": ("share", "of pairs of buyer and shop with an order in the last 30 days, those without one "
                           "before; needs 60 days"),
    "orders_per_month_buyer": ("orders/user", "orders of the last 30 days / users who placed one"),
    **{f"shop_p_next_{k}": ("share", f"of new customers of a shop with {k} orders there within 90 days, those with "
                            f"{k + 1}") for k in range(1, 5)},
    "shop_ladder_mean_orders": ("orders/user", "orders of a new customer at the shop within 90 days of the first"),
    "shop_ladder_customers": ("users", "pairs of user and shop followed for 90 days: the denominator of shop_p_next_1"),
    "kept_180": ("yuan/user", "order value of a new buyer's first 180 days, the first order's day included, less what "
                 "was cancelled or refunded; denominator: new buyers whose 180 days lie within the log's days"),
    "ltv_180": ("yuan/user", "kept_180 · contribution / gmv_net over the horizon: what the platform earns on a new "
                "buyer's first 180 days at the run's own margin"),
    "order_log_days": ("days", "days from day 0 of which the order log has every order"),
    "gmv_per_dau": ("yuan/user", "gmv_gross / dau"),
    "orders_per_dau": ("orders/user", "orders / dau"),
    "days": ("days", "days from day 0 on"),
    "compare_days": ("days", "days of the first and of the last window"),
}
FAMILIES = (  # how a name begins, and under which name the family is defined
    ("gmv_", "gmv_<venue>"), ("assisted_gmv_", "assisted_gmv"), ("orders_", "orders"), ("visitor_d", "visitor_d1"),
    ("subsidy_", "subsidy_total"), ("minutes", "minutes_<venue>"), ("arrivals_new", "arrivals"),
    ("unfollows", "follows"), ("lapsed_stock", "lapsed_budget"), ("gini_", "gini_creators"),
    *((f"policy_{part}_", f"policy_{part}_<instance>") for part in (
        "spent", "refused", "left", "out", "impressions", "shadow")),
    ("displaced_", "displaced_<who>"),
    ("reco_lift_", "reco_lift_fresh"), ("mean_interest_", "mean_interest_served"),
)


@cache
def definitions() -> dict[str, Definition]:
    """Every definition by name."""
    from sim.funnel import FUNNEL
    from sim.metrics import DEFINITIONS

    return DEFINITIONS | {name: (one.unit, one.meaning) for name, one in FUNNEL.items()} | MEASURED


def defined_as(name: str) -> str:
    """The name under which a number is defined: its own or its family's; empty if nowhere."""
    if name in definitions():
        return name
    return next((family for start, family in FAMILIES if name.startswith(start)), "")


def definition(name: str) -> Definition:
    """A number's unit and meaning; both empty where it has none."""
    return definitions().get(defined_as(name), ("", ""))
