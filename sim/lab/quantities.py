"""What a summary number is: its daily column, its unit, whether a ratio of it makes sense."""
from __future__ import annotations

from functools import cache

PARTS = ("_total", "_first", "_last", "_horizon")
NO_ZERO = {"points", "sd"}  # scales whose zero means nothing: no relative effects


def base_of(metric: str) -> str:
    """The daily column behind a summary number: `gmv_net` of `gmv_net_total`; `subsidy_total` stays itself."""
    for part in PARTS:
        if metric.endswith(part) and metric != "subsidy_total":
            return metric.removesuffix(part)
    return metric


@cache
def unit_of(metric: str) -> str:
    """The unit of a summary number; a flow's mean is told per day."""
    from sim.summary import is_flow

    base = base_of(metric)
    unit = _unit(base)
    return f"{unit}/day" if unit and is_flow(base) and metric != f"{base}_total" else unit


def _unit(base: str) -> str:
    """The unit of a daily column or of a measure of the order log; of money that is no metric, yuan."""
    from sim.definitions import definition

    return definition(base)[0] or ("yuan" if base.startswith(("flow_", "spend")) else "")


def has_ratio(metric: str) -> bool:
    """Whether `x % more` says something of this number."""
    return _unit(base_of(metric)) not in NO_ZERO


VENUES = ("video", "live", "mall", "search", "shop")
MORE_COLUMNS = (
    "unfollows", "arrivals_new", "lapsed_stock", "gini_merchants", "gini_products", "minutes", "reco_lift_known",
    "mean_interest_fresh", "mean_interest_known", "minutes_feed", "minutes_live", "minutes_mall", "minutes_search",
    "minutes_shop",
    *(f"visitor_d{days}{who}" for days in (1, 7, 30) for who in ("", "_new", "_returning")),
)  # columns that are defined under another one's name


@cache
def known_metrics() -> frozenset[str]:
    """Every summary number that a world can have, `subsidy_<instance>` and `assisted_gmv_<who>_<where>` apart."""
    from sim.definitions import definitions
    from sim.orderlog import NAMES
    from sim.summary import is_flow

    venues = {f"{name}_{venue}" for name in ("gmv", "orders") for venue in VENUES}
    columns = {name for name in definitions() if not {"<", "."} & set(name)} | venues | set(MORE_COLUMNS)
    parts = {f"{name}{part}" for name in columns for part in ("", "_first", "_last")}
    return frozenset(parts | {f"{name}_total" for name in columns if is_flow(name)} | set(NAMES))
